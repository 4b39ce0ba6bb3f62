"""Consolidated billing of one client: what an occurrence takes, how it parts into documents, and the one notice (R9).

`tasks.billing` holds the same rules as SQL for the many whose case is plain; a test holds the two equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.charge import Charge, ChargeState
from models.contact import Contact, PayerKind
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.issuing import group_charges
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import payer_of
from models.shop import Shop
from models.taxing import tax_again

MONTHLY = frozenset({"FR"})
"""Countries of sellers where a periodic invoice to a professional groups one calendar month of services (R9)."""
NOTICE = "request_payment"
"""The template of the message that tells a client of all documents of a run."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an occurrence takes and on which terms: charges recorded `before`, due by a local date.

    A consumer's total below `minimum`, in the business's currency, waits for a later occurrence.
    """

    occurrence: str
    before: datetime
    until: date
    days: int
    minimum: int = 0


def bill_client(shop: Shop, payer: Contact, terms: Terms) -> list[Invoice]:
    """Turn what a client owes and nobody has invoiced into issued documents, and tell of all of them at once."""
    shop.begin(f"{terms.occurrence} {payer.id}")
    taken = _taken(shop, payer, terms)
    tax_again(shop, taken)
    documents = [
        document
        for charges in _parts(shop, payer, taken)
        if (document := invoice_charges(shop, payer, charges, terms_days=terms.days)) is not None
    ]
    if documents:
        queue(
            shop,
            payer,
            template=NOTICE if any(one.amount_due > 0 for one in documents) else "issue_paid_invoice",
            purpose=MessagePurpose.LEGAL,
            documents=documents,
            subject_ids={"invoice": documents[0].id},
        )
    return documents


def _taken(shop: Shop, payer: Contact, terms: Terms) -> list[Charge]:
    """Return the charges that an occurrence takes of a payer, without those of a currency that come to too little."""
    due = [
        charge
        for charge in shop.charges
        if charge.state == ChargeState.DUE
        and charge.billable
        and charge.recorded_at < terms.before
        and charge.due_on <= terms.until
        and payer_of(shop, charge.contact_id) is payer
    ]
    own = sum(charge.open for charge in due if charge.currency == shop.business.currency)
    too_little = payer.kind == PayerKind.CONSUMER and own < terms.minimum
    return [charge for charge in due if not too_little or charge.currency != shop.business.currency]


def _parts(shop: Shop, payer: Contact, charges: Sequence[Charge]) -> Iterator[list[Charge]]:
    """Part charges by the document that each belongs on, a professional's also by the month of service (R9)."""
    monthly = payer.kind == PayerKind.BUSINESS and shop.business.country in MONTHLY
    for members in group_charges(shop, charges).values():
        months: dict[tuple[int, int] | None, list[Charge]] = {}
        for charge in members:
            on = charge.service_from or charge.due_on
            months.setdefault((on.year, on.month) if monthly else None, []).append(charge)
        yield from months.values()
