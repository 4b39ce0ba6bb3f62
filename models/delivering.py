"""What becomes true when a message was handed over, refused, or neither (R12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.channels import Way
from models.consents import Channel
from models.contact import Contact
from models.facts import raise_fact
from models.message import ASKING, Message, MessageState
from models.messaging import time_to_go
from models.rerouting import other_way, take
from models.shop import Shop, skip, tell_owner

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""Waits after a refusal for now; after the last the message has failed."""
BRINGING = ASKING | {"formal_notice"}
"""Templates of messages that bring the payment link that they are about."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a gateway said of one message: `sent`, `retry`, `failed`, `uncertain`, or `skipped` with a reason."""

    message_id: str
    outcome: str
    at: datetime
    detail: str = ""
    address_bad: bool = False
    lease: str | None = None


def deliver(shop: Shop, report: Delivered) -> None:
    """Record the outcome of a message and raise what follows; a repeated report, or one fenced off, does nothing.

    An SMS that may or may not have been taken is handed over again: its gateway knows its key and says what it did.
    """
    message = shop.messages.get(report.message_id)
    if message is None or message.next_attempt_at is None or (report.lease and report.lease != message.lease):
        return
    match report.outcome:
        case "sent":
            _sent(shop, message, report)
        case "retry":
            _again(shop, message, report)
        case "failed":
            _failed(shop, message, report)
        case _ if message.channel == Channel.SMS and message.attempts < len(BACKOFF):
            _again(shop, message, report)
        case _:
            _finish(message, MessageState.UNCERTAIN, report)
            tell_owner(
                shop,
                "uncertain_message",
                f"Message {message.id} may or may not have reached its recipient: check, then send it again or let be.",
                contact_id=message.contact_id,
                message=message.id,
            )


def _finish(message: Message, state: MessageState, report: Delivered) -> None:
    message.state, message.next_attempt_at, message.lease, message.held_at = state, None, None, None
    message.detail = report.detail or message.detail


def _sent(shop: Shop, message: Message, report: Delivered) -> None:
    _finish(message, MessageState.SENT, report)
    message.sent_at = message.sent_at or report.at
    raise_fact(shop, "message.sent", contact_id=message.contact_id, depth=message.depth + 1, message=message.id)
    _tell_link_sent(shop, message)
    for id_ in message.documents:
        document = shop.invoices.get(id_)
        if document is not None and document.sent_at is None:
            document.sent_at = message.sent_at
            if document.kind == "380":
                raise_fact(
                    shop,
                    "invoice.sent",
                    contact_id=document.contact_id,
                    depth=message.depth + 1,
                    invoice=document.id,
                    order=document.order_id,
                )


def _tell_link_sent(shop: Shop, message: Message) -> None:
    """Raise `payment_link.sent` with the first message that brings a link."""
    link = shop.links.get(message.subject_ids.get("link"))
    if link is not None and link.sent_at is None and message.template in BRINGING:
        link.sent_at = message.sent_at
        raise_fact(shop, "payment_link.sent", contact_id=link.contact_id, depth=message.depth + 1, link=link.id)


def _again(shop: Shop, message: Message, report: Delivered) -> None:
    if message.attempts >= len(BACKOFF):
        _failed(shop, message, report)
        return
    message.state, message.lease = MessageState.PREPARED, None
    message.next_attempt_at = shop.now + BACKOFF[message.attempts]
    message.attempts += 1
    message.detail = report.detail


def _by_other_way(shop: Shop, message: Message, contact: Contact, way: Way, report: Delivered) -> None:
    take(message, contact, way)
    message.state, message.lease, message.attempts = MessageState.PREPARED, None, 0
    message.next_attempt_at, message.detail = time_to_go(shop, message), report.detail


def skip_message(shop: Shop, message: Message, reason: str) -> None:
    """Record that what caused a message ended without its effect, and why."""
    skip(
        shop,
        reason,
        contact_id=message.contact_id,
        automation_id=message.automation_id,
        version=message.version,
        run_id=message.run_id,
        step=message.step,
        detail={"message": message.id},
    )


def _failed(shop: Shop, message: Message, report: Delivered) -> None:
    """Give a message up; an SMS that is said nowhere else goes by e-mail instead (R19)."""
    contact = shop.contacts.get(message.contact_id) if message.contact_id else None
    if report.address_bad and contact is not None:
        contact.email_bad = contact.email_bad or contact.email == message.recipient
        contact.phone_bad = contact.phone_bad or contact.mobile == message.recipient
    if message.channel == Channel.SMS and message.beside is None and contact is not None:
        way = other_way(shop, contact, message)
        if way is not None:
            _by_other_way(shop, message, contact, way, report)
            return
    _finish(message, MessageState.FAILED, report)
    skip_message(shop, message, "failed")
    raise_fact(shop, "message.failed", contact_id=message.contact_id, depth=message.depth + 1, message=message.id)
    tell_owner(
        shop,
        "message_failed",
        f"Message {message.id} could not be delivered: {(report.detail or 'no answer').rstrip('.')}."
        f"{' Correct the address, or call.' if report.address_bad else ''}",
        contact_id=message.contact_id,
        message=message.id,
    )
