"""Rows: slotted dataclasses that are both the working values of the rules and the tables of the schema.

`@row("charges", key=("business_id", "id"))` derives a SQLAlchemy table from a dataclass: `str` is text, `int` bigint,
`datetime` timestamptz, `X | None` nullable, a `StrEnum` text with a CHECK of its members, `Json` jsonb. There is no
ORM session: batches are loaded and written set by set (`tasks.store`), and a state read from the database is the plain
string that equals its enum member. Some rows have an alarm: a column that tells when they need a hand again; the shelf
that they stand on learns whenever it is set.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

Json = dict[str, Any] | list[Any]
"""A JSON object or array; replaced as a whole, never changed in place."""

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    }
)

_TYPES: dict[Any, type[TypeEngine[Any]] | TypeEngine[Any]] = {
    str: Text,
    int: BigInteger,
    bool: Boolean,
    datetime: TIMESTAMP(timezone=True),
    date: Date,
    time: Time,
    Decimal: Numeric,
    bytes: LargeBinary,
    dict: JSONB,
    list: JSONB,
}

_tables: dict[type, Table] = {}
_rows: dict[str, type] = {}
_alarms: dict[type, str] = {}


class Alarmed:
    """A row with an alarm; `rung` is the list that it is put on whenever that is set, once it stands on a shelf."""

    __slots__ = ("rung",)

    rung: list[Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """An index: its columns, and for a partial one the literal predicate."""

    columns: tuple[str, ...]
    where: str | None = None
    unique: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Ref:
    """A foreign key; by the house's rule the tenant is part of it."""

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...] = ("business_id", "id")


def row(
    name: str,
    *,
    key: tuple[str, ...] = ("business_id", "id"),
    looks: Sequence[Look] = (),
    refs: Sequence[Ref] = (),
    unique: Sequence[tuple[str, ...]] = (),
    checks: dict[str, str] | None = None,
    identity: str | None = None,
    fillfactor: int | None = None,
    alarm: str | None = None,
) -> Callable[[type[T]], type[T]]:
    """Derive the table `name` from the decorated dataclass; `identity` names a column numbered by the database.

    `alarm` names the column that tells when a row is due; its class derives from `Alarmed`.
    """

    def derive(cls: type[T]) -> type[T]:
        columns, enum_checks = _columns(cls, identity)
        constraints: list[Any] = [PrimaryKeyConstraint(*key)]
        constraints += [UniqueConstraint(*group) for group in unique]
        constraints += [
            ForeignKeyConstraint(ref.columns, [f"{ref.target}.{column}" for column in ref.target_columns])
            for ref in refs
        ]
        constraints += [
            CheckConstraint(text(rule), name=label) for label, rule in (enum_checks | (checks or {})).items()
        ]
        options: dict[str, Any] = {"postgresql_with": {"fillfactor": fillfactor}} if fillfactor else {}
        table = Table(name, metadata, *columns, *constraints, **options)
        for look in looks:
            Index(
                f"{name}_{'_'.join(look.columns)}_idx",
                *(table.c[column] for column in look.columns),
                unique=look.unique,
                postgresql_where=text(look.where) if look.where else None,
            )
        _tables[cls] = table
        _rows[name] = cls
        if alarm is not None:
            _alarms[cls] = alarm
            _listen(cls, alarm)
        return cls

    return derive


def _columns(cls: type, identity: str | None) -> tuple[list[Column[Any]], dict[str, str]]:
    hints = typing.get_type_hints(cls)
    columns: list[Column[Any]] = []
    checks: dict[str, str] = {}
    for field in dataclasses.fields(cls):
        kind, nullable = _unwrap(hints[field.name])
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            members = ", ".join(f"'{member.value}'" for member in kind)
            checks[field.name] = f"{field.name} IN ({members})"
            kind = str
        extra = [Identity(always=False)] if field.name == identity else []
        columns.append(Column(field.name, _TYPES[kind], *extra, nullable=nullable and not extra))
    return columns, checks


def _unwrap(hint: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and whether None is allowed; generic dicts and lists become plain ones."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [option for option in options if option is not type(None)]
    plain = typing.get_origin(kinds[0]) or kinds[0]
    return plain, len(kinds) < len(options)


def _listen(cls: type, column: str) -> None:
    """Put a row on its list whenever its alarm is set."""
    slot = cls.__dict__[column]
    read, write = slot.__get__, slot.__set__

    def ring(row: Any, value: Any) -> None:
        write(row, value)
        rung = getattr(row, "rung", None)
        if rung is not None:
            rung.append(row)

    setattr(cls, column, property(read, ring))


def alarm_of(cls: type) -> str | None:
    """Return the column that tells when a row of a class is due, if it has one."""
    return _alarms.get(cls)


def table_of(cls: type) -> Table:
    """Return the table of a row class."""
    return _tables[cls]


def row_classes() -> dict[str, type]:
    """Return every row class by its table's name."""
    return dict(_rows)


def columns_of(cls: type) -> tuple[str, ...]:
    """Return the column names of a row class, in the order of its fields."""
    return tuple(column.name for column in _tables[cls].columns)
