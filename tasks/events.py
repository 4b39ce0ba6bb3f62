"""Events in: store what the stream has, then decide what waits, tenants in turn (R20, R22, R23)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.json import decode
from psycopg import Connection

from models.contacts import Event
from models.db import AWAY, encode_json, transact
from models.events import decode_data, decode_envelope, glimpse
from models.identifiers import stamp
from models.undecodable import UndecodableError
from tasks.arrays import spread, spread_sql
from tasks.claiming import tenants_waiting
from tasks.engine import Arrival, Item, Outcome, lock, run_batch, try_lock
from tasks.isolating import by_halves
from tasks.registry import Counts, task
from tasks.shell import Shell, StreamEntry
from tasks.storing import Bad, Readable, store

ROUNDS = 40
"""Batches that one drain decides before it hands over to the next ring."""


@task("events.publish", queue="events", hide_arguments=True)
def publish(shell: Shell, events: Sequence[dict[str, Any]]) -> Counts:
    """Put events of a trusted Celery upstream onto the stream, where they take the way of all events."""
    shell.stream.append([encode_json(event) for event in events])
    shell.bells.ring("events.drain")
    return {"published": len(events)}


@task("events.drain", queue="events")
def drain(shell: Shell) -> Counts:
    """Take events from the stream and decide them, until nothing is left or the hand is tired."""
    counts = {"stored": 0, "repeated": 0, "dead": 0, "decided": 0, "more": 0}
    for _ in range(ROUNDS):
        took = _take_in(shell, counts)
        decided = decide_waiting(shell, counts)
        if not took and not decided:
            return counts
        shell.bells.ring("messages.deliver")
    counts["more"] = 1
    return counts


def _take_in(shell: Shell, counts: Counts) -> int:
    """Store what the stream has and decide it, in one transaction; then forget it there.

    A batch that can't be decided as a whole is stored only: it waits, and `decide_waiting` finds the poison in it.
    """
    entries = shell.stream.read(shell.settings.batch_size)
    if not entries:
        return 0
    now = shell.clock.now()
    good, bad = sort_out(entries, now)
    try:
        stored, outcome = transact(shell.database, lambda c: _store_and_decide(shell, c, good, bad, now))
    except AWAY:
        raise
    except Exception:  # noqa: BLE001  # whatever it is: the events are kept first, the poison is found afterwards
        stored = transact(shell.database, lambda c: store(c, good, bad, now)).counts
    else:
        shell.observe(outcome)
        counts["decided"] += outcome.items
    shell.stream.acknowledge([entry.id for entry in entries])
    for name, count in stored.items():
        counts[name] += count
    return len(entries)


def _store_and_decide(
    shell: Shell, connection: Connection[Any], good: Sequence[Readable], bad: Sequence[Bad], now: datetime
) -> tuple[Counts, Outcome]:
    """Store events; decide at once those of tenants that are free, each up to its share of the batch (R23)."""
    free = _free_tenants(connection, {envelope.business for envelope, _, _ in good})
    share = max(1, len(good) // 2) if len({envelope.business for envelope, _, _ in good}) > 1 else len(good)
    stored = store(connection, good, bad, now, at_once=free, share=share)
    items, dead = read_envelopes(stored.at_once)
    outcome = run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
    if dead:
        _bury(connection, dead, now)
        stored.counts["dead"] += len(dead)
    return stored.counts, outcome


def _free_tenants(connection: Connection[Any], tenants: Collection[str]) -> set[str]:
    """Lock those tenants that nobody works on and that have nothing waiting, so that their events keep their order."""
    if not tenants:
        return set()
    rows = connection.execute(
        f"SELECT b FROM unnest({spread_sql()}) AS b"  # noqa: S608  # names are ours
        " WHERE pg_try_advisory_xact_lock(hashtextextended(b, 11))"
        " AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.business_id = b)".encode(),
        (spread(tenants),),
    )
    return {row[0] for row in rows}


def sort_out(entries: Sequence[StreamEntry], now: datetime) -> tuple[list[Readable], list[Bad]]:
    """Tell envelopes that can be read from those that can't; raw bytes are kept of both."""
    good: list[Readable] = []
    bad: list[Bad] = []
    for entry in entries:
        try:
            envelope = decode_envelope(entry.raw, now)
        except UndecodableError as error:
            seen = glimpse(entry.raw)
            bad.append(Bad(entry.raw, error.code, str(error), now, seen.business, seen.source, seen.id, seen.type))
        else:
            good.append((envelope, entry.raw.decode(), now))
    return good, bad


def decide_waiting(shell: Shell, counts: Counts) -> int:
    """Decide one batch of waiting events; in a batch that fails, the poison is found and kept with its reason.

    Return how many events wait no more.
    """
    now = shell.clock.now()
    claimed: list[int] = []
    before = counts["decided"] + counts["dead"]

    def settle(work: Callable[[Connection[Any]], tuple[int, Outcome]]) -> None:
        done, outcome = transact(shell.database, work)
        shell.observe(outcome)
        counts["decided"] += done

    def bury_alone(sequence: int, error: Exception) -> None:
        reason = f"Deciding this event failed: {type(error).__name__}: {error}. Correct it and replay it."[:2000]
        counts["dead"] += transact(shell.database, lambda c: _bury_waiting(c, sequence, reason, now))

    try:
        settle(lambda c: _decide(shell, c, now, _claim(c, shell.settings.batch_size, claimed)))
    except AWAY:
        raise
    except Exception:  # whatever it is: the poison is found among what was claimed
        if not claimed:
            raise
        by_halves(claimed, lambda some: settle(lambda c: _decide(shell, c, now, still_waiting(c, some))), bury_alone)
    return counts["decided"] + counts["dead"] - before


Waiting = tuple[int, str, str, str, str, datetime, datetime, str]
_COLUMNS = "i.sequence, i.business_id, i.source, i.id, i.type, i.time, i.arrived_at, i.raw"


def _claim(connection: Connection[Any], many: int, claimed: list[int]) -> list[Waiting]:
    """Lock tenants that have waiting events, random ones first, until a batch is full; take each one's share."""
    tenants = tenants_waiting(connection, max(1, many // 8))
    share = max(1, many // max(1, min(len(tenants), 8)))
    chosen: list[str] = []
    total = 0
    for name, waiting in tenants:
        if total >= many:
            break
        chosen.append(name)
        total += waiting
    locked = try_lock(connection, chosen) if chosen else []
    if len(locked) < len(chosen):
        others = [name for name, _ in tenants if name not in chosen]
        locked += try_lock(connection, others[: len(chosen)]) if others else []
    if not locked:
        return []
    cap = many if len(locked) == 1 else share
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM unnest(%s::text[]) AS b CROSS JOIN LATERAL"  # noqa: S608  # names are ours
        " (SELECT sequence FROM waiting WHERE business_id = b ORDER BY sequence LIMIT %s) w"
        " JOIN inbox i ON i.sequence = w.sequence ORDER BY i.sequence".encode(),
        (locked, cap),
    ).fetchall()
    claimed[:] = [row[0] for row in rows]
    return rows


def still_waiting(connection: Connection[Any], sequences: Sequence[int]) -> list[Waiting]:
    """Return those of these events that still wait, with their tenants locked."""
    tenants = connection.execute("SELECT DISTINCT business_id FROM inbox WHERE sequence = ANY(%s)", (list(sequences),))
    lock(connection, [row[0] for row in tenants])
    return connection.execute(
        f"SELECT {_COLUMNS} FROM inbox i JOIN waiting w ON w.sequence = i.sequence AND w.business_id = i.business_id"  # noqa: S608  # names are ours
        " WHERE i.sequence = ANY(%s) ORDER BY i.sequence".encode(),
        (list(sequences),),
    ).fetchall()


def _decide(shell: Shell, connection: Connection[Any], now: datetime, rows: Sequence[Waiting]) -> tuple[int, Outcome]:
    items, dead = read_waiting(rows)
    outcome = run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
    if rows:
        _take_off(connection, [row[0] for row in rows])
    if dead:
        _bury(connection, dead, now)
    return len(rows), outcome


Dead = tuple[int, str, str]
"""The inbox number of an event that can't be understood, a code and the reason."""


def read_waiting(rows: Sequence[Waiting]) -> tuple[list[Item], list[Dead]]:
    """Turn stored events into items; what can't be understood comes back with its reason."""
    return _read(
        (sequence, business_id, source, id_, type_, time, arrived_at, decode(raw)["data"])
        for sequence, business_id, source, id_, type_, time, arrived_at, raw in rows
    )


def read_envelopes(stored: Iterable[tuple[int, Readable]]) -> tuple[list[Item], list[Dead]]:
    """Turn events that have just been stored into items, as `read_waiting` does those that waited."""
    return _read(
        (sequence, e.business, e.source, e.id, e.type, e.time, arrived, e.data) for sequence, (e, _, arrived) in stored
    )


def _read(rows: Iterable[tuple[int, str, str, str, str, datetime, datetime, Any]]) -> tuple[list[Item], list[Dead]]:
    items: list[Item] = []
    dead: list[Dead] = []
    for sequence, business_id, source, id_, type_, time, arrived_at, plain in rows:
        try:
            data = decode_data(type_, plain)
        except UndecodableError as error:
            dead.append((sequence, error.code, str(error)))
            continue
        event = Event(type_, source, id_, time, arrived_at, stamp(time, source, id_), data, plain)
        items.append(Arrival(business_id, arrived_at, event, data.named(), sequence))
    return items, dead


def _bury(connection: Connection[Any], dead: Sequence[Dead], now: datetime) -> None:
    """Move events to the dead letters with their reasons."""
    sequences, codes, reasons = zip(*dead, strict=True)
    connection.execute(
        "INSERT INTO dead_letters (business_id, arrived_at, code, reason, raw, source, event_id, type)"
        " SELECT i.business_id, %s, d.code, d.reason, convert_to(i.raw, 'UTF8'), i.source, i.id, i.type"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS d(sequence, code, reason)"
        " JOIN inbox i ON i.sequence = d.sequence",
        (now, list(sequences), list(codes), list(reasons)),
    )
    _take_off(connection, sequences)


def _bury_waiting(connection: Connection[Any], sequence: int, reason: str, now: datetime) -> int:
    """Move one event to the dead letters, unless somebody has decided it meanwhile; return how many that were."""
    still = still_waiting(connection, [sequence])
    if still:
        _bury(connection, [(sequence, "poison", reason)], now)
    return len(still)


def _take_off(connection: Connection[Any], sequences: Sequence[int]) -> None:
    """Let events wait no more."""
    connection.execute(
        "DELETE FROM waiting w USING inbox i"
        " WHERE i.sequence = ANY(%s) AND w.business_id = i.business_id AND w.sequence = i.sequence",
        (list(sequences),),
    )
