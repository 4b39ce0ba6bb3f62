"""A client who is forgotten: the id stays as a pseudonym, all that tells of a person goes (R20)."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from models.consents import NO
from models.contact import Contact
from models.contacts import KEYS
from models.identifiers import stamp
from models.refusals import OPERATOR

ERASED = "erased"
_STAYING = frozenset({"business_id", "id", "kind", "merged_into", "stamps", "reminded_at", "choices"})


def forget(contact: Contact, now: datetime) -> None:
    """Empty a client; what upstream told up to now, and tells late, is older than this (R20).

    Of what the client allowed only the refusals stay: they prove why nothing is sent.
    """
    blank = Contact(contact.business_id, contact.id)
    for one in fields(Contact):
        if one.name not in _STAYING:
            setattr(contact, one.name, getattr(blank, one.name))
    mark = stamp(now, OPERATOR, ERASED)
    contact.stamps = contact.stamps | {name: max(mark, contact.stamps.get(name, "")) for name in KEYS}
    contact.choices = {about: choice for about, choice in contact.choices.items() if choice[1] == NO}


def words_of(contact: Contact) -> set[str]:
    """Return by what a text names a client: names, e-mail and phone."""
    told: list[Any] = [contact.name, contact.legal_name, contact.email, contact.phone]
    return {word for word in told if word}
