"""What became of automations' runs: how many are in which state, when the last one began, when one acts next."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from models.automation import AutomationRow, AutomationState, Run
from models.charge import NotedCharge
from models.occurrence import Occurrence
from tasks.reading.office import Line, Office, columns

HELD = (AutomationState.PAUSED, AutomationState.PARKED)


def run_counts(office: Office, ids: Sequence[str]) -> dict[str, Line]:
    """Return states, last start and next due instant of each automation, in three queries.

    States are counted in an index alone; the last start and the next due instant are found without a look at others.
    """
    found: dict[str, Line] = {id_: {"states": {}, "last_fired": None, "next_due": None} for id_ in ids}
    run = columns(Run)
    counted = select(run.automation_id, run.state, func.count()).where(*_of(office, Run, ids))
    for id_, state, count in office.connection.execute(
        counted.group_by(run.automation_id, run.state).order_by(run.state)
    ):
        found[id_]["states"][state] = count
    for id_, started in office.connection.execute(_last_starts(office, ids)):
        found[id_]["last_fired"] = office.local(started)
    for id_, due in office.connection.execute(_next_dues(office, ids)):
        found[id_]["next_due"] = office.local(due)
    return found


def _of(office: Office, cls: type, ids: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return office.mine(cls), columns(cls).automation_id.in_(ids)


def _last_starts(office: Office, ids: Sequence[str]) -> Select[Any]:
    row, run = columns(AutomationRow), columns(Run)
    last = (
        select(run.started_at)
        .where(run.business_id == row.business_id, run.automation_id == row.id)
        .order_by(run.started_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(row.id, last).where(office.mine(AutomationRow), row.id.in_(ids))


def _next_dues(office: Office, ids: Sequence[str]) -> Select[Any]:
    """A run is due, what was noted over the limit of an automation that is not held (R7), or a date of its schedule."""
    run, noted, row, date_ = columns(Run), columns(NotedCharge), columns(AutomationRow), columns(Occurrence)
    runs = select(run.automation_id.label("id"), run.due_at.label("at")).where(
        *_of(office, Run, ids), run.due_at.is_not(None)
    )
    merges = select(noted.automation_id, noted.due_at).where(
        *_of(office, NotedCharge, ids),
        noted.business_id == row.business_id,
        noted.automation_id == row.id,
        row.state.not_in(HELD),
    )
    dates = select(date_.automation_id, date_.next_at).where(*_of(office, Occurrence, ids), date_.next_at.is_not(None))
    due = union_all(runs, merges, dates).subquery()
    return select(due.c.id, func.min(due.c.at)).group_by(due.c.id)
