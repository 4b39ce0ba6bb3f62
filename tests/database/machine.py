"""A state machine of a shop: whatever clients, upstream, people and time may do with money, in any sequence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.acts import Act
from models.chain import START, Head, verify
from models.scenario_file import Happening, Scenario
from tests.database.balanced import breaches
from tests.database.worlds import InMemory
from tests.scenarios.story import euros

CLIENTS = st.sampled_from(("zoe", "ada", "kid", "acme"))
SERVICES = st.sampled_from(("cut", "yoga", "net"))
AMOUNTS = st.sampled_from((1, 500, 1500, 4500, 9999))
PLACES = st.integers(0, 30)
REFUNDS: st.SearchStrategy[Any] = st.one_of(st.sampled_from(("none", "full")), AMOUNTS.map(euros))
LATE = st.sampled_from((0, 0, 0, 0, 30, 24 * 60, 10 * 24 * 60))
"""Minutes by which an event may be heard of late: then it overtakes nothing, and others have overtaken it."""

Data = dict[str, Any]

STEPS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "time_passes": (5, {"days": st.integers(0, 45), "minutes": st.integers(1, 24 * 60)}),
    "books": (
        6,
        {
            "who": CLIENTS,
            "services": st.lists(SERVICES, min_size=1, max_size=3),
            "days": st.integers(-1, 20),
            "paid": st.one_of(st.none(), AMOUNTS),
            "at_booking": st.booleans(),
            "late": LATE,
        },
    ),
    "reschedules": (2, {"place": PLACES, "days": st.integers(-3, 20), "late": LATE}),
    "cancels": (3, {"place": PLACES, "refund": REFUNDS, "late": LATE}),
    "cancels_a_session": (1, {"place": PLACES, "refund": REFUNDS, "late": LATE}),
    "owes": (2, {"who": CLIENTS, "price": AMOUNTS, "late": LATE}),
    "owes_no_more": (1, {"place": PLACES, "late": LATE}),
    "pays": (
        6,
        {
            "who": CLIENTS,
            "amount": AMOUNTS,
            "kind": st.sampled_from(("order", "charges", "nothing", "invoice")),
            "place": PLACES,
            "late": LATE,
        },
    ),
    "bounces": (2, {"place": PLACES, "late": LATE}),
    "was_paid_upstream": (1, {"place": PLACES, "late": LATE}),
    "subscribes": (
        2,
        {
            "who": CLIENTS,
            "price": AMOUNTS,
            "every": st.sampled_from(("week", "month")),
            "again": st.booleans(),
            "late": LATE,
        },
    ),
    "unsubscribes": (1, {"place": PLACES, "late": LATE}),
    "merges": (1, {"one": CLIENTS, "other": CLIENTS}),
    "tells_twice": (1, {"place": PLACES}),
    "pays_on_the_page": (3, {"who": CLIENTS, "amount": st.one_of(st.none(), AMOUNTS)}),
    "is_marked_as_paid": (1, {"who": CLIENTS}),
    "gets_money_back": (2, {"who": CLIENTS, "amount": st.one_of(st.none(), AMOUNTS)}),
    "is_credited": (1, {"who": CLIENTS}),
    "is_credited_in_part": (1, {"who": CLIENTS, "amount": AMOUNTS}),
    "is_given_up": (1, {"who": CLIENTS}),
    "gets_more_time": (1, {"who": CLIENTS, "days": st.integers(0, 40)}),
}
"""What may happen, how often beside the rest, and what is drawn for it: one rule, so that every history is a mix."""

STEP = st.one_of(
    [
        st.tuples(st.just(name), st.fixed_dictionaries(drawn))
        for name, (weight, drawn) in STEPS.items()
        for _ in range(weight)
    ]
)


@dataclass(slots=True)
class Told:
    """What upstream has told so far, so that later events can be about it."""

    orders: list[str] = field(default_factory=list)
    bookings: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    agreements: list[str] = field(default_factory=list)


def one_of(known: list[str], place: int) -> str:
    """Return one of what is known, or something that nobody knows yet."""
    return known[place % len(known)] if known else "unknown"


class Shopkeeping(RuleBasedStateMachine):
    """One shop. Every step is decided in memory and its books are asked; at the end PostgreSQL must say the same."""

    windows: tuple[int, int]
    begin: Callable[[], tuple[InMemory, Scenario]]
    end: Callable[["Shopkeeping"], None]

    def __init__(self) -> None:
        super().__init__()
        self.world, self.scenario = type(self).begin()
        self.now: datetime = self.scenario.start
        self.happenings: list[Happening] = []
        self.told = Told()
        self.window = type(self).windows[0]
        self.chained = START

    @initialize(larger=st.booleans())
    def cut(self, larger: bool) -> None:
        """Choose how many items a transaction decides on PostgreSQL."""
        self.window = type(self).windows[larger]

    def teardown(self) -> None:
        """Let the same happen on PostgreSQL."""
        if self.happenings:
            type(self).end(self)

    @rule(step=STEP)
    def something_happens(self, step: tuple[str, Data]) -> None:
        """Let one thing happen."""
        name, drawn = step
        getattr(self, name)(**drawn)

    # --- what happens

    def _number(self) -> int:
        return len(self.happenings) + 1

    def _happens(self, happening: Happening) -> None:
        self.happenings.append(happening)
        self.world.happens(happening)

    def _event(self, type_: str, data: Data, late: int = 0) -> None:
        self.now += timedelta(minutes=7)
        number = self._number()
        envelope = {
            "specversion": "1.0",
            "id": str(number),
            "source": "/upstream",
            "type": type_,
            "time": (self.now - timedelta(minutes=late)).isoformat(),
            "business": self.scenario.shop.business.id,
            "data": data,
        }
        self._happens(Happening(self.now, raw=msgspec.json.encode(envelope), position=number))

    def _act(self, name: str, **keys: Any) -> None:
        self.now += timedelta(minutes=7)
        self._happens(Happening(self.now, do=name, act=Act(name, **keys), position=self._number()))

    def time_passes(self, days: int, minutes: int) -> None:
        """Tick: sessions begin and end, documents fall due, runs go on, agreements recur."""
        self.now += timedelta(days=days, minutes=minutes)
        self.world.passes((self.now, 0, self.now, ()))

    def books(self, who: str, services: list[str], days: int, paid: int | None, at_booking: bool, late: int) -> None:
        """Place an order, some of it paid."""
        number = self._number()
        starts = self.now + timedelta(days=days, hours=3)
        bookings = []
        for place, service in enumerate(services):
            id_ = f"b{number}.{place}"
            session = {"id": f"s{number}.{place}", "service": service, "starts_at": starts.isoformat()}
            ends = (starts + timedelta(hours=1)).isoformat()
            more = {"payment": "at_booking"} if at_booking else {}
            bookings.append({"id": id_, "session": session | {"ends_at": ends}} | more)
            self.told.bookings.append(id_)
            self.told.sessions.append(session["id"])
        order: Data = {"id": f"o{number}", "bookings": bookings}
        self.told.orders.append(order["id"])
        self._event(
            "order.placed", {"contact": {"id": who}, "order": order | ({"paid": euros(paid)} if paid else {})}, late
        )

    def reschedules(self, place: int, days: int, late: int) -> None:
        """Move a booking."""
        starts = self.now + timedelta(days=days)
        session = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
        self._event(
            "booking.rescheduled", {"booking": {"id": one_of(self.told.bookings, place)}, "session": session}, late
        )

    def cancels(self, place: int, refund: Any, late: int) -> None:
        """Cancel a booking, with a refund or not."""
        booking = {"id": one_of(self.told.bookings, place)}
        self._event("booking.cancelled", {"booking": booking, "refund": refund}, late)

    def cancels_a_session(self, place: int, refund: Any, late: int) -> None:
        """Cancel a session with everybody in it."""
        session = {"id": one_of(self.told.sessions, place)}
        self._event("session.cancelled", {"session": session, "refund": refund}, late)

    def owes(self, who: str, price: int, late: int) -> None:
        """Add a charge outside any order."""
        charge = {"id": f"c{self._number()}", "kind": "other", "description": "Extra", "price": euros(price)}
        self.told.charges.append(str(charge["id"]))
        self._event("charge.added", {"contact": {"id": who}, "charge": charge}, late)

    def owes_no_more(self, place: int, late: int) -> None:
        """Take a charge back."""
        self._event("charge.cancelled", {"charge": {"id": one_of(self.told.charges, place)}}, late)

    def pays(self, who: str, amount: int, kind: str, place: int, late: int) -> None:
        """Pay all, a part or too much, for something or for nothing in particular."""
        number = self._number()
        self.told.payments.append(f"p{number}")
        payment = {"id": f"p{number}", "amount": euros(amount), "method": "cash", "received_at": self.now.isoformat()}
        targets: dict[str, Data] = {
            "order": {"order": one_of(self.told.orders, place)},
            "charges": {"charges": [one_of(self.told.charges + self.told.bookings, place)]},
            "invoice": {"invoice": f"2027-{place % 9 + 1:04d}"},
        }
        target = targets.get(kind, {})
        self._event(
            "payment.received", {"contact": {"id": who}, "payment": payment} | ({"for": target} if target else {}), late
        )

    def bounces(self, place: int, late: int) -> None:
        """Let a payment prove not to exist."""
        payment = {"id": one_of(self.told.payments, place), "reason": "bounced"}
        self._event("payment.reversed", {"payment": payment}, late)

    def was_paid_upstream(self, place: int, late: int) -> None:
        """Tell that the rest of an order was paid."""
        self._event("order.paid", {"order": {"id": one_of(self.told.orders, place)}}, late)

    def subscribes(self, who: str, price: int, every: str, again: bool, late: int) -> None:
        """Agree on a recurring payment, or change one."""
        known = self.told.agreements
        id_ = known[-1] if again and known else f"r{self._number()}"
        known.append(id_)
        agreed = {"id": id_, "description": "Club", "price": euros(price), "every": every, "collect": "invoice"}
        self._event("recurring_payment.started", {"contact": {"id": who}, "recurring_payment": agreed}, late)

    def unsubscribes(self, place: int, late: int) -> None:
        """End a recurring payment."""
        id_ = one_of(self.told.agreements, place)
        self._event("recurring_payment.cancelled", {"recurring_payment": {"id": id_}}, late)

    def merges(self, one: str, other: str) -> None:
        """Merge two clients into one."""
        if one != other:
            self._event("contact.merged", {"contact": {"id": one}, "into": other})

    def tells_twice(self, place: int) -> None:
        """Deliver an event once more."""
        events = [one for one in self.happenings if one.raw is not None]
        if events:
            self.now += timedelta(minutes=7)
            told = events[place % len(events)]
            self._happens(Happening(self.now, raw=told.raw, position=self._number()))

    def pays_on_the_page(self, who: str, amount: int | None) -> None:
        """Pay a document: all of it, a part or too much."""
        self._act("pay", contact=who, amount=amount, currency="EUR" if amount else None)

    def is_marked_as_paid(self, who: str) -> None:
        """Take money in person."""
        self._act("mark_paid", contact=who, method="cash")

    def gets_money_back(self, who: str, amount: int | None) -> None:
        """Refund what was paid on a document, with a credit note."""
        self._act("refund", contact=who, amount=amount, currency="EUR" if amount else None)

    def is_credited(self, who: str) -> None:
        """Void a document by a credit note."""
        self._act("void", contact=who)

    def is_credited_in_part(self, who: str, amount: int) -> None:
        """Make a document smaller by a credit note."""
        self._act("credit", contact=who, amount=amount, currency="EUR")

    def is_given_up(self, who: str) -> None:
        """Write a debt off."""
        self._act("write_off", contact=who)

    def gets_more_time(self, who: str, days: int) -> None:
        """Move a due date."""
        self._act("set_due", contact=who, due_on=(self.now + timedelta(days=days)).date())

    # --- what always holds

    @invariant()
    def the_books_balance(self) -> None:
        """Ask the books after every step."""
        assert breaches(self.world.shop) == []

    @invariant()
    def the_journal_is_whole(self) -> None:
        """Check the links of the chain that are new."""
        entries = list(islice(self.world.shop.journal, self.chained.sequence, None))
        assert not verify(entries, after=self.chained)
        if entries:
            self.chained = Head(entries[-1].sequence, entries[-1].hash)
