"""What is kept of a client by hand: notes whole, files without their bytes unless one is asked for."""

from sqlalchemy import select

from models.client_record import ClientFile, ClientNote
from tasks.reading.office import Line, Office, columns

_FILE = ("id", "at", "actor", "name", "media_type", "size")


def notes_of(office: Office, contact_id: str) -> list[Line]:
    """Return the notes about a client, oldest first."""
    about = columns(ClientNote)
    found = office.rows(ClientNote, about.contact_id == office.client(contact_id), order=[about.at, about.id])
    return [{"id": one.id, "at": office.local(one.at), "actor": one.actor, "text": one.text} for one in found]


def files_of(office: Office, contact_id: str) -> list[Line]:
    """Return the files of a client, oldest first; sizes in bytes."""
    about = columns(ClientFile)
    query = (
        select(*(about[name] for name in _FILE))
        .where(office.mine(ClientFile), about.contact_id == office.client(contact_id))
        .order_by(about.at, about.id)
    )
    found = [dict(row) for row in office.connection.execute(query).mappings()]
    return [one | {"at": office.local(one["at"])} for one in found]


def file_of(office: Office, contact_id: str, id_: str) -> ClientFile | None:
    """Return one file of a client with its bytes."""
    about = columns(ClientFile)
    found = office.rows(ClientFile, about.contact_id == office.client(contact_id), about.id == id_)
    return found[0] if found else None
