"""The engine: one batch of due items is one transaction - load, decide each at its own instant, write.

Live workers and the simulator run this same code; they differ in the clock and in the gateways. A tenant is decided by
one transaction at a time: the batch holds its advisory lock, so no rule ever races with another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from psycopg import Connection

from models.announcing import announce
from models.contacts import Event
from models.coupon import code_of
from models.delivering import Delivered, deliver
from models.dunning import check_due
from models.errors import StuckError
from models.event_data import Named
from models.matching import park_broken, work_off
from models.merging import merge_due, waits
from models.ordering import release
from models.periods import decision_instant
from models.projection import decide
from models.recurring import fall_due
from models.running import resume
from models.scheduling import open_occurrence
from models.shop import Shop
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write

GRACE = timedelta(seconds=5)
"""What comes later than this is late: it is decided at the instant at which we run (R3)."""


class Item(Protocol):
    """Something to decide. At one instant the lower rank goes first (R3): events, sessions, delays, overdue, merges."""

    business_id: str
    due: datetime
    rank: int

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
class DueSession:
    """A session whose start or end has come."""

    business_id: str
    due: datetime
    session_id: str
    rank: int = 1

    def seed(self, seeds: Seeds) -> None:
        """Name the session."""
        seeds.add("classes", self.business_id, [self.session_id])

    @property
    def row(self) -> tuple[str, str]:
        """The session."""
        return "sessions", self.session_id

    def decide(self, shop: Shop) -> None:
        """Announce it to its participants."""
        shop.begin(self.session_id)
        session = shop.sessions.get(self.session_id)
        if session is not None and session.announce_at == self.due:
            announce(shop, session)
            work_off(shop)
            _leave_nothing_due(shop, session.announce_at)


@dataclass(slots=True)
class DueRecurring:
    """A recurring payment whose date has come."""

    business_id: str
    due: datetime
    recurring_id: str
    rank: int = 1

    def seed(self, seeds: Seeds) -> None:
        """Name the agreement."""
        seeds.add("recurring", self.business_id, [self.recurring_id])

    @property
    def row(self) -> tuple[str, str]:
        """The agreement."""
        return "recurring_payments", self.recurring_id

    def decide(self, shop: Shop) -> None:
        """Charge it."""
        shop.begin(f"{self.recurring_id} {self.due.isoformat()}")
        agreement = shop.recurring.get(self.recurring_id)
        if agreement is not None and agreement.next_run_at is not None and agreement.next_run_at <= shop.now:
            fall_due(shop, agreement)
            work_off(shop)
            _leave_nothing_due(shop, agreement.next_run_at)


@dataclass(slots=True)
class DueSeat:
    """A seat that had to be paid when it was booked."""

    business_id: str
    due: datetime
    booking_id: str
    rank: int = 1

    def seed(self, seeds: Seeds) -> None:
        """Name the booking."""
        seeds.add("bookings", self.business_id, [self.booking_id])

    @property
    def row(self) -> tuple[str, str]:
        """The booking."""
        return "bookings", self.booking_id

    def decide(self, shop: Shop) -> None:
        """Give it back if it is still not paid."""
        shop.begin(f"{self.booking_id} unpaid")
        seat = shop.bookings.get(self.booking_id)
        if seat is not None and seat.pay_by is not None and seat.pay_by <= shop.now:
            release(shop, seat)
            work_off(shop)
            _leave_nothing_due(shop, seat.pay_by)


@dataclass(slots=True)
class DueOccurrence:
    """A date of a schedule that has come, or the rest of its clients."""

    business_id: str
    due: datetime
    occurrence_id: str
    rank: int = 1

    def seed(self, seeds: Seeds) -> None:
        """Name the clients that it looks at next."""
        seeds.audiences.add((self.business_id, self.occurrence_id))

    @property
    def row(self) -> tuple[str, str]:
        """The occurrence."""
        return "occurrences", self.occurrence_id

    def decide(self, shop: Shop) -> None:
        """Begin the runs of these clients."""
        occurrence = shop.occurrences.get(self.occurrence_id)
        if occurrence is not None and occurrence.next_at is not None and occurrence.next_at <= shop.now:
            before = occurrence.reached
            shop.begin(f"{self.occurrence_id} {before}")
            open_occurrence(shop, occurrence)
            work_off(shop)
            if occurrence.reached == before:
                _leave_nothing_due(shop, occurrence.next_at)


@dataclass(slots=True)
class DueRun:
    """A run whose wait is over."""

    business_id: str
    due: datetime
    run_id: str
    rank: int = 2

    def seed(self, seeds: Seeds) -> None:
        """Name the run."""
        seeds.add("runs", self.business_id, [self.run_id])

    @property
    def row(self) -> tuple[str, str]:
        """The run."""
        return "runs", self.run_id

    def decide(self, shop: Shop) -> None:
        """Take it on."""
        run = shop.runs.get(self.run_id)
        if run is not None and run.due_at is not None and run.due_at <= shop.now:
            shop.begin(f"{run.id} {run.position}")
            resume(shop, run)
            work_off(shop)
            _leave_nothing_due(shop, run.due_at)


@dataclass(slots=True)
class DueInvoice:
    """A document whose date has come (due soon, overdue)."""

    business_id: str
    due: datetime
    invoice_id: str
    rank: int = 3

    def seed(self, seeds: Seeds) -> None:
        """Name the document."""
        seeds.add("invoices", self.business_id, [self.invoice_id])

    @property
    def row(self) -> tuple[str, str]:
        """The document."""
        return "invoices", self.invoice_id

    def decide(self, shop: Shop) -> None:
        """Look at its dates."""
        shop.begin(self.invoice_id)
        invoice = shop.invoices.get(self.invoice_id)
        if invoice is not None and invoice.check_at is not None and invoice.check_at <= shop.now:
            check_due(shop, invoice)
            work_off(shop)
            _leave_nothing_due(shop, invoice.check_at)


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
            _leave_nothing_due(shop, *(note.due_at for note in notes if note.group_key == self.group_key))


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


def _leave_nothing_due(shop: Shop, *instants: datetime | None) -> None:
    """Refuse a decision after which its row would be claimed again at once, for ever."""
    if any(instant is not None and instant <= shop.now for instant in instants):
        raise StuckError("It was decided, and is as due as before: nothing would come of trying again at once.")


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
