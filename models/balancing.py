"""A document's balance and its VAT groups: closed by money (R27) and credit notes (R18), opened again by reversals."""

from collections.abc import Sequence

from models.bookkeeping import enter
from models.charge import Charge
from models.facts import raise_fact
from models.invoice import DocumentStatus, Invoice, InvoiceTax
from models.issuing import describe, issue_credit_note, next_check
from models.money import divide
from models.payment import Allocation
from models.shop import Shop
from models.tax import Credited, LineTax, TaxGroup, Totals, credit_of_gross, split_allocation

_OPEN = frozenset({DocumentStatus.ISSUED, DocumentStatus.WRITTEN_OFF})


def groups_of(shop: Shop, invoice_id: str) -> list[InvoiceTax]:
    """Return a document's VAT groups in their order."""
    return sorted(shop.taxes.by("invoice_id", invoice_id), key=lambda group: group.position)


def open_of(groups: Sequence[InvoiceTax], amount_due: int) -> tuple[int, int]:
    """Return net and VAT of what is open of a document, group by group."""
    taxed = [group for group in groups if group.net + group.tax]
    tax = sum(divide(group.tax * _open(group), group.net + group.tax) for group in taxed)
    return amount_due - tax, tax


def pay(shop: Shop, invoice: Invoice, amount: int) -> list[int]:
    """Lower a document's balance by money and close its VAT groups in proportion; a negative amount opens them again.

    Returns what each group got (R27).
    """
    groups = groups_of(shop, invoice.id)
    if amount >= 0:
        parts = split_allocation(amount, [_open(group) for group in groups])
    else:
        parts = [-part for part in split_allocation(-amount, [_paid(group) for group in groups])]
    for group, part in zip(groups, parts, strict=True):
        group.settled += part
    invoice.amount_due -= amount
    return parts


def credit(shop: Shop, invoice: Invoice, parts: Sequence[tuple[Charge, int]]) -> Invoice | None:
    """Write one credit note on a document for gross parts of its charges, and lower its balance by them.

    No more than what is open of the document: money that is to go back is taken from it before.
    """
    parts = [(charge, amount) for charge, amount in parts if amount]
    if not parts:
        return None
    groups = groups_of(shop, invoice.id)
    lines: list[LineTax] = []
    sums: dict[int, Credited] = {}
    for charge, amount in parts:
        group = _group_of(groups, charge)
        part = credit_of_gross(
            TaxGroup(group.category, group.rate, None, group.net, group.tax),
            Credited(group.credited_net, group.credited_tax),
            amount,
        )
        group.credited_net += part.net
        group.credited_tax += part.tax
        group.settled += amount
        lines.append(LineTax(part.net, part.tax, amount))
        before = sums.get(group.position, Credited())
        sums[group.position] = Credited(before.net + part.net, before.tax + part.tax)
    taxes = tuple(TaxGroup(g.category, g.rate, None, *sums[g.position]) for g in groups if g.position in sums)
    net, tax = sum(line.net for line in lines), sum(line.tax for line in lines)
    moved = _level(groups)
    if any(moved):
        _write_move(shop, invoice, moved)
    invoice.credited += net + tax
    invoice.amount_due -= net + tax
    totals = Totals(tuple(lines), taxes, net, tax, net + tax)
    return issue_credit_note(shop, invoice, [charge for charge, _ in parts], totals)


def _group_of(groups: Sequence[InvoiceTax], charge: Charge) -> InvoiceTax:
    """Return the VAT group that holds a charge; a document with one group says by itself which."""
    if len(groups) == 1:
        return groups[0]
    return next(group for group in groups if (group.category, group.rate) == (charge.tax_category, charge.tax_rate))


def restate(shop: Shop, invoice: Invoice, received: int = 0, payment_id: str | None = None) -> None:
    """Bring a document's status in line with its balance; tell what `received` money or a credit note made true."""
    before = invoice.status
    if invoice.amount_due > 0:
        if before == DocumentStatus.WRITTEN_OFF:
            if received > 0:
                _tell(shop, "invoice.partially_paid", invoice, payment_id)
            return
        invoice.status = DocumentStatus.ISSUED
        if before != DocumentStatus.ISSUED or invoice.check_at is None:
            invoice.check_at = next_check(shop, invoice)
        if received > 0:
            _tell(shop, "invoice.partially_paid", invoice, payment_id)
        return
    invoice.check_at = None
    if invoice.credited == invoice.total:
        invoice.status = DocumentStatus.VOID
        if before != DocumentStatus.VOID:
            _tell(shop, "invoice.voided", invoice, None)
        return
    invoice.status = DocumentStatus.PAID
    if before in _OPEN and (received > 0 or not invoice.credited):
        _tell(shop, "invoice.paid", invoice, payment_id)


def _tell(shop: Shop, type_: str, invoice: Invoice, payment_id: str | None) -> None:
    raise_fact(
        shop,
        type_,
        contact_id=invoice.contact_id,
        data=describe(invoice),
        invoice=invoice.id,
        order=invoice.order_id,
        payment=payment_id,
    )


def _open(group: InvoiceTax) -> int:
    return group.net + group.tax - group.settled


def _paid(group: InvoiceTax) -> int:
    """Return what money, not credit notes, has closed of a group."""
    return group.settled - group.credited_net - group.credited_tax


def _level(groups: Sequence[InvoiceTax]) -> list[int]:
    """Move money from groups that a credit note has overfilled to those that are open; return what each got."""
    over = [max(0, -_open(group)) for group in groups]
    parts = split_allocation(sum(over), [max(0, _open(group)) for group in groups])
    moved = [part - away for part, away in zip(parts, over, strict=True)]
    for group, change in zip(groups, moved, strict=True):
        group.settled += change
    return moved


def _write_move(shop: Shop, invoice: Invoice, moved: list[int]) -> None:
    """Write down that money of a document counts for other VAT groups now: an allocation of nothing (R27).

    It stands with the newest payment on the document.
    """
    last = max(
        (
            one
            for charge in shop.charges.by("invoice_id", invoice.id)
            for one in shop.allocations.by("charge_id", charge.id)
            if one.invoice_id == invoice.id
        ),
        key=lambda one: (one.at, one.id),
    )
    id_ = shop.key("all", last.payment_id, last.charge_id or "", shop.next_serial())
    shop.allocations.add(
        Allocation(shop.id, id_, last.payment_id, last.charge_id, 0, shop.today, shop.now, invoice.id, moved)
    )
    enter(
        shop,
        "allocation",
        last.payment_id,
        charge=last.charge_id,
        amount=0,
        currency=invoice.currency,
        invoice=invoice.id,
    )
