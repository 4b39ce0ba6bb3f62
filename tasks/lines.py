"""The lines of a simulation: what a batch newly wrote, as the objects that `relance simulate --json` prints."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.automation import Decision
from models.errors import BadInputError
from models.event_rows import FactRow
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.message import Message, MessageState
from models.payment import Allocation, Payment, Refund
from models.shop import Shop
from models.tax import rate_text

Line = dict[str, Any]


def lines_of(shop: Shop, *, everything: bool = False) -> Iterator[Line]:
    """Yield a line for each thing that happened in a batch, in a sensible order."""
    yield from (_payment(shop, payment) for payment in shop.payments.fresh if payment.stamp and payment.amount)
    yield from (_document(shop, invoice) for invoice in shop.invoices.fresh)
    yield from _credit(shop)
    yield from (_refund(shop, refund) for refund in shop.refunds.fresh if refund.amount > 0)
    yield from (_message(shop, message) for message in _gone(shop))
    yield from (_fact(shop, fact) for fact in shop.facts.fresh)
    shown = {"skipped", "refused"} if everything else {"skipped"}
    yield from (_decision(shop, decision) for decision in shop.decisions.fresh if decision.outcome in shown)
    for alert in shop.alerts.fresh:
        yield _line(shop, alert.at, "alert", None, reason=alert.reason, text=alert.text, about=alert.contact_id)


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
    keys["status"] = str(DocumentStatus.PAID if invoice.amount_due <= 0 else DocumentStatus.ISSUED)
    if invoice.kind == DocumentKind.CREDIT_NOTE:
        return _line(
            shop, invoice.created_at, "credit_note", invoice.contact_id, invoice.cause, **keys, of=invoice.of_number
        )
    return _line(shop, invoice.created_at, "invoice", invoice.contact_id, invoice.cause, **keys)


def _payment(shop: Shop, payment: Payment) -> Line:
    given = [a for a in shop.allocations.fresh if a.payment_id == payment.id and a.amount > 0]
    return _line(
        shop,
        payment.recorded_at,
        "payment",
        payment.contact_id,
        _cause_of(shop, "payment.succeeded", payment.id),
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        documents=_numbers(shop, given),
        id=payment.id,
    )


def _cause_of(shop: Shop, type_: str, payment_id: str | None) -> Any:
    """Return what made money move: what made the fact that tells of it."""
    told = (fact for fact in shop.facts.fresh if fact.type == type_ and fact.subjects.get("payment") == payment_id)
    return next((fact.cause for fact in told), None)


def _numbers(shop: Shop, allocations: Iterable[Allocation]) -> list[str | None]:
    ids = dict.fromkeys(allocation.invoice_id for allocation in allocations if allocation.invoice_id)
    return [shop.invoices[id_].number for id_ in ids]


def _credit(shop: Shop) -> Iterator[Line]:
    """Yield a payment with method `credit` for each document that used credit (R10)."""
    used: dict[str, int] = {}
    for allocation in shop.allocations.fresh:
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


def _refund(shop: Shop, refund: Refund) -> Line:
    charge = shop.charges.get(refund.charge_id) if refund.charge_id else None
    invoice = shop.invoices.get(charge.invoice_id) if charge and charge.invoice_id else None
    return _line(
        shop,
        refund.at,
        "refund",
        refund.contact_id,
        _cause_of(shop, "payment.refunded", refund.payment_id),
        amount=refund.amount,
        currency=refund.currency,
        method=refund.method,
        documents=[invoice.number] if invoice else [],
    )


def _gone(shop: Shop) -> list[Message]:
    """Return the messages that went out, as they were made."""
    gone = [message for message in shop.messages.changed() if message.state == MessageState.SENT]
    return sorted(gone, key=lambda message: message.sequence or 0)


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
    )


def _fact(shop: Shop, fact: FactRow) -> Line:
    return _line(shop, fact.at, "event", fact.contact_id, fact.cause, type=fact.type, subjects=fact.subjects)


def _decision(shop: Shop, decision: Decision) -> Line:
    detail = decision.detail if isinstance(decision.detail, dict) else {}
    cause: dict[str, Any] | None = None
    if decision.automation_id:
        cause = {"automation": decision.automation_id, "run": decision.run_id, "step": decision.step}
    elif "act" in detail:
        cause = {"act": detail["act"]}
    return _line(
        shop, decision.at, "skipped", decision.contact_id, cause, reason=decision.reason, detail=detail or None
    )
