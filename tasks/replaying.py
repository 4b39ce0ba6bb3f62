"""Replaying dead letters: what can be understood by now, or was corrected, goes back onto the stream (R22).

An event whose data could not be understood stands in the inbox, undecided for ever; its row makes room first, so that
it is stored anew. Only then the event is published, and only then marked: whatever stops this in between, the letter is
still there, and an event that was published twice is stored once (R20).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine

from models.db import transact
from models.event_rows import DeadLetter
from models.events import decode_data, decode_envelope
from models.undecodable import UndecodableError
from tasks.shell import Stream

OTHER_BODY = "other_body"


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one letter: it is on the stream again, or it was refused for a reason."""

    letter: DeadLetter
    raw: bytes
    refused: str | None = None


def replay(
    engine: Engine, stream: Stream, letters: Sequence[DeadLetter], now: datetime, *, corrected: bytes | None = None
) -> list[Replay]:
    """Put letters back onto the stream, a corrected event in the place of the only one; return what became of each."""
    known = transact(engine, _known_businesses)
    replays = [_judge(letter, corrected or letter.raw, now, known) for letter in letters]
    good = [one for one in replays if one.refused is None]
    ids = [one.letter.id for one in good]
    transact(engine, lambda connection: _make_room(connection, ids))
    stream.append([one.raw for one in good])
    transact(engine, lambda connection: _mark(connection, ids, now))
    return replays


def _judge(letter: DeadLetter, raw: bytes, now: datetime, known: frozenset[str]) -> Replay:
    if letter.replayed_at is not None:
        return Replay(letter, raw, f"It was replayed already, at {letter.replayed_at.isoformat(timespec='seconds')}.")
    try:
        envelope = decode_envelope(raw, now)
        decode_data(envelope.type, envelope.data)
    except UndecodableError as error:
        return Replay(letter, raw, f"It still can't be understood: {error}")
    if envelope.business not in known:
        return Replay(letter, raw, f"There is no business {envelope.business!r}. Create it, then replay this.")
    if letter.code == OTHER_BODY and (envelope.source, envelope.id) == (letter.source, letter.event_id):
        return Replay(letter, raw, "An event with its id was stored with another body. Give it a new id.")
    return Replay(letter, raw)


def _known_businesses(connection: Connection[Any]) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT id FROM businesses"))


def _make_room(connection: Connection[Any], ids: Sequence[int]) -> None:
    """Take dead events out of the inbox: those that arrived no later than their letter, with its very bytes."""
    connection.execute(
        "DELETE FROM inbox i USING dead_letters d WHERE d.id = ANY(%s) AND d.replayed_at IS NULL"
        " AND i.business_id = d.business_id AND i.source = d.source AND i.id = d.event_id"
        " AND i.arrived_at <= d.arrived_at AND convert_to(i.raw, 'UTF8') = d.raw"
        " AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.business_id = i.business_id AND w.sequence = i.sequence)",
        (list(ids),),
    )


def _mark(connection: Connection[Any], ids: Sequence[int], now: datetime) -> None:
    connection.execute(
        "UPDATE dead_letters SET replayed_at = %s WHERE id = ANY(%s) AND replayed_at IS NULL", (now, list(ids))
    )
