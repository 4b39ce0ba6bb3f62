"""The books of one shop in memory: what must hold of its rows after every decision (`tasks.books` for the database).

A second, independent writing of the invariants, over the rows that the pure rules work on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from models.charge import ChargeState
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.payment import PaymentStatus
from models.shop import Shop

NUMBERED = frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.DEPOSIT, DocumentKind.RECEIPT})


def breaches(shop: Shop) -> list[str]:
    """Return a sentence for everything that does not hold."""
    return [*_documents(shop), *_charges(shop), *_payments(shop), *_numbers(shop), *_places(shop)]


def misplaced(shop: Shop) -> list[str]:
    """Return the rows that are not found by what they say: an attribute was set, not rehung."""
    return [
        f"{row} is found by {name} {value!r}."
        for shelf in shop.shelves()
        for name, groups in shelf._groups.items()
        for value, rows in groups.items()
        for row in rows
        if getattr(row, name) != value
    ]


def _documents(shop: Shop) -> Iterator[str]:
    for document in shop.invoices:
        lines = shop.lines.by("invoice_id", document.id)
        groups = shop.taxes.by("invoice_id", document.id)
        if lines and sum(line.gross for line in lines) != document.total:
            yield f"The lines of {document.number} do not sum to {document.total}."
        if groups and (sum(one.net for one in groups), sum(one.tax for one in groups)) != (document.net, document.tax):
            yield f"The VAT groups of {document.number} do not sum to its net and tax."
        if document.kind == DocumentKind.INVOICE:
            yield from _balance(shop, document)


def _balance(shop: Shop, document: Invoice) -> Iterator[str]:
    paid = sum(one.amount for one in shop.allocations.by("invoice_id", document.id))
    credited = sum(one.total for one in shop.invoices if one.of_id == document.id)
    if document.amount_due != document.total - credited - paid:
        yield f"{document.number} asks for {document.amount_due}: {document.total} - {credited} - {paid} is due."
    if document.credited != credited:
        yield f"{document.number} is credited by {credited}, but says {document.credited}."
    if document.amount_due < 0:
        yield f"{document.number} owes its client {-document.amount_due}."
    open_ = document.status in {DocumentStatus.ISSUED, DocumentStatus.DRAFT}
    if open_ != (document.amount_due > 0) and document.status != DocumentStatus.WRITTEN_OFF:
        yield f"{document.number} is {document.status} with {document.amount_due} due."


def _charges(shop: Shop) -> Iterator[str]:
    for charge in shop.charges:
        settled = sum(one.amount for one in shop.allocations.by("charge_id", charge.id))
        if charge.settled != settled:
            yield f"Charge {charge.id} is settled by {settled}, but says {charge.settled}."
        if charge.settled > charge.worth:
            yield f"Charge {charge.id}, worth {charge.worth}, is settled by {charge.settled}."
        if charge.state == ChargeState.INVOICED and charge.invoice_id is None:
            yield f"Charge {charge.id} is invoiced, but on no document."


def _payments(shop: Shop) -> Iterator[str]:
    for payment in shop.payments:
        used = sum(one.amount for one in shop.allocations.by("payment_id", payment.id))
        back = sum(one.amount for one in shop.refunds.by("payment_id", payment.id))
        free = 0 if payment.status == PaymentStatus.REVERSED else payment.amount - used - back
        if payment.available != free:
            yield f"Of payment {payment.id} {payment.available} is free: {payment.amount} - {used} - {back} are there."
        if payment.status == PaymentStatus.REVERSED and used:
            yield f"Payment {payment.id} was reversed, but {used} of it pays debts."
        if payment.available < 0:
            yield f"More of payment {payment.id} is used than there was."


def _numbers(shop: Shop) -> Iterator[str]:
    series: defaultdict[tuple[str | None, int | None], list[Invoice]] = defaultdict(list)
    for document in shop.invoices:
        never_issued = document.number is None and document.status in {DocumentStatus.DRAFT, DocumentStatus.VOID}
        if document.kind in NUMBERED and not never_issued:
            series[document.series, document.year].append(document)
    for (name, year), documents in series.items():
        numbered = sorted(documents, key=lambda one: one.sequence or 0)
        if [one.sequence for one in numbered] != list(range(1, len(documents) + 1)):
            yield f"Series {name!r} of {year} has gaps or doubles."
        if any(one.issued_on > other.issued_on for one, other in pairwise(numbered)):  # type: ignore[operator]  # issued
            yield f"Series {name!r} of {year} is not in order of dates."


def _places(shop: Shop) -> Iterator[str]:
    """Look that no charge stands on two live documents."""
    live: Counter[str] = Counter()
    for line in shop.lines:
        document = shop.invoices[line.invoice_id]
        if _drops(shop, document, line.charge_id):
            continue
        if document.kind == DocumentKind.INVOICE and document.status != DocumentStatus.VOID and line.charge_id:
            live[line.charge_id] += line.gross > _taken_off(shop, document, line.charge_id)
    yield from (f"Charge {id_} stands on {count} live documents." for id_, count in live.items() if count > 1)


def _drops(shop: Shop, document: Invoice, charge_id: str | None) -> bool:
    """Whether a document is a draft that drops a charge when it is confirmed: the charge needs no invoice any more."""
    charge = shop.charges.get(charge_id)
    claimed = charge is None or charge.state == ChargeState.CLAIMED
    return document.status == DocumentStatus.DRAFT and not claimed


def _taken_off(shop: Shop, document: Invoice, charge_id: str) -> int:
    """Return what was credited of a charge on a document, and what was left there of its deposits (R26)."""
    taken = 0
    for line in (one for one in shop.lines if one.charge_id == charge_id):
        other = shop.invoices[line.invoice_id]
        on_deposit = other.of_id is not None and shop.invoices[other.of_id].kind == DocumentKind.DEPOSIT
        if other.of_id == document.id:
            taken += line.gross
        elif other.created_at <= document.created_at and (on_deposit or other.kind == DocumentKind.DEPOSIT):
            taken += -line.gross if on_deposit else line.gross
    return taken
