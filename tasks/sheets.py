"""What a pay page shows: a document or a payment link as it stands now, read in one look, changing nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection

from models.business import Business
from models.card_settings import cards_of
from models.collecting import Debt
from models.contact import Contact
from models.deadlines import pay_by
from models.document_text import NOTES, attendee
from models.invoice import DocumentKind, DocumentStatus, Invoice, InvoiceLine
from models.link_money import target_of
from models.linking import (
    LinkStanding,
    cancelled_of,
    charges_of_link,
    document_in_place,
    due_on,
    newest_of,
    standing_of,
)
from models.notes import note_of
from models.pages import Named
from models.partial import least_part
from models.payer import known_contact
from models.payment_link import PaymentLink
from models.rows import columns_of
from models.settling import charges_on
from models.shop import Shop
from tasks.loading import Loader
from tasks.seeds import Seeds


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line: what, when, how much of it, and what it comes to; amounts are minor units."""

    description: str
    quantity: Decimal
    on: date | None
    net: int
    tax: int
    gross: int
    rate: Decimal
    attendee: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is asked of a client, and how it stands.

    `standing` is `open`, `paid`, `partly_cancelled`, `nothing_due`, `void`, `expired` or `revoked`. `credited` is what
    credit notes took back of `total`, `cancelled` what a link once asked for beside it.
    `leads_to` is the document, or the newer link, to which a link leads. `debt` is what a payment would be for.
    `pay_by` is when a seat that must be paid at booking is given back.
    `page_serial` tells how often addresses of the page were revoked: older ones open nothing.
    """

    business: Business
    contact: Contact
    standing: str
    currency: str
    lines: tuple[SheetLine, ...]
    total: int
    due: int
    least: int
    debt: Debt
    takes_cards: bool
    number: str | None = None
    purpose: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    said: tuple[str, ...] = ()
    leads_to: Invoice | PaymentLink | None = None
    until: datetime | None = None
    page_serial: int = 0
    credited: int = 0
    cancelled: int = 0
    pay_by: datetime | None = None

    @property
    def net(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines)

    @property
    def paid(self) -> int:
        """What has been paid of it."""
        return self.total - self.credited - self.due


def invoice_sheet(connection: Connection[Any], named: Named, now: datetime) -> Sheet | None:
    """Return an invoice as its page shows it, or None where there is no such document."""
    lines = _lines(connection, named.business_id, named.id)
    people = {line.participant for line in lines if line.participant}
    shop = _load(connection, named.business_id, now, invoices=[named.id], contacts=people)
    invoice = shop.invoices.get(named.id) if shop else None
    if shop is None or invoice is None or invoice.kind != DocumentKind.INVOICE:
        return None
    amount = max(invoice.amount_due, 0)
    number = invoice.number or invoice.id
    debt = Debt(invoice.contact_id, amount, invoice.currency, f"invoice:{invoice.id}", (), invoice.id, None, number)
    return Sheet(
        shop.business,
        known_contact(shop, invoice.contact_id),
        _standing_of(invoice),
        invoice.currency,
        tuple(_shown(shop, invoice, line) for line in lines),
        invoice.total,
        amount,
        least_part(shop, amount),
        debt,
        cards_of(shop.business) is not None,
        number,
        None,
        invoice.issued_on,
        invoice.due_on,
        tuple(_said(shop, invoice)),
        page_serial=invoice.page_serial or 0,
        credited=invoice.credited,
        pay_by=pay_by(shop, charges_on(shop, invoice)),
    )


def link_sheet(connection: Connection[Any], named: Named, now: datetime) -> Sheet | None:
    """Return a payment link as its page shows it, or None where there is no such link."""
    shop = _load(connection, named.business_id, now, links=[named.id])
    link = shop.links.get(named.id) if shop else None
    if shop is None or link is None:
        return None
    newest = newest_of(shop, link)
    standing = standing_of(shop, newest)
    moved = document_in_place(shop, newest) if standing is LinkStanding.MOVED else None
    note = note_of(charges_of_link(shop, newest))
    due = due_on(shop, newest)
    return Sheet(
        shop.business,
        known_contact(shop, newest.contact_id),
        "open" if standing is LinkStanding.MOVED else str(standing),
        newest.currency,
        tuple(SheetLine(one.description, one.quantity, one.on, one.net, one.tax, one.gross, one.rate) for one in note),
        sum(one.gross for one in note),
        due,
        least_part(shop, due),
        debt_of_link(newest, due),
        cards_of(shop.business) is not None,
        purpose=newest.purpose,
        leads_to=moved or (newest if newest is not link else None),
        until=newest.expires_at,
        page_serial=link.page_serial or 0,
        cancelled=cancelled_of(shop, newest),
        pay_by=pay_by(shop, charges_of_link(shop, newest)),
    )


def debt_of_link(link: PaymentLink, amount: int) -> Debt:
    """Return what a payment of an amount by a link is for."""
    return Debt(
        link.contact_id,
        amount,
        link.currency,
        target_of(link),
        tuple(link.charge_ids),
        link_id=link.id,
        description=link.purpose or "",
    )


def _load(connection: Connection[Any], business_id: str, now: datetime, **named: Iterable[str]) -> Shop | None:
    seeds = Seeds()
    loader = Loader(connection, now, [business_id])
    if business_id not in loader.shops:
        return None
    for kind, ids in named.items():
        seeds.add(kind, business_id, ids)
    return loader.load(seeds)[business_id]


def _standing_of(invoice: Invoice) -> str:
    if invoice.status == DocumentStatus.ISSUED:
        return "open"
    return "void" if invoice.status == DocumentStatus.VOID else "paid" if invoice.amount_due <= 0 else "nothing_due"


def _lines(connection: Connection[Any], business_id: str, invoice_id: str) -> list[InvoiceLine]:
    columns = ", ".join(columns_of(InvoiceLine))
    rows = connection.execute(
        f"SELECT {columns} FROM invoice_lines WHERE business_id = %s AND invoice_id = %s ORDER BY position".encode(),  # noqa: S608  # names are ours
        (business_id, invoice_id),
    ).fetchall()
    return [InvoiceLine(*row) for row in rows]


def _shown(shop: Shop, invoice: Invoice, line: InvoiceLine) -> SheetLine:
    who = attendee(shop, line, invoice.contact_id)
    return SheetLine(line.description, line.quantity, line.service_from, line.net, line.tax, line.gross, line.rate, who)


def _said(shop: Shop, invoice: Invoice) -> Iterable[str]:
    """Yield what the law wants said on the document, as it was issued (R13)."""
    groups = shop.taxes.by("invoice_id", invoice.id)
    yield from dict.fromkeys(group.exemption_text for group in groups if group.exemption_text)
    notes = invoice.notes if isinstance(invoice.notes, dict) else {}
    yield from (notes[code] for code in NOTES if code in notes)
