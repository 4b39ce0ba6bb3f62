"""Queueing messages: who is written to, on which channels, for what purpose (R19). Texts are made at delivery.

A statement that queues for many clients at once must find the same of each:

- e-mail is open where `contacts.email <> '' AND NOT contacts.email_bad`, SMS where `contacts.mobile IS NOT NULL AND NOT
  contacts.phone_bad` and the business has a gateway (`models.channels.sends_sms`); `mobile` is E.164, worked out when
  the phone was told;
- `contacts.choices` holds what the client said: `{"service sms": [when, "yes" | "no", id]}`. `choices #>> '{service
  sms,1}' = 'no'` closes SMS to everything, `'{service email,1}'` e-mail to service messages; what asks for money
  for documents is legal, so only the first counts there;
- what asks for money goes over the wanted channels that are open, and by e-mail where SMS is wanted and closed; any
  other document also by e-mail in every case;
- of two rows each has the other's id in `beside`; only the one for e-mail has `cc`; the instants at which they may go
  are those of their channels (`time_to_go`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from models.capping import count, too_many
from models.channels import Way, address_on, ways_to
from models.consents import Channel, consent_to
from models.contact import Contact
from models.invoice import DocumentKind, Invoice
from models.message import ASKING, Message, MessagePurpose
from models.payer import known_contact, language_of
from models.shop import Shop, skip, tell_owner

OWNER = "owner"


def queue_document(shop: Shop, document: Invoice, *, template: str, payer: Contact) -> list[Message]:
    """Queue what brings a document (an invoice, a receipt) to its payer."""
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
) -> list[Message]:
    """Queue a message to a contact, once for each channel that it takes (R19), e-mail before SMS.

    Without any the owner is told, and none comes back (`no_channel`); so is he of a document that can't be mailed. The
    wanted `channels` are else the business's.
    """
    mailed = must_be_mailed(purpose, template, documents)
    ways = ways_to(shop, contact, purpose, channels or shop.business.channels, mailed=mailed)
    if not ways:
        _no_channel(shop, contact, template, automation, fact_id)
        return []
    if mailed and ways[0].channel != Channel.EMAIL:
        ask_to_print(shop, contact, template)
    document = documents[0] if documents else None
    origin = ("msg", template, contact.id, _run_of(shop), shop.next_serial())
    ids = [shop.key(*origin, *_suffix(way)) for way in ways]
    messages = [_message(shop, id_, way, template, purpose, subject_ids) for id_, way in zip(ids, ways, strict=True)]
    for message, way in zip(messages, ways, strict=True):
        message.contact_id, message.cc = contact.id, contact.cc if way.channel == Channel.EMAIL else []
        message.invoice_id, message.documents = document.id if document else None, [one.id for one in documents]
        message.consent_id = consent_to(contact, way.channel) if purpose == MessagePurpose.MARKETING else None
        message.beside = next((other for other in ids if other != message.id), None)
        _by_step(message, automation, step)
    return [_put_in_line(shop, message) for message in messages]


def _message(
    shop: Shop, id_: str, way: Way, template: str, purpose: MessagePurpose, subject_ids: dict[str, Any]
) -> Message:
    """Return a message as any begins, caused by what is at work."""
    cause = shop.cause
    return Message(
        business_id=shop.id,
        id=id_,
        channel=str(way.channel),
        template=template,
        purpose=purpose,
        created_at=shop.now,
        recipient=way.to,
        run_id=cause.run if cause else None,
        subject_ids={name: value for name, value in subject_ids.items() if value is not None},
        depth=cause.depth if cause else 0,
    )


def _by_step(message: Message, automation: tuple[str, int] | None, step: str | None) -> None:
    """Note which step of which version of an automation says it."""
    message.automation_id, message.version = automation or (None, None)
    message.step = step


def _run_of(shop: Shop) -> str:
    return shop.cause.run or "" if shop.cause else ""


def must_be_mailed(purpose: str, template: str, documents: Sequence[Any]) -> bool:
    """Whether a message is a document itself, which SMS can only announce; what asks for money leads to its page."""
    return template not in ASKING and (purpose == MessagePurpose.LEGAL or bool(documents))


def _suffix(way: Way) -> Sequence[str]:
    """Return what tells the id of an SMS from that of the mail that says the same."""
    return () if way.channel == Channel.EMAIL else (way.channel,)


def queue_to_owner(
    shop: Shop, *, template: str, subject_ids: dict[str, Any], step: str | None, automation: tuple[str, int]
) -> Message | None:
    """Queue a message to the business itself; without an address an alert says the same."""
    if not shop.business.email:
        tell_owner(shop, "notice", f"Automation {automation[0]} has something to tell.", **subject_ids)
        return None
    id_ = shop.key("msg", template, OWNER, _run_of(shop), shop.next_serial())
    way = Way(Channel.EMAIL, shop.business.email)
    message = _message(shop, id_, way, template, MessagePurpose.SERVICE, subject_ids)
    _by_step(message, automation, step)
    return _put_in_line(shop, message)


def over_cap(
    shop: Shop, contacts: Iterable[Contact], channels: list[str] | None, purpose: str = MessagePurpose.SERVICE
) -> bool:
    """Whether a message more is too many for any of these clients on the day on which it would go (R21)."""
    wanted = channels or shop.business.channels
    return any(
        too_many(shop, one.id, [_may_go(shop, way.channel) for way in ways_to(shop, one, purpose, wanted)])
        for one in contacts
    )


def _may_go(shop: Shop, channel: str) -> datetime:
    return shop.hours.may_go(shop.now, channel, in_window=True)


def _put_in_line(shop: Shop, message: Message) -> Message:
    message.next_attempt_at = time_to_go(shop, message)
    count(shop, message)
    return shop.messages.add(message)


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
    ask_to_print(shop, contact, template)


def ask_to_print(shop: Shop, contact: Contact, template: str) -> None:
    """Tell the owner of what no channel brings to a client."""
    tell_owner(
        shop,
        "no_channel",
        f"{contact.name or contact.id} {_why_unreachable(shop, contact)}: print and hand over what was to be sent.",
        contact_id=contact.id,
        template=template,
    )


def _why_unreachable(shop: Shop, contact: Contact) -> str:
    """Return why a client gets no e-mail."""
    return "wants no e-mails" if address_on(shop, contact, Channel.EMAIL) else "has no e-mail address"


def staff_language(shop: Shop, contact_id: str | None) -> str:
    """Return the language of a message: the contact's, or the business's own for its staff."""
    return shop.business.locale if contact_id is None else language_of(shop, known_contact(shop, contact_id))
