"""The journal as it is handed out and taken back: JSON Lines with their seals, that anybody can check."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg import Connection

from models.chain import START, Breach, Head, content_of, verify
from models.errors import BadInputError
from models.journal import JournalEntry
from models.rows import columns_of

FETCHED = 5_000
"""Entries read at a time."""


class _Sealed(msgspec.Struct):
    """One line of an export: the canonical entry with both seals."""

    previous: str
    hash: str
    entry: msgspec.Raw


def exported(
    connection: Connection[Any], business_id: str, timezone: str, first: date | None, last: date | None
) -> Iterator[bytes]:
    """Yield the lines of a business's journal between two local dates, in order; `entry` is what the seal covers."""
    columns = ", ".join(columns_of(JournalEntry))
    with connection.cursor(name="journal_export") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(
            f"SELECT {columns} FROM journal WHERE business_id = %(business)s"  # noqa: S608  # ours
            " AND (%(first)s::date IS NULL OR (at AT TIME ZONE %(zone)s)::date >= %(first)s)"
            " AND (%(last)s::date IS NULL OR (at AT TIME ZONE %(zone)s)::date <= %(last)s) ORDER BY sequence".encode(),
            {"business": business_id, "zone": timezone, "first": first, "last": last},
        )
        for values in cursor:
            entry = JournalEntry(*values)
            sealed = _Sealed(entry.previous, entry.hash, msgspec.Raw(content_of(entry)))
            yield msgspec.json.encode(sealed)


def check_export(lines: Iterable[bytes]) -> tuple[int, list[Breach]]:
    """Return how many entries an export has, and every breach of its chain; it may begin anywhere in a chain."""
    entries = [_entry(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not entries:
        return 0, []
    first = entries[0]
    after = Head(first.sequence - 1, first.previous) if first.sequence > 1 else START
    return len(entries), verify(entries, after=after)


def _entry(number: int, line: bytes) -> JournalEntry:
    try:
        sealed = msgspec.json.decode(line, type=_Sealed)
        told = msgspec.json.decode(sealed.entry)
        return JournalEntry(
            told["business"],
            told["sequence"],
            sealed.previous,
            sealed.hash,
            told["kind"],
            msgspec.convert(told["at"], type=datetime),
            told["actor"],
            told["content"],
            told["software"],
            told["row"],
            test=told["test"],
        )
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise BadInputError(f"Line {number} is no entry of a journal's export: {error}") from error
