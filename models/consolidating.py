"""Consolidated billing of one client: what an occurrence takes, how it parts into documents, and the one notice (R9).

`tasks.billing` holds the same rules as SQL for the many whose case is plain; a test holds the two equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.billing import BillingPlan, Mode
from models.charge import Charge
from models.contact import Contact, PayerKind
from models.diary import service_id_of
from models.drafting import draft_charges
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.issuing import group_charges
from models.linking import link_charges
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import payer_of
from models.payment_link import PaymentLink
from models.shop import Shop
from models.taxing import tax_again

MONTHLY = frozenset({"FR"})
"""Countries of sellers where a periodic invoice to a professional groups one calendar month of services (R9)."""
NOTICE = "request_payment"
"""The template of the message that tells a client of all documents of a run."""
PAID_NOTICE = "issue_paid_invoice"
"""The template where credit or deposits leave nothing to pay (R10)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an occurrence takes of a client, charges recorded `before` and due by a local date; `plan` says how."""

    occurrence: str
    before: datetime
    until: date
    plan: BillingPlan


def bill_client(shop: Shop, payer: Contact, terms: Terms) -> list[Invoice | PaymentLink]:
    """Turn what a client owes and nobody has invoiced into what its plan says; return what was made.

    Invoices and links are told of in one notice, drafts wait for a person (R14). A link claims nothing (R17).
    """
    shop.begin(f"{terms.occurrence} {payer.id}")
    taken = _taken(shop, payer, terms)
    tax_again(shop, taken)
    if terms.plan.mode is Mode.PAYMENT_LINK:
        return [*_link(shop, payer, taken, terms.plan)]
    parts = list(_parts(shop, payer, taken))
    if terms.plan.mode is Mode.DRAFT:
        drafts = [draft_charges(shop, payer, one, terms_days=terms.plan.terms_days) for one in parts]
        return [draft for draft in drafts if draft is not None]
    made = [invoice_charges(shop, payer, one, terms_days=terms.plan.terms_days) for one in parts]
    documents = [document for document in made if document is not None]
    if documents:
        _tell(shop, payer, documents, terms.plan)
    return [*documents]


def worth(made: Invoice | PaymentLink) -> int:
    """Return what a document comes to with tax, or a link asks for."""
    return made.total if isinstance(made, Invoice) else made.amount


def _tell(shop: Shop, payer: Contact, documents: list[Invoice], plan: BillingPlan) -> None:
    """Tell a client of all its documents at once."""
    queue(
        shop,
        payer,
        template=NOTICE if any(one.amount_due > 0 for one in documents) else PAID_NOTICE,
        purpose=MessagePurpose.LEGAL,
        documents=documents,
        subject_ids={"invoice": documents[0].id},
        channels=list(plan.channels),
    )


def _link(shop: Shop, payer: Contact, charges: Sequence[Charge], plan: BillingPlan) -> Iterator[PaymentLink]:
    """Ask for charges by a link, one for each currency, and tell of it; an older link over the same leads to it."""
    currencies: dict[str, list[Charge]] = {}
    for charge in charges:
        currencies.setdefault(charge.currency, []).append(charge)
    for members in currencies.values():
        if sum(charge.open for charge in members) <= 0:
            continue
        link = link_charges(shop, payer, members)
        queue(
            shop,
            payer,
            template=NOTICE,
            purpose=MessagePurpose.SERVICE,
            documents=[],
            subject_ids={"link": link.id},
            channels=list(plan.channels),
        )
        yield link


def _taken(shop: Shop, payer: Contact, terms: Terms) -> list[Charge]:
    """Return the charges that an occurrence takes of a payer, by id, without what comes to too little."""
    due = [
        charge
        for charge in shop.charges
        if charge.billable
        and not charge.closed
        and charge.recorded_at < terms.before
        and charge.due_on <= terms.until
        and not _left_out(shop, charge, terms.plan)
        and payer_of(shop, charge.contact_id) is payer
    ]
    own = sum(charge.open for charge in due if charge.currency == shop.business.currency)
    too_little = payer.kind == PayerKind.CONSUMER and own < terms.plan.minimum
    taken = (charge for charge in due if not too_little or charge.currency != shop.business.currency)
    return sorted(taken, key=lambda charge: charge.id)


def _left_out(shop: Shop, charge: Charge, plan: BillingPlan) -> bool:
    """Whether a charge is of a kind or service that is not billed by cycles."""
    if charge.kind in plan.without_kinds:
        return True
    seat = shop.bookings.get(charge.booking_id) if plan.without_services and charge.booking_id else None
    return seat is not None and service_id_of(shop, seat) in plan.without_services


def _parts(shop: Shop, payer: Contact, charges: Sequence[Charge]) -> Iterator[list[Charge]]:
    """Part charges by the document that each belongs on, a professional's also by the month of service (R9)."""
    monthly = payer.kind == PayerKind.BUSINESS and shop.business.country in MONTHLY
    for members in group_charges(shop, charges).values():
        months: dict[tuple[int, int] | None, list[Charge]] = {}
        for charge in members:
            on = charge.service_from or charge.due_on
            months.setdefault((on.year, on.month) if monthly else None, []).append(charge)
        yield from months.values()
