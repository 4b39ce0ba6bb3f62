"""Consolidated billing as it holds for a client: each setting, and from whom it is."""

from models.billing import explained
from models.contact import Contact
from tasks.reading.office import Line, Office, columns


def settings_of(office: Office, contact: str) -> list[Line]:
    """Return the settings that hold for a client, key by key: its own, its first group's, the business's, or ours."""
    (found,) = office.rows(Contact, columns(Contact).id == office.client(contact))
    return [
        {"contact": found.id, "setting": name, "value": value, "from": source}
        for name, value, source in explained(office.business, found)
    ]
