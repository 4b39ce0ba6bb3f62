"""Checkouts: a client pays on the provider's page, and what came of it is known when he is back (R12, R17).

Two transactions with the call between them: the row says `sending` before the provider hears of it, and what it says is
recorded afterwards. A page that is open for the same debt is handed out again, so that two who want to pay at once pay
on one page.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine

from models.card import CardAttempt, CardState
from models.card_reports import CardOutcome
from models.card_settings import CardSettings, cards_of
from models.collecting import CardRefusedError, Debt, begin_checkout
from models.contact import Contact
from models.db import transact
from models.errors import NotFoundError, RelanceError
from models.payer import known_contact, language_of
from models.releasing import UNPAID
from models.rows import columns_of
from models.shop import Shop
from tasks.card_reports import account_of, record_reports
from tasks.engine import lock
from tasks.gateways.cards import Account, Capability, CardProvider, CardProviders, Page
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write


class CardsAwayError(RelanceError):
    """The provider opened no page; nothing was paid, and it can be tried again."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(f"The card provider opened no page: {(reason or 'no answer').rstrip('.')}. Try again later.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page on which a client can pay, and the attempt that it belongs to."""

    attempt_id: str
    url: str


def open_checkout(
    engine: Engine,
    providers: CardProviders,
    business_id: str,
    debt: Debt,
    *,
    return_url: str,
    now: datetime,
    save_card: bool = False,
) -> Opened:
    """Open the provider's page for a debt; `{attempt}` in `return_url` becomes the attempt's id.

    Raises `CardRefusedError` before anything is done where cards can't be taken for it, `CardsAwayError` where the
    provider does not open a page.
    """
    lease = secrets.token_hex(8)
    attempt, contact, locale, settings = transact(engine, lambda c: _claim(c, providers, business_id, debt, lease, now))
    if attempt.state == CardState.OPEN:
        return Opened(attempt.id, attempt.url or "")
    page = Page(
        attempt.key,
        attempt.amount,
        attempt.currency,
        attempt.description or "",
        return_url.replace("{attempt}", attempt.id),
        contact.id,
        contact.email,
        locale,
        save_card,
    )
    provider = providers.of(attempt.provider)
    if Capability.SAVED_CARDS not in provider.capabilities:
        page = replace(page, save_card=False)
    report = provider.open_checkout(Account(business_id, settings.account), page)
    record_reports(engine, business_id, [replace(report, lease=lease)], now)
    if report.outcome is not CardOutcome.OPEN or report.url is None:
        raise CardsAwayError(report.reason)
    return Opened(attempt.id, report.url)


def _claim(
    connection: Connection[Any], providers: CardProviders, business_id: str, debt: Debt, lease: str, now: datetime
) -> tuple[CardAttempt, Contact, str, CardSettings]:
    """Note that a page is about to be opened; what the provider can't do is refused before."""
    lock(connection, [business_id])
    shop = _load(connection, business_id, debt, now)
    shop.begin(f"checkout {lease}")
    attempt = begin_checkout(shop, debt, lease)
    require(providers.of(attempt.provider), Capability.CHECKOUT, debt.currency)
    write(connection, [shop])
    contact, settings = known_contact(shop, debt.contact_id), cards_of(shop.business)
    assert settings is not None
    return attempt, contact, language_of(shop, contact), settings


def _load(connection: Connection[Any], business_id: str, debt: Debt, now: datetime) -> Shop:
    seeds = Seeds()
    seeds.add("contacts", business_id, [debt.contact_id])
    seeds.add("invoices", business_id, [debt.invoice_id])
    seeds.add("charges", business_id, debt.charge_ids)
    return Loader(connection, now, [business_id]).load(seeds)[business_id]


def require(provider: CardProvider, capability: Capability, currency: str) -> None:
    """Refuse what a provider can't do, before anything is done."""
    if capability not in provider.capabilities:
        raise CardRefusedError("unsupported", f"The card provider {provider.name} can't do this: {capability}.")
    if provider.currencies is not None and currency not in provider.currencies:
        raise CardRefusedError("currency", f"The card provider {provider.name} does not take {currency}.")


def look_at(engine: Engine, providers: CardProviders, business_id: str, attempt_id: str, now: datetime) -> CardAttempt:
    """Return an attempt as it stands; the provider is asked first where it is not known how it ended.

    For the page to which the client comes back: what the provider tells by itself may come later, or never.
    """
    attempt = transact(engine, lambda c: _attempt(c, business_id, attempt_id))
    if attempt.state not in {CardState.OPEN, CardState.UNCERTAIN}:
        return attempt
    account = transact(engine, lambda c: account_of(c, business_id))
    report = providers.of(attempt.provider).look_up(account, attempt.kind, attempt.key, attempt.reference)
    still_open = report.outcome is CardOutcome.OPEN and attempt.state == CardState.OPEN
    if not still_open and report.outcome not in {CardOutcome.RETRY, CardOutcome.UNKNOWN}:
        record_reports(engine, business_id, [report], now)
    return transact(engine, lambda c: _attempt(c, business_id, attempt_id))


def went_back(connection: Connection[Any], attempt: CardAttempt) -> bool:
    """Whether all that was paid goes back, because it came too late for the seat (R28)."""
    row = connection.execute(
        "SELECT coalesce(sum(r.amount), 0) >= p.amount FROM payments p JOIN refunds r ON r.business_id = p.business_id"
        " AND r.payment_id = p.id AND r.reason = %s WHERE p.business_id = %s AND p.id = %s GROUP BY p.amount",
        (UNPAID, attempt.business_id, attempt.payment_id),
    ).fetchone()
    return row is not None and bool(row[0])


def _attempt(connection: Connection[Any], business_id: str, attempt_id: str) -> CardAttempt:
    columns = ", ".join(columns_of(CardAttempt))
    row = connection.execute(
        f"SELECT {columns} FROM card_attempts WHERE business_id = %s AND id = %s".encode(),  # noqa: S608  # ours
        (business_id, attempt_id),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"{business_id} has no payment by card {attempt_id}.")
    return CardAttempt(*row)
