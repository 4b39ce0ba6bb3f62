"""Events in: store what the stream has, then decide what waits, tenants in turn (R20, R22, R23)."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import to_builtins
from msgspec.json import decode
from psycopg import Connection

from models.contacts import Event
from models.db import AWAY, OUT_OF_TIME, transact
from models.errors import told
from models.events import decode_data, decode_envelope, glimpse
from models.identifiers import stamp
from models.undecodable import UndecodableError
from tasks.arrays import spread, spread_sql
from tasks.attempting import KILLED, attempt, in_company, look_after_the_dead, suspect
from tasks.claiming import tenants_waiting
from tasks.engine import Arrival, Item, Outcome, lock, run_batch, try_lock
from tasks.isolating import by_halves
from tasks.registry import Counts, task
from tasks.shell import Shell, StreamEntry
from tasks.storing import Bad, Dead, Readable, bury_stored, store, take_off

ROUNDS = 40
"""Batches that one drain decides before it hands over to the next ring."""
OFTEN = 5
"""How often the stream gives an entry out, twice in company, then alone; what nobody lives to store is read no more."""


@task("events.publish", queue="events", hide_arguments=True)
def publish(shell: Shell, events: Any, *more: Any) -> Counts:
    """Put events of a trusted Celery upstream onto the stream, where they take the way of all events.

    They come as one list; events that come apart are taken as well, for what is dropped here nobody keeps.
    """
    raws = [_written(event) for some in (events, *more) for event in (some if isinstance(some, list) else [some])]
    shell.stream.append(raws)
    shell.bells.ring("events.drain")
    return {"published": len(raws)}


def _written(event: Any) -> bytes:
    """Return an event as JSON, with NaN and half characters as they came: they are that event's own trouble (R22)."""
    return json.dumps(event, default=to_builtins).encode()


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
    """Store what the stream has and decide it, in one transaction; then forget it there."""
    entries = shell.stream.read(shell.settings.batch_size)
    if not entries:
        return 0
    try:
        stored, outcome = _keep(shell, entries)
    except AWAY:
        shell.stream.give_back(entries)
        raise
    shell.observe(outcome)
    shell.stream.acknowledge([entry.id for entry in entries])
    counts["decided"] += outcome.items
    for name, count in stored.items():
        counts[name] += count
    return len(entries)


def _keep(shell: Shell, entries: Sequence[StreamEntry]) -> tuple[Counts, Outcome]:
    """Store events and decide them; a batch that can't be decided waits, and `decide_waiting` finds the poison in it.

    So does one that took too long, or that was left by a process, which may have been killed by it: it is suspected.
    """
    now = shell.clock.now()
    good, bad = sort_out(entries, now)
    if any(entry.deliveries > 1 for entry in entries):
        return _only_store(shell, good, bad, now, KILLED)
    try:
        return transact(shell.database, lambda c: _store_and_decide(shell, c, good, bad, now))
    except OUT_OF_TIME as error:
        return _only_store(shell, good, bad, now, told(error))
    except AWAY:
        raise
    except Exception:  # noqa: BLE001  # whatever it is: the events are kept first, the poison is found afterwards
        return _only_store(shell, good, bad, now)


def _only_store(
    shell: Shell, good: Sequence[Readable], bad: Sequence[Bad], now: datetime, suspicion: str | None = None
) -> tuple[Counts, Outcome]:
    """Let all events wait; tell of what they are suspected, if they are."""

    def work(connection: Connection[Any]) -> Counts:
        stored = store(connection, good, bad)
        if suspicion and stored.waiting:
            suspect(connection, stored.waiting, len(good), suspicion, now)
        return stored.counts

    return transact(shell.database, work), Outcome({}, 0, 0)


def _store_and_decide(
    shell: Shell, connection: Connection[Any], good: Sequence[Readable], bad: Sequence[Bad], now: datetime
) -> tuple[Counts, Outcome]:
    """Store events; decide at once those of tenants that are free, each up to its share of the batch (R23)."""
    free = _free_tenants(connection, {envelope.business for envelope, *_ in good})
    share = max(1, len(good) // 2) if len({envelope.business for envelope, *_ in good}) > 1 else len(good)
    stored = store(connection, good, bad, at_once=free, share=share)
    items, dead = read_envelopes(stored.at_once)
    outcome = run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
    bury_stored(connection, dead, now)
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
        if entry.deliveries > OFTEN:
            bad.append(Bad(entry.raw, "poison", f"It was given out {OFTEN} times. {KILLED}", now))
            continue
        read = read_envelope(entry.raw, now, entry.arrived)
        if isinstance(read, Bad):
            bad.append(read)
        else:
            good.append(read)
    return good, bad


def read_envelope(raw: bytes, now: datetime, arrived: datetime) -> Readable | Bad:
    """Return an event as far as its envelope tells, or why that can't be read."""
    try:
        envelope = decode_envelope(raw, now)
    except UndecodableError as error:
        seen = glimpse(raw)
        return Bad(raw, error.code, str(error), now, seen.business, seen.source, seen.id, seen.type)
    return Readable(envelope, raw.decode(), now, min(arrived, now))


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
        reason = f"Deciding this event failed: {told(error)}. Correct it and replay it."
        counts["dead"] += transact(shell.database, lambda c: _bury_waiting(c, sequence, reason, now))

    try:
        settle(lambda c: _decide(shell, c, now, _claim(c, shell.settings.batch_size, claimed, now)))
    except AWAY:
        raise
    except Exception:  # whatever it is: the poison is found among what was claimed
        if not claimed:
            raise
        by_halves(claimed, lambda some: settle(lambda c: _decide(shell, c, now, still_waiting(c, some))), bury_alone)
    return counts["decided"] + counts["dead"] - before


class Waiting(NamedTuple):
    """An event that waits, as it is read."""

    sequence: int
    business_id: str
    source: str
    id: str
    type: str
    time: datetime
    arrived_at: datetime
    raw: str

    @property
    def row(self) -> tuple[str, str]:
        """The row that says that it waits."""
        return "waiting", str(self.sequence)


_COLUMNS = "i.sequence, i.business_id, i.source, i.id, i.type, i.time, i.arrived_at, i.raw"


def _claim(connection: Connection[Any], many: int, claimed: list[int], now: datetime) -> list[Waiting]:
    """Lock tenants that have waiting events, random ones first, until a batch is full; take each one's share."""
    look_after_the_dead(connection, now)
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
    )
    chosen_rows = in_company(connection, list(map(Waiting._make, rows)), now)
    claimed[:] = [row.sequence for row in chosen_rows]
    return chosen_rows


def still_waiting(connection: Connection[Any], sequences: Sequence[int]) -> list[Waiting]:
    """Return those of these events that still wait, with their tenants locked."""
    tenants = connection.execute("SELECT DISTINCT business_id FROM inbox WHERE sequence = ANY(%s)", (list(sequences),))
    lock(connection, [row[0] for row in tenants])
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM inbox i JOIN waiting w ON w.sequence = i.sequence AND w.business_id = i.business_id"  # noqa: S608  # names are ours
        " WHERE i.sequence = ANY(%s) ORDER BY i.sequence".encode(),
        (list(sequences),),
    )
    return list(map(Waiting._make, rows))


def _decide(shell: Shell, connection: Connection[Any], now: datetime, rows: Sequence[Waiting]) -> tuple[int, Outcome]:
    with attempt(shell.database, connection, rows, now):
        items, dead = read_waiting(rows)
        outcome = run_batch(connection, now, items, keep_refusals=shell.keep_refusals)
        take_off(connection, [row.sequence for row in rows])
        bury_stored(connection, dead, now)
    return len(rows), outcome


def read_waiting(rows: Sequence[Waiting]) -> tuple[list[Item], list[Dead]]:
    """Turn stored events into items; what can't be understood comes back with its reason."""
    return _read((*row[:-1], decode(row.raw)["data"]) for row in rows)


def read_envelopes(stored: Iterable[tuple[int, Readable]]) -> tuple[list[Item], list[Dead]]:
    """Turn events that have just been stored into items, as `read_waiting` does those that waited."""
    return _read(
        (sequence, e.business, e.source, e.id, e.type, e.time, read_at, e.data)
        for sequence, (e, _, read_at, _) in stored
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


def _bury_waiting(connection: Connection[Any], sequence: int, reason: str, now: datetime) -> int:
    """Move one event to the dead letters, unless somebody has decided it meanwhile; return how many that were."""
    still = still_waiting(connection, [sequence])
    if still:
        bury_stored(connection, [(sequence, "poison", reason)], now)
    return len(still)
