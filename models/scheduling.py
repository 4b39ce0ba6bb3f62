"""Starting automations by the calendar (R1): an occurrence begins a run for each client that a condition lets through.

What was missed is made up for once: the latest date stands for those before it (R3). Clients are looked at in portions,
so that no occurrence is too large for a batch.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.event_rows import FactRow
from models.events import Fact
from models.identifiers import key
from models.matching import consider, refuse
from models.occurrence import Occurrence, Outcome, Schedule, planned
from models.rulebook import Published
from models.schedules import next_occurrence, occurrences_due
from models.scope import Scope
from models.shop import Shop, skip
from models.tracing import note_gates

PORTION = 200
"""So many clients are looked at in one decision."""


def first_after(
    business_id: str, automation_id: str, schedule: Schedule, after: datetime, last: date | None, zone: ZoneInfo
) -> Occurrence:
    """Return the first occurrence strictly after an instant, on a date after the last one that has come (R2)."""
    day, at = next_occurrence(schedule.anchor, after, zone, schedule.at)
    while last is not None and day <= last:
        day, at = next_occurrence(schedule.anchor, at, zone, schedule.at)
    return planned(business_id, automation_id, day, at, at)


def open_occurrence(shop: Shop, occurrence: Occurrence) -> None:
    """Begin what an occurrence begins, for the next clients; after the last of them the next one is planned."""
    published = shop.rulebook.scheduled(occurrence.automation_id)
    schedule = published.automation.trigger.schedule if published else None
    if published is None or schedule is None:
        _end(shop, occurrence, Outcome.DROPPED)
    elif not occurrence.reached and (newest := _newest_missed(shop, occurrence, schedule)):
        skip(shop, "merged", contact_id=None, automation_id=published.id, version=published.version)
        _end(shop, occurrence, Outcome.MERGED)
        shop.occurrences.add(newest)
    elif not occurrence.reached and shop.rulebook.begins_nothing(published.id):
        skip(shop, "paused", contact_id=None, automation_id=published.id, version=published.version)
        _end(shop, occurrence, Outcome.PAUSED)
        _plan_next(shop, occurrence, schedule)
    elif _begin_runs(shop, occurrence, published):
        occurrence.next_at = shop.now
    else:
        _end(shop, occurrence, Outcome.STARTED)
        _plan_next(shop, occurrence, schedule)


def _newest_missed(shop: Shop, occurrence: Occurrence, schedule: Schedule) -> Occurrence | None:
    """Return the latest occurrence that has come since this one, due now; it stands for all before it (R3)."""
    missed = occurrences_due(schedule.anchor, occurrence.at, shop.now, shop.zone, schedule.at)
    later = [(day, at) for day, at in missed if day > occurrence.day]
    return planned(shop.id, occurrence.automation_id, *later[-1], due=shop.now) if later else None


def _end(shop: Shop, occurrence: Occurrence, outcome: Outcome) -> None:
    occurrence.outcome, occurrence.ended_at, occurrence.next_at = outcome, shop.now, None


def _plan_next(shop: Shop, occurrence: Occurrence, schedule: Schedule) -> None:
    """Plan the date after an occurrence, unless publishing has planned one meanwhile."""
    ahead = shop.occurrences.by("automation_id", occurrence.automation_id)
    if any(one.next_at is not None for one in ahead):
        return
    name, at, day = occurrence.automation_id, occurrence.at, occurrence.day
    shop.occurrences.add(first_after(shop.id, name, schedule, at, day, shop.zone))


def _begin_runs(shop: Shop, occurrence: Occurrence, published: Published) -> bool:
    """Consider the next clients for a run; tell whether more of them may be left."""
    ids = sorted(contact.id for contact in shop.contacts if contact.id > occurrence.reached)[:PORTION]
    before = len(shop.runs.fresh)
    for id_ in ids:
        if shop.contacts[id_].merged_into is None:
            _consider(shop, occurrence, published, id_)
            occurrence.clients += 1
    occurrence.runs += len(shop.runs.fresh) - before
    occurrence.reached = ids[-1] if ids else occurrence.reached
    return len(ids) == PORTION


def _consider(shop: Shop, occurrence: Occurrence, published: Published, contact_id: str) -> None:
    """Raise the fact of an occurrence for one client, to one automation alone."""
    data = {"automation": published.id, "day": occurrence.day.isoformat()}
    fact = scheduled_fact(shop.id, occurrence.at, contact_id, data)
    scope = Scope(shop, contact_id, {}, [], data, fact.type)
    where = published.program.where
    if where is not None and not where(scope):
        refuse(shop, published, fact, "where")
        return
    shop.facts.add(fact)
    note_gates(fact, shop.business.rules_version, scope, [], {})
    consider(shop, published, fact, scope, due=occurrence.at)


def scheduled_fact(business_id: str, at: datetime, contact_id: str, data: dict[str, Any]) -> FactRow:
    """Return the fact that a date of a schedule has come for a client; the same date makes the same fact (R12)."""
    id_ = key("evt", at, business_id, Fact.SCHEDULE_DUE, data["automation"], data["day"], contact_id)
    return FactRow(business_id, id_, Fact.SCHEDULE_DUE, at, contact_id, {}, data)
