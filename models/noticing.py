"""Formal notices: a document of its own that a person sends, over what is still open after reminders (R25)."""

from collections.abc import Sequence
from datetime import timedelta

from models.holding import holds_on
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.issuing import issue_notice
from models.linking import link_charges
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.refusals import RefusedError
from models.settling import charges_on
from models.shop import Shop
from models.standing import Standing, standings

DAYS = 8
"""Days that a notice leaves to pay, unless it says otherwise."""


def give_notice(shop: Shop, documents: Sequence[Invoice], days: int = DAYS) -> Invoice:
    """Issue a formal notice over overdue documents of one payer and currency, and send it.

    Refused while one of them is under notice already: the shop holds the notices of their payers.
    """
    for document in documents:
        _require(shop, document)
        _require_no_other(shop, document)
    if len({(document.contact_id, document.currency) for document in documents}) != 1:
        raise RefusedError("A formal notice is about one payer's documents in one currency.")
    payer = known_contact(shop, documents[0].contact_id)
    notice = issue_notice(shop, payer, documents, due_on=shop.today + timedelta(days=days))
    charges = [charge for document in documents for charge in charges_on(shop, document) if charge.open > 0]
    link = link_charges(shop, payer, charges)
    queue(
        shop,
        payer,
        template="formal_notice",
        purpose=MessagePurpose.LEGAL,
        documents=[notice],
        subject_ids={"invoice": notice.id, "link": link.id},
    )
    return notice


def _require(shop: Shop, document: Invoice) -> None:
    if holds := holds_on(shop, document):
        raise RefusedError(f"{document.number} is on hold ({holds[0].kind}): `relance invoices release` ends that.")
    overdue = document.status == DocumentStatus.ISSUED and Standing.OVERDUE in standings(document, shop.today)
    if not overdue:
        raise RefusedError(f"{document.number} is not overdue: a formal notice is about debts that are.")


def _require_no_other(shop: Shop, document: Invoice) -> None:
    """Refuse what is under a notice whose days are not over: a second one would only confuse what the first says."""
    notices = (one for one in shop.invoices if one.kind == DocumentKind.FORMAL_NOTICE)
    for notice in notices:
        if notice.due_on and notice.due_on >= shop.today and document.number in _named_by(notice):
            raise RefusedError(
                f"{document.number} is under formal notice {notice.number} of {notice.issued_on} already, which "
                f"leaves until {notice.due_on} to pay: another may be given after that. `relance invoices show "
                f"{notice.number}` shows it, and how it was sent."
            )


def _named_by(notice: Invoice) -> set[str]:
    """Return the numbers of the documents that a notice is about."""
    return {one["number"] for one in notice.preceding} if isinstance(notice.preceding, list) else set()
