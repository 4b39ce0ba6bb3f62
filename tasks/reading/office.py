"""A back office: one business seen over one connection; the few ways in which everything else here reads rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, func, select

from models.business import Business
from models.contact import Contact
from models.errors import BadInputError, NotFoundError
from models.periods import local_date, zone
from models.rows import table_of
from models.suggestions import did_you_mean

Line = dict[str, Any]
"""One thing as it is shown: JSON data, but for instants, dates and Decimals."""

Order = ColumnElement[Any]

T = TypeVar("T")

NEAR = 5_000
"""So many names are looked at for the nearest one."""


def columns(cls: type) -> Any:
    """Return the columns of a row class, by their names."""
    return table_of(cls).c


@dataclass(frozen=True, slots=True)
class Office:
    """One business and the connection over which it is read; `now` is the instant of reading."""

    connection: Connection
    business: Business
    now: datetime

    @property
    def id(self) -> str:
        """The business's id."""
        return self.business.id

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return zone(self.business.timezone)

    @property
    def today(self) -> date:
        """The business's local date."""
        return local_date(self.now, self.zone)

    def local(self, instant: datetime | None) -> datetime | None:
        """Return an instant in the business's time zone."""
        return instant.astimezone(self.zone) if instant else None

    def mine(self, cls: type) -> ColumnElement[bool]:
        """Return the condition that a row belongs to the business."""
        belongs: ColumnElement[bool] = columns(cls).business_id == self.id
        return belongs

    def rows(
        self,
        cls: type[T],
        *where: ColumnElement[bool],
        order: Sequence[ColumnElement[Any]] = (),
        limit: int | None = None,
    ) -> list[T]:
        """Return rows of the business, in order."""
        query = select(table_of(cls)).where(self.mine(cls), *where).order_by(*order).limit(limit)
        return [cls(*row) for row in self.connection.execute(query)]

    def latest(self, cls: type[T], *where: ColumnElement[bool], order: Sequence[Order], limit: int | None) -> list[T]:
        """Return the last rows in an order, at most `limit` of them, in that order."""
        return self.rows(cls, *where, order=[column.desc() for column in order], limit=limit)[::-1]

    def require(self, cls: type[T], id_: str, what: str, hint: str = "") -> T:
        """Return the row with this id; an unknown one is an error that lists the nearest."""
        found = self.rows(cls, columns(cls).id == id_)
        if not found:
            near = did_you_mean(id_, self.names(columns(cls).id, self.mine(cls)))
            raise NotFoundError(f"{self.id} has no {what} {id_!r}.{near or hint}")
        return found[0]

    def client_by(self, id_: str) -> Contact:
        """Return the client that goes by an id, or went by it until a merge; an unknown one is an error."""
        found = self.require(Contact, id_, "contact")
        while found.merged_into is not None:
            found = self.require(Contact, found.merged_into, "contact")
        return found

    def ids_of_client(self, id_: str) -> list[str]:
        """Return the ids that a client goes or went by, the one it goes by now first; any of them names the client."""
        contact, ids = columns(Contact), [self.client_by(id_).id]
        while found := self.names(contact.id, self.mine(Contact), contact.merged_into.in_(ids), contact.id.not_in(ids)):
            ids += found
        return ids

    def client(self, id_: str) -> ColumnElement[Any]:
        """Return the ids of a client for a comparison in SQL."""
        return func.any(self.ids_of_client(id_))

    def names(self, column: Column[Any], *where: ColumnElement[bool]) -> list[str]:
        """Return names for a suggestion."""
        return [row[0] for row in self.connection.execute(select(column).where(*where).limit(NEAR)) if row[0]]


def open_office(connection: Connection, wanted: str | None, now: datetime) -> Office:
    """Return the office of a business; which one need not be said where there is only one."""
    table = table_of(Business)
    if wanted is not None:
        query = select(table).where(table.c.id == wanted)
    else:
        query = select(table).order_by(table.c.id).limit(2)
    found = [Business(*row) for row in connection.execute(query)]
    if len(found) == 1:
        return Office(connection, found[0], now)
    raise _unclear(wanted, [row[0] for row in connection.execute(select(table.c.id).order_by(table.c.id).limit(NEAR))])


def _unclear(wanted: str | None, known: Sequence[str]) -> BadInputError:
    if not known:
        return NotFoundError("There is no business yet. Create one with `relance business apply SHOP.yaml`.")
    listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    if wanted is None:
        return BadInputError(f"There are several businesses: {listed}. Say which one with --business.")
    return NotFoundError(f"There is no business {wanted!r}.{did_you_mean(wanted, known)} Known are: {listed}.")
