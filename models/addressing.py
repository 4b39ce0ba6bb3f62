"""Addresses of a client's pages: of an invoice, a payment link, a quote. All of one page's are revoked together."""

from datetime import date

from models.invoice import DocumentKind, Invoice
from models.pages import LIFETIME, Page
from models.payment_link import PaymentLink
from models.periods import local_date
from models.quote_row import Quote, QuoteState
from models.refusals import RefusedError
from models.shop import Shop

Paged = Invoice | PaymentLink | Quote


def address_of(shop: Shop, row: Paged) -> str | None:
    """Return the address by which a page is opened that is given out now; None where there are no pages.

    It opens a document for a while from today, a link or a quote for a while after that is over, to say so.
    """
    return shop.pages.url(page_of(row), shop.id, row.id, _last_day(shop, row), row.page_serial)


def revoke_addresses(row: Paged) -> None:
    """Let the addresses of a page that were given out up to now open nothing any more; the next one is new."""
    if isinstance(row, Invoice) and (row.kind != DocumentKind.INVOICE or row.number is None):
        raise RefusedError(f"{row.number or row.id} has no page: only issued invoices have.")
    if isinstance(row, Quote) and row.state == QuoteState.DRAFT:
        raise RefusedError(f"Quote {row.id} has no page yet: it is a draft.")
    row.page_serial = (row.page_serial or 0) + 1


def page_of(row: Paged) -> Page:
    """Return which page shows a row."""
    if isinstance(row, Invoice):
        return Page.INVOICE
    return Page.PAY if isinstance(row, PaymentLink) else Page.QUOTE


def _last_day(shop: Shop, row: Paged) -> date:
    if isinstance(row, Invoice):
        return shop.today + LIFETIME
    return (local_date(row.expires_at, shop.zone) if isinstance(row, PaymentLink) else row.valid_until) + LIFETIME
