"""Over which channels a message goes to a client (R19): those that are wanted, as far as they are open to it.

E-mail is open to who has an address that works; SMS to who has a valid mobile number, of a business whose SMS gateway
is connected. What the client said counts then: marketing needs a yes for the channel, a no to service messages closes
a channel to them, and a no to service messages by SMS (STOP) closes SMS to everything.
"""

from collections.abc import Iterable
from typing import NamedTuple

from models.business import Business
from models.consents import Channel, forbidden
from models.contact import Contact
from models.message import MessagePurpose
from models.shop import Shop


class Way(NamedTuple):
    """A channel, and the address on it."""

    channel: Channel
    to: str


def ways_to(
    shop: Shop, contact: Contact, purpose: str, wanted: Iterable[str], *, mailed: bool = False
) -> tuple[Way, ...]:
    """Return the ways that a message takes, e-mail before SMS; none is `no_channel`, or `no_consent` for marketing.

    Where SMS is wanted and can't be, e-mail takes its place; where a client wants no service messages by e-mail, SMS
    does. One that must be `mailed`, a document itself, goes by e-mail whatever else is wanted.
    """
    chosen = set(wanted) | ({Channel.EMAIL} if mailed else set())
    open_ = {way.channel: way for channel in Channel if (way := _way(shop, contact, purpose, channel))}
    taken = [way for channel, way in open_.items() if channel in chosen]
    if not taken and (instead := _instead(shop, contact, purpose, chosen)):
        taken = [way for channel, way in open_.items() if channel == instead]
    return tuple(taken)


def address_on(shop: Shop, contact: Contact, channel: str) -> str | None:
    """Return where a client is reached on a channel; None without an address that works, or without the gateway."""
    if channel == Channel.EMAIL:
        return contact.email if contact.email and not contact.email_bad else None
    return contact.mobile if sends_sms(shop) and not contact.phone_bad else None


def sender_of(business: Business) -> str | None:
    """Return who a business's SMS are from; None is the gateway's own number."""
    return business.sms.get("sender") if isinstance(business.sms, dict) else None


def sends_sms(shop: Shop) -> bool:
    """Whether a business has an SMS gateway: this installation's, unless its settings say no."""
    own = shop.business.sms
    return Channel.SMS in shop.gateways and (not isinstance(own, dict) or bool(own.get("enabled", True)))


def _way(shop: Shop, contact: Contact, purpose: str, channel: Channel) -> Way | None:
    to = address_on(shop, contact, channel)
    return Way(channel, to) if to and not forbidden(contact, purpose, channel) else None


def _instead(shop: Shop, contact: Contact, purpose: str, wanted: set[str]) -> Channel | None:
    """Return the channel that takes the place of the wanted ones, all of which are closed."""
    if Channel.SMS in wanted:
        unreachable = address_on(shop, contact, Channel.SMS) is None
        return Channel.EMAIL if unreachable or purpose != MessagePurpose.MARKETING else None
    opted_out = address_on(shop, contact, Channel.EMAIL) is not None and purpose == MessagePurpose.SERVICE
    return Channel.SMS if opted_out else None
