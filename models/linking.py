"""Payment links: made over charges or for an amount of their own, read when opened, superseded, taken back (R17)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from models.charge import Charge
from models.contact import Contact
from models.identifiers import stamp
from models.invoice import DocumentStatus, Invoice
from models.payer import payer_of
from models.payment_link import LinkState, PaymentLink
from models.pricing import new_charge, owed
from models.reckoning import reckon
from models.settling import document_of
from models.shop import Shop
from models.taxing import bear

SOURCE = "/payment-links"
"""Where the charges of links come from, as the source of an event."""


class LinkStanding(StrEnum):
    """How a link stands at an instant."""

    OPEN = "open"
    MOVED = "moved"
    PAID = "paid"
    PARTLY_CANCELLED = "partly_cancelled"
    """What is left of it is paid; the rest was cancelled, or went back."""
    NOTHING_DUE = "nothing_due"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


PAYABLE = frozenset({LinkStanding.OPEN, LinkStanding.MOVED})
"""How a link stands by which something can be paid."""
SETTLED = frozenset({LinkStanding.PAID, LinkStanding.PARTLY_CANCELLED})
"""How a link stands of which everything that is left was paid."""


def charges_of_link(shop: Shop, link: PaymentLink) -> list[Charge]:
    """Return the charges that a link asks for, in the order of service, without those that were cancelled."""
    charges = [charge for id_ in link.charge_ids if (charge := shop.charges.get(id_)) and charge.worth > 0]
    return sorted(charges, key=lambda charge: (charge.service_from or charge.due_on, charge.position, charge.id))


def due_on(shop: Shop, link: PaymentLink) -> int:
    """Return what is to be paid by a link at this moment, wherever its charges stand."""
    if link.direct and link.id not in shop.charges:
        return link.amount
    return sum(charge.open for charge in charges_of_link(shop, link) if charge.open > 0)


def paid_on(shop: Shop, link: PaymentLink) -> int:
    """Return what was paid of what a link asks for, by it or otherwise."""
    return sum(charge.settled for charge in charges_of_link(shop, link))


def cancelled_of(shop: Shop, link: PaymentLink) -> int:
    """Return what a link asked for and is owed no more: cancelled, credited, or given back."""
    charges = [charge for id_ in link.charge_ids if (charge := shop.charges.get(id_))]
    return sum(max(charge.owed - charge.worth, 0) for charge in charges)


def document_in_place(shop: Shop, link: PaymentLink) -> Invoice | None:
    """Return the one invoice on which all that a link asks for stands by now: there it leads."""
    open_ = [charge for charge in charges_of_link(shop, link) if charge.open > 0]
    documents = [document_of(shop, charge) for charge in open_]
    first = documents[0] if documents else None
    if first is None or first.status != DocumentStatus.ISSUED or any(other is not first for other in documents):
        return None
    return first


def standing_of(shop: Shop, link: PaymentLink) -> LinkStanding:
    """Return how a link stands now; what is paid is paid, also where the link has expired since."""
    if link.state != LinkState.OPEN:
        return LinkStanding(str(link.state))
    if due_on(shop, link) <= 0:
        if paid_on(shop, link) <= 0:
            return LinkStanding.NOTHING_DUE
        return LinkStanding.PARTLY_CANCELLED if cancelled_of(shop, link) else LinkStanding.PAID
    if link.expires_at <= shop.now:
        return LinkStanding.EXPIRED
    return LinkStanding.MOVED if document_in_place(shop, link) else LinkStanding.OPEN


def newest_of(shop: Shop, link: PaymentLink) -> PaymentLink:
    """Return the link to which a superseded one leads by now."""
    while link.state == LinkState.SUPERSEDED and (later := shop.links.get(link.superseded_by)):
        link = later
    return link


def silent_about_link(shop: Shop, link: PaymentLink | None) -> str | None:
    """Return why a link asks for nothing any more (R5), or None where it may be asked for."""
    if link is None or due_on(shop, link) <= 0:
        return "nothing_due"
    standing = standing_of(shop, link)
    return None if standing in PAYABLE else str(standing)


def link_charges(shop: Shop, payer: Contact, charges: Sequence[Charge]) -> PaymentLink:
    """Make a link over charges of one currency; older ones of the payer that still ask for none but these lead to it.

    One by which everything is paid stays as it is.
    """
    ids = [charge.id for charge in charges]
    link = _make(shop, shop.key("lnk", payer.id, *ids, shop.next_serial()), payer, charges[0].currency, ids)
    link.amount = due_on(shop, link)
    for older in shop.links.by("contact_id", payer.id):
        asked = {id_ for id_ in older.charge_ids if (one := shop.charges.get(id_)) is None or one.open > 0}
        same = older.currency == link.currency and bool(asked) and asked <= set(ids)
        if older is not link and older.state == LinkState.OPEN and same:
            older.state, older.superseded_by = LinkState.SUPERSEDED, link.id
    return link


def link_amount(shop: Shop, contact: Contact, amount: int, currency: str, purpose: str) -> PaymentLink:
    """Make a link for an amount and a purpose that no invoice asks for; the client owes it from now on."""
    id_ = shop.key("lnk", contact.id, purpose, shop.next_serial())
    charge_for(shop, id_, contact.id, amount, currency, purpose)
    link = _make(shop, id_, payer_of(shop, contact.id), currency, [id_])
    link.amount, link.purpose = amount, purpose
    return link


def link_direct(
    shop: Shop, contact_id: str, payer: dict[str, str], amount: int, currency: str, purpose: str
) -> PaymentLink:
    """Note what a client wants to pay on the standing page; nothing is owed, and no client is made, before it is."""
    id_ = shop.key("lnk", contact_id, purpose, shop.next_serial())
    link = PaymentLink(shop.id, id_, contact_id, amount, currency, shop.now, _expiry(shop), charge_ids=[id_])
    link.purpose, link.direct, link.payer = purpose, True, payer
    return shop.links.add(link)


def _make(shop: Shop, id_: str, payer: Contact, currency: str, charge_ids: Iterable[str]) -> PaymentLink:
    link = PaymentLink(shop.id, id_, payer.id, 0, currency, shop.now, _expiry(shop), charge_ids=list(charge_ids))
    link.cause = shop.cause.plain() if shop.cause else None
    return shop.links.add(link)


def _expiry(shop: Shop) -> datetime:
    return shop.now + timedelta(days=shop.business.link_days)


def charge_for(shop: Shop, id_: str, contact_id: str, amount: int, currency: str, purpose: str) -> Charge:
    """Make the charge of a link: its purpose at an amount with tax in it, at the business's rate."""
    charge = new_charge(shop, id_, "other", shop.today)
    charge.contact_id, charge.description, charge.currency = contact_id, purpose, currency
    charge.unit_price = charge.amount = amount
    charge.service_from = charge.service_to = shop.today
    bear(shop, charge, shop.business.tax_rate)
    charge.stamp = charge.first_stamp = stamp(shop.now, SOURCE, id_)
    charge.owed = owed(charge)
    return shop.charges.add(charge)


def revoke(shop: Shop, link: PaymentLink) -> bool:
    """Take a link back: it opens nothing any more, and an amount that only it asked for is owed no more."""
    if link.state == LinkState.REVOKED:
        return False
    link.state = LinkState.REVOKED
    charge = shop.charges.get(link.id)
    if charge is not None and charge.invoice_id is None and not charge.settled:
        charge.cancel_stamp = stamp(shop.now, SOURCE, link.id)
        reckon(shop, [charge])
    return True
