"""A shelf: the rows of one table that a batch works on, found by key or by group, with what changed since loading."""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from functools import partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

from models.errors import ConflictError
from models.rows import alarm_of, columns_of, table_of

T = TypeVar("T")


class Shelf(Generic[T]):
    """Rows of one class and one tenant, by their id; `by` names the attributes that rows are also found by.

    Rows that are found together stand in order of their ids if `in_order` is set, else as they came.
    `rung` lists the rows that were added with an alarm, and those whose alarm was set since they stand here.
    """

    __slots__ = (
        "_alarmed",
        "_before",
        "_dropped",
        "_fresh",
        "_groups",
        "_id",
        "_insert",
        "_rows",
        "_values",
        "cls",
        "rung",
    )

    def __init__(
        self, cls: type[T], by: Iterable[str] = (), key: Iterable[str] = ("id",), *, in_order: bool = False
    ) -> None:
        self.cls = cls
        self._insert: Callable[[list[T], T], None] = partial(insort, key=attrgetter(*key)) if in_order else list.append
        self._values = attrgetter(*columns_of(cls))
        self._id = attrgetter(*key)
        self._rows: dict[Any, T] = {}
        self._before: dict[Any, tuple[Any, ...]] = {}
        self._groups: dict[str, dict[Any, list[T]]] = {name: {} for name in by}
        self._fresh: dict[Any, T] = {}
        self._dropped: dict[Any, T] = {}
        self.rung: list[T] = []
        self._alarmed = alarm_of(cls) is not None

    def load(self, values: tuple[Any, ...]) -> None:
        """Shelve a row as the database gave it, once: it stays as it is here, or away where it was dropped."""
        row = self.cls(*values)
        key = self._id(row)
        if key not in self._rows and key not in self._before:
            self._before[key] = values
            self._shelve(key, row)

    def add(self, row: T) -> T:
        """Shelve a new row; one that was dropped before is there again."""
        key = self._id(row)
        if key in self._rows:
            raise ConflictError(f"{table_of(self.cls).name} has {key} already: the batch is decided again.")
        self._shelve(key, row)
        if self._dropped.pop(key, None) is None:
            self._fresh[key] = row
        if self._alarmed:
            self.rung.append(row)
        return row

    @property
    def fresh(self) -> ValuesView[T]:
        """The rows that were added, in that order."""
        return self._fresh.values()

    @property
    def dropped(self) -> ValuesView[T]:
        """The loaded rows that were taken away."""
        return self._dropped.values()

    def made_here(self, key: Any) -> bool:
        """Whether the row with this id is new: the database does not have it yet."""
        return key in self._fresh

    def _shelve(self, key: Any, row: T) -> None:
        self._rows[key] = row
        if self._alarmed:
            row.rung = self.rung  # type: ignore[attr-defined]  # rows with an alarm are `Alarmed`
        for name, groups in self._groups.items():
            value = getattr(row, name)
            if value is not None:
                self._insert(groups.setdefault(value, []), row)

    def get(self, key: Any) -> T | None:
        """Return the row with this id, or None."""
        return self._rows.get(key)

    def __getitem__(self, key: Any) -> T:
        return self._rows[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def by(self, name: str, value: Any) -> list[T]:
        """Return the rows whose attribute `name` has this value; the list is the shelf's own."""
        return self._groups[name].get(value, [])

    def finder(self, column: str) -> Callable[[Any, Sequence[T]], Sequence[T]]:
        """Return how rows are found by a value of a column, by its group or by the id; or else what is given."""
        groups = self._groups.get(column)
        if groups is not None:
            return groups.get
        rows = self._rows if column == "id" else {}
        return lambda value, nothing: (rows[value],) if value in rows else nothing

    def rehang(self, row: T, name: str, value: Any) -> None:
        """Set an attribute that rows are found by."""
        old = getattr(row, name)
        if old == value:
            return
        if old is not None:
            self._groups[name][old].remove(row)
        setattr(row, name, value)
        if value is not None:
            self._insert(self._groups[name].setdefault(value, []), row)

    def rewrite(self, row: T, values: Mapping[str, Any]) -> None:
        """Set attributes, also those that rows are found by."""
        for name, value in values.items():
            if name in self._groups:
                self.rehang(row, name, value)
            else:
                setattr(row, name, value)

    def drop(self, row: T) -> None:
        """Take a row away; it is deleted when the batch is written."""
        key = self._id(row)
        if self._rows.pop(key, None) is None:
            return
        for name, groups in self._groups.items():
            value = getattr(row, name)
            if value is not None:
                groups[value].remove(row)
        if key in self._before:
            self._dropped[key] = row
        else:
            del self._fresh[key]

    def changed(self) -> list[T]:
        """Return the loaded rows whose values are no longer those that the database gave."""
        values, rows = self._values, self._rows
        return [rows[key] for key, before in self._before.items() if key in rows and values(rows[key]) != before]

    def before_and_after(self) -> list[tuple[T, T]]:
        """Return each changed row as it was loaded, and as it is."""
        return [(self.cls(*self._before[self._id(row)]), row) for row in self.changed()]

    def differing(self, rows: Iterable[T]) -> set[int]:
        """Return the positions of the columns in which any of these changed rows differs from what was loaded."""
        found: set[int] = set()
        for row in rows:
            pairs = zip(self._before[self._id(row)], self._values(row), strict=True)
            found.update(index for index, (before, after) in enumerate(pairs) if before != after)
        return found

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The primary key's columns."""
        return tuple(column.name for column in table_of(self.cls).primary_key.columns)
