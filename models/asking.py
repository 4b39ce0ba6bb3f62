"""Asking for payment: charges go onto documents, one for each group (R9), and the documents to their payers."""

from collections.abc import Iterable
from typing import Any

from models.charge import Charge
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.issuing import group_charges
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.requesting import to_bill
from models.shop import Shop
from models.taxing import tax_again


def issue_all(
    shop: Shop, charges: Iterable[Charge], *, terms_days: int | None = None, order_id: str | None = None
) -> list[Invoice]:
    """Issue one document for each group of charges; terms that are not said are the business's."""
    charges = list(charges)
    tax_again(shop, charges)
    days = shop.business.payment_terms_days if terms_days is None else terms_days
    documents = [
        invoice_charges(shop, known_contact(shop, group.payer_id), members, terms_days=days, order_id=order_id)
        for group, members in group_charges(shop, charges).items()
    ]
    return [document for document in documents if document is not None]


def ask_for(shop: Shop, charges: Iterable[Charge], *, subject_ids: dict[str, Any]) -> list[Invoice]:
    """Issue what is open of charges and send it; what credit covers is sent as paid (R10)."""
    documents = issue_all(shop, to_bill(charges))
    for document in documents:
        queue(
            shop,
            known_contact(shop, document.contact_id),
            template=template_of(document),
            purpose=MessagePurpose.LEGAL,
            documents=[document],
            subject_ids=subject_ids | {"invoice": document.id},
        )
    return documents


def template_of(document: Invoice) -> str:
    """Return the template that brings a document just issued: a request to pay, or what is paid already."""
    return "request_payment" if document.amount_due > 0 else "issue_paid_invoice"
