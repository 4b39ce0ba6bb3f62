"""Quotes as they stand."""

from sqlalchemy import ColumnElement

from models.addressing import address_of
from models.db import raw
from models.pages import Pages
from models.quote import how_it_stands, lines_of, total_of
from models.quote_row import Quote
from models.shop import Shop
from tasks.loading import Loader
from tasks.reading.office import Line, Office, columns


def quotes(
    office: Office, pages: Pages, *, contact: str | None = None, state: str | None = None, limit: int | None = None
) -> list[Line]:
    """Return the latest quotes in the order in which they were drafted."""
    about, where = columns(Quote), list[ColumnElement[bool]]()
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    most = limit if state is None else None
    found = office.latest(Quote, *where, order=[about.created_at, about.id], limit=most)
    shop = _shop(office, pages)
    lines = [quote_line(office, shop, quote) for quote in found]
    chosen = [line for line in lines if state in {None, line["state"]}]
    return chosen[-limit:] if limit else chosen


def quote(office: Office, pages: Pages, id_: str) -> Line:
    """Return one quote."""
    found = office.require(Quote, id_, "quote", " `relance quotes list` shows them all.")
    return quote_line(office, _shop(office, pages), found)


def _shop(office: Office, pages: Pages) -> Shop:
    shop = Loader(raw(office.connection), office.now, [office.id]).shops[office.id]
    shop.pages = pages
    return shop


def quote_line(office: Office, shop: Shop, quote: Quote) -> Line:
    """Return a quote as it stands now."""
    return {
        "id": quote.id,
        "at": office.local(quote.created_at),
        "contact": quote.contact_id,
        "state": how_it_stands(quote, office.today),
        "title": quote.title,
        "total": total_of(quote),
        "currency": quote.currency,
        "lines": [line.plain() for line in lines_of(quote)],
        "valid_until": quote.valid_until,
        "sent_at": office.local(quote.sent_at),
        "answered_at": office.local(quote.answered_at),
        "order": quote.id if quote.state == "accepted" else None,
        "url": address_of(shop, quote),
    }
