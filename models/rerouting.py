"""Which way a message takes by now: the client, or what is set up here, may have changed since it was queued (R19)."""

from models.channels import Way, ways_to
from models.consents import Channel, consent_to, forbidden
from models.contact import Contact
from models.message import Message, MessagePurpose
from models.messaging import ask_to_print, must_be_mailed
from models.shop import Shop


def reroute(shop: Shop, message: Message) -> str | None:
    """Let a message take another channel where its own is closed by now; return why none is open, else None.

    Where the same goes on the other channel anyhow (`beside`), this one is not needed. The owner is told of what
    reaches nobody.
    """
    contact = shop.contacts.get(message.contact_id) if message.contact_id else None
    closed = _closed(shop, contact, message)
    if closed is None or contact is None:
        return closed
    if message.beside is None and (way := other_way(shop, contact, message)):
        take(message, contact, way)
        return None
    if message.beside is None and closed == "no_channel":
        ask_to_print(shop, contact, message.template)
    return closed


def other_way(shop: Shop, contact: Contact, message: Message) -> Way | None:
    """Return the other channel on which a message may go."""
    mailed = must_be_mailed(message.purpose, message.template, message.documents)
    ways = ways_to(shop, contact, message.purpose, [message.channel], mailed=mailed)
    return next((way for way in ways if way.channel != message.channel), None)


def take(message: Message, contact: Contact, way: Way) -> None:
    """Let a message go another way; its words are made anew, but for those of a person."""
    message.channel, message.recipient = str(way.channel), way.to
    message.cc = contact.cc if way.channel == Channel.EMAIL else []
    if message.purpose == MessagePurpose.MARKETING:
        message.consent_id = consent_to(contact, way.channel)


def _closed(shop: Shop, contact: Contact | None, message: Message) -> str | None:
    """Return why a message can't go on its channel any more, or None."""
    if message.channel not in shop.gateways:
        return "no_channel"
    return forbidden(contact, message.purpose, message.channel)
