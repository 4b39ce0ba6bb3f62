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
from models.pausing import Scope
from models.scenario_file import Happening, Pausing, Scenario
from tests.database.balanced import breaches
from tests.database.steps import STEP, Data
from tests.database.worlds import BILL_NOW, GO_ON, InMemory
from tests.scenarios.story import euros


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

    @initialize(smaller=st.booleans())
    def cut(self, smaller: bool) -> None:
        """Choose how many items a transaction decides on PostgreSQL."""
        self.window = type(self).windows[not smaller]

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

    def _does(self, name: str, **keys: Any) -> None:
        self.now += timedelta(minutes=7)
        self._happens(Happening(self.now, do=name, position=self._number(), **keys))

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

    def pays_by_link(self, who: str, amount: int | None) -> None:
        """Pay what the newest link asks for: all of it, a part or too much."""
        self._act("pay", contact=who, amount=amount, currency="EUR" if amount else None, of_link=True)

    def confirms_a_draft(self, who: str) -> None:
        """Say yes to a draft."""
        self._act("confirm_draft", contact=who)

    def throws_a_draft_away(self, who: str) -> None:
        """Say no to a draft."""
        self._act("delete_draft", contact=who)

    def takes_off_a_draft(self, who: str, place: int) -> None:
        """Take a charge off a draft, or try to."""
        self._act("edit_draft", contact=who, remove=(one_of(self.told.charges + self.told.bookings, place),))

    def bills_otherwise(self, who: str | None, billing: Data) -> None:
        """Change how a client is billed, or everybody."""
        self._does("set_billing", billing=(who, billing))

    def bills_now(self) -> None:
        """Bill without waiting for a date."""
        self._does(BILL_NOW)

    def holds_billing(self, days: int) -> None:
        """Let no billing begin for some days: what is missed is made up for once (R3)."""
        held = Pausing(Scope.BILLING, None, None)
        self._does("pause", pausing=held)
        self.time_passes(days, 1)
        self._does("resume", pausing=held)

    def bounds_billing(self, cap: Data) -> None:
        """Let so much be billed on one day, and no more without a person."""
        self._does("set_billing", billing=(None, {"daily_cap": cap}))

    def lets_billing_go_on(self) -> None:
        """Let go on what the bound of a day has stopped."""
        self._does(GO_ON)

    # --- what always holds

    @invariant()
    def the_books_balance(self) -> None:
        """Ask the books after every step."""
        found = breaches(self.world.shop)
        assert not found, "\n".join(found)

    @invariant()
    def the_journal_is_whole(self) -> None:
        """Check the links of the chain that are new."""
        entries = list(islice(self.world.shop.journal, self.chained.sequence, None))
        assert not verify(entries, after=self.chained)
        if entries:
            self.chained = Head(entries[-1].sequence, entries[-1].hash)
