"""Reminding a payer: how often at most, on which rung of the ladder, and what a person may remind of (R5, R25)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from models.actions import silent_about
from models.card import CardAttempt, CardState
from models.collecting import planned_for
from models.contact import Contact
from models.holding import held_in_words
from models.invoice import DocumentStatus, Invoice
from models.ladder import climb, free_again
from models.linking import link_charges
from models.message import Message, MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.refusals import RefusedError
from models.settling import charges_on
from models.shop import Shop
from models.standing import Standing, standings


def remind(shop: Shop, documents: Sequence[Invoice]) -> list[Message]:
    """Remind a payer of open documents, each currency by itself; several have one way to pay (R17, R25).

    Refused where nothing is to be asked for, where a hold or a planned charge of a card stands in the way, and within
    three days of the last reminder.
    """
    payer = known_contact(shop, documents[0].contact_id)
    _require_time(shop, payer)
    asked = [document for document in documents if _why_not(shop, document) is None]
    if not asked:
        raise RefusedError(" ".join(filter(None, (_why_not(shop, document) for document in documents))))
    groups: dict[str, list[Invoice]] = {}
    for document in sorted(asked, key=lambda one: (one.due_on or one.created_at.date(), one.number or "")):
        groups.setdefault(document.currency, []).append(document)
    sent = [message for group in groups.values() for message in _ask(shop, payer, group)]
    if not sent:
        raise RefusedError(f"{payer.name or payer.id} has no e-mail address: print the reminder, and hand it over.")
    return sent


def _ask(shop: Shop, payer: Contact, documents: list[Invoice]) -> list[Message]:
    subjects = {"invoice": documents[0].id, "order": documents[0].order_id}
    if len(documents) > 1:
        charges = [charge for document in documents for charge in charges_on(shop, document) if charge.open > 0]
        subjects["link"] = link_charges(shop, payer, charges).id
    messages = queue(
        shop,
        payer,
        template="send_reminder",
        purpose=MessagePurpose.SERVICE,
        documents=documents,
        subject_ids=subjects,
    )
    if messages:
        climb(shop, payer, documents)
    return messages


def _require_time(shop: Shop, payer: Contact) -> None:
    again = free_again(shop, payer)
    if again is not None:
        raise RefusedError(
            f"{payer.name or payer.id} was reminded on {_local(shop, payer.reminded_at)}: nobody is reminded twice in "
            f"3 days. The next reminder may go out from {_local(shop, again)}."
        )


def _local(shop: Shop, instant: datetime | None) -> str:
    return f"{instant.astimezone(shop.zone):%Y-%m-%d %H:%M}" if instant else ""


def _why_not(shop: Shop, document: Invoice) -> str | None:
    """Return why a document can't be reminded of, as a sentence; None where it can."""
    if held := held_in_words(shop, document):
        return held
    if silent_about(shop, document):
        return f"{document.number} is {document.status}: nothing of it is to be asked for."
    if planned_for(shop, document):
        text = f"A card is about to be charged for {document.number}: nobody is reminded meanwhile."
        return " ".join(filter(None, (text, _when_charged(shop, planned_for(shop, document)))))
    return None


def _when_charged(shop: Shop, attempt: CardAttempt | None) -> str | None:
    """Return when a card is to be charged, as a sentence; nothing while it is being charged."""
    if attempt is None or attempt.state != CardState.PREPARED:
        return None
    if attempt.due_at is None:
        return "A pause holds the charge: `relance status` tells which, `relance resume` ends it."
    return f"It is planned for {_local(shop, attempt.due_at)}."


def of_standing(shop: Shop, documents: Iterable[Invoice], wanted: Sequence[Standing]) -> list[Invoice]:
    """Return the open documents that stand today as wanted (overdue, pending)."""
    open_ = [one for one in documents if one.status == DocumentStatus.ISSUED and one.amount_due > 0]
    return [one for one in open_ if not wanted or set(standings(one, shop.today)) & set(wanted)]
