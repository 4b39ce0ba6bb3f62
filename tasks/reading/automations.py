"""Automations with what became of them: their state, their runs, when they fired last and when they act next."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from models.automation import AutomationRow, AutomationState, AutomationVersion
from models.automation_file import load_automation
from models.errors import BadInputError
from models.rows import table_of
from models.searching import plain
from tasks.reading.changes import changes
from tasks.reading.office import Line, Office, columns
from tasks.reading.run_counts import run_counts

LATEST = 20
"""So many changes are shown with an automation; its history has them all."""


def automations(
    office: Office,
    *,
    states: Collection[AutomationState] = (),
    trigger: str | None = None,
    search: str | None = None,
) -> list[Line]:
    """Return automations by their ids: those in one of the states, with the trigger, with the words in id or name."""
    about = columns(AutomationRow)
    rows = office.rows(AutomationRow, *([about.state.in_(states)] if states else []), order=[about.id])
    found = [row for row in rows if search is None or plain(search) in plain(f"{row.id}\n{row.name}")]
    live = _live_texts(office, [row.id for row in found])
    triggers = {row.id: _trigger(live.get(row.id) or row.draft or "") for row in found}
    found = [row for row in found if trigger in {None, triggers[row.id]}]
    counts = run_counts(office, [row.id for row in found])
    return [_line(row, triggers[row.id], counts[row.id]) for row in found]


def automation(office: Office, id_: str) -> Line:
    """Return one automation with its versions, its live text and its draft."""
    row = office.require(AutomationRow, id_, "automation")
    about = columns(AutomationVersion)
    versions = office.rows(AutomationVersion, about.automation_id == id_, order=[about.version])
    texts = {version.version: version.text for version in versions}
    line = _line(row, _trigger(texts.get(row.version or 0) or row.draft or ""), run_counts(office, [id_])[id_])
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
    live = _live_texts(office, [row.id for row in rows])
    return [
        (name, text)
        for row in rows
        for name, text in ((row.id, live.get(row.id)), (f"{row.id} (draft)", row.draft))
        if text
    ]


def _archived(row: AutomationRow) -> bool:
    return row.state == AutomationState.ARCHIVED


def _line(row: AutomationRow, trigger: str | None, runs: Line) -> Line:
    return {
        "automation": row.id,
        "name": row.name,
        "state": row.state,
        "version": row.version,
        "draft": row.draft is not None,
        "awaiting_approval": row.proposal,
        "trigger": trigger,
        "runs": runs["states"],
        "last_fired": runs["last_fired"],
        "next_due": runs["next_due"],
    }


def _trigger(text: str) -> str | None:
    """Return the trigger that a text names; a text that this version of the program can't read has none."""
    try:
        return load_automation(text, "").trigger.on
    except BadInputError:
        return None


def _live_texts(office: Office, ids: Sequence[str]) -> dict[str, str]:
    rows, versions = table_of(AutomationRow), table_of(AutomationVersion)
    query = (
        select(versions.c.automation_id, versions.c.text)
        .join(
            rows,
            (rows.c.business_id == versions.c.business_id)
            & (rows.c.id == versions.c.automation_id)
            & (rows.c.version == versions.c.version),
        )
        .where(office.mine(AutomationRow), rows.c.id.in_(ids))
    )
    return {row[0]: row[1] for row in office.connection.execute(query)}
