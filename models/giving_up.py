"""Debts that are given up, and what comes back of them: each change is a row of its own, VAT with it (R13)."""

from models.balancing import groups_of, open_of
from models.bookkeeping import actor, enter
from models.invoice import DocumentStatus, Invoice, WriteOff
from models.shop import Shop

NOTHING = (0, 0)


def given_up(shop: Shop, invoice: Invoice) -> tuple[int, int]:
    """Return net and VAT of what of a document is given up: all that is open of one that was written off."""
    if invoice.status != DocumentStatus.WRITTEN_OFF:
        return NOTHING
    return open_of(groups_of(shop, invoice.id), invoice.amount_due)


def enter_given_up(
    shop: Shop,
    invoice: Invoice,
    before: tuple[int, int],
    reason: str,
    *,
    by: str | None = None,
    proof: str | None = None,
) -> None:
    """Enter by how much more of a document is given up than before; less than 0 where something came after all."""
    now = given_up(shop, invoice)
    if now == before:
        return
    net, tax = now[0] - before[0], now[1] - before[1]
    id_ = shop.key("wof", invoice.id, shop.next_serial())
    shop.write_offs.add(WriteOff(shop.id, id_, invoice.id, shop.now, net, tax, reason, by or actor(shop), proof))
    enter(
        shop, "write_off", id_, invoice=invoice.id, number=invoice.number, net=net, tax=tax, currency=invoice.currency
    )
