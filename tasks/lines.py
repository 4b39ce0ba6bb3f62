"""The lines of a simulation: what a batch newly wrote, as the objects that `relance simulate --json` prints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from models.automation import Decision
from models.card import CardKind
from models.errors import BadInputError
from models.event_rows import FactRow
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.message import Message
from models.payment import Allocation, Payment, Refund
from models.payment_link import PaymentLink
from models.shop import Shop
from models.tax import rate_text

Line = dict[str, Any]


class Teller:
    """Tells what is new in a shop, each thing once: asked after each decision, it shows things as they were then."""

    def __init__(self, shop: Shop, *, everything: bool = False) -> None:
        self._shop = shop
        self._everything = everything
        self._views: list[tuple[str, ValuesView[Any]]] = [(name, getattr(shop, name).fresh) for name in TOLD]
        self._told = [0] * len(TOLD)
        self._confirmed = 0

    def news(self) -> list[Line]:
        """Return a line for each thing that has happened since the last time, in a sensible order."""
        counts = [len(view) for _, view in self._views]
        issued = list(self._shop.confirmed.values())[self._confirmed :]
        if counts == self._told and not issued:
            return []
        self._confirmed += len(issued)
        fresh = {
            name: list(islice(reversed(view), count - told))[::-1]  # type: ignore[call-overload]  # a dict's own can be
            for (name, view), count, told in zip(self._views, counts, self._told, strict=True)
        }
        self._told = counts
        fresh["invoices"] += [document for document in issued if document not in fresh["invoices"]]
        return lines_of(self._shop, fresh, everything=self._everything)


CHARGED = {"payment.succeeded": "succeeded", "payment.failed": "failed"}
"""What facts tell of the charge of a saved card."""
TOLD = ("payments", "invoices", "links", "allocations", "refunds", "facts", "decisions", "alerts")
"""The shelves whose new rows make lines."""

News = Mapping[str, Sequence[Any]]


def lines_of(shop: Shop, news: News, *, everything: bool) -> list[Line]:
    """Return a line for each new thing, in a sensible order."""
    return list(_lines(shop, news, everything=everything))


def _lines(shop: Shop, news: News, *, everything: bool) -> Iterator[Line]:
    yield from (_payment(shop, payment, news) for payment in news["payments"] if payment.stamp and payment.amount)
    yield from (_document(shop, invoice) for invoice in news["invoices"])
    yield from (_link(shop, link) for link in news["links"] if not link.direct)
    yield from (_charged(shop, fact) for fact in news["facts"] if _is_charge(shop, fact))
    yield from _credit(shop, news)
    yield from (_refund(shop, refund, news) for refund in news["refunds"] if refund.amount > 0)
    yield from (_message(shop, message) for message in _gone(shop, news))
    yield from (_fact(shop, fact) for fact in news["facts"])
    shown = (decision for decision in news["decisions"] if _shown(decision, everything=everything))
    yield from (_decision(shop, decision, news) for decision in shown)
    for alert in news["alerts"]:
        yield _line(shop, alert.at, "alert", None, reason=alert.reason, text=alert.text, about=alert.contact_id)


def _shown(decision: Decision, *, everything: bool) -> bool:
    return decision.outcome == "skipped" or (everything and decision.outcome == "refused")


def document_line(invoice: Invoice, lines: Iterable[Any], taxes: Iterable[Any]) -> Line:
    """Return the keys that tell of a document, as a simulation and `relance invoices list --json` print them."""
    ordered = sorted(lines, key=lambda line: line.position)
    return {
        "number": invoice.number,
        "type": str(invoice.kind),
        "status": str(invoice.status),
        "total": invoice.total,
        "net": invoice.net,
        "tax": invoice.tax,
        "taxes": [
            {"rate": rate_text(group.rate), "net": group.net, "tax": group.tax}
            for group in sorted(taxes, key=lambda group: group.position)
        ],
        "amount_due": invoice.amount_due,
        "currency": invoice.currency,
        "issued_on": str(invoice.issued_on) if invoice.issued_on else None,
        "due_on": str(invoice.due_on) if invoice.due_on else None,
        "lines": [
            {
                "description": line.description,
                "quantity": _number(line.quantity),
                "amount": line.amount,
                "tax_rate": rate_text(line.rate),
            }
            for line in ordered
        ],
        "charges": [line.charge_id for line in ordered],
    }


def refusal_line(zone: ZoneInfo, at: datetime, act: str, error: BadInputError) -> Line:
    """Return the line of a person's act that was refused."""
    line: Line = {"at": _local(at, zone), "kind": "skipped", "contact": None, "cause": {"act": act}}
    return line | {"reason": "refused", "detail": {"text": str(error)}}


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def _line(shop: Shop, at: datetime, kind: str, contact: str | None, cause: Any = None, **keys: Any) -> Line:
    line: Line = {"at": _local(at, shop.zone), "kind": kind, "contact": contact}
    if cause:
        line["cause"] = cause
    return line | keys


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _document(shop: Shop, invoice: Invoice) -> Line:
    if invoice.kind == DocumentKind.RECEIPT:
        return _line(
            shop,
            invoice.created_at,
            "receipt",
            invoice.contact_id,
            invoice.cause,
            number=invoice.number,
            amount=invoice.total,
            currency=invoice.currency,
            of=invoice.of_number,
        )
    keys = document_line(invoice, shop.lines.by("invoice_id", invoice.id), shop.taxes.by("invoice_id", invoice.id))
    if invoice.status != DocumentStatus.DRAFT:
        keys["status"] = str(DocumentStatus.PAID if invoice.amount_due <= 0 else DocumentStatus.ISSUED)
    if invoice.kind == DocumentKind.CREDIT_NOTE:
        return _line(
            shop, invoice.created_at, "credit_note", invoice.contact_id, invoice.cause, **keys, of=invoice.of_number
        )
    at = invoice.issued_at or invoice.created_at
    return _line(shop, at, "invoice", invoice.contact_id, invoice.cause, **keys)


def _link(shop: Shop, link: PaymentLink) -> Line:
    return _line(
        shop,
        link.created_at,
        "payment_link",
        link.contact_id,
        link.cause,
        amount=link.amount,
        currency=link.currency,
        charges=list(link.charge_ids),
    )


def _payment(shop: Shop, payment: Payment, news: News) -> Line:
    given = [a for a in news["allocations"] if a.payment_id == payment.id and a.amount > 0]
    return _line(
        shop,
        payment.recorded_at,
        "payment",
        payment.contact_id,
        _cause_of(news, "payment.succeeded", payment.id),
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        documents=_numbers(shop, given),
        id=payment.id,
    )


def _is_charge(shop: Shop, fact: FactRow) -> bool:
    """Whether a fact tells what became of the charge of a saved card."""
    attempt = shop.attempts.get(fact.subjects.get("attempt"))
    return attempt is not None and attempt.kind == CardKind.CHARGE and fact.type in CHARGED


def _charged(shop: Shop, fact: FactRow) -> Line:
    attempt = shop.attempts[fact.subjects["attempt"]]
    invoice = shop.invoices.get(attempt.invoice_id) if attempt.invoice_id else None
    told = fact.data if isinstance(fact.data, dict) else {}
    return _line(
        shop,
        fact.at,
        "card_charge",
        fact.contact_id,
        fact.cause,
        amount=attempt.amount,
        currency=attempt.currency,
        method="card",
        documents=[invoice.number] if invoice else [],
        status=CHARGED[fact.type],
        reason=told.get("failure_code"),
    )


def _cause_of(news: News, type_: str, payment_id: str | None) -> Any:
    """Return what made money move: what made the fact that tells of it."""
    told = (fact for fact in news["facts"] if fact.type == type_ and fact.subjects.get("payment") == payment_id)
    return next((fact.cause for fact in told), None)


def _numbers(shop: Shop, allocations: Iterable[Allocation]) -> list[str | None]:
    ids = dict.fromkeys(allocation.invoice_id for allocation in allocations if allocation.invoice_id)
    return [shop.invoices[id_].number for id_ in ids]


def _credit(shop: Shop, news: News) -> Iterator[Line]:
    """Yield a payment with method `credit` for each document that used credit (R10)."""
    used: dict[str, int] = {}
    for allocation in news["allocations"]:
        if allocation.credit and allocation.invoice_id:
            used[allocation.invoice_id] = used.get(allocation.invoice_id, 0) + allocation.amount
    for invoice_id, amount in used.items():
        invoice = shop.invoices[invoice_id]
        yield _line(
            shop,
            shop.now,
            "payment",
            invoice.contact_id,
            invoice.cause,
            amount=amount,
            currency=invoice.currency,
            method="credit",
            documents=[invoice.number],
        )


def _refund(shop: Shop, refund: Refund, news: News) -> Line:
    charge = shop.charges.get(refund.charge_id) if refund.charge_id else None
    invoice = shop.invoices.get(charge.invoice_id) if charge and charge.invoice_id else None
    return _line(
        shop,
        refund.at,
        "refund",
        refund.contact_id,
        _cause_of(news, "payment.refunded", refund.payment_id),
        amount=refund.amount,
        currency=refund.currency,
        method=refund.method,
        documents=[invoice.number] if invoice else [],
    )


def _gone(shop: Shop, news: News) -> list[Message]:
    """Return the messages that went out, as they were made."""
    told = (fact.subjects["message"] for fact in news["facts"] if fact.type == "message.sent")
    return sorted((shop.messages[id_] for id_ in told), key=lambda message: message.sequence or 0)


def _message(shop: Shop, message: Message) -> Line:
    cause = (
        {"automation": message.automation_id, "run": message.run_id, "step": message.step}
        if message.automation_id
        else None
    )
    return _line(
        shop,
        message.sent_at or shop.now,
        "message",
        message.contact_id,
        cause,
        channel=message.channel,
        to=message.recipient,
        subject=message.subject,
        text=message.text,
        template=message.template,
        purpose=str(message.purpose),
        subjects=_in_order(message.subject_ids),
    )


def _fact(shop: Shop, fact: FactRow) -> Line:
    return _line(shop, fact.at, "event", fact.contact_id, fact.cause, type=fact.type, subjects=_in_order(fact.subjects))


def _decision(shop: Shop, decision: Decision, news: News) -> Line:
    detail = decision.detail if isinstance(decision.detail, dict) else {}
    cause: dict[str, Any] | None = None
    if decision.automation_id:
        cause = {"automation": decision.automation_id, "run": decision.run_id, "step": decision.step}
    elif "act" in detail:
        cause = {"act": detail["act"]}
    about = _subjects(shop, decision, news)
    return _line(
        shop,
        decision.at,
        "skipped",
        decision.contact_id,
        cause,
        reason=decision.reason,
        detail=detail or None,
        subjects=_in_order(about),
    )


def _in_order(subjects: Mapping[str, Any]) -> dict[str, Any]:
    """Return subjects by their names: the order in which they were kept tells nothing."""
    return dict(sorted(subjects.items()))


def _subjects(shop: Shop, decision: Decision, news: News) -> dict[str, Any]:
    """Return what a decision is about: what its run is about, or the fact that has just not started one."""
    run = shop.runs.get(decision.run_id) if decision.run_id else None
    facts = (fact.subjects for fact in news["facts"] if fact.id == decision.fact_id)
    return run.subjects if run else next(facts, {})
