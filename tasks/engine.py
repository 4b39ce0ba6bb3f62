"""The engine: one batch of due items is one transaction - load, decide each at its own instant, write.

Live workers and the simulator run this same code; they differ in the clock and in the gateways. A tenant is decided by
one transaction at a time: the batch holds its advisory lock, so no rule ever races with another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from psycopg import Connection

from models.contacts import Event
from models.coupon import code_of
from models.delivering import Delivered, deliver
from models.event_data import Named
from models.matching import park_broken, work_off
from models.merging import merge_due, waits
from models.periods import decision_instant
from models.projection import decide
from models.shop import Shop
from tasks.due_rows import leave_nothing_due
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write

GRACE = timedelta(seconds=5)
"""What comes later than this is late: it is decided at the instant at which we run (R3)."""


class Item(Protocol):
    """Something to decide. At one instant the lower rank goes first (R3): events, sessions, delays, overdue, merges."""

    business_id: str
    due: datetime

    @property
    def rank(self) -> int:
        """What goes first at one instant."""
        ...

    def seed(self, seeds: Seeds) -> None:
        """Name what must be loaded."""
        ...

    def decide(self, shop: Shop) -> None:
        """Decide it on the loaded shop, whose `now` is the instant of decision."""
        ...


class Due(Item, Protocol):
    """An item that a row keeps due until it is decided."""

    @property
    def row(self) -> tuple[str, str]:
        """The row's table and id."""
        ...


@dataclass(slots=True)
class Arrival:
    """An upstream event."""

    business_id: str
    due: datetime
    event: Event
    named: Named
    sequence: int = 0
    rank: int = 0

    def seed(self, seeds: Seeds) -> None:
        """Name what the event names."""
        b, named = self.business_id, self.named
        seeds.add("contacts", b, named.contacts)
        seeds.add("services", b, named.services)
        seeds.add("sessions" if self.event.type == "order.placed" else "classes", b, named.sessions)
        seeds.add("orders", b, named.orders)
        seeds.add("bookings", b, named.bookings)
        seeds.add("charges", b, named.charges)
        seeds.add("charges", b, named.bookings)
        seeds.add("payments", b, named.payments)
        seeds.add("invoices", b, named.invoices)
        seeds.add("recurring", b, named.recurring_payments)
        if self.event.type == "order.placed" and self.event.data.order.coupon:
            seeds.add("coupons", b, [code_of(self.event.data.order.coupon)])
        if self.event.type == "order.placed":
            seeds.described.update((b, booking.session) for booking in self.event.data.order.bookings)
        if self.event.type == "contact.merged" or (
            self.event.type == "payment.received" and self.event.data.target is None
        ):
            seeds.payers.update((b, contact) for contact in named.contacts)
        if self.event.type in {"recurring_payment.started", "recurring_payment.cancelled"}:
            seeds.retold.update((b, agreement) for agreement in named.recurring_payments)
        if self.event.type in {"payment.received", "payment.reversed"}:
            seeds.followed.update((b, payment) for payment in named.payments)
        if self.event.type in {"order.placed", "booking.rescheduled"}:
            seeds.moved.update((b, booking) for booking in named.bookings)
        if self.event.type == "booking.cancelled":
            seeds.given_back.update((b, booking) for booking in named.bookings)
        if self.event.type == "service.updated":
            seeds.priced.update((b, service, self.event.time) for service in named.services)

    def decide(self, shop: Shop) -> None:
        """Project it, and do what follows."""
        shop.begin(self.event.stamp, self.sequence or None)
        decide(shop, self.event)


@dataclass(slots=True)
class DueMerge:
    """The end of a limit's window with noted charges (R7)."""

    business_id: str
    due: datetime
    automation_id: str
    group_key: str
    contact_id: str
    rank: int = 4

    def seed(self, seeds: Seeds) -> None:
        """Name the contact; its noted charges come along."""
        seeds.add("contacts", self.business_id, [self.contact_id])

    @property
    def row(self) -> tuple[str, str]:
        """The noted charges of the group."""
        return "noted_charges", f"{self.automation_id} {self.group_key}"

    def decide(self, shop: Shop) -> None:
        """Send what was noted."""
        shop.begin(f"{self.automation_id} {self.group_key}")
        merge_due(shop, self.automation_id, self.group_key)
        work_off(shop)
        if not waits(shop, self.automation_id):
            notes = shop.noted.by("automation_id", self.automation_id)
            leave_nothing_due(shop, *(note.due_at for note in notes if note.group_key == self.group_key))


@dataclass(slots=True)
class Sent:
    """What became of a message."""

    business_id: str
    due: datetime
    report: Delivered
    rank: int = 5

    def seed(self, seeds: Seeds) -> None:
        """Name the message."""
        seeds.add("messages", self.business_id, [self.report.message_id])

    @property
    def row(self) -> tuple[str, str]:
        """The message."""
        return "messages", self.report.message_id

    def decide(self, shop: Shop) -> None:
        """Record it, and raise what it made true."""
        shop.begin(f"{self.report.message_id} {self.report.outcome}")
        deliver(shop, self.report)
        work_off(shop)


def lock(connection: Connection[Any], tenants: Iterable[str]) -> None:
    """Wait for the tenants' locks, in order; they are held until the transaction ends."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(b, 11)) FROM unnest(%s::text[]) AS b",
        (sorted(set(tenants)),),
    )


def try_lock(connection: Connection[Any], tenants: Sequence[str]) -> list[str]:
    """Return those tenants whose locks are free, and take them."""
    rows = connection.execute(
        "SELECT b FROM unnest(%s::text[]) AS b WHERE pg_try_advisory_xact_lock(hashtextextended(b, 11))",
        (list(tenants),),
    )
    return [row[0] for row in rows]


@dataclass(slots=True)
class Outcome:
    """What a batch did: the shops as they now are, and how many rows were written."""

    shops: dict[str, Shop]
    items: int
    rows: int


class Work:
    """The shops of one transaction in memory: brought in as items need them, changed by decisions, then written."""

    def __init__(
        self, connection: Connection[Any], now: datetime, tenants: Iterable[str], *, keep_refusals: bool = False
    ) -> None:
        self.connection = connection
        self.loader = Loader(connection, now, tenants)
        self.shops = self.loader.shops
        for shop in self.shops.values():
            shop.keep_refusals = keep_refusals
            park_broken(shop)

    def bring(self, items: Iterable[Item]) -> None:
        """Load what items need and is not there yet."""
        seeds = Seeds()
        for item in items:
            item.seed(seeds)
        self.loader.load(seeds)

    def bring_accounts(self) -> None:
        """Load what belongs to the documents and payments that are there: what is settled with them names them."""
        seeds = Seeds()
        for name, shop in self.shops.items():
            seeds.add("invoices", name, (invoice.id for invoice in shop.invoices))
            seeds.add("payments", name, (payment.id for payment in shop.payments))
        self.loader.load(seeds)

    def decide(self, item: Item, now: datetime) -> None:
        """Decide an item at its own instant, or now if that is long ago (R3)."""
        shop = self.shops[item.business_id]
        shop.now = decision_instant(item.due, now, GRACE)
        item.decide(shop)

    def write(self, *, history: bool = True) -> int:
        """Write what changed, or only what decisions read again; return the number of rows."""
        return write(self.connection, self.shops.values(), history=history)


def run_batch(
    connection: Connection[Any], now: datetime, items: Sequence[Item], *, keep_refusals: bool = False
) -> Outcome:
    """Decide a batch of items whose tenants are locked, and write what changed; the caller commits."""
    if not items:
        return Outcome({}, 0, 0)
    work = Work(connection, now, {item.business_id for item in items}, keep_refusals=keep_refusals)
    work.bring(items)
    for item in sorted(items, key=lambda item: (item.due, item.rank)):
        work.decide(item, now)
    return Outcome(work.shops, len(items), work.write())
