"""Automations with what became of them: their state, their runs, when they fired last and when they act next."""

from typing import Any

from sqlalchemy import func, select

from models.automation import AutomationRow, AutomationState, AutomationVersion, Run
from models.automation_file import load_automation
from models.errors import BadInputError
from models.rows import table_of
from tasks.reading.changes import changes
from tasks.reading.office import Line, Office, columns

LATEST = 20
"""So many changes are shown with an automation; its history has them all."""


def automations(office: Office) -> list[Line]:
    """Return every automation by its id."""
    rows = office.rows(AutomationRow, order=[columns(AutomationRow).id])
    runs, texts = _runs(office), _live_texts(office)
    return [_line(row, texts.get(row.id), runs.get(row.id, {})) for row in rows]


def automation(office: Office, id_: str) -> Line:
    """Return one automation with its versions, its live text and its draft."""
    row = office.require(AutomationRow, id_, "automation")
    about = columns(AutomationVersion)
    versions = office.rows(AutomationVersion, about.automation_id == id_, order=[about.version])
    texts = {version.version: version.text for version in versions}
    line = _line(row, texts.get(row.version or 0), _runs(office).get(id_, {}))
    past = [{"version": v.version, "published_at": office.local(v.published_at), "actor": v.actor} for v in versions]
    stopped = {"parked_reason": row.parked_reason, "paused_at": office.local(row.paused_at)}
    latest = changes(office, kind="automation", subject=id_, limit=LATEST)
    said = {"text": texts.get(row.version or 0), "draft_text": row.draft}
    return line | stopped | {"versions": past, "changes": latest} | said


def history_of(office: Office, id_: str, *, limit: int | None) -> list[Line]:
    """Return the latest of what was done to one automation, and by whom."""
    office.require(AutomationRow, id_, "automation")
    return changes(office, kind="automation", subject=id_, limit=limit)


def texts(office: Office) -> list[tuple[str, str]]:
    """Return every live text and every draft by a name for it; those of archived automations are left out."""
    rows = [row for row in office.rows(AutomationRow, order=[columns(AutomationRow).id]) if not _archived(row)]
    live = _live_texts(office)
    return [
        (name, text)
        for row in rows
        for name, text in ((row.id, live.get(row.id)), (f"{row.id} (draft)", row.draft))
        if text
    ]


def _archived(row: AutomationRow) -> bool:
    return row.state == AutomationState.ARCHIVED


def _line(row: AutomationRow, text: str | None, runs: Line) -> Line:
    return {
        "automation": row.id,
        "name": row.name,
        "state": row.state,
        "version": row.version,
        "draft": row.draft is not None,
        "trigger": _trigger(text or row.draft or ""),
        "runs": runs.get("states", {}),
        "last_fired": runs.get("last_fired"),
        "next_due": runs.get("next_due"),
    }


def _trigger(text: str) -> str | None:
    """Return the trigger that a text names; a text that this version of the program can't read has none."""
    try:
        return load_automation(text, "").trigger.on
    except BadInputError:
        return None


def _live_texts(office: Office) -> dict[str, str]:
    rows, versions = table_of(AutomationRow), table_of(AutomationVersion)
    query = (
        select(versions.c.automation_id, versions.c.text)
        .join(
            rows,
            (rows.c.business_id == versions.c.business_id)
            & (rows.c.id == versions.c.automation_id)
            & (rows.c.version == versions.c.version),
        )
        .where(office.mine(AutomationRow))
    )
    return {row[0]: row[1] for row in office.connection.execute(query)}


def _runs(office: Office) -> dict[str, Line]:
    """Return, by automation, how many runs are in which state, the last start and the next due instant."""
    run = columns(Run)
    query = (
        select(run.automation_id, run.state, func.count(), func.max(run.started_at), func.min(run.due_at))
        .where(office.mine(Run))
        .group_by(run.automation_id, run.state)
        .order_by(run.automation_id, run.state)
    )
    found: dict[str, dict[str, Any]] = {}
    for id_, state, count, started, due in office.connection.execute(query):
        line = found.setdefault(id_, {"states": {}, "last_fired": None, "next_due": None})
        line["states"][state] = count
        line["last_fired"] = max(filter(None, (line["last_fired"], office.local(started))), default=None)
        line["next_due"] = min(filter(None, (line["next_due"], office.local(due))), default=None)
    return found
