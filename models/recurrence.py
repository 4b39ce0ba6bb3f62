"""Recurring payments: standing agreements to pay, and the dates at which they fall due (R1, R2, R20).

An agreement may be told anew: each telling holds from its own time on. What a telling leaves out of its schedule stays
as it was, so that any order of arrival leads to the same dates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from models.identifiers import moment_of
from models.periods import at_local, local_date
from models.rows import Alarmed, Look, row
from models.schedules import LAST_DAY, Anchor, Monthly, Weekly, Yearly

MIDNIGHT = time()
DAWN, FAR = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@row(
    "recurring_payments",
    looks=[
        Look(("next_run_at", "business_id"), where="next_run_at IS NOT NULL"),
        Look(("business_id", "next_run_at", "id"), where="next_run_at IS NOT NULL"),
    ],
    alarm="next_run_at",
)
@dataclass(slots=True)
class RecurringPayment(Alarmed):
    """A standing agreement to pay, as its newest telling says; every occurrence makes one charge (R1).

    `tellings` are all that were told, oldest first; `next_run_at` is the instant of the next occurrence.
    """

    business_id: str
    id: str
    contact_id: str | None = None
    description: str | None = None
    price: int | None = None
    currency: str | None = None
    every: str | None = None
    anchor: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    collect: str | None = None
    stamp: str = ""
    cancel_stamp: str = ""
    cancel_reason: str | None = None
    started: bool = False
    next_run_at: datetime | None = None
    tellings: list[Any] = field(default_factory=list)


class Terms(NamedTuple):
    """What one telling agrees, its schedule completed by the tellings before it; it holds in [since, until)."""

    contact_id: str
    description: str
    price: int
    currency: str
    collect: str
    anchor: Anchor
    starts_on: date
    ends_on: date | None
    since: datetime
    until: datetime


class Occurrence(NamedTuple):
    """One date on which an agreement falls due: its instant, the day before the next, and the terms that hold."""

    day: date
    at: datetime
    last_day: date
    terms: Terms


def terms_of(agreement: RecurringPayment, tz: ZoneInfo) -> list[Terms]:
    """Return the terms of an agreement in order of time; the first hold from its start, however late that was told."""
    end = moment_of(agreement.cancel_stamp) if agreement.cancel_stamp else FAR
    told = list(_tellings(agreement, tz))
    moments = [moment_of(one["stamp"]) for one in told]
    spans = pairwise([DAWN, *moments[1:], FAR]) if told else ()
    return [_terms(one, since, min(until, end)) for one, (since, until) in zip(told, spans, strict=True)]


def schedule_told(agreement: RecurringPayment, tz: ZoneInfo) -> tuple[str | None, date | None]:
    """Return the day on which an agreement falls due, and its start, as its newest telling has them, said or not."""
    *_, newest = (None, *_tellings(agreement, tz))
    return (newest["anchor"], date.fromisoformat(newest["starts_on"])) if newest else (None, None)


def _tellings(agreement: RecurringPayment, tz: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Yield what was told in order of time, each completed by what was told before."""
    before: dict[str, Any] = {}
    for told in sorted(agreement.tellings, key=lambda one: str(one["stamp"])):
        before = _completed(told, before, local_date(moment_of(told["stamp"]), tz))
        yield before


def _completed(told: dict[str, Any], before: dict[str, Any], today: date) -> dict[str, Any]:
    """Return a telling with the start and the anchor that it leaves out: those of before, else from its own day."""
    starts = told.get("starts_on") or before.get("starts_on") or today.isoformat()
    kept = before.get("anchor") if before.get("every") == told["every"] else None
    anchor = told.get("anchor") or (kept if not told.get("starts_on") else None)
    return told | {"starts_on": starts, "anchor": anchor or _anchor_at(told["every"], date.fromisoformat(starts))}


def _anchor_at(every: str, day: date) -> str:
    """Return the anchor of a period that begins on a day."""
    return {"week": WEEKDAYS[day.weekday()], "month": str(day.day), "year": f"{day:%m-%d}"}[every]


def _terms(told: dict[str, Any], since: datetime, until: datetime) -> Terms:
    ends = told.get("ends_on")
    return Terms(
        contact_id=told["contact"],
        description=told["description"],
        price=told["price"],
        currency=told["currency"],
        collect=told["collect"],
        anchor=anchor_of(told["every"], told["anchor"]),
        starts_on=date.fromisoformat(told["starts_on"]),
        ends_on=date.fromisoformat(ends) if ends else None,
        since=since,
        until=until,
    )


def anchor_of(every: str, anchor: str) -> Anchor:
    """Return the schedule of a period and its anchor, as events write them."""
    if every == "week":
        return Weekly(WEEKDAYS.index(anchor))
    if every == "month":
        return Monthly((LAST_DAY if anchor == "last" else int(anchor),))
    month, day = anchor.split("-")
    return Yearly(int(month), int(day))


def occurrences_due(agreement: RecurringPayment, now: datetime, tz: ZoneInfo) -> list[Occurrence]:
    """Return the occurrences that have come since the agreement was last looked at."""
    since = agreement.next_run_at
    return [one for one in occurrences_until(agreement, now, tz) if since is not None and one.at >= since]


def occurrences_until(agreement: RecurringPayment, until: datetime, tz: ZoneInfo) -> list[Occurrence]:
    """Return every occurrence up to and including an instant, whatever is made of them already."""
    return [one for terms in terms_of(agreement, tz) for one in _occurrences(terms, tz, until)]


def next_after(agreement: RecurringPayment, after: datetime, tz: ZoneInfo) -> datetime | None:
    """Return the instant of the first occurrence after an instant, or None where none is left."""
    for terms in terms_of(agreement, tz):
        if terms.until > after:
            first = next((one.at for one in _occurrences(terms, tz, FAR, from_=after) if one.at > after), None)
            if first is not None:
                return first
    return None


def _occurrences(terms: Terms, tz: ZoneInfo, until: datetime, *, from_: datetime | None = None) -> Iterator[Occurrence]:
    """Yield the occurrences under terms up to an instant, from an instant's day on if one is given."""
    earliest = max(terms.starts_on, local_date(from_, tz)) if from_ else terms.starts_on
    for day, following in pairwise(terms.anchor.dates(earliest)):
        at = at_local(day, MIDNIGHT, tz)
        if at > until or at >= terms.until or (terms.ends_on is not None and day > terms.ends_on):
            return
        if at >= terms.since:
            yield Occurrence(day, at, following - timedelta(days=1), terms)


def charge_id(agreement: RecurringPayment, day: date) -> str:
    """Return the id of an occurrence's charge: its date is the period's key, so none is made twice (R2)."""
    return f"recurring:{agreement.id}:{day}"
