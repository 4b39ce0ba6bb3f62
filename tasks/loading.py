"""Loading: everything that a batch may need, of many tenants at once, in a fixed number of queries.

From the ids that events, runs, sessions, documents and messages name, the closure is taken: a booking brings its
order with all its bookings, sessions, charges and documents; those bring their contacts, credit, waiting runs and
limits. Every query takes arrays of (tenant, id) pairs.

More may be loaded later onto the same shelves: what was asked for once is not asked for again, and a row that is there
stays as it has become. A row that is not there is as the database has it, so that the shelves together with what is
loaded are the shop as it would be read if all were written.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.automation import Run, RunSubject
from models.business import Business
from models.catalogue import ServiceVersion
from models.ending import OF_SEATS
from models.invoice import Counter
from models.journal import JournalHead
from models.message import Message
from models.pausing import EVERYBODY, stops_of
from models.shop import Shop
from tasks.bringing.billing import Billing
from tasks.bringing.documents import Documents
from tasks.bringing.money import Money
from tasks.rulebooks import rulebook_for
from tasks.seeds import Seeds


class Loader(Billing, Documents, Money):
    """Loads the shops of one batch over one connection, all at once or more and more."""

    def __init__(self, connection: Connection[Any], now: datetime, tenants: Iterable[str]) -> None:
        super().__init__(connection, now)
        names = sorted(set(tenants))
        books = rulebook_for(connection, names)
        for values in self._rows(Business, "t.id = ANY(%s)", names):
            business = Business(*values)
            self.shops[business.id] = Shop(business, books[business.id], now)
        self._stops()
        tenants_only = [list(self.shops)]
        self._shelve(Counter, "counters", "t.business_id = ANY(%s)", *tenants_only)
        self._shelve(JournalHead, "heads", "t.business_id = ANY(%s)", *tenants_only)

    def _stops(self) -> None:
        """Note what pauses stop, those of each business and those of all; the tenants are locked."""
        pauses = self.connection.execute(
            "SELECT business_id, scope, target FROM pauses WHERE ended_at IS NULL AND business_id = ANY(%s)",
            ([EVERYBODY, *self.shops],),
        ).fetchall()
        for name, shop in self.shops.items() if pauses else ():
            shop.stops = stops_of((scope, target) for whose, scope, target in pauses if whose in {EVERYBODY, name})

    def load(self, seeds: Seeds) -> dict[str, Shop]:
        """Load the closure of the seeds; return the shops by tenant."""
        self._found = {}
        self._runs_and_messages(seeds)
        self._attempts_named(seeds)
        self._links_named(seeds)
        self._newest_of_clients(seeds)
        self._audiences(seeds)
        self._billed(seeds)
        self._leave_out_closed(seeds)
        if not seeds:
            return self.shops
        known = seeds.pairs
        self._agreements_named(seeds)
        self._debts(seeds)
        self._documents_named(seeds)
        self._bookings_named(seeds)
        self._noted(seeds)
        self._together(seeds)
        self._documents()
        self._people(seeds)
        self._coupons(seeds)
        self._money()
        self._waiting_runs()
        self._by(ServiceVersion, "services", "id", known["services"] | self._all("sessions", "service_id"))
        self._close(seeds)
        return self.shops

    def _leave_out_closed(self, seeds: Seeds) -> None:
        """Forget what is there with all that belongs to it: named before, or made from what was named before."""
        seeds.followed -= self._asked.get(("allocations", "payment_id"), set())
        seeds.followed -= {pair for pair in seeds.followed if self.shops[pair[0]].payments.made_here(pair[1])}
        for kind, pairs in seeds.pairs.items():
            pairs.difference_update(self._closed[kind])
            if pairs:
                shelf = "sessions" if kind == "classes" else kind
                made = [pair for pair in pairs if getattr(self.shops[pair[0]], shelf).made_here(pair[1])]
                pairs.difference_update(made)

    def _close(self, seeds: Seeds) -> None:
        """Remember of which things everything is there now."""
        for kind, pairs in seeds.pairs.items():
            self._closed[kind] |= pairs
        for kind in ("bookings", "charges", "sessions"):
            self._closed[kind] |= self._all(kind, "id")
        self._closed["services"] |= self._all("sessions", "service_id")
        payers = self._closed["contacts"]
        payments = self._followed
        self._closed["payments"].update((name, one.id) for name, one in payments if (name, one.contact_id) in payers)

    def _runs_and_messages(self, seeds: Seeds) -> None:
        self._by(Message, "messages", "id", seeds.pairs["messages"])
        for name, message in self._everything("messages"):
            seeds.about(name, message.subject_ids)
            seeds.add("invoices", name, [*message.documents, message.invoice_id])
            seeds.add("contacts", name, [message.contact_id])
            seeds.add("runs", name, [message.run_id])
        self._to_be_written()
        for name, line in self._everything("lines"):
            seeds.add("contacts", name, [line.participant])
        self._by(Run, "runs", "id", seeds.pairs["runs"])
        for name, run in self._everything("runs"):
            seeds.about(name, run.subjects, seats=run.trigger in OF_SEATS)
            seeds.followed.update((name, payment) for payment in [run.subjects.get("payment")] if payment)
            seeds.add("invoices", name, run.made)
            seeds.add("links", name, (made for made in run.made if made.startswith("lnk_")))
            seeds.add("charges", name, run.merged)
            seeds.add("contacts", name, [run.contact_id])

    def _waiting_runs(self) -> None:
        """Take the runs that wait for anything that is here."""
        subjects = {(name, f"order:{id_}") for name, id_ in self._all("orders", "id")}
        subjects |= {(name, f"booking:{id_}") for name, id_ in self._all("bookings", "id")}
        subjects |= {(name, f"invoice:{id_}") for name, id_ in self._all("invoices", "id")}
        subjects |= {(name, f"payment:{id_}") for name, id_ in self._all("payments", "id")}
        subjects |= {(name, f"recurring:{id_}") for name, id_ in self._all("recurring", "id")}
        subjects |= {(name, f"link:{id_}") for name, id_ in self._all("links", "id")}
        self._by(RunSubject, "subjects", "subject", subjects)
        self._by(Run, "runs", "id", self._all("subjects", "run_id"))
        self._by(RunSubject, "subjects", "run_id", self._all("runs", "id"))
