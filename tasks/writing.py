"""Writing: what a batch changed, table by table, with set-based statements (COPY, arrays)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from psycopg import Connection, sql
from sqlalchemy.dialects.postgresql import JSONB

from models.automation import Decision, LimitSlot
from models.booking import Attended
from models.business import Alert
from models.changes import SYSTEM, Change, change
from models.contact import Consent
from models.db import encode_json
from models.errors import ConflictError
from models.event_rows import FactRow
from models.invoice import WriteOff
from models.journal import JournalEntry
from models.rows import columns_of, table_of
from models.shelf import Shelf
from models.shop import Shop
from tasks.copying import copy_text

HISTORY = frozenset({FactRow, Decision, Alert, JournalEntry, Change, WriteOff, Attended, Consent})
"""What no decision reads again."""


def write(connection: Connection[Any], shops: Iterable[Shop], *, history: bool = True) -> int:
    """Write everything that changed in these shops, or only what is read again; return the number of rows."""
    written = 0
    by_class: dict[type, list[Shelf[Any]]] = {}
    for shop in shops:
        for shelf in shop.shelves():
            by_class.setdefault(shelf.cls, []).append(shelf)
        _park(connection, shop)
    told = {cls: shelves for cls, shelves in by_class.items() if history or cls not in HISTORY}
    for cls, shelves in told.items():
        written += _add(connection, cls, shelves)
    for cls, shelves in reversed(told.items()):
        written += _change(connection, cls, shelves)
    return written


def _add(connection: Connection[Any], cls: type, shelves: Sequence[Shelf[Any]]) -> int:
    """Write the new rows of a class, after those that they refer to; slots of limits are taken, new or not."""
    fresh = [row for shelf in shelves for row in shelf.fresh]
    if cls is LimitSlot:
        _give_back(connection, [pair for shelf in shelves for pair in shelf.before_and_after()])
        fresh += [row for shelf in shelves for row in shelf.changed()]
        take(connection, fresh)
    elif fresh:
        copy(connection, cls, fresh)
    return len(fresh)


def _change(connection: Connection[Any], cls: type, shelves: Sequence[Shelf[Any]]) -> int:
    """Write what changed of a class or went, before what it is part of: a document freezes its lines (R13)."""
    changed: list[Any] = []
    columns: set[int] = set()
    for shelf in shelves if cls is not LimitSlot else ():
        rows = shelf.changed()
        changed += rows
        columns |= shelf.differing(rows)
    dropped = [row for shelf in shelves for row in shelf.dropped]
    if changed:
        update(connection, cls, changed, columns)
    if dropped:
        delete(connection, cls, dropped)
    return len(changed) + len(dropped)


def _park(connection: Connection[Any], shop: Shop) -> None:
    """Stop the automations that went round in circles (R21), and let every process learn of it."""
    for automation_id, reason in shop.parked.items():
        parked = connection.execute(
            "UPDATE automations SET state = 'parked', parked_reason = %s, updated_at = %s"
            " WHERE business_id = %s AND id = %s AND state = 'active'",
            (reason, shop.now, shop.id, automation_id),
        )
        if parked.rowcount:
            shop.changes.add(change(shop.id, shop.now, SYSTEM, "automation", automation_id, "parked", reason=reason))
    if shop.parked:
        shop.business.rules_version = renew_rulebook(connection, shop.id, shop.now)


def renew_rulebook(connection: Connection[Any], business_id: str, now: datetime) -> int:
    """Let every process learn that a rulebook has changed, and keep what it now says; return its new version."""
    row = connection.execute(
        "UPDATE businesses SET rules_version = rules_version + 1 WHERE id = %s RETURNING rules_version", (business_id,)
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO rulebooks (business_id, version, at, automations)"
        " SELECT %(tenant)s, %(version)s, %(now)s, coalesce(jsonb_object_agg(id, jsonb_build_array(version, state)),"
        " '{}') FROM automations WHERE business_id = %(tenant)s",
        {"tenant": business_id, "version": row[0], "now": now},
    )
    return int(row[0])


class _Shape:
    """How rows of a class become the values of its columns."""

    __slots__ = ("columns", "json", "key", "table", "values")

    def __init__(self, cls: type) -> None:
        table = table_of(cls)
        self.table = table.name
        self.columns = columns_of(cls)
        self.key = tuple(column.name for column in table.primary_key.columns)
        self.values = attrgetter(*self.columns)
        self.json = frozenset(column.name for column in table.columns if isinstance(column.type, JSONB))


_shapes: dict[type, _Shape] = {}


def _shape(cls: type) -> _Shape:
    shape = _shapes.get(cls)
    if shape is None:
        shape = _shapes[cls] = _Shape(cls)
    return shape


def copy(connection: Connection[Any], cls: type, rows: Iterable[Any]) -> None:
    """Insert rows by COPY; a row that is there already is a UniqueViolation."""
    shape = _shape(cls)
    used, text = copy_text(shape.columns, shape.json, [shape.values(row) for row in rows])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(shape.table), sql.SQL(", ").join(map(sql.Identifier, used))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        stream.write(text)


def _records(columns: Sequence[str], rows: Iterable[Any]) -> str:
    """Return columns of rows as a JSON array that PostgreSQL reads as records of the table."""
    values = attrgetter(*columns)
    return encode_json([dict(zip(columns, values(row), strict=True)) for row in rows]).decode()


def update(connection: Connection[Any], cls: type, rows: Sequence[Any], columns: Iterable[int] | None = None) -> None:
    """Set columns (by their positions; all of them if left out) of rows found by their keys."""
    shape = _shape(cls)
    table = sql.Identifier(shape.table)
    names = shape.columns if columns is None else [shape.columns[index] for index in sorted(columns)]
    free = [name for name in names if name not in shape.key]
    sets = sql.SQL(", ").join(sql.SQL("{0} = v.{0}").format(sql.Identifier(name)) for name in free)
    match = sql.SQL(" AND ").join(sql.SQL("t.{0} = v.{0}").format(sql.Identifier(name)) for name in shape.key)
    statement = sql.SQL("UPDATE {} t SET {} FROM json_populate_recordset(NULL::{}, %s::json) v WHERE {}").format(
        table, sets, table, match
    )
    found = connection.execute(statement, (_records((*shape.key, *free), rows),)).rowcount
    if found != len(rows):
        raise ConflictError(f"{len(rows) - found} rows of {shape.table} are gone: the batch is decided again.")


def _give_back(connection: Connection[Any], slots: Iterable[tuple[LimitSlot, LimitSlot]]) -> None:
    """Free the slots that one run gave back and another took in the same batch, if they are still the first one's."""
    freed = [was for was, slot in slots if was.run_id != slot.run_id and was.until > slot.taken_at]
    if freed:
        connection.execute(
            "UPDATE limit_slots t SET until = t.taken_at FROM json_populate_recordset(NULL::limit_slots, %s::json) v"
            " WHERE (t.business_id, t.contact_id, t.automation_id, t.group_key, t.slot, t.run_id)"
            " = (v.business_id, v.contact_id, v.automation_id, v.group_key, v.slot, v.run_id)",
            (_records(_shape(LimitSlot).columns, freed),),
        )


def take(connection: Connection[Any], rows: Sequence[LimitSlot]) -> None:
    """Take slots of limits (R7): the constraint lets a slot be taken only when it is free, whoever else tries."""
    if not rows:
        return
    shape = _shape(LimitSlot)
    statement = sql.SQL(
        "INSERT INTO limit_slots SELECT * FROM json_populate_recordset(NULL::limit_slots, %s::json)"
        " ON CONFLICT (business_id, contact_id, automation_id, group_key, slot) DO UPDATE"
        " SET taken_at = excluded.taken_at, until = excluded.until, run_id = excluded.run_id"
        " WHERE limit_slots.until <= excluded.taken_at OR limit_slots.run_id = excluded.run_id"
    )
    if connection.execute(statement, (_records(shape.columns, rows),)).rowcount != len(rows):
        raise ConflictError("A slot of a frequency limit was taken meanwhile: the batch is decided again.")


def delete(connection: Connection[Any], cls: type, rows: Sequence[Any]) -> None:
    """Delete rows by their keys."""
    shape = _shape(cls)
    table = sql.Identifier(shape.table)
    match = sql.SQL(" AND ").join(sql.SQL("t.{0} = v.{0}").format(sql.Identifier(name)) for name in shape.key)
    statement = sql.SQL("DELETE FROM {} t USING json_populate_recordset(NULL::{}, %s::json) v WHERE {}").format(
        table, table, match
    )
    connection.execute(statement, (_records(shape.key, rows),))
