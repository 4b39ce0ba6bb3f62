"""What a client allows: a yes or no for a purpose on a channel; the newest word counts (R19).

Every word is a row that is never changed. The newest of each purpose and channel stands on the contact as well, so that
deciding on a message asks nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.contact import Consent, Contact
from models.message import MessagePurpose
from models.shop import Shop


class Channel(StrEnum):
    """By what a client is written to."""

    EMAIL = "email"
    SMS = "sms"


class About(StrEnum):
    """What a client may say yes or no to: legal messages are not asked about."""

    MARKETING = "marketing"
    SERVICE = "service"


YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Word:
    """What a client said, where, when, and to which version of a text."""

    purpose: About
    channel: Channel
    agrees: bool
    source: str
    text_version: str
    at: datetime


def take_word(shop: Shop, contact: Contact, word: Word) -> Consent:
    """Record what a client said; an older word than the one that is known is kept and changes nothing."""
    state = YES if word.agrees else NO
    id_ = shop.key("con", contact.id, word.purpose, word.channel, state, word.source, word.at.isoformat())
    row = Consent(shop.id, id_, contact.id, word.purpose, word.channel, state, word.source, word.text_version, word.at)
    _choose(contact, f"{word.purpose} {word.channel}", [word.at.isoformat(), state, row.id])
    return shop.consents.add(row)


def inherit(contact: Contact, merged: Contact) -> None:
    """Let the words of a client that was merged count for the one that is left, each as far as it is newer."""
    for about, choice in merged.choices.items():
        _choose(contact, about, choice)


def _choose(contact: Contact, about: str, choice: list[Any]) -> None:
    known = contact.choices.get(about)
    if known is None or datetime.fromisoformat(known[0]) <= datetime.fromisoformat(choice[0]):
        contact.choices = contact.choices | {about: choice}


def consent_to(contact: Contact, channel: str) -> str | None:
    """Return the consent by which marketing may go to a client on a channel, or None."""
    _, state, id_ = contact.choices.get(f"{About.MARKETING} {channel}") or (None, NO, None)
    return id_ if state == YES else None


def forbidden(contact: Contact | None, purpose: str, channel: str) -> str | None:
    """Return why a message may not go to a client: `no_consent` to marketing, or `opted_out` of service messages.

    Who wants no service messages by SMS gets nothing by SMS, whatever it is: that is what STOP says.
    """
    if contact is None:
        return None
    choice = contact.choices.get(f"{About.SERVICE} {channel}")
    refused = choice is not None and choice[1] == NO
    if refused and (purpose == MessagePurpose.SERVICE or channel == Channel.SMS):
        return "opted_out"
    if purpose != MessagePurpose.MARKETING:
        return None
    return None if consent_to(contact, channel) else "no_consent"
