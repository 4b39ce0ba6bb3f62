"""Loading: everything that a batch may need, of many tenants at once, in a fixed number of queries.

From the ids that events, runs, sessions, documents and messages name, the closure is taken: a booking brings its
order with all its bookings, sessions, charges and documents; those bring their contacts, credit, waiting runs and
limits. Every query takes arrays of (tenant, id) pairs.

More may be loaded later onto the same shelves: what was asked for once is not asked for again, and a row that is there
stays as it has become. A row that is not there is as the database has it, so that the shelves together with what is
loaded are the shop as it would be read if all were written.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import Connection

from models.automation import DailyCount, LimitSlot, Run, RunSubject
from models.billing import Mode, plan_of, settings_of
from models.billing_rows import BillingOccurrence, BillingSchedule
from models.booking import Booking, Order, Session
from models.business import Business
from models.card import LIVE_SQL, CardAttempt
from models.catalogue import ServiceVersion
from models.charge import MULTI_PURPOSE, Charge, NotedCharge
from models.contact import Contact, Hold, Mandate
from models.coupon import Coupon, CouponUse
from models.diary import says_more
from models.ending import OF_SEATS
from models.invoice import Counter, DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from models.journal import JournalHead
from models.message import Message
from models.occurrence import Occurrence
from models.pausing import EVERYBODY, stops_of
from models.payment import Allocation, Payment, PaymentCharge, Refund
from models.payment_link import PaymentLink
from models.quote_row import Quote
from models.recurrence import RecurringPayment, charge_id, occurrences_due
from models.scheduling import PORTION
from models.shop import Shop
from models.vouchers import bought_with
from tasks.arrays import pairs_sql, spread
from tasks.billing.naming import name_clients
from tasks.bringing import Bringer
from tasks.rulebooks import rulebook_for
from tasks.seeds import KINDS, Pairs, Seeds

REMEMBERED = timedelta(minutes=1)
"""How long a slot that is free again is still loaded: items are decided at their own instants, a little before now."""

A_DAY_ANYWHERE = timedelta(hours=50)
"""Within so long lies all that was billed on a local day, whatever the zone and its clock."""

WESTERNMOST = timedelta(hours=13)
"""So much may a local date lie behind that of UTC, the age of what is decided included."""

_NOTED_FOR = (
    f"(t.business_id, t.contact_id) IN (WITH RECURSIVE family(b, c) AS (SELECT * FROM {pairs_sql()} UNION"  # noqa: S608  # names are ours
    " SELECT f.b, n.id FROM family f CROSS JOIN LATERAL ("
    " SELECT unnest(ARRAY[bill_to, merged_into]) FROM contacts WHERE business_id = f.b AND id = f.c"
    " UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND bill_to = f.c"
    " UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND merged_into = f.c) n(id) WHERE n.id IS NOT NULL)"
    " SELECT * FROM family)"
)
"""Notes of contacts who may have one payer: who bills to whom, who was merged into whom, and so on."""
_CLOSED = (
    "SELECT business_id, id FROM invoices d WHERE business_id = k.b AND contact_id = k.c AND kind = '380'"
    " AND status NOT IN ('issued', 'draft', 'void')"
)
_NEWEST_OF_CLIENT = (
    "(t.business_id, t.id) IN (SELECT i.business_id, i.id FROM"  # noqa: S608  # names are ours
    f" (SELECT * FROM {pairs_sql()}) AS k(b, c) CROSS JOIN LATERAL"
    " ((SELECT business_id, id FROM invoices WHERE business_id = k.b AND contact_id = k.c"
    " AND status IN ('issued', 'draft'))"
    f" UNION ({_CLOSED} ORDER BY created_at DESC, number DESC LIMIT 2)"
    f" UNION ({_CLOSED} AND EXISTS (SELECT FROM invoice_lines l JOIN charges c ON c.business_id = l.business_id"
    " AND c.id = l.charge_id AND c.invoice_id = l.invoice_id AND c.settled > 0 WHERE l.business_id = d.business_id"
    " AND l.invoice_id = d.id) ORDER BY created_at DESC, number DESC LIMIT 4)) i)"
)
"""The open documents of a client, its newest closed ones, and the newest of these on which there is money (R28)."""
_AUDIENCES = (
    "SELECT k.b, c.id FROM unnest(%s::text[], %s::text[]) AS k(b, after) CROSS JOIN LATERAL"
    ' (SELECT id FROM contacts WHERE business_id = k.b AND id COLLATE "C" > k.after ORDER BY id COLLATE "C" LIMIT %s) c'
)


_NEWEST_LINKS = (
    "(t.business_id, t.id) IN (SELECT l.business_id, l.id FROM"  # noqa: S608  # names are ours
    f" (SELECT * FROM {pairs_sql()}) AS k(b, c) CROSS JOIN LATERAL"
    " (SELECT business_id, id FROM payment_links WHERE business_id = k.b AND contact_id = k.c AND NOT direct"
    " AND state <> 'revoked' ORDER BY created_at DESC LIMIT 20) l)"
)


class Loader(Bringer):
    """Loads the shops of one batch over one connection, all at once or more and more."""

    def __init__(self, connection: Connection[Any], now: datetime, tenants: Iterable[str]) -> None:
        super().__init__(connection)
        self.now = now
        self._closed: dict[str, Pairs] = {kind: set() for kind in KINDS}
        self._followed: list[tuple[str, Payment]] = []
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
        self._by(Run, "runs", "id", seeds.pairs["runs"])
        for name, run in self._everything("runs"):
            seeds.about(name, run.subjects, seats=run.trigger in OF_SEATS)
            seeds.followed.update((name, payment) for payment in [run.subjects.get("payment")] if payment)
            seeds.add("invoices", name, run.made)
            seeds.add("links", name, (made for made in run.made if made.startswith("lnk_")))
            seeds.add("charges", name, run.merged)
            seeds.add("contacts", name, [run.contact_id])

    def _attempts_named(self, seeds: Seeds) -> None:
        """Take named attempts at moving money by card, with what they are for."""
        known = seeds.pairs
        if not known["attempts"]:
            return
        self._by(CardAttempt, "attempts", "id", known["attempts"])
        for name, attempt in self._everything("attempts"):
            seeds.add("contacts", name, [attempt.contact_id])
            seeds.add("invoices", name, [attempt.invoice_id])
            seeds.add("charges", name, attempt.charge_ids)
            seeds.add("payments", name, [attempt.payment_id])
            seeds.add("links", name, [attempt.link_id])
            kind, _, target = (attempt.target or "").partition(":")
            seeds.add("orders", name, [target] if kind == "order" else ())
            if attempt.target is None and attempt.contact_id:
                seeds.payers.add((name, attempt.contact_id))
        self._by(Mandate, "mandates", "id", self._all("attempts", "mandate_id"))
        self._by(Refund, "refunds", "id", self._all("attempts", "refund_id"))

    def _to_be_written(self) -> None:
        """Take the lines and VAT groups of the documents that messages without words yet will speak of."""
        unwritten = [(name, message) for name, message in self._everything("messages") if message.text is None]
        documents = {
            (name, id_) for name, message in unwritten for id_ in (*message.documents, message.invoice_id) if id_
        }
        self._by(InvoiceLine, "lines", "invoice_id", documents)
        self._by(InvoiceTax, "taxes", "invoice_id", documents)

    def _links_named(self, seeds: Seeds) -> None:
        """Take quotes and payment links, those to which links lead, and what they ask for."""
        known = seeds.pairs
        self._by(Quote, "quotes", "id", known["quotes"])
        known["contacts"] |= self._all("quotes", "contact_id")
        if seeds.linked:
            businesses, ids = zip(*seeds.linked, strict=True)
            rows = self._shelve(PaymentLink, "links", _NEWEST_LINKS, spread(businesses), spread(ids))
            known["links"] |= {(values[0], values[1]) for values in rows}
            seeds.linked.clear()
        while known["links"]:
            self._by(PaymentLink, "links", "id", known["links"])
            later = self._all("links", "superseded_by") - known["links"]
            if not later:
                break
            known["links"] |= later
        for name, link in self._everything("links"):
            seeds.add("charges", name, link.charge_ids)
            seeds.add("contacts", name, [link.contact_id])

    def _agreements_named(self, seeds: Seeds) -> None:
        """Take named payments and recurring payments with their contacts; of those told anew also what they closed."""
        known = seeds.pairs
        self._by(Payment, "payments", "id", known["payments"])
        self._by(RecurringPayment, "recurring", "id", known["recurring"])
        self._by(Charge, "charges", "recurring_id", seeds.retold)
        for name, agreement in self._everything("recurring"):
            due = occurrences_due(agreement, self.now, self.shops[name].zone)
            seeds.add("charges", name, [charge_id(agreement, one.day) for one in due])
        for name, payment in self._everything("payments"):
            kind, _, target = (payment.target or "").partition(":")
            seeds.add("invoices", name, [target] if kind == "invoice" else ())
        told_before = {(name, id_) for name, id_ in seeds.followed if id_ in self.shops[name].payments}
        self._by(Allocation, "allocations", "payment_id", told_before)
        known["contacts"] |= self._all("payments", "contact_id") | self._all("recurring", "contact_id")
        known["charges"] |= self._all("allocations", "charge_id")
        known["invoices"] |= self._all("allocations", "invoice_id")

    def _newest_of_clients(self, seeds: Seeds) -> None:
        """Name the documents among which an act looks for a client's newest."""
        asked = self._asked.setdefault(("invoices", "newest"), set())
        unasked = seeds.clients - asked
        if unasked:
            asked |= unasked
            businesses, ids = zip(*unasked, strict=True)
            self._shelve(Invoice, "invoices", _NEWEST_OF_CLIENT, spread(businesses), spread(ids))
        for name, client in seeds.clients:
            seeds.add("invoices", name, (one.id for one in self.shops[name].invoices.by("contact_id", client)))
        seeds.clients.clear()

    def _audiences(self, seeds: Seeds) -> None:
        """Name the next clients of occurrences, in the order of their ids as Python compares them."""
        if not seeds.audiences:
            return
        self._by(Occurrence, "occurrences", "id", seeds.audiences)
        opened = [(name, self.shops[name].occurrences.get(id_)) for name, id_ in seeds.audiences]
        due = [(name, one) for name, one in opened if one is not None and one.next_at is not None]
        automations = {(name, one.automation_id) for name, one in due}
        self._by(Occurrence, "occurrences", "automation_id", automations, " AND t.next_at IS NOT NULL")
        for name, contact_id in self.connection.execute(
            _AUDIENCES, ([name for name, _ in due], [one.reached for _, one in due], PORTION)
        ):
            seeds.add("contacts", name, [contact_id])

    def _billed(self, seeds: Seeds) -> None:
        """Take schedules whose date has come; name the next clients of occurrences of billing, and what they owe."""
        if seeds.pairs["schedules"]:
            self._by(BillingSchedule, "schedules", "id", seeds.pairs["schedules"])
            days = [schedule.day for _, schedule in self._everything("schedules")]
            since = f" AND t.day >= '{min(days, default=date.max)}'"
            self._by(BillingOccurrence, "billings", "schedule_id", seeds.pairs["schedules"], since)
        self._by(BillingOccurrence, "billings", "id", seeds.pairs["billings"])
        named = {name for name, _ in seeds.pairs["billings"]} | {name for name, _, _ in seeds.billed}
        bounded = {name for name in named if "daily_cap" in settings_of(self.shops[name].business)}
        if bounded:
            today = "t.business_id = ANY(%s) AND t.before > %s"
            self._shelve(BillingOccurrence, "billings", today, sorted(bounded), self.now - A_DAY_ANYWHERE)
        if seeds.billed:
            self._by(BillingOccurrence, "billings", "id", {(name, id_) for name, id_, _ in seeds.billed})
            opened = ((name, self.shops[name].billings.get(id_), many) for name, id_, many in seeds.billed)
            due = [(name, one, many) for name, one, many in opened if one is not None and one.next_at is not None]
            name_clients(self.connection, self.shops, due, seeds)
        if named:
            self._links_of_billed(seeds)

    def _links_of_billed(self, seeds: Seeds) -> None:
        """Take the open links of who is billed by links, and what they ask for: the new ones may take their place."""
        people = self._acquaint(seeds.pairs["contacts"])
        asked = {(name, one.id) for name, one in self._everything("contacts") if (name, one.id) in people
                 and plan_of(self.shops[name].business, one).mode is Mode.PAYMENT_LINK}  # fmt: skip
        self._links(asked)
        for name, link in self._everything("links"):
            seeds.add("charges", name, link.charge_ids)

    def _debts(self, seeds: Seeds) -> None:
        """Name the open documents of payers whose money has no target (R16)."""
        if seeds.payers:
            payers = self._acquaint(seeds.payers)
            self._by(Invoice, "invoices", "contact_id", payers, " AND t.status = 'issued' AND t.amount_due > 0")
            owed = (one for one in self._everything("invoices") if one[1].status == DocumentStatus.ISSUED)
            seeds.pairs["invoices"].update((name, invoice.id) for name, invoice in owed if invoice.amount_due > 0)

    def _documents_named(self, seeds: Seeds) -> None:
        """Take documents by id or number, with the charges on them, and the charges of named bookings."""
        known = seeds.pairs
        self._by(Invoice, "invoices", "id", known["invoices"])
        self._by(Invoice, "invoices", "number", {pair for pair in known["invoices"] if not pair[1].startswith("inv_")})
        known["invoices"] |= self._all("invoices", "id")
        self._by(Charge, "charges", "invoice_id", known["invoices"])
        drafts = {(b, one.id) for b, one in self._everything("invoices") if one.status == DocumentStatus.DRAFT}
        self._by(Charge, "charges", "draft_id", drafts)
        self._by(InvoiceLine, "lines", "invoice_id", drafts)
        self._by(Charge, "charges", "id", known["charges"])
        known["orders"] |= self._all("charges", "order_id")
        known["bookings"] |= self._all("charges", "booking_id")

    def _bookings_named(self, seeds: Seeds) -> None:
        """Take named bookings, those of named sessions and beside them, those that a service's version may change."""
        known = seeds.pairs
        self._by(Booking, "bookings", "id", known["bookings"])
        self._by(Session, "sessions", "id", known["sessions"])
        for name, told in seeds.described:
            session = self.shops[name].sessions.get(told.id)
            begun = told.starts_at <= self.now  # it is announced at once, but to nobody twice
            if session is not None and (begun or says_more(session, told)):
                seeds.add("classes", name, [told.id])
        moved = [(name, seat) for name, seat in self._everything("bookings") if (name, seat.id) in seeds.moved]
        known["classes"] |= {(name, seat.session_id) for name, seat in moved if seat.session_id}
        self._by(Booking, "bookings", "session_id", known["classes"])
        self._beside(seeds)
        self._priced(seeds)
        known["orders"] |= self._all("bookings", "order_id")

    def _beside(self, seeds: Seeds) -> None:
        """Take the other seats that the participants of bookings given back have in the same session."""
        if not seeds.given_back:
            return
        businesses, ids = zip(*seeds.given_back, strict=True)
        rows = self._shelve(
            Booking,
            "bookings",
            "(t.business_id, t.session_id, t.contact_id) IN (SELECT b.business_id, b.session_id, b.contact_id"  # noqa: S608  # names are ours
            f" FROM bookings b WHERE (b.business_id, b.id) IN (SELECT * FROM {pairs_sql()}))",
            spread(businesses),
            spread(ids),
        )
        self._find("bookings", "id", {(values[0], values[1]) for values in rows})

    def _priced(self, seeds: Seeds) -> None:
        """Take the bookings whose agreed price may be that of a service's version which is told now."""
        if not seeds.priced:
            return
        businesses, services, moments = zip(*seeds.priced, strict=True)
        rows = self._shelve(
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
        self._find("bookings", "id", {(values[0], values[1]) for values in rows})

    def _noted(self, seeds: Seeds) -> None:
        """Take the charges noted over a limit for the contacts in question, and for others of the same payers (R7)."""
        contacts = seeds.pairs["contacts"] | self._all("bookings", "contact_id")
        contacts -= self._closed["contacts"]
        self._closed["contacts"] |= contacts
        asked = [pair for pair in contacts if self.shops[pair[0]].rulebook.merges]
        if not asked:
            return
        businesses, ids = zip(*asked, strict=True)
        rows = self._shelve(NotedCharge, "noted", _NOTED_FOR, spread(businesses), spread(ids))
        if rows:
            self._by(Charge, "charges", "id", {(values[0], values[2]) for values in rows})
            seeds.pairs["orders"] |= self._all("charges", "order_id")

    def _orders(self, seeds: Seeds) -> None:
        """Take orders whole: their bookings with sessions, their charges."""
        orders = seeds.pairs["orders"]
        self._by(Order, "orders", "id", orders)
        self._by(Booking, "bookings", "order_id", orders)
        self._by(Charge, "charges", "order_id", orders)
        self._by(Session, "sessions", "id", seeds.pairs["classes"] | self._all("bookings", "session_id"))

    def _together(self, seeds: Seeds) -> None:
        """Take orders whole, the payments that name something of them, and what else these name or are used for."""
        known, before = seeds.pairs, -1
        while before < (before := len(known["orders"]) + len(self._found.get("charges", ()))):
            self._orders(seeds)
            self._by(Payment, "payments", "target", {(name, f"order:{id_}") for name, id_ in known["orders"]})
            named = known["charges"] | self._all("charges", "id") | self._all("bookings", "id")
            self._by(PaymentCharge, "named", "charge_id", named)
            self._by(Payment, "payments", "id", self._all("named", "payment_id"))
            naming = [(name, payment) for name, payment in self._everything("payments") if payment.target]
            self._by(Allocation, "allocations", "payment_id", {(name, payment.id) for name, payment in naming})
            others = {(name, id_) for name, payment in naming for id_ in payment.charge_ids}
            self._by(Charge, "charges", "id", others | self._all("allocations", "charge_id"))
            targets = ((name, payment.target.partition(":")) for name, payment in naming)
            known["orders"] |= {(name, id_) for name, (kind, _, id_) in targets if kind == "order"}
            known["orders"] |= self._all("charges", "order_id")
        self._followed = list(self._everything("payments"))

    def _documents(self) -> None:
        """Take the documents that hold the charges with their VAT groups, and the money that is on the charges."""
        self._by(Invoice, "invoices", "id", self._all("charges", "invoice_id"))
        self._by(InvoiceTax, "taxes", "invoice_id", self._all("invoices", "id"))
        charges = list(self._everything("charges"))
        vouchers = {(name, bought_with(charge)) for name, charge in charges if charge.voucher_purpose == MULTI_PURPOSE}
        self._by(Payment, "payments", "id", vouchers)
        ended = {(name, charge.id) for name, charge in charges if charge.kept is not None}
        paid = ended | {(name, charge.id) for name, charge in charges if charge.settled}
        self._by(Allocation, "allocations", "charge_id", paid)
        self._by(Invoice, "invoices", "id", self._all("allocations", "invoice_id"))
        self._by(InvoiceTax, "taxes", "invoice_id", self._all("invoices", "id"))
        self._by(Payment, "payments", "id", self._all("allocations", "payment_id"))
        if ended:
            self._by(Refund, "refunds", "payment_id", self._all("payments", "id"))

    def _people(self, seeds: Seeds) -> None:
        """Take everybody who takes part, pays or is named, and whom they name as payer."""
        people = seeds.pairs["contacts"] | self._all("bookings", "contact_id") | self._all("orders", "contact_id")
        people |= self._all("invoices", "contact_id") | self._all("charges", "contact_id")
        people |= self._all("payments", "contact_id")
        people = self._acquaint(people)
        self._by(Hold, "holds", "contact_id", people, " AND t.ended_at IS NULL")
        self._links({pair for pair in people if self.shops[pair[0]].rulebook.links})
        self._cards({pair for pair in people if self.shops[pair[0]].business.cards})
        self._by(LimitSlot, "slots", "contact_id", people, f" AND t.until > '{self.now - REMEMBERED}'")
        self._by(DailyCount, "daily", "contact_id", people, f" AND t.day >= '{(self.now - WESTERNMOST).date()}'")

    def _links(self, people: Pairs) -> None:
        """Take the open payment links of clients."""
        self._by(PaymentLink, "links", "contact_id", people, " AND t.state = 'open'")

    def _cards(self, people: Pairs) -> None:
        """Take saved cards and what is under way on them, of businesses that take cards."""
        self._by(Mandate, "mandates", "contact_id", people, " AND t.ended_at IS NULL")
        self._by(CardAttempt, "attempts", "contact_id", people, f" AND t.{LIVE_SQL}")

    def _acquaint(self, people: Pairs) -> Pairs:
        """Take contacts, whom they name as payer and as whom they go on since they were merged; return all of them."""
        self._by(Contact, "contacts", "id", people)
        while others := (self._all("contacts", "bill_to") | self._all("contacts", "merged_into")) - people:
            self._by(Contact, "contacts", "id", others)
            people = people | others
        return people

    def _coupons(self, seeds: Seeds) -> None:
        """Take the coupons with which orders came, and how often these clients have used which."""
        codes = seeds.pairs["coupons"] | self._all("orders", "coupon")
        if codes:
            self._by(Coupon, "coupons", "id", codes)
            self._by(CouponUse, "coupon_uses", "contact_id", self._all("contacts", "id"))

    def _money(self) -> None:
        """Take the payers' credit."""
        self._by(Payment, "payments", "contact_id", self._all("contacts", "id"), " AND t.available > 0")

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
