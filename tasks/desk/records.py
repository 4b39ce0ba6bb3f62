"""What a person keeps of a client: notes and files; each act is noted without a word of what was written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from models.client_record import ClientFile, ClientNote, checked_note
from models.errors import NotFoundError
from models.file_types import FileKind, file_name, media_type_of
from models.identifiers import key
from models.refusals import RefusedError
from models.rows import columns_of, table_of
from tasks.desk.acting import Desk, Done, Noted, act, noted
from tasks.desk.documents import contact_named
from tasks.seeds import Seeds

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What files are taken: their most bytes, and their kinds."""

    most_bytes: int = 10 * MIB
    kinds: frozenset[FileKind] = field(default_factory=lambda: frozenset(FileKind))


def add_note(desk: Desk, contact_id: str, text: str) -> Done:
    """Keep a note about a client."""
    id_ = contact_named(desk, contact_id)
    text = checked_note(text)
    row = ClientNote(desk.business_id, key("not", desk.now, id_, text), id_, desk.now, desk.actor, text)
    return _recorded(desk, noted("contact", id_, "note written", note=row.id), lambda: _insert(desk, row))


def remove_note(desk: Desk, contact_id: str, note_id: str) -> Done:
    """Forget a note about a client for good."""
    id_ = contact_named(desk, contact_id)
    note = noted("contact", id_, "note removed", note=note_id)
    return _recorded(desk, note, lambda: _delete(desk, ClientNote, id_, note_id))


def add_file(desk: Desk, contact_id: str, name: str, content: bytes, limits: FileLimits) -> Done:
    """Keep a file of a client: one that is small enough, and by its bytes of a kind that is taken."""
    id_ = contact_named(desk, contact_id)
    name = file_name(name)
    if not 0 < len(content) <= limits.most_bytes:
        raise RefusedError(
            f"{name} can't be kept: a file has at least one byte and at most {limits.most_bytes // MIB} MiB."
        )
    digest = sha256(content).hexdigest()
    media_type = media_type_of(content, name, limits.kinds)
    file_id = key("fil", desk.now, id_, name, digest)
    row = ClientFile(
        desk.business_id, file_id, id_, desk.now, desk.actor, name, media_type, len(content), digest, content
    )
    return _recorded(desk, noted("contact", id_, "file added", file=file_id), lambda: _insert(desk, row))


def remove_file(desk: Desk, contact_id: str, file_id: str) -> Done:
    """Forget a file of a client for good."""
    id_ = contact_named(desk, contact_id)
    note = noted("contact", id_, "file removed", file=file_id)
    return _recorded(desk, note, lambda: _delete(desk, ClientFile, id_, file_id))


def _recorded(desk: Desk, note: Noted, work: Callable[[], None]) -> Done:
    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [note.subject])

    return act(desk, note.act, note, name, lambda _: work())


def _insert(desk: Desk, row: Any) -> None:
    columns = columns_of(type(row))
    values = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table_of(type(row)).name} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608  # ours
    desk.connection.execute(statement.encode(), [getattr(row, column) for column in columns])


def _delete(desk: Desk, cls: type, contact_id: str, id_: str) -> None:
    """Delete a row of a client, or of one that was merged into it."""
    gone = desk.connection.execute(
        "WITH RECURSIVE whose AS (SELECT %(client)s::text AS id UNION SELECT c.id FROM contacts c"  # noqa: S608  # ours
        " JOIN whose w ON c.merged_into = w.id WHERE c.business_id = %(tenant)s)"
        f" DELETE FROM {table_of(cls).name} WHERE business_id = %(tenant)s AND id = %(id)s"
        " AND contact_id IN (SELECT id FROM whose)".encode(),
        {"tenant": desk.business_id, "client": contact_id, "id": id_},
    )
    if not gone.rowcount:
        raise NotFoundError(f"{contact_id} has no such thing as {id_!r}. `relance contacts show {contact_id}` lists.")
