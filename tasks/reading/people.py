"""Clients as they go on since they were merged, and who pays for them, read without loading anything else of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func

from models.contact import Contact
from models.payer import known_contact, payer_of
from models.shelf import Shelf
from tasks.reading.office import Office, columns


@dataclass(frozen=True, slots=True)
class People:
    """Some clients of a business, with those whom they name as payer and as whom they go on."""

    id: str
    contacts: Shelf[Contact] = field(default_factory=lambda: Shelf(Contact))

    def left(self, id_: str) -> Contact:
        """Return the client as whom one goes on."""
        return known_contact(self, id_)

    def payer(self, id_: str) -> Contact:
        """Return who pays for a client (R8)."""
        return payer_of(self, id_)


def people_of(office: Office, ids: Iterable[str | None]) -> People:
    """Return clients by their ids."""
    people, wanted = People(office.id), {id_ for id_ in ids if id_}
    known: set[str] = set()
    while wanted:
        found = office.rows(Contact, columns(Contact).id == func.any(sorted(wanted)))
        for one in found:
            people.contacts.add(one)
        known |= wanted
        wanted = {id_ for one in found for id_ in (one.bill_to, one.merged_into) if id_} - known
    return people


def merged_people(office: Office) -> People:
    """Return the clients who were merged into others."""
    return people_of(office, [one.id for one in office.rows(Contact, columns(Contact).merged_into.is_not(None))])
