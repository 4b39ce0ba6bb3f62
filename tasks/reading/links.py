"""Payment links as they stand: what they ask for by now, and where their pages are."""

from sqlalchemy import ColumnElement, exists, or_

from models.addressing import address_of
from models.charge import Charge
from models.db import raw
from models.linking import (
    LinkStanding,
    cancelled_of,
    charges_of_link,
    document_in_place,
    due_on,
    paid_on,
    standing_of,
)
from models.notes import note_of
from models.pages import Pages
from models.payment_link import PaymentLink
from models.rows import table_of
from models.shop import Shop
from tasks.loading import Loader
from tasks.reading.office import Line, Office, columns
from tasks.seeds import Seeds


def links(
    office: Office,
    pages: Pages,
    *,
    contact: str | None = None,
    standing: LinkStanding | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest payment links in the order in which they were made; of the standing page what was paid."""
    about, charge = columns(PaymentLink), table_of(Charge).c
    paid = exists().where(charge.business_id == about.business_id, charge.id == about.id)
    where: list[ColumnElement[bool]] = [or_(~about.direct, paid)]
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    most = limit if standing is None else None
    found = office.latest(PaymentLink, *where, order=[about.created_at, about.id], limit=most)
    shop = _shop(office, pages, [link.id for link in found])
    lines = [link_line(office, shop, link) for link in found]
    chosen = [line for line in lines if standing in {None, line["standing"]}]
    return chosen[-limit:] if limit else chosen


def link(office: Office, pages: Pages, id_: str) -> Line:
    """Return one link with its detailed note."""
    found = office.require(PaymentLink, id_, "payment link", " `relance links list` shows them all.")
    shop = _shop(office, pages, [id_])
    note = [line._asdict() | {"quantity": str(line.quantity)} for line in note_of(charges_of_link(shop, found))]
    return link_line(office, shop, found) | {"note": note}


def _shop(office: Office, pages: Pages, ids: list[str]) -> Shop:
    seeds = Seeds()
    seeds.add("links", office.id, ids)
    shop = Loader(raw(office.connection), office.now, [office.id]).load(seeds)[office.id]
    shop.pages = pages
    return shop


def link_line(office: Office, shop: Shop, link: PaymentLink) -> Line:
    """Return a link as it stands now."""
    document = document_in_place(shop, link)
    return {
        "id": link.id,
        "at": office.local(link.created_at),
        "contact": link.contact_id,
        "standing": str(standing_of(shop, link)),
        "purpose": link.purpose,
        "amount": link.amount,
        "amount_due": due_on(shop, link),
        "paid": paid_on(shop, link),
        "cancelled": cancelled_of(shop, link),
        "currency": link.currency,
        "charges": link.charge_ids,
        "invoice": document.number if document else None,
        "superseded_by": link.superseded_by,
        "direct": link.direct,
        "sent_at": office.local(link.sent_at),
        "expires_at": office.local(link.expires_at),
        "url": address_of(shop, link),
        "cause": link.cause,
    }
