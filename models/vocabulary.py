"""What an automation can speak about: triggers, the properties that each supplies, and the actions that each offers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from models.events import INPUT_EVENTS, Fact
from models.suggestions import did_you_mean


class Kind(StrEnum):
    """What a property holds; `any` is told by the value itself when it is read."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    LIST = "list"
    ANY = "any"


class Action(StrEnum):
    """What a step can do."""

    REQUEST_PAYMENT = "request_payment"
    ISSUE_PAID_INVOICE = "issue_paid_invoice"
    SEND_REMINDER = "send_reminder"
    SEND_EMAIL = "send_email"
    SEND_SMS = "send_sms"
    NOTIFY_STAFF = "notify_staff"
    CHARGE_CARD = "charge_card"
    ADD_CHARGE = "add_charge"
    REFUND = "refund"
    ADD_TAG = "add_tag"
    CALL_WEBHOOK = "call_webhook"
    END = "end"


PROPERTIES: Mapping[str, Mapping[str, Kind]] = {
    "contact": dict.fromkeys(("id", "name", "email", "phone", "locale", "kind"), Kind.TEXT)
    | {"tags": Kind.LIST, "custom.*": Kind.ANY},
    "service": dict.fromkeys(("id", "name", "category"), Kind.TEXT),
    "session": dict.fromkeys(("id", "kind", "place"), Kind.TEXT)
    | dict.fromkeys(("starts_at", "ends_at"), Kind.INSTANT),
    "booking": dict.fromkeys(("id", "status", "attendance", "cancellation_reason"), Kind.TEXT)
    | {"quantity": Kind.NUMBER, "pay_by": Kind.INSTANT},
    "order": {"id": Kind.TEXT} | dict.fromkeys(("total", "paid", "amount_due"), Kind.MONEY),
    "invoice": dict.fromkeys(("number", "status", "pay_url", "details", "late_terms"), Kind.TEXT)
    | dict.fromkeys(("total", "amount_due"), Kind.MONEY)
    | dict.fromkeys(("issued_on", "due_on"), Kind.DATE)
    | {"days_overdue": Kind.NUMBER, "pay_by": Kind.INSTANT},
    "payment": {"amount": Kind.MONEY} | dict.fromkeys(("method", "failure_reason", "details"), Kind.TEXT),
    "payment_link": dict.fromkeys(("url", "purpose", "details", "invoices"), Kind.TEXT)
    | {"amount_due": Kind.MONEY, "pay_by": Kind.INSTANT},
    "quote": dict.fromkeys(("title", "url"), Kind.TEXT) | {"valid_until": Kind.DATE, "total": Kind.MONEY},
    "recurring_payment": {"id": Kind.TEXT, "description": Kind.TEXT, "amount": Kind.MONEY},
    "refund": {"amount": Kind.MONEY},
    "business": dict.fromkeys(("name", "timezone"), Kind.TEXT),
    "event": {"type": Kind.TEXT, "data.*": Kind.ANY},
}
"""Properties by group; `*` stands for any path below."""

ALWAYS = frozenset({"contact", "business", "event"})
_BOOKED = ALWAYS | {"service", "session", "booking", "order"}
_INVOICE = ALWAYS | {"invoice"}
_PAYMENT = ALWAYS | {"payment"}

SUPPLIES: Mapping[str, frozenset[str]] = {
    Fact.SESSION_BOOKED: _BOOKED,
    Fact.SESSION_STARTED: _BOOKED,
    Fact.SESSION_ENDED: _BOOKED,
    Fact.BOOKING_CANCELLED: _BOOKED,
    Fact.BOOKING_RESCHEDULED: _BOOKED,
    Fact.BOOKING_CHECKED_IN: _BOOKED,
    Fact.BOOKING_NO_SHOW: _BOOKED,
    Fact.ORDER_PAID: _BOOKED | _PAYMENT,
    Fact.CHARGE_ADDED: ALWAYS,
    Fact.INVOICE_DRAFTED: _INVOICE,
    Fact.INVOICE_SENT: _INVOICE,
    Fact.INVOICE_DUE_SOON: _INVOICE,
    Fact.INVOICE_OVERDUE: _INVOICE,
    Fact.INVOICE_PARTIALLY_PAID: _INVOICE | _PAYMENT,
    Fact.INVOICE_PAID: _INVOICE | _PAYMENT,
    Fact.INVOICE_VOIDED: _INVOICE,
    Fact.INVOICE_WRITTEN_OFF: _INVOICE,
    Fact.PAYMENT_LINK_SENT: ALWAYS | {"payment_link"},
    Fact.QUOTE_ACCEPTED: ALWAYS | {"quote", "order"},
    Fact.QUOTE_DECLINED: ALWAYS | {"quote"},
    Fact.PAYMENT_SUCCEEDED: _PAYMENT,
    Fact.PAYMENT_FAILED: _PAYMENT,
    Fact.PAYMENT_REFUNDED: _PAYMENT | {"refund"},
    Fact.PAYMENT_REVERSED: _PAYMENT,
    Fact.RECURRING_PAYMENT_STARTED: ALWAYS | {"recurring_payment"},
    Fact.RECURRING_PAYMENT_CANCELLED: ALWAYS | {"recurring_payment"},
    Fact.BILLING_COMPLETED: ALWAYS,
    Fact.MESSAGE_SENT: ALWAYS,
    Fact.MESSAGE_FAILED: ALWAYS,
    Fact.SCHEDULE_DUE: ALWAYS,
}
"""The groups of properties that a trigger supplies; a trigger of upstream's own supplies `ALWAYS`."""

_ANYWHERE = frozenset({"send_email", "send_sms", "notify_staff", "add_tag", "call_webhook", "end"})
_TOLD = (Fact.CHARGE_ADDED, Fact.RECURRING_PAYMENT_STARTED, Fact.QUOTE_ACCEPTED)
_OWED = ("session.", "booking.", "order.", "invoice.", *_TOLD)
OFFERED: Mapping[str, tuple[str, ...]] = {
    Action.REQUEST_PAYMENT: _OWED,
    Action.ISSUE_PAID_INVOICE: (Fact.ORDER_PAID,),
    Action.SEND_REMINDER: ("invoice.", Fact.PAYMENT_LINK_SENT),
    Action.CHARGE_CARD: (*_OWED, Fact.PAYMENT_FAILED),
    Action.ADD_CHARGE: ("session.", "booking.", "order."),
    Action.REFUND: ("session.", "booking.", "order.", "invoice.", "payment."),
}
"""The triggers, or how their names begin, that offer an action; actions that are not here are offered by all."""

INSTEAD: Mapping[str, str] = {
    "order.placed": "An order with bookings raises session.booked.",
    "session.rescheduled": "Each of its bookings raises booking.rescheduled.",
    "session.cancelled": "Each of its bookings raises booking.cancelled.",
    "booking.attendance": "It raises booking.checked_in or booking.no_show.",
    "payment.received": "It raises payment.succeeded, and order.paid or invoice.paid when nothing is left to pay.",
}
"""What an input that triggers nothing by itself leads to."""


def trigger_complaint(name: str) -> tuple[str, str] | None:
    """Return what is wrong with the name of a trigger or goal, and a hint; None for ours and for upstream's own."""
    if name in SUPPLIES:
        return None
    if name in INPUT_EVENTS:
        return f"{name} only brings data in and triggers nothing", INSTEAD.get(name, "Choose one of our domain events.")
    if near := _mistyped(name):
        return f"{name!r} is not a domain event", f"Did you mean {near}?"
    if _like_a_type(name):
        return None
    near = did_you_mean(name, SUPPLIES).strip()
    return f"{name!r} is no event type", near or "A type looks like invoice.overdue."


def _like_a_type(name: str) -> bool:
    parts = name.split(".")
    return len(parts) > 1 and all(parts) and name.isprintable() and " " not in name and len(name) <= 256


@lru_cache(maxsize=1024)
def _mistyped(name: str) -> str | None:
    """Return the known event that a name lies so near to that nobody would call their own type like that."""
    apart = {known: _letters_apart(name.casefold(), known) for known in (*SUPPLIES, *INPUT_EVENTS)}
    nearest = min(apart, key=apart.__getitem__)
    return nearest if apart[nearest] <= (2 if nearest in SUPPLIES else 1) else None


def _letters_apart(one: str, other: str) -> int:
    """Return the Levenshtein distance, or 3 when the lengths alone are further apart."""
    if abs(len(one) - len(other)) > 2:
        return 3
    row = list(range(len(other) + 1))
    for letter in one:
        diagonal, row[0] = row[0], row[0] + 1
        for place, letter_there in enumerate(other, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (letter != letter_there)),
            )
    return row[-1]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a step of an automation may use: the properties and actions of its trigger and of the steps before it."""

    trigger: str
    groups: frozenset[str]
    document: bool = False
    """Whether a step before may have made a document."""
    anything: bool = False
    """Whether every action is offered, because the trigger itself is wrong and that error is enough."""

    def with_document(self, *, invoice: bool) -> "Vocabulary":
        """Return the vocabulary after a step that makes an invoice, or else a payment link, with its properties."""
        groups = self.groups | {"invoice" if invoice else "payment_link"}
        return replace(self, groups=groups, document=True)

    def joined(self, other: "Vocabulary") -> "Vocabulary":
        """Return what may be there where two paths meet."""
        return replace(self, groups=self.groups | other.groups, document=self.document or other.document)

    def kind(self, name: str) -> Kind | None:
        """Return what a property holds, None if it is unknown here."""
        return _kinds(self.groups).get(general(name))

    def complaint(self, name: str) -> tuple[str, str]:
        """Return what is wrong with the name of an unknown property, and the nearest right one."""
        near = did_you_mean(name, {known for known in _kinds(self.groups) if "*" not in known}).strip()
        if general(name) in _kinds(frozenset(PROPERTIES)):
            return f"{self.trigger} can't supply {name}", f"{near} {self._where(name.partition('.')[0])}".lstrip()
        if name in PROPERTIES or name in {"event.data", "contact.custom"}:
            return f"{name} is a group of properties", f"Name one of them, as in {_example(name)}."
        return f"{name!r} is no property here", near or f"There are {_listed(self.groups)}."

    def _where(self, group: str) -> str:
        if group == "invoice":
            return "The invoice triggers have it, and the steps after request_payment."
        return f"These triggers have it: {_listed(known for known, groups in SUPPLIES.items() if group in groups)}."

    def offers(self, action: str) -> bool:
        """Whether an action can stand here."""
        if self.anything or (action == Action.SEND_REMINDER and self.document):
            return True
        return action in _ANYWHERE or (self.trigger in SUPPLIES and self.trigger.startswith(OFFERED[action]))

    def refusal(self, action: str) -> str:
        """Return the hint for an action that this trigger does not offer."""
        if action == Action.SEND_REMINDER:
            return "It needs a document: an invoice trigger, or request_payment in a step before."
        return f"These triggers offer it: {_listed(known for known in SUPPLIES if known.startswith(OFFERED[action]))}."


def vocabulary_of(trigger: str) -> Vocabulary:
    """Return what the first step after a trigger may use; after one that is wrong, everything."""
    if trigger_complaint(trigger):
        return Vocabulary(trigger, frozenset(PROPERTIES), document=True, anything=True)
    return Vocabulary(trigger, SUPPLIES.get(trigger, ALWAYS))


def kind_of(name: str) -> Kind | None:
    """Return what a property holds wherever it is supplied, None if there is none of that name."""
    return _kinds(frozenset(PROPERTIES)).get(general(name))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _example(group: str) -> str:
    first = next(iter(PROPERTIES[group])) if group in PROPERTIES else "*"
    return f"{group}.{first}".replace("*", "order" if group == "event.data" else "vip")


def general(name: str) -> str:
    """Return the name under which an open-ended property is known: `event.data.*` for `event.data.order.id`."""
    for prefix in ("event.data.", "contact.custom."):
        if name.startswith(prefix) and len(name) > len(prefix):
            return f"{prefix}*"
    return name


@lru_cache(maxsize=256)
def _kinds(groups: frozenset[str]) -> dict[str, Kind]:
    return {f"{group}.{name}": kind for group in groups for name, kind in PROPERTIES[group].items()}
