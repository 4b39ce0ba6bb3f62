"""Which way a message takes by now: the client, or what is set up here, may have changed since it was queued (R19)."""

from models.channels import Way, address_on, ways_to
from models.consents import Channel, consent_to, forbidden
from models.contact import Contact
from models.message import Message, MessagePurpose
from models.messaging import ask_to_print, must_be_mailed
from models.payer import known_contact
from models.shop import Shop


def reroute(shop: Shop, message: Message, *, in_doubt: bool = False) -> str | None:
    """Let a message go where its client is reached by now; return why nothing is open to it, else None.

    It takes the address that its client has on its channel, the other channel where its own is closed. Where the same
    goes on the other channel anyhow (`beside`), this one is not needed. The owner is told of what reaches nobody. What
    may have arrived already, a mail `in_doubt` or an SMS that was tried, keeps its address.
    """
    contact = _client(shop, message)
    kept = in_doubt or (message.channel == Channel.SMS and message.attempts > 0)
    closed = _closed(shop, contact, message) or (None if kept or contact is None else _follow(shop, contact, message))
    if closed is None or contact is None:
        return closed
    if message.beside is None and (way := other_way(shop, contact, message)):
        take(message, contact, way)
        return None
    mailed = must_be_mailed(message.purpose, message.template, message.documents)
    alone = message.beside is None or (
        message.channel == Channel.EMAIL and (mailed or other_way(shop, contact, message) is None)
    )
    if alone and closed == "no_channel":
        ask_to_print(shop, contact, message.template)
    return closed


def _client(shop: Shop, message: Message) -> Contact | None:
    """Return whom a message is for, as it goes on since it was merged; None is the owner, or a client unknown here."""
    contact = shop.contacts.get(message.contact_id) if message.contact_id else None
    return known_contact(shop, contact.id) if contact else None


def _follow(shop: Shop, contact: Contact, message: Message) -> str | None:
    """Let a message go to the address that its client has by now; return `no_channel` where that has none any more.

    An address that proved bad meanwhile is tried all the same: its server says so of each message.
    """
    if message.recipient not in {contact.email, contact.mobile}:
        address = address_on(shop, contact, message.channel)
        if address is None:
            return "no_channel"
        message.recipient = address
    if message.channel == Channel.EMAIL:
        message.cc = contact.cc
    return None


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
