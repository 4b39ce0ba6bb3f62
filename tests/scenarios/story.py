"""Stories: what happens in a shop, told in business verbs, and the lines that the simulator answers with.

    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-06 09:00", order=order.id)
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-05 10:00"]

A story is a scenario file as people write it: `run` dumps `shop.file` as YAML, reads it back with the scenario reader
and runs it with the simulator, in process, on a database of its own. `shop.file["business"]` and everything else in the
file may be changed directly. Instants are texts: wall times of the shop's zone ("2027-01-05 10:00", also with seconds;
the first of two equal ones), or anything with an offset, which is taken as it is. Ids are counted: orders o1, o2 …,
bookings o1-b1 …, sessions o1-s1 …, payments p1 …, charges c1 ….

The shop of every story: `atelier` in Paris, French, EUR, 20 % VAT, payment at once (no `payment_terms`), e-mail only;
clients zoe and ada; services cut (45 €), colour (80 €), yoga (15 €, a class). Automations come from the story.
"""

import io
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from sqlalchemy import Engine

from models.scenario_file import load_scenario
from tasks.simulate import Simulation
from tests.scenarios.promises import check_balance, check_decided, check_lines
from tests.scenarios.ways import check_every_way

EVERY_WAY = bool(os.environ.get("EVERY_WAY"))
"""Whether each story is played in every way there is, to see that all tell the same (`test_every_way`)."""

Databases = Callable[[], AbstractContextManager[Engine]]
Data = dict[str, Any]


class Lines(list[Data]):
    """The lines of a run, in order of time."""

    def of(self, kind: str, contact: str | None = None, **keys: Any) -> "Lines":
        """Return the lines of a kind, of one contact where one is named, whose other keys are as given."""
        return Lines(
            line
            for line in self
            if line["kind"] == kind
            and contact in {None, line["contact"]}
            and all(line.get(name) == value for name, value in keys.items())
        )

    def one(self, kind: str, contact: str | None = None, **keys: Any) -> Data:
        """Return the only such line."""
        found = self.of(kind, contact, **keys)
        assert len(found) == 1, f"{len(found)} lines instead of one:\n{found or self}"
        return found[0]

    def to_owner(self, kind: str, **keys: Any) -> "Lines":
        """Return the lines of a kind that go to the owner (their contact is null)."""
        return Lines(line for line in self.of(kind, **keys) if line["contact"] is None)

    def of_automation(self, name: str) -> "Lines":
        """Return what one automation caused."""
        return Lines(line for line in self if line.get("cause", {}).get("automation") == name)

    def times(self, kind: str, contact: str | None = None, **keys: Any) -> list[str]:
        """Return the wall times of such lines, as stories write them."""
        return [wall(line) for line in self.of(kind, contact, **keys)]

    def each(self, key: str) -> list[Any]:
        """Return one key of every line."""
        return [line.get(key) for line in self]

    def reasons(self, contact: str | None = None) -> list[str]:
        """Return why runs, steps and requests ended without their effect."""
        return self.of("skipped", contact).each("reason")

    def __str__(self) -> str:
        return "\n".join(map(str, self))


def wall(line: Data) -> str:
    """Return the wall time of a line: "2027-01-05 10:00", with seconds where there are any."""
    text = datetime.fromisoformat(line["at"]).replace(tzinfo=None).isoformat(" ", "seconds")
    return text.removesuffix(":00")


@dataclass(frozen=True)
class Order:
    """The ids of what was booked."""

    id: str
    bookings: tuple[str, ...]
    sessions: tuple[str, ...]

    @property
    def booking(self) -> str:
        """The only booking."""
        (one,) = self.bookings
        return one

    @property
    def session(self) -> str:
        """The only session."""
        (one,) = self.sessions
        return one


@dataclass(frozen=True)
class Seat:
    """A booking to make: a service at a time; `more` are further keys of the booking, `session` of its session."""

    service: str
    when: str
    minutes: int
    session: Data
    more: Data


def seat(service: str, when: str, *, minutes: int = 60, session: Data | None = None, **more: Any) -> Seat:
    """Return a seat: `seat("yoga", "2027-01-12 18:00", session={"id": "monday", "kind": "class"}, quantity=2)`."""
    return Seat(service, when, minutes, session or {}, more)


def euros(amount: int, currency: str = "EUR") -> Data:
    """Return money as events write it; the amount is in minor units."""
    return {"amount": amount, "currency": currency}


class Story:
    """A scenario being told."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._counts: dict[str, int] = {}
        self.named_files: dict[str, str] = {}
        """Texts of files that the scenario names, by name."""
        self.file: Data = {
            "business": {
                "id": "atelier",
                "name": "Atelier Lumière",
                "timezone": "Europe/Paris",
                "locale": "fr",
                "currency": "EUR",
                "country": "FR",
                "tax_rate": "20",
                "email": "owner@example.org",
            },
            "contacts": [
                {"id": "zoe", "name": "Zoé", "email": "zoe@example.org"},
                {"id": "ada", "name": "Ada", "email": "ada@example.org"},
            ],
            "services": [
                {"id": "cut", "name": "Coupe", "price": euros(4500)},
                {"id": "colour", "name": "Couleur", "price": euros(8000)},
                {"id": "yoga", "name": "Yoga", "price": euros(1500)},
            ],
            "automations": [],
            "start": self.instant("2027-01-01 00:00", "Europe/Paris"),
            "until": self.instant("2027-03-01 00:00", "Europe/Paris"),
            "events": [],
        }

    # --- the shop

    @property
    def business(self) -> Data:
        """The business as the file has it."""
        business: Data = self.file["business"]
        return business

    def client(self, id_: str, **keys: Any) -> None:
        """Add a client, or change keys of a known one; None takes a key away."""
        known = next((one for one in self.file["contacts"] if one["id"] == id_), None)
        if known is None:
            known = {"id": id_, "name": id_.capitalize(), "email": f"{id_}@example.org"}
            self.file["contacts"].append(known)
        known.update(keys)
        for name in [name for name, value in known.items() if value is None]:
            del known[name]

    def service(self, id_: str, price: int | None = None, **keys: Any) -> None:
        """Add a service, or change one."""
        known = next((one for one in self.file["services"] if one["id"] == id_), None)
        if known is None:
            known = {"id": id_, "name": id_.capitalize()}
            self.file["services"].append(known)
        known.update(keys if price is None else {"price": euros(price)} | keys)

    def automation(self, name: str, on: str, *steps: Any, **keys: Any) -> None:
        """Add an automation; `services` and `where` belong to its trigger, other keys stand beside it."""
        self.file["automations"].append(automation(name, on, *steps, **keys))

    # --- what upstream tells

    def event(self, type_: str, at: str, data: Data, **envelope: Any) -> None:
        """Let an event arrive; `time`, `id` and `source` may be given."""
        if "time" in envelope:
            envelope["time"] = self.instant(envelope["time"])
        self.file["events"].append({"at": self.instant(at), "type": type_, "data": data} | envelope)

    def books(
        self,
        contact: str,
        *seats: Seat | str,
        at: str,
        when: str | None = None,
        order: str | None = None,
        paid: int | Data | None = None,
        items: Sequence[Data] = (),
        coupon: str | None = None,
        **envelope: Any,
    ) -> Order:
        """Place an order; a service named alone is an appointment of an hour at `when`."""
        id_ = order or self._next("o")
        bookings: list[Data] = []
        for number, one in enumerate(seats, 1):
            taken = one if isinstance(one, Seat) else seat(one, when or at)
            session = {"id": f"{id_}-s{number}", "service": taken.service}
            session |= self._span(taken.when, taken.minutes) | taken.session
            bookings.append({"id": f"{id_}-b{number}", "session": session} | taken.more)
        placed: Data = {"id": id_, "bookings": bookings}
        if items:
            placed["items"] = list(items)
        if coupon is not None:
            placed["coupon"] = coupon
        if paid is not None:
            placed["paid"] = euros(paid) if isinstance(paid, int) else paid
        self.event("order.placed", at, {"contact": {"id": contact}, "order": placed}, **envelope)
        return Order(id_, tuple(one["id"] for one in bookings), tuple(one["session"]["id"] for one in bookings))

    def cancels(self, booking: str, *, at: str, reason: str | None = None, **terms: Any) -> None:
        """Cancel a booking; `refund` and `notify` as the event has them."""
        named = {"id": booking} | ({"reason": reason} if reason else {})
        self.event("booking.cancelled", at, {"booking": named} | terms)

    def cancels_session(self, session: str, *, at: str, reason: str | None = None, **terms: Any) -> None:
        """Cancel a session for everyone."""
        named = {"id": session} | ({"reason": reason} if reason else {})
        self.event("session.cancelled", at, {"session": named} | terms)

    def moves(self, booking: str, *, to: str, at: str, minutes: int = 60, session: str | None = None) -> None:
        """Give a booking's appointment a new time, or move the booking to another session."""
        target = self._span(to, minutes) | ({"id": session} if session else {})
        self.event("booking.rescheduled", at, {"booking": {"id": booking}, "session": target})

    def moves_session(self, session: str, *, to: str, at: str, minutes: int = 60) -> None:
        """Give a session a new time for everyone."""
        self.event("session.rescheduled", at, {"session": {"id": session} | self._span(to, minutes)})

    def attends(self, booking: str, attendance: str, *, at: str) -> None:
        """Note `booked`, `checked_in` or `no_show`."""
        self.event("booking.attendance", at, {"booking": {"id": booking, "attendance": attendance}})

    def owes(self, contact: str, amount: int, *, at: str, charge: str | None = None, **keys: Any) -> str:
        """Add a charge outside any order; return its id."""
        id_ = charge or self._next("c")
        told = {"id": id_, "kind": "other", "description": "Divers", "price": euros(amount)} | keys
        self.event("charge.added", at, {"contact": {"id": contact}, "charge": told})
        return id_

    def owes_no_more(self, charge: str, *, at: str) -> None:
        """Cancel a charge."""
        self.event("charge.cancelled", at, {"charge": {"id": charge}})

    def pays(
        self,
        contact: str,
        amount: int | Data,
        *,
        at: str,
        method: str = "card",
        payment: str | None = None,
        **target: Any,
    ) -> str:
        """Receive a payment for `order=`, `invoice=` or `charges=`, or for nothing in particular; return its id."""
        id_ = payment or self._next("p")
        money = euros(amount) if isinstance(amount, int) else amount
        told = {"id": id_, "amount": money, "method": method, "received_at": self.instant(at)}
        self.event(
            "payment.received",
            at,
            {"contact": {"id": contact}, "payment": told} | ({"for": target} if target else {}),
        )
        return id_

    def bounces(self, payment: str, *, at: str, reason: str = "bounced") -> None:
        """Reverse a payment that proved not to exist."""
        self.event("payment.reversed", at, {"payment": {"id": payment, "reason": reason}})

    def was_paid_upstream(self, order: str, *, at: str) -> None:
        """Tell that upstream collected the open rest of an order."""
        self.event("order.paid", at, {"order": {"id": order}})

    def subscribes(self, contact: str, amount: int, *, at: str, name: str = "rp1", **keys: Any) -> None:
        """Start a recurring payment."""
        told = {"id": name, "description": "Abonnement", "price": euros(amount), "every": "month", "collect": "invoice"}
        self.event("recurring_payment.started", at, {"contact": {"id": contact}, "recurring_payment": told | keys})

    def unsubscribes(self, name: str = "rp1", *, at: str) -> None:
        """Cancel a recurring payment."""
        self.event("recurring_payment.cancelled", at, {"recurring_payment": {"id": name}})

    # --- what people do

    def does(self, act: str, *, at: str, **keys: Any) -> None:
        """Do an act of the contract: `shop.does("pay", at=…, contact="zoe")`."""
        self.file["events"].append({"at": self.instant(at), "do": act} | keys)

    # --- the run

    def span(self, start: str, until: str) -> None:
        """Set when the story begins and ends."""
        self.file["start"], self.file["until"] = self.instant(start), self.instant(until)

    def run(self, *, until: str | None = None, everything: bool = False) -> Lines:
        """Run the story; every line is checked against the promises of the line format."""
        if until is not None:
            self.file["until"] = self.instant(until)
        scenario = load_scenario(self.text(), "story.yaml", lambda _node, name: (name, self.named_files[name]))
        with self._databases() as engine:
            lines = Lines(Simulation(engine, scenario, everything=everything).run())
            check_decided(engine)
            check_balance(engine)
        if EVERY_WAY:
            check_every_way(self._databases, scenario, lines, everything=everything)
        check_lines(lines, ZoneInfo(self.business.get("timezone", "UTC")))
        return lines

    def text(self) -> str:
        """Return the scenario file."""
        yaml, out = YAML(typ="safe", pure=True), io.StringIO()
        yaml.default_flow_style = False
        yaml.representer.ignore_aliases = lambda *_args: True
        yaml.dump(self.file, out)
        return out.getvalue()

    def instant(self, text: str, timezone: str | None = None) -> str:
        """Return an instant with its offset; a wall time is one of the shop's zone."""
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(timezone or self.business["timezone"]))
        return moment.isoformat()

    def _span(self, start: str, minutes: int) -> Data:
        begins = datetime.fromisoformat(self.instant(start))
        ends = begins + timedelta(minutes=minutes)
        return {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}

    def _next(self, prefix: str) -> str:
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}{self._counts[prefix]}"


TRIGGERS = ("services", "where", "every", "anchor", "at")
"""What stands in a trigger beside the event."""


def automation(name: str, on: str, *steps: Any, **keys: Any) -> Data:
    """Return an automation as a file has it; `services`, `where` and a schedule belong to its trigger."""
    trigger = {"on": on} | {key: keys.pop(key) for key in TRIGGERS if key in keys}
    return {"automation": name, "trigger": trigger} | keys | {"steps": list(steps)}


ASK: Data = {"request_payment": {"document": "invoice"}}
"""The step that asks for what is owed."""
REMIND: Data = {"send_reminder": {}}
"""The step that reminds of a document, in the default wording."""


def mail(text: str, **keys: Any) -> Data:
    """Return a step that writes to the client; the text is its subject too, by which a story finds it."""
    return {"send_email": {"subject": text, "message": text} | keys}


def remind(text: str, **keys: Any) -> Data:
    """Return a reminder with words of its own."""
    return {"send_reminder": {"subject": text, "message": text} | keys}


def wait(**delay: Any) -> Data:
    """Return a delay: `wait(days=3)`, `wait(until="session.starts_at", minus={"hours": 24})`."""
    return {"delay": delay}


def when(condition: Data, *then: Data, otherwise: Sequence[Data] = ()) -> Data:
    """Return a condition with its two ways."""
    return {"if": condition, "then": list(then)} | ({"else": list(otherwise)} if otherwise else {})


def holds(name: str, operator: str, *value: Any) -> Data:
    """Return one comparison of a condition."""
    return {"property": name, "operator": operator} | ({"value": value[0]} if value else {})
