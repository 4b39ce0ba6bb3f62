"""A database that refuses every change of state that no table of transitions allows, so that each story proves them.

What one transaction writes may be several transitions at once: a deferred run that gets its slot and ends.
"""

import typing
from collections.abc import Iterator
from enum import StrEnum

import psycopg
from psycopg import sql

from models.rows import row_classes
from models.states import transitions_of
from models.tables import ROW_MODULES

assert ROW_MODULES

STATE_COLUMNS = ("state", "status")
REFUSE = """
CREATE FUNCTION refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'No transition leads from % to %.', to_jsonb(OLD), to_jsonb(NEW);
END $$"""
GUARD = """
CREATE TRIGGER guard BEFORE UPDATE ON {table} FOR EACH ROW
WHEN (OLD.{column} <> NEW.{column} AND (OLD.{column}, NEW.{column}) NOT IN ({allowed}))
EXECUTE FUNCTION refuse_transition()"""


def state_columns() -> Iterator[tuple[str, str, type[StrEnum]]]:
    """Yield table, column and enum of every state."""
    for table, cls in row_classes().items():
        hints = typing.get_type_hints(cls)
        for column in STATE_COLUMNS:
            if isinstance(hints.get(column), type) and issubclass(hints[column], StrEnum):
                yield table, column, hints[column]


def reachable(states: type[StrEnum], start: StrEnum) -> set[StrEnum]:
    """Return what may follow a state, by however many transitions."""
    found: set[StrEnum] = set()
    ahead = set(transitions_of(states)[start])
    while ahead:
        state = ahead.pop()
        found.add(state)
        ahead |= transitions_of(states)[state] - found
    return found


def guard(url: str) -> None:
    """Guard the states of a migrated database."""
    with psycopg.connect(url) as connection:
        connection.execute(REFUSE)
        for table, column, states in state_columns():
            pairs = [(before, after) for before in states for after in reachable(states, before)]
            connection.execute(
                sql.SQL(GUARD).format(
                    table=sql.Identifier(table),
                    column=sql.Identifier(column),
                    allowed=sql.SQL(", ").join(sql.SQL("({}, {})").format(*map(str, pair)) for pair in pairs),
                )
            )
