"""Queueing messages: who is written to, on which channel, for what purpose (R19). Texts are made at delivery."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models.capping import count, is_full
from models.consents import consent_to, forbidden
from models.contact import Contact
from models.invoice import DocumentKind, Invoice
from models.message import Message, MessagePurpose
from models.payer import known_contact, language_of
from models.shop import Shop, skip, tell_owner

OWNER = "owner"


def queue_document(shop: Shop, document: Invoice, *, template: str, payer: Contact) -> Message | None:
    """Queue the mail that brings a document (an invoice, a receipt): legal, so always by e-mail."""
    return queue(
        shop,
        payer,
        template=template,
        purpose=MessagePurpose.LEGAL,
        documents=[document],
        subject_ids={"invoice": document.id, "order": document.order_id, "payment": _payment_in(document)},
    )


def _payment_in(document: Invoice) -> str | None:
    """Return the payment that a receipt is for."""
    return document.of_number if document.kind == DocumentKind.RECEIPT else None


def queue(
    shop: Shop,
    contact: Contact,
    *,
    template: str,
    purpose: MessagePurpose,
    documents: list[Invoice],
    subject_ids: dict[str, Any],
    channels: list[str] | None = None,
    step: str | None = None,
    automation: tuple[str, int] | None = None,
    fact_id: str | None = None,
) -> Message | None:
    """Queue one message to a contact; without an address the owner is told and None comes back (`no_channel`)."""
    cause, channel = shop.cause, channel_for(channels or shop.business.channels)
    if not contact.email or contact.email_bad or forbidden(contact, purpose, channel):
        _no_channel(shop, contact, template, automation, fact_id)
        return None
    document = documents[0] if documents else None
    message = Message(
        business_id=shop.id,
        id=shop.key("msg", template, contact.id, cause.run or "" if cause else "", shop.next_serial()),
        channel=channel,
        template=template,
        purpose=purpose,
        created_at=shop.now,
        recipient=contact.email,
        contact_id=contact.id,
        cc=contact.cc,
        automation_id=automation[0] if automation else None,
        version=automation[1] if automation else None,
        step=step,
        run_id=cause.run if cause else None,
        invoice_id=document.id if document else None,
        documents=[doc.id for doc in documents],
        subject_ids={name: value for name, value in subject_ids.items() if value is not None},
        depth=cause.depth if cause else 0,
        consent_id=consent_to(contact, channel) if purpose == MessagePurpose.MARKETING else None,
    )
    return _put_in_line(shop, message)


def queue_to_owner(
    shop: Shop, *, template: str, subject_ids: dict[str, Any], step: str | None, automation: tuple[str, int]
) -> Message | None:
    """Queue a message to the business itself; without an address an alert says the same."""
    cause = shop.cause
    if not shop.business.email:
        tell_owner(shop, "notice", f"Automation {automation[0]} has something to tell.", **subject_ids)
        return None
    message = Message(
        business_id=shop.id,
        id=shop.key("msg", template, OWNER, cause.run or "" if cause else "", shop.next_serial()),
        channel="email",
        template=template,
        purpose=MessagePurpose.SERVICE,
        created_at=shop.now,
        recipient=shop.business.email,
        automation_id=automation[0],
        version=automation[1],
        step=step,
        run_id=cause.run if cause else None,
        subject_ids={name: value for name, value in subject_ids.items() if value is not None},
        depth=cause.depth if cause else 0,
    )
    return _put_in_line(shop, message)


def over_cap(shop: Shop, contacts: Iterable[Contact], channels: list[str] | None) -> bool:
    """Whether one message more is too many for any of these clients on the day on which it would go (R21)."""
    channel = channel_for(channels or shop.business.channels)
    at = shop.hours.may_go(shop.now, channel, in_window=True)
    return any(is_full(shop, contact.id, at) for contact in contacts)


def _put_in_line(shop: Shop, message: Message) -> Message:
    message.next_attempt_at = time_to_go(shop, message)
    count(shop, message)
    return shop.messages.add(message)


def channel_for(_channels: Any) -> str:
    """Return the channel to use: e-mail, as long as no SMS gateway is connected (R19)."""
    return "email"


def time_to_go(shop: Shop, message: Message) -> datetime:
    """Return the instant from which a message may go: now, or the end of the hours that hold it (R19)."""
    in_window = message.contact_id is not None and message.purpose != MessagePurpose.LEGAL
    return shop.hours.may_go(shop.now, message.channel, in_window=in_window)


def _no_channel(
    shop: Shop, contact: Contact, template: str, automation: tuple[str, int] | None, fact_id: str | None
) -> None:
    cause = shop.cause
    skip(
        shop,
        "no_channel",
        contact_id=contact.id,
        automation_id=automation[0] if automation else None,
        version=automation[1] if automation else None,
        run_id=cause.run if cause else None,
        step=cause.step if cause else None,
        fact_id=fact_id,
        detail={"template": template},
    )
    tell_owner(
        shop,
        "no_channel",
        f"{contact.name or contact.id} {_why(contact)}: print and hand over what was to be sent.",
        contact_id=contact.id,
        template=template,
    )


def _why(contact: Contact) -> str:
    return "wants no e-mails" if contact.email and not contact.email_bad else "has no e-mail address"


def staff_language(shop: Shop, contact_id: str | None) -> str:
    """Return the language of a message: the contact's, or the business's own for its staff."""
    return shop.business.locale if contact_id is None else language_of(shop, known_contact(shop, contact_id))
