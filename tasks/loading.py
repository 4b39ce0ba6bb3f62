"""Loading: everything that a batch may need, of many tenants at once, in a fixed number of queries.

From the ids that events, runs, sessions, documents and messages name, the closure is taken: a booking brings its
order with all its bookings, sessions, charges and documents; those bring their contacts, credit, waiting runs and
limits. Every query takes arrays of (tenant, id) pairs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from models.automation import DailyCount, LimitSlot, Run, RunSubject
from models.booking import Booking, Order, Session
from models.business import Business
from models.catalogue import ServiceVersion
from models.charge import Charge, NotedCharge, RecurringPayment
from models.contact import Contact, Hold
from models.invoice import Counter, Invoice, InvoiceTax
from models.journal import JournalHead
from models.message import Message
from models.payment import Allocation, Payment, Refund
from models.rows import columns_of, table_of
from models.shelf import Shelf
from models.shop import Shop
from tasks.arrays import pairs_sql, spread
from tasks.rulebooks import rulebook_for

Pairs = set[tuple[str, str]]

REMEMBERED = timedelta(minutes=1)
"""How long a slot that is free again is still loaded: items are decided at their own instants, a little before now."""

WESTERNMOST = timedelta(hours=13)
"""So much may a local date lie behind that of UTC, the age of what is decided included."""

KINDS = (
    "contacts",
    "services",
    "sessions",
    "classes",
    "orders",
    "bookings",
    "charges",
    "payments",
    "invoices",
    "recurring",
    "runs",
    "messages",
)


@dataclass(slots=True)
class Seeds:
    """What a batch names, as (tenant, id) pairs by kind.

    A session comes alone, a class with all its seats. `payers` are contacts whose open debts matter, `priced` services
    of which a new version is told, `timed` sessions with the times that an event tells of, `given_back` bookings whose
    participant may have other seats in the same session, `undone` payments whose money is taken back.
    """

    pairs: dict[str, Pairs] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    payers: Pairs = field(default_factory=set)
    priced: set[tuple[str, str, datetime]] = field(default_factory=set)
    timed: set[tuple[str, str, datetime, datetime]] = field(default_factory=set)
    given_back: Pairs = field(default_factory=set)
    undone: Pairs = field(default_factory=set)

    def add(self, kind: str, business_id: str, ids: Iterable[str | None]) -> None:
        """Name entities of one kind."""
        self.pairs[kind].update((business_id, id_) for id_ in ids if id_)

    def about(self, business_id: str, subjects: Mapping[str, Any]) -> None:
        """Name what a run, a fact or a message is about."""
        for kind, value in subjects.items():
            self.add(_PLURAL.get(kind, kind), business_id, [value])


_PLURAL = {
    "order": "orders",
    "booking": "bookings",
    "session": "classes",
    "invoice": "invoices",
    "payment": "payments",
    "charge": "charges",
    "contact": "contacts",
    "message": "messages",
}


_NOTED_FOR = (
    f"(t.business_id, t.contact_id) IN (SELECT * FROM {pairs_sql()} UNION"  # noqa: S608  # names are ours
    " SELECT o.business_id, o.id FROM contacts c JOIN contacts o"
    " ON o.business_id = c.business_id AND o.bill_to = coalesce(c.bill_to, c.id)"
    f" WHERE (c.business_id, c.id) IN (SELECT * FROM {pairs_sql()}))"
)


class Loader:
    """Loads the shops of one batch over one connection."""

    def __init__(self, connection: Connection[Any], now: datetime, tenants: Iterable[str]) -> None:
        self.connection = connection
        self.now = now
        self.shops: dict[str, Shop] = {}
        names = sorted(set(tenants))
        books = rulebook_for(connection, names)
        for values in self._rows(Business, "t.id = ANY(%s)", names):
            business = Business(*values)
            self.shops[business.id] = Shop(business, books[business.id], now)
        tenants_only = [list(self.shops)]
        self._shelve(Counter, "counters", "t.business_id = ANY(%s)", *tenants_only)
        self._shelve(JournalHead, "heads", "t.business_id = ANY(%s)", *tenants_only)

    def _rows(self, cls: type, where: str, *arguments: Any) -> list[tuple[Any, ...]]:
        columns = ", ".join(f"t.{name}" for name in columns_of(cls))
        sql = f"SELECT {columns} FROM {table_of(cls).name} t WHERE {where}"  # noqa: S608  # names are ours
        return self.connection.execute(sql.encode(), arguments).fetchall()

    def _shelve(self, cls: type, shelf: str, where: str, *arguments: Any) -> list[tuple[Any, ...]]:
        rows = self._rows(cls, where, *arguments)
        shelves: dict[str, Shelf[Any]] = {name: getattr(shop, shelf) for name, shop in self.shops.items()}
        for values in rows:
            shelves[values[0]].load(values)
        return rows

    def _by(self, cls: type, shelf: str, column: str, pairs: Iterable[tuple[str, str]], more: str = "") -> list[Any]:
        keys = list(pairs)
        if not keys:
            return []
        where = f"(t.business_id, t.{column}) IN (SELECT * FROM {pairs_sql()}){more}"  # noqa: S608  # names are ours
        businesses, ids = zip(*keys, strict=True)
        return self._shelve(cls, shelf, where, spread(businesses), spread(ids))

    def load(self, seeds: Seeds) -> dict[str, Shop]:
        """Load the closure of the seeds; return the shops by tenant."""
        known = seeds.pairs
        self._runs_and_messages(seeds)
        self._agreements_named(seeds)
        self._debts(seeds)
        self._documents_named(seeds)
        self._bookings_named(seeds)
        self._noted(seeds)
        self._orders(seeds)
        self._documents()
        self._people(seeds)
        self._money(seeds)
        self._waiting_runs()
        self._by(ServiceVersion, "services", "id", known["services"] | self._all("sessions", "service_id"))
        return self.shops

    def _all(self, shelf: str, attribute: str) -> Pairs:
        """Return the (tenant, value) pairs of an attribute over everything shelved so far."""
        return {
            (name, value)
            for name, shop in self.shops.items()
            for row in getattr(shop, shelf)
            if (value := getattr(row, attribute)) is not None
        }

    def _runs_and_messages(self, seeds: Seeds) -> None:
        self._by(Message, "messages", "id", seeds.pairs["messages"])
        for name, shop in self.shops.items():
            for message in shop.messages:
                seeds.about(name, message.subject_ids)
                seeds.add("invoices", name, [*message.documents, message.invoice_id])
                seeds.add("contacts", name, [message.contact_id])
                seeds.add("runs", name, [message.run_id])
        self._by(Run, "runs", "id", seeds.pairs["runs"])
        for name, shop in self.shops.items():
            for run in shop.runs:
                seeds.about(name, run.subjects)
                seeds.add("invoices", name, run.made)
                seeds.add("charges", name, run.merged)
                seeds.add("contacts", name, [run.contact_id])

    def _agreements_named(self, seeds: Seeds) -> None:
        """Take named payments and recurring payments with their contacts; of those undone also what they closed."""
        self._by(Payment, "payments", "id", seeds.pairs["payments"])
        self._by(RecurringPayment, "recurring", "id", seeds.pairs["recurring"])
        self._by(Allocation, "allocations", "payment_id", seeds.undone)
        for name, shop in self.shops.items():
            seeds.add("contacts", name, (payment.contact_id for payment in shop.payments))
            seeds.add("contacts", name, (agreement.contact_id for agreement in shop.recurring))
            seeds.add("charges", name, (given.charge_id for given in shop.allocations))
            seeds.add("invoices", name, (given.invoice_id for given in shop.allocations))

    def _debts(self, seeds: Seeds) -> None:
        """Name the open documents of payers whose money has no target (R16)."""
        if seeds.payers:
            payers = self._acquaint(seeds.payers)
            rows = self._by(Invoice, "invoices", "contact_id", payers, " AND t.status = 'issued' AND t.amount_due > 0")
            for values in rows:
                seeds.add("invoices", values[0], [values[1]])

    def _documents_named(self, seeds: Seeds) -> None:
        """Take documents by id or number, with the charges on them, and the charges of named bookings."""
        named = seeds.pairs["invoices"]
        self._by(Invoice, "invoices", "id", named)
        self._by(Invoice, "invoices", "number", {pair for pair in named if not pair[1].startswith("inv_")})
        self._by(Charge, "charges", "invoice_id", self._all("invoices", "id"))
        self._by(Charge, "charges", "id", seeds.pairs["charges"])
        for name, shop in self.shops.items():
            seeds.add("orders", name, (charge.order_id for charge in shop.charges))
            seeds.add("bookings", name, (charge.booking_id for charge in shop.charges))

    def _bookings_named(self, seeds: Seeds) -> None:
        """Take named bookings, those of named sessions and beside them, those that a service's version may change."""
        self._by(Booking, "bookings", "id", seeds.pairs["bookings"])
        self._by(Session, "sessions", "id", seeds.pairs["sessions"])
        for name, id_, starts_at, ends_at in seeds.timed:
            session = self.shops[name].sessions.get(id_)
            if session is not None and (session.starts_at, session.ends_at) != (starts_at, ends_at):
                seeds.add("classes", name, [id_])
        self._by(Booking, "bookings", "session_id", seeds.pairs["classes"])
        if seeds.given_back:
            businesses, ids = zip(*seeds.given_back, strict=True)
            self._shelve(
                Booking,
                "bookings",
                "(t.business_id, t.session_id, t.contact_id) IN (SELECT b.business_id, b.session_id, b.contact_id"  # noqa: S608  # names are ours
                f" FROM bookings b WHERE (b.business_id, b.id) IN (SELECT * FROM {pairs_sql()}))",
                spread(businesses),
                spread(ids),
            )
        if seeds.priced:
            businesses, services, moments = zip(*seeds.priced, strict=True)
            self._shelve(
                Booking,
                "bookings",
                "(t.business_id, t.id) IN (SELECT b.business_id, b.id FROM bookings b"
                " JOIN sessions s ON s.business_id = b.business_id AND s.id = b.session_id"
                " JOIN orders o ON o.business_id = b.business_id AND o.id = b.order_id"
                " JOIN unnest(%s::text[], %s::text[], %s::timestamptz[]) AS k(b, s, at)"
                " ON k.b = s.business_id AND k.s = s.service_id WHERE o.waits OR b.placed_at >= k.at"
                " OR (extract(epoch FROM b.placed_at) + 62135596800) * 1000000 <"  # as `models.identifiers.stamp` does
                " (SELECT min(left(v.stamp, 18)::bigint) FROM service_versions v"
                " WHERE v.business_id = k.b AND v.id = k.s))",
                list(businesses),
                list(services),
                list(moments),
            )
        for name, shop in self.shops.items():
            seeds.add("orders", name, (booking.order_id for booking in shop.bookings))

    def _noted(self, seeds: Seeds) -> None:
        """Take the charges noted over a limit for the contacts in question, and for others of the same payers (R7)."""
        contacts = seeds.pairs["contacts"] | self._all("bookings", "contact_id")
        asked = [pair for pair in contacts if self.shops[pair[0]].rulebook.merges]
        if not asked:
            return
        businesses, ids = zip(*asked, strict=True)
        rows = self._shelve(NotedCharge, "noted", _NOTED_FOR, *[spread(businesses), spread(ids)] * 2)
        if not rows:
            return
        charges = self._by(Charge, "charges", "id", {(values[0], values[2]) for values in rows})
        for name in {values[0] for values in charges}:
            seeds.add("orders", name, (charge.order_id for charge in self.shops[name].charges))

    def _orders(self, seeds: Seeds) -> None:
        """Take orders whole: their bookings with sessions, their charges."""
        orders = seeds.pairs["orders"]
        self._by(Order, "orders", "id", orders)
        self._by(Booking, "bookings", "order_id", orders)
        self._by(Charge, "charges", "order_id", orders)
        self._by(Session, "sessions", "id", seeds.pairs["classes"] | self._all("bookings", "session_id"))

    def _documents(self) -> None:
        """Take the documents that hold the charges, and the VAT groups that payments and credits move."""
        missing = self._all("charges", "invoice_id") - self._all("invoices", "id")
        self._by(Invoice, "invoices", "id", missing)
        self._by(InvoiceTax, "taxes", "invoice_id", self._all("invoices", "id"))

    def _people(self, seeds: Seeds) -> None:
        """Take everybody who takes part, pays or is named, and whom they name as payer."""
        people = seeds.pairs["contacts"] | self._all("bookings", "contact_id") | self._all("orders", "contact_id")
        people |= self._all("invoices", "contact_id") | self._all("charges", "contact_id")
        people = self._acquaint(people)
        self._by(Hold, "holds", "contact_id", people, " AND t.ended_at IS NULL")
        self._by(LimitSlot, "slots", "contact_id", people, f" AND t.until > '{self.now - REMEMBERED}'")
        self._by(DailyCount, "daily", "contact_id", people, f" AND t.day >= '{(self.now - WESTERNMOST).date()}'")

    def _acquaint(self, people: Pairs) -> Pairs:
        """Take contacts, whom they name as payer and as whom they go on since they were merged; return all of them."""
        self._by(Contact, "contacts", "id", people)
        while others := (self._all("contacts", "bill_to") | self._all("contacts", "merged_into")) - people:
            self._by(Contact, "contacts", "id", others)
            people = people | others
        return people

    def _money(self, seeds: Seeds) -> None:
        """Take the payments that wait for what is here, the payers' credit, and what was allocated."""
        payers = self._all("contacts", "id")
        self._by(Payment, "payments", "contact_id", payers, " AND t.available > 0")
        targets = {(name, f"order:{id_}") for name, id_ in self._all("orders", "id") | seeds.pairs["orders"]}
        targets |= {(name, f"charge:{id_}") for name, id_ in self._all("charges", "id") | seeds.pairs["charges"]}
        self._by(Payment, "payments", "target", targets)
        charges = [(name, charge) for name, shop in self.shops.items() for charge in shop.charges]
        ended = {(name, charge.id) for name, charge in charges if charge.kept is not None}
        paid = ended | {(name, charge.id) for name, charge in charges if charge.settled}
        self._by(Allocation, "allocations", "charge_id", paid)
        givers = self._all("allocations", "payment_id")
        self._by(Payment, "payments", "id", givers - self._all("payments", "id"))
        if ended:
            self._by(Refund, "refunds", "payment_id", givers)

    def _waiting_runs(self) -> None:
        """Take the runs that wait for anything that is here."""
        subjects = {(name, f"order:{id_}") for name, id_ in self._all("orders", "id")}
        subjects |= {(name, f"booking:{id_}") for name, id_ in self._all("bookings", "id")}
        subjects |= {(name, f"invoice:{id_}") for name, id_ in self._all("invoices", "id")}
        subjects |= {(name, f"payment:{id_}") for name, id_ in self._all("payments", "id")}
        subjects |= {(name, f"recurring:{id_}") for name, id_ in self._all("recurring", "id")}
        rows = self._by(RunSubject, "subjects", "subject", subjects)
        missing = {(values[0], values[2]) for values in rows} - self._all("runs", "id")
        runs = self._all("runs", "id") | missing
        self._by(Run, "runs", "id", missing)
        self._by(RunSubject, "subjects", "run_id", runs)
