"""The only table of ticks: how often beat looks whether a bell has due rows, and how often it rings in any case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    """One bell. All times are seconds."""

    bell: str
    every: float
    """A bell with due rows is rung this often at most."""
    anyway: float = 30
    """A bell is rung at least this often, whatever the look says."""


TICKS = (
    Tick("automations.advance", every=0.2),
    Tick("sessions.announce", every=0.2),
    Tick("automations.merge", every=1),
    Tick("automations.start", every=1),
    Tick("pauses.end", every=1),
    Tick("events.drain", every=1),
    Tick("bookings.release", every=1),
    Tick("payments.recur", every=1),
    Tick("billing.open_cycles", every=1),
    Tick("billing.bill", every=1),
    Tick("payments.collect", every=1),
    Tick("payments.settle", every=1),
    Tick("payments.read_webhooks", every=1),
    Tick("payments.forget_cards", every=10),
    Tick("messages.deliver", every=1),
    Tick("invoices.mark_overdue", every=1),
    Tick("books.check", every=60, anyway=3_600),
    Tick("housekeeping.prune", every=60, anyway=3_600),
    Tick("housekeeping.listen", every=600, anyway=600),
)

LOOK = min(tick.every for tick in TICKS)
"""Seconds from one look to the next."""


def to_ring(now: float, due: Collection[str], rung: Mapping[str, float]) -> list[str]:
    """Choose the bells to ring at `now`, given those with due rows and when each was rung last (seconds)."""
    return [tick.bell for tick in TICKS if _waits(tick, now, tick.bell in due, rung.get(tick.bell))]


def _waits(tick: Tick, now: float, due: bool, last: float | None) -> bool:
    return last is None or now - last >= (tick.every if due else tick.anyway)
