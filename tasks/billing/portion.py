"""A portion of the clients of one business is billed: the plain ones by SQL, the others by the pure rules (R9, R13)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from models.billing import BillingPlan, Mode
from models.bookkeeping import SOFTWARE
from models.chain import GENESIS, content_of
from models.channels import sends_sms
from models.consents import Channel
from models.consolidating import MONTHLY, NOTICE, Terms
from models.db import encode_json
from models.errors import ConflictError
from models.exchange import tax_currency
from models.identifiers import first_key
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import next_check
from models.journal import JournalEntry
from models.mentions import exemption, mentions
from models.message import MessagePurpose
from models.payer import seller_snapshot
from models.series import EVER, resets, series_of
from models.shop import Cause, Shop
from models.tax import EXEMPT, OUTSIDE_VAT
from tasks.billing import statements
from tasks.billing.made import Made
from tasks.billing.one_by_one import bill_one_by_one
from tasks.loading import Loader

MEMORY = "64MB"
"""What one sort of a portion may take before it goes to disk."""


def bill_portion(
    connection: Connection[Any], business_id: str, clients: Sequence[str], terms: Terms, now: datetime
) -> Made:
    """Bill clients of a business whose lock is held, none of whom pays for another; the caller commits."""
    shop = Loader(connection, now, [business_id]).shops[business_id]
    shop.cause = Cause(billing=terms.occurrence)
    made, odd = _in_bulk(connection, shop, clients, terms)
    return made + bill_one_by_one(connection, shop.id, odd, terms, now) if odd else made


def _in_bulk(
    connection: Connection[Any], shop: Shop, clients: Sequence[str], terms: Terms
) -> tuple[Made, Sequence[str]]:
    """Bill who is plain; return what was made, and who is left."""
    if not is_plain(shop, terms):
        return Made(), clients
    run = _Run(connection, _facts(shop, clients, terms))
    connection.execute(f"SET LOCAL work_mem = '{MEMORY}'; SET LOCAL random_page_cost = 1.1".encode())
    connection.execute(statements.TABLES.encode())
    for statement in (statements.CLIENTS, statements.CHARGES, statements.ODD, statements.WITHOUT_ODD):
        run(statement)
    if terms.plan.minimum > 0:
        run(statements.TOO_LITTLE)
    made = _ask_by_links(run) if terms.plan.mode is Mode.PAYMENT_LINK else _invoice(run, shop)
    odd = connection.execute("SELECT id FROM bill_clients WHERE NOT plain ORDER BY k").fetchall()
    return made, [row[0] for row in odd]


def is_plain(shop: Shop, terms: Terms) -> bool:
    """Whether the statements know the case of a business: invoices of one series and one regime, or links."""
    return terms.plan.mode is not Mode.DRAFT and shop.business.series is None and shop.business.regimes is None


class _Run:
    """Runs statements with the facts of a portion."""

    def __init__(self, connection: Connection[Any], facts: dict[str, Any]) -> None:
        self.connection, self.facts = connection, facts

    def __call__(self, statement: str) -> int:
        """Run one; return how many rows it wrote."""
        return self.connection.execute(statement.encode(), self.facts, prepare=False).rowcount


def _tell(run: _Run, notices: Sequence[str]) -> None:
    """Write a notice for each client on each of its ways."""
    by_mail, by_sms = notices
    run(by_mail)
    if run.facts["by_sms"] or run.facts["asks_service"]:
        run(by_sms)


def _ask_by_links(run: _Run) -> Made:
    """Ask each client for what it owes by a link, to which an older one over the same leads; return what was made."""
    run.connection.execute(statements.LINKS)
    if not (links := run(statements.LINK)):
        return Made()
    run(statements.SUPERSEDED)
    run(statements.PAYMENT_LINKS)
    _tell(run, statements.OF_LINKS)
    made = run.connection.execute(statements.LINKS_MADE).fetchall()
    return Made(links, links, {currency: int(amount) for currency, amount, _ in made})


def _invoice(run: _Run, shop: Shop) -> Made:
    """Invoice what each client owes; return what was made."""
    run(statements.LINES)
    if not (documents := run(statements.DOCUMENTS)):
        return Made()
    made = run.connection.execute(statements.MADE).fetchall()
    _write(run, shop, documents, lines=sum(row[2] for row in made))
    return Made(made[0][3], documents, {currency: int(amount) for currency, amount, _, _ in made})


def _write(run: _Run, shop: Shop, documents: int, lines: int) -> None:
    """Write documents, books and messages; every charge that was read must still be there to be claimed (R17)."""
    asked = run.connection.execute("SELECT DISTINCT kind, language FROM bill_clients WHERE plain").fetchall()
    run.connection.execute(statements.STATISTICS)
    run.facts |= _words(shop, asked, run.facts["issued_on"]) | {"documents": documents}
    run(statements.INVOICES)
    run(statements.TAXES)
    if run(statements.CLAIM) != lines:
        raise ConflictError("A charge was taken meanwhile: the portion is billed again.")
    _tell(run, statements.OF_DOCUMENTS)
    run(statements.JOURNAL)
    run(statements.HEADS)
    run(statements.COUNTER)


def _facts(shop: Shop, clients: Sequence[str], terms: Terms) -> dict[str, Any]:
    """Return what is the same for all documents of a portion, as the pure rules say it."""
    b = shop.business
    return {
        "tenant": shop.id,
        "clients": list(clients),
        "locale": b.locale,
        "currency": b.currency,
        "tax_currency": tax_currency(b),
        "monthly": b.country in MONTHLY,
        "until": terms.until,
        "before": terms.before,
        "minimum": terms.plan.minimum,
        "without_kinds": list(terms.plan.without_kinds),
        "without_services": list(terms.plan.without_services),
        "occurrence": terms.occurrence,
        "days": terms.plan.terms_days,
        "now": shop.now,
        "moment": first_key("", shop.now).removeprefix("_"),
        "seller": encode_json(seller_snapshot(shop, shop.business.regime_on(shop.today))).decode(),
        "cause": encode_json(shop.cause.plain()).decode() if shop.cause else None,
        "expires_at": shop.now + timedelta(days=b.link_days),
        **_notices(shop, terms.plan),
        **_numbers(shop, terms.plan.terms_days),
        **_links(shop),
    }


def _notices(shop: Shop, plan: BillingPlan) -> Mapping[str, Any]:
    """Return what is said of notices: which they are, the wanted channels, and from when each may go (R19)."""
    service = plan.mode is Mode.PAYMENT_LINK
    return {
        "notice": NOTICE,
        "purpose": MessagePurpose.SERVICE if service else MessagePurpose.LEGAL,
        "asks_service": service,
        "by_mail": Channel.EMAIL in plan.channels,
        "by_sms": Channel.SMS in plan.channels,
        "sends_sms": sends_sms(shop),
        "mail_goes_at": shop.hours.may_go(shop.now, Channel.EMAIL, in_window=service),
        "sms_goes_at": shop.hours.may_go(shop.now, Channel.SMS, in_window=service),
    }


def _numbers(shop: Shop, days: int) -> Mapping[str, Any]:
    """Return where the series stands, and the dates of what is issued now (R13, R11)."""
    series = series_of(shop.business, DocumentKind.INVOICE, "")
    latest = max((one.last_on for one in shop.counters if one.series == series), default=shop.today)
    issued_on = max(shop.today, latest)
    year = issued_on.year if resets(shop.business) else EVER
    counter = shop.counters.get((series, year))
    due_on = issued_on + timedelta(days=days)
    return {
        "series": series,
        "year": year,
        "last": counter.last if counter else 0,
        "prefix": f"{series}{year:04d}-" if year else series,
        "digits": 4 if year else 6,
        "issued_on": issued_on,
        "due_on": due_on,
        "check_at": next_check(shop, _specimen(shop, due_on)),
    }


def _specimen(shop: Shop, due_on: date) -> Invoice:
    """Return an invoice as all of a portion are, in what its dates depend on."""
    kind, status = DocumentKind.INVOICE, DocumentStatus.ISSUED
    one = Invoice(shop.id, "", kind, status, "", "", "", shop.now, 0, 0, 1, 1)
    one.due_on = due_on
    return one


def _links(shop: Shop) -> Mapping[str, Any]:
    """Return where the books' chain stands, and the canonical entry in the pieces between what differs."""
    head = shop.heads.get(shop.id)
    actor = "system"
    sequence, mark = 10**17, "\u241f"
    entry = JournalEntry(shop.id, sequence, "", "", "invoice", shop.now, actor, {mark: mark}, SOFTWARE, mark)
    before, _, rest = content_of(entry).decode().partition(f'{{"{mark}":"{mark}"}}')
    between, _, rest = rest.partition(f'"{mark}"')
    then, _, after = rest.partition(str(sequence))
    return {
        "head": head.hash if head else GENESIS,
        "entries": head.sequence if head else 0,
        "actor": actor,
        "software": SOFTWARE,
        "chain_before": before,
        "chain_between": between,
        "chain_then": then,
        "chain_after": after,
    }


def _words(shop: Shop, asked: Sequence[tuple[str, str]], on: date) -> dict[str, Any]:
    """Return what the law wants said to each kind of payer in each language, frozen on documents (R13, R24)."""
    regime = shop.business.regime_on(on)
    said = [
        {"kind": kind, "language": language, **mentions(shop, kind, language, on, regime)._asdict()}
        for kind, language in asked
    ]
    reasons = [
        {"language": language, "category": category, **exemption(shop, category, language, on, regime)._asdict()}
        for language in {language for _, language in asked}
        for category in (EXEMPT, OUTSIDE_VAT)
    ]
    return {"words": encode_json(said).decode(), "exemptions": encode_json(reasons).decode()}
