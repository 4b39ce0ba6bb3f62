"""What a back office keeps of a client by hand: notes, and the documents that the client shared."""

from dataclasses import dataclass
from datetime import datetime

from models.refusals import RefusedError
from models.rows import Look, Ref, row

LONGEST_NOTE = 10_000
"""Characters of a note."""


@row(
    "client_notes",
    looks=[Look(("business_id", "contact_id"))],
    refs=[Ref(("business_id", "contact_id"), "contacts")],
)
@dataclass(slots=True)
class ClientNote:
    """One note about a client, and who wrote it."""

    business_id: str
    id: str
    contact_id: str
    at: datetime
    actor: str
    text: str


@row(
    "client_files",
    looks=[Look(("business_id", "contact_id"))],
    refs=[Ref(("business_id", "contact_id"), "contacts")],
)
@dataclass(slots=True)
class ClientFile:
    """One document of a client, whole; its media type is that of its bytes, `digest` their SHA-256."""

    business_id: str
    id: str
    contact_id: str
    at: datetime
    actor: str
    name: str
    media_type: str
    size: int
    digest: str
    content: bytes


def checked_note(text: str) -> str:
    """Return a note as it is kept, or refuse one that is empty or too long."""
    text = text.replace("\0", "").strip()
    if not 0 < len(text) <= LONGEST_NOTE:
        raise RefusedError(f"A note has between 1 and {LONGEST_NOTE} characters; this one has {len(text)}.")
    return text
