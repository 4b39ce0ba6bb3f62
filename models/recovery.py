"""What a professional who is late owes for recovery: once for each invoice, on a document of its own (R25)."""

from collections.abc import Iterable

from models.asking import issue_all
from models.charge import Charge
from models.contact import Contact, PayerKind
from models.identifiers import stamp
from models.invoice import Invoice
from models.law.pack import law
from models.law.text import LawText, Subject
from models.message import MessagePurpose
from models.messaging import queue
from models.money import minor_digits
from models.pricing import new_charge, owed
from models.refusals import OPERATOR
from models.settling import charges_on
from models.shop import Shop
from models.tax import OUTSIDE_VAT

KIND = "recovery"
CURRENCY = "EUR"
"""The law says the sum in euros, whatever the invoice is in."""


def claim_recovery(shop: Shop, payer: Contact, documents: Iterable[Invoice]) -> None:
    """Issue what the law lets a creditor claim for these, due at once, outside VAT; send it in one message."""
    claims: list[Invoice] = []
    for document in documents:
        row = _law(shop, document)
        if row is not None and not any(charge.kind == KIND for charge in charges_on(shop, document)):
            claims += issue_all(shop, [_charge(shop, document, row)], terms_days=0)
    if claims:
        queue(
            shop,
            payer,
            template="request_payment",
            purpose=MessagePurpose.LEGAL,
            documents=claims,
            subject_ids={"invoice": claims[0].id},
        )


def _law(shop: Shop, document: Invoice) -> LawText | None:
    """Return what the seller's country says; only of businesses anything is claimed."""
    if document.payer_kind != PayerKind.BUSINESS:
        return None
    b = shop.business
    row = law(
        b.country, Subject.RECOVERY, PayerKind.BUSINESS, b.regime_on(shop.today).vat, document.language, shop.today
    )
    return row if row and row.value else None


def _heading(text: str) -> str:
    """Return what the law's sentence calls the sum, without the sum: that stands in its own column."""
    return text.partition("{amount}")[0].rstrip(" :\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


def _charge(shop: Shop, document: Invoice, row: LawText) -> Charge:
    assert row.value is not None
    charge = new_charge(shop, f"{document.id}:{KIND}", KIND, shop.today)
    charge.contact_id, charge.currency = document.contact_id, CURRENCY
    charge.unit_price = charge.amount = int(row.value.scaleb(minor_digits(CURRENCY)))
    charge.description = f"{_heading(row.text)} ({document.number})"
    charge.tax_category = OUTSIDE_VAT
    charge.service_from = charge.service_to = shop.today
    charge.stamp = charge.first_stamp = stamp(shop.now, OPERATOR, charge.id)
    charge.owed = owed(charge)
    return shop.charges.add(charge)
