"""Rows that time makes due: what each kind is called, which column is its alarm, and which rule decides it.

A new kind is one class here and its bell in `tasks.due`: claims, virtual time and the agenda read the rest off it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from models.announcing import announce
from models.cycles import bill_next, hold_billing, open_cycle
from models.dunning import check_due
from models.errors import StuckError
from models.matching import work_off
from models.ordering import release
from models.recurring import fall_due
from models.running import resume
from models.scheduling import open_occurrence
from models.shop import Shop
from tasks.billing.naming import PORTION
from tasks.seeds import Seeds


@dataclass(slots=True)
class DueRow:
    """One due row; `then` is the column that orders rows due at one instant, `kind` what is loaded for it."""

    business_id: str
    due: datetime
    id: str

    table: ClassVar[str]
    column: ClassVar[str]
    then: ClassVar[str] = "id"
    shelf: ClassVar[str]
    kind: ClassVar[str]
    rank: ClassVar[int] = 1

    @property
    def row(self) -> tuple[str, str]:
        """The row's table and id."""
        return self.table, self.id

    def seed(self, seeds: Seeds) -> None:
        """Name what it is about."""
        seeds.add(self.kind, self.business_id, [self.id])

    def decide(self, shop: Shop) -> None:
        """Decide it by its rule, if it is still due, and what follows."""
        row = getattr(shop, self.shelf).get(self.id)
        if row is None or not self.is_due(getattr(row, self.column), shop.now):
            return
        shop.begin(self.origin(row))
        goes_on = self.act(shop, row)
        work_off(shop)
        if not goes_on:
            leave_nothing_due(shop, getattr(row, self.column))

    def is_due(self, alarm: datetime | None, now: datetime) -> bool:
        """Whether the row's alarm has come, and was not moved away meanwhile."""
        return alarm is not None and alarm <= now

    def origin(self, _row: Any) -> str:
        """Name this decision among all that are ever made at one instant."""
        return self.id

    def act(self, shop: Shop, row: Any) -> bool:
        """Carry out the rule; return whether the row may be due again at once, because a part was done."""
        raise NotImplementedError


class DueSession(DueRow):
    """A session whose start or end has come: it is announced to its participants."""

    table, column, shelf, kind = "sessions", "announce_at", "sessions", "classes"

    def is_due(self, alarm: datetime | None, _now: datetime) -> bool:
        """Whether it is still the start or end that was due."""
        return alarm == self.due

    def act(self, shop: Shop, row: Any) -> bool:
        """Announce it."""
        announce(shop, row)
        return False


class DueSeat(DueRow):
    """A seat that had to be paid when it was booked: it is given back if it still is not."""

    table, column, shelf, kind = "bookings", "pay_by", "bookings", "bookings"

    def origin(self, _row: Any) -> str:
        """Tell it from what else is decided of the booking."""
        return f"{self.id} unpaid"

    def act(self, shop: Shop, row: Any) -> bool:
        """Give it back."""
        release(shop, row)
        return False


class DueRecurring(DueRow):
    """A recurring payment whose date has come: it is charged."""

    table, column, shelf, kind = "recurring_payments", "next_run_at", "recurring", "recurring"

    def origin(self, _row: Any) -> str:
        """Tell one date from another."""
        return f"{self.id} {self.due.isoformat()}"

    def act(self, shop: Shop, row: Any) -> bool:
        """Charge it."""
        fall_due(shop, row)
        return False


class DueOccurrence(DueRow):
    """A date of a schedule that has come, or the rest of its clients: their runs begin."""

    table, column, shelf, kind = "occurrences", "next_at", "occurrences", "occurrences"

    def seed(self, seeds: Seeds) -> None:
        """Name the clients that it looks at next."""
        seeds.audiences.add((self.business_id, self.id))

    def origin(self, row: Any) -> str:
        """Tell one portion of the clients from another."""
        return f"{self.id} {row.reached}"

    def act(self, shop: Shop, row: Any) -> bool:
        """Begin the runs of a portion."""
        before = row.reached
        open_occurrence(shop, row)
        return bool(row.reached != before)


class DueRun(DueRow):
    """A run whose wait is over: it goes on."""

    table, column, then, shelf, kind, rank = "runs", "due_at", "sequence", "runs", "runs", 2

    def origin(self, row: Any) -> str:
        """Tell one step from another."""
        return f"{self.id} {row.position}"

    def act(self, shop: Shop, row: Any) -> bool:
        """Take it on."""
        resume(shop, row)
        return False


class DueInvoice(DueRow):
    """A document whose date has come (due soon, overdue)."""

    table, column, shelf, kind, rank = "invoices", "check_at", "invoices", "invoices", 3

    def act(self, shop: Shop, row: Any) -> bool:
        """Look at its dates."""
        check_due(shop, row)
        return False


class DueCycle(DueRow):
    """A date of billing that has come: its occurrence is opened, after all else of that instant (R3)."""

    table, column, shelf, kind, rank = "billing_schedules", "next_at", "schedules", "schedules", 6

    def origin(self, row: Any) -> str:
        """Tell one date from another."""
        return f"{self.id} {row.day}"

    def act(self, shop: Shop, row: Any) -> bool:
        """Open it, unless a pause holds it."""
        if not hold_billing(shop, row):
            open_cycle(shop, row)
        return False


@dataclass(slots=True)
class DueBilling(DueRow):
    """An occurrence of billing, or the rest of its clients: they are billed, so `many` in one decision."""

    many: int = PORTION

    table, column, shelf, kind, rank = "billing_occurrences", "next_at", "billings", "billings", 7

    def seed(self, seeds: Seeds) -> None:
        """Name the clients that it bills next."""
        seeds.billed.add((self.business_id, self.id, self.many))

    def origin(self, row: Any) -> str:
        """Tell one portion of the clients from another."""
        return f"{self.id} {row.reached}"

    def act(self, shop: Shop, row: Any) -> bool:
        """Bill a portion, unless a pause holds it."""
        return not hold_billing(shop, row) and bill_next(shop, row)


DUE_ROWS: tuple[type[DueRow], ...] = (
    DueSession,
    DueSeat,
    DueRecurring,
    DueOccurrence,
    DueRun,
    DueInvoice,
    DueCycle,
    DueBilling,
)
"""Every kind, in the order in which kinds of one rank are looked for."""


def leave_nothing_due(shop: Shop, *instants: datetime | None) -> None:
    """Refuse a decision after which its row would be claimed again at once, for ever."""
    if any(instant is not None and instant <= shop.now for instant in instants):
        raise StuckError("It was decided, and is as due as before: nothing would come of trying again at once.")
