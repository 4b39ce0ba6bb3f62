"""Histories: what may happen in a shop in some weeks, as upstream tells it, each event with a time of its own.

A history is drawn as acts that pick from what the acts before them made, so that one with fewer acts is as sound.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import chain, repeat
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Data = dict[str, Any]

START = datetime(2027, 1, 4, 8, tzinfo=UTC)
PEOPLE = ("zoe", "ada", "kid")
"""Known from the start; ada pays for kid."""
SERVICES = ("cut", "colour", "yoga")
SUMS = (4500, 1500, 8000, 12500, 700)
UNEVEN, EVEN = (3333, 1002), (4000, 2000)
"""Net prices whose VAT is rounded, and such whose VAT of 20 % is not."""


class Asking(StrEnum):
    """Whether automations ask for money at once, and whether clients pay what they were asked for by its number.

    What documents hold depends on when they were issued. So where there are any, nobody is known to pay for others only
    later, net prices are even (documents round together what stands on them together), and numbers are named only where
    one client owes everything, nothing is cancelled and upstream collects no rest of what is open.
    """

    NOTHING = "nothing"
    AT_ONCE = "at once"
    BY_NUMBER = "by number"


def euros(amount: int, currency: str = "EUR") -> Data:
    """Return money as events write it."""
    return {"amount": amount, "currency": currency}


@dataclass(slots=True)
class Telling:
    """A history being told: what there is so far, and what the present act picks from it."""

    asking: Asking
    picks: Iterator[int] = field(default_factory=partial(iter, ()))
    at: datetime = START
    events: list[Data] = field(default_factory=list)
    sessions: dict[str, Data] = field(default_factory=dict)
    orders: dict[str, Data] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    bookings: dict[str, str] = field(default_factory=dict)
    charges: list[str] = field(default_factory=list)
    payments: dict[str, Data] = field(default_factory=dict)

    @property
    def people(self) -> tuple[str, ...]:
        """Who is told of."""
        return PEOPLE[:1] if self.asking is Asking.BY_NUMBER else PEOPLE

    def pick(self, *options: T) -> T:
        """Return one of the options; the first is the plainest."""
        return options[next(self.picks) % len(options)]

    def tell(self, type_: str, data: Data) -> None:
        """Let an event happen, some time after the one before or at the same instant."""
        self.at += timedelta(hours=self.pick(1, 5, 0, 30))
        count = len(self.events) + 1
        envelope = {"specversion": "1.0", "id": f"e{count:02}", "source": "/upstream", "type": type_}
        self.events.append(envelope | {"time": self.at.isoformat(), "data": data})

    def span(self) -> Data:
        """Return the times of a session."""
        starts = START + timedelta(days=self.pick(8, 3, 20, 12), hours=self.pick(6, 9, 2))
        return {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}


def _contact(t: Telling) -> None:
    keys: Data = t.pick(
        {"name": "Zo"}, {"email": "z@example.org"}, {"kind": "business"}, {"tags": ["vip"]}, {"name": None}
    )
    if t.asking is Asking.NOTHING and t.pick(False, False, True):
        keys = {"bill_to": t.pick(*t.people)}
    t.tell("contact.updated", {"contact": {"id": t.pick(*t.people)} | keys})


def _merge(t: Telling) -> None:
    """Merge somebody who was not merged before; where documents are made, nobody for whom another pays."""
    people = t.people if t.asking is Asking.NOTHING else t.people[:2]
    left = [name for name in people if name not in t.gone]
    if left and len(people) > 1:
        t.gone.append(t.pick(*left))
        into = t.pick(*(name for name in people if name != t.gone[-1]))
        t.tell("contact.merged", {"contact": {"id": t.gone[-1]}, "into": into})


def _service(t: Telling) -> None:
    told: Data = {"id": t.pick(*SERVICES), "name": "Soin", "tax_included": t.pick(True, True, True, False)}
    if told["tax_included"]:
        told |= {"price": euros(t.pick(4500, 8000, 3000)), "tax_rate": t.pick("20", "5.5", "10")}
    else:
        told |= {"price": euros(t.pick(*(UNEVEN if t.asking is Asking.NOTHING else EVEN))), "tax_rate": "20"}
    told["payment"] = t.pick("later", "at_booking", "later", "later", "free")
    t.tell("service.updated", {"service": told})


def _session(t: Telling) -> Data:
    """Return a new session, or one of those that are known."""
    name = t.pick("", *t.sessions)
    if not name:
        name = f"s{len(t.sessions) + 1}"
        t.sessions[name] = (
            {"id": name, "service": t.pick(*SERVICES)} | t.span() | {"kind": t.pick("appointment", "class")}
        )
    return t.sessions[name]


def _booking(t: Telling, name: str) -> Data:
    booking: Data = {"id": name, "session": dict(_session(t)), "quantity": t.pick(1, 1, 3)}
    t.bookings[name] = booking["session"]["service"]
    price = t.pick(None, None, 3900)
    booking |= {"price": euros(price)} if price else {}
    payment = t.pick(None, None, "at_booking", "free")
    booking |= {"payment": payment} if payment else {}
    guest = t.pick(None, None, *t.people)
    return booking | ({"contact": {"id": guest, "name": "Guest"}} if guest else {})


def _item(t: Telling, name: str) -> Data:
    price = euros(t.pick(1200, 2500), t.pick("EUR", "EUR", "EUR", "EUR", "CHF"))
    return {"id": name, "kind": t.pick("product", "package"), "description": "Gel", "price": price}


def _order(t: Telling) -> None:
    name = f"o{len(t.orders) + 1}"
    bookings = [_booking(t, f"{name}-b{n}") for n in range(1, t.pick(1, 1, 2, 3, 0) + 1)]
    many = t.pick(0, 0, 1, 2) if bookings else t.pick(1, 2)
    items = [_item(t, f"{name}-i{n}") for n in range(1, many + 1)]
    order: Data = {"id": name, "bookings": bookings, "items": items}
    paid = t.pick(None, None, *SUMS)
    order |= {"paid": euros(paid)} if paid else {}
    t.orders[name] = {"contact": {"id": t.pick(*t.people)}, "order": order}
    t.charges += [one["id"] for one in (*bookings, *items)]
    t.tell("order.placed", t.orders[name])


def _order_again(t: Telling) -> None:
    if not t.orders:
        return
    told = json.loads(json.dumps(t.orders[t.pick(*t.orders)]))
    order = told["order"]
    match t.pick("paid", "price", "item", "contact", "booking"):
        case "paid":
            order["paid"] = euros(t.pick(*SUMS, 0))
        case "price" if order["bookings"]:
            order["bookings"][0]["price"] = euros(t.pick(3900, 5000))
        case "item":
            name = f"{order['id']}-i{len(order['items']) + 1}"
            order["items"].append(_item(t, name))
            t.charges.append(name)
        case "booking":
            name = f"{order['id']}-b{len(order['bookings']) + 1}"
            order["bookings"].append(_booking(t, name))
            t.charges.append(name)
        case _:
            told["contact"] = {"id": t.pick(*t.people)}
    t.orders[order["id"]] = told
    t.tell("order.placed", told)


def _move(t: Telling) -> None:
    if not t.bookings:
        return
    booking, target = t.pick(*t.bookings), t.span()
    if t.pick(False, True):
        service = t.bookings[booking]
        alike = [name for name, session in t.sessions.items() if session["service"] == service]
        target |= {"id": t.pick(f"s{len(t.sessions) + 1}", *alike)}
        t.sessions.setdefault(target["id"], {"service": service, "kind": "class"} | target)
    t.tell("booking.rescheduled", {"booking": {"id": booking}, "session": target})


def _move_session(t: Telling) -> None:
    if t.sessions:
        t.tell("session.rescheduled", {"session": {"id": t.pick(*t.sessions)} | t.span()})


def _terms(t: Telling) -> Data:
    refund = t.pick("none", "full", euros(1000), euros(3000))
    return {"refund": refund, "notify": {"cancellation": t.pick(False, True), "refund": t.pick(False, True)}}


def _cancel(t: Telling) -> None:
    if t.bookings and t.asking is not Asking.BY_NUMBER:
        named = {"id": t.pick(*t.bookings), "reason": t.pick("ill", "rain")}
        t.tell("booking.cancelled", {"booking": named} | _terms(t))


def _cancel_session(t: Telling) -> None:
    if t.sessions and t.asking is not Asking.BY_NUMBER:
        named = {"id": t.pick(*t.sessions), "reason": t.pick("snow", "storm")}
        t.tell("session.cancelled", {"session": named} | _terms(t))


def _attend(t: Telling) -> None:
    if t.bookings:
        came = t.pick("checked_in", "no_show", "booked")
        t.tell("booking.attendance", {"booking": {"id": t.pick(*t.bookings), "attendance": came}})


def _charge(t: Telling) -> None:
    added = [name for name in t.charges if name.startswith("c")]
    name = t.pick(f"c{len(added) + 1}", f"c{len(added) + 1}", *added)
    t.charges += [] if name in added else [name]
    told = _item(t, name) | {"kind": "other"}
    told |= {"due_on": "2027-02-01"} if t.pick(False, True) else {}
    told |= {"discount": told["price"] | {"amount": 100}} if t.pick(False, False, True) else {}
    if t.pick(False, False, False, True):
        told |= {"fee": "indemnity", "tax_rate": None}
    t.tell("charge.added", {"contact": {"id": t.pick(*t.people)}, "charge": told})


def _uncharge(t: Telling) -> None:
    added = [name for name in t.charges if name.startswith("c")]
    if added and t.asking is not Asking.BY_NUMBER:
        t.tell("charge.cancelled", {"charge": {"id": t.pick(*added)}})


def _target(t: Telling) -> Data:
    match t.pick("order", "charges", "none", "order", "charges", "invoice"):
        case "order" if t.orders:
            return {"for": {"order": t.pick(*t.orders)}}
        case "charges" if t.charges:
            named = [t.pick(*t.charges) for _ in range(t.pick(1, 2, 3))]
            return {"for": {"charges": list(dict.fromkeys(named))}}
        case "invoice" if t.asking is not Asking.AT_ONCE:
            return {"for": {"invoice": t.pick("2027-0001", "2027-0002")}}
        case _:
            return {}


def _pay(t: Telling) -> None:
    name = f"p{len(t.payments) + 1}"
    amount = euros(t.pick(*SUMS, 3000), t.pick(*["EUR"] * 7, "CHF"))
    payment = {"id": name, "amount": amount, "method": t.pick("card", "cash")}
    t.payments[name] = {"contact": {"id": t.pick(*t.people)}, "payment": payment} | _target(t)
    t.tell("payment.received", t.payments[name])


def _pay_again(t: Telling) -> None:
    """Tell of a payment again, in an event of its own."""
    if t.payments:
        name = t.pick(*t.payments)
        told = dict(t.payments[name])
        match t.pick("same", "amount", "target", "contact"):
            case "amount":
                told["payment"] = told["payment"] | {"amount": euros(t.pick(*SUMS))}
            case "target":
                told.pop("for", None)
                told |= _target(t)
            case "contact":
                told["contact"] = {"id": t.pick(*t.people)}
        t.payments[name] = told
        t.tell("payment.received", told)


def _reverse(t: Telling) -> None:
    names = [
        *t.payments,
        *(f"order:{name}:paid" for name in t.orders),
        *(f"order:{name}:rest:EUR{again}" for again in ("", ":2") for name in t.orders),
    ]
    if names:
        t.tell("payment.reversed", {"payment": {"id": t.pick(*names), "reason": t.pick("bounced", "returned")}})


def _rest(t: Telling) -> None:
    if t.orders and t.asking is not Asking.BY_NUMBER:
        t.tell("order.paid", {"order": {"id": t.pick(*t.orders)}})


ACTS: Sequence[Callable[[Telling], None]] = (
    *[_order] * 4,
    *[_pay] * 4,
    *[_cancel] * 3,
    *[_move] * 2,
    *[_service] * 2,
    *[_charge] * 2,
    _contact,
    _merge,
    _order_again,
    _move_session,
    _cancel_session,
    _attend,
    _uncharge,
    _pay_again,
    _reverse,
    _rest,
)


@dataclass(frozen=True)
class History:
    """Events in order of their times, each as JSON without its business."""

    asking: Asking
    events: tuple[Data, ...]

    def __str__(self) -> str:
        lines = (f"{one['id']} {one['time'][5:16]} {one['type']} {json.dumps(one['data'])}" for one in self.events)
        return "\n".join([f"asking: {self.asking}", *lines])


Act = Callable[[Telling], None]


def history(acts: Sequence[tuple[Act, Sequence[int]]], asking: Asking) -> History:
    """Return what happens act by act, each with its picks, after the services were told of."""
    telling = Telling(asking)
    for act, picks in (*BEGINNING, *acts):
        telling.picks = chain(picks, repeat(0))
        act(telling)
    return History(asking, tuple(telling.events))


def _opens_with(name: str, price: int) -> tuple[Act, Sequence[int]]:
    def act(t: Telling) -> None:
        t.tell("service.updated", {"service": {"id": name, "name": name.title(), "price": euros(price)}})

    return act, ()


BEGINNING = (_opens_with("cut", 4500), _opens_with("colour", 8000), _opens_with("yoga", 1500))


def histories(most: int = 14) -> st.SearchStrategy[History]:
    """Return a strategy of histories of up to so many acts."""
    acts = st.lists(st.tuples(st.sampled_from(ACTS), st.binary(max_size=24)), min_size=2, max_size=most)
    return st.builds(history, acts, st.sampled_from([Asking.NOTHING, Asking.AT_ONCE, Asking.AT_ONCE, Asking.BY_NUMBER]))
