"""The life of automations: save a draft, publish a version, pause, resume (R6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, AutomationState, AutomationVersion, Run, RunState
from models.automation_file import Automation, load_automation
from models.ending import cut_short
from models.errors import BadInputError, NotFoundError
from models.flow import not_runnable
from models.rows import columns_of
from models.rulebook import Published
from models.running import move_run
from models.shop import Shop
from models.shop_file import PublishedText
from models.suggestions import did_you_mean
from tasks.engine import Outcome
from tasks.loading import Loader, Seeds
from tasks.rulebooks import publish_text
from tasks.writing import copy, update, write


@dataclass(frozen=True, slots=True)
class Publication:
    """The version that publishing made (None: it was live already), and what it did to waiting runs."""

    version: int | None
    outcome: Outcome


class Waiting(StrEnum):
    """What happens to waiting runs when a version is published."""

    FINISH = "finish"
    MOVE = "move"
    CANCEL = "cancel"


def find(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow | None:
    """Return an automation's row, or None."""
    columns = ", ".join(columns_of(AutomationRow))
    row = connection.execute(
        f"SELECT {columns} FROM automations WHERE business_id = %s AND id = %s".encode(),  # noqa: S608  # ours
        (business_id, automation_id),
    ).fetchone()
    return AutomationRow(*row) if row else None


def require(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow:
    """Return an automation's row; an unknown one is an error that names the nearest."""
    row = find(connection, business_id, automation_id)
    if row is not None:
        return row
    names = [r[0] for r in connection.execute("SELECT id FROM automations WHERE business_id = %s", (business_id,))]
    raise NotFoundError(f"{business_id} has no automation {automation_id!r}.{did_you_mean(automation_id, names)}")


def require_runnable(automation: Automation) -> None:
    """Refuse to publish what nothing carries out yet."""
    if reasons := not_runnable(automation):
        raise BadInputError(f"Automation {automation.id} can't be published yet. " + " ".join(reasons))


def save_draft(connection: Connection[Any], business_id: str, edited: PublishedText, now: datetime) -> str:
    """Keep a text as the draft of its automation; return what was done. What is published stays as it is."""
    id_ = edited.automation.id
    row = find(connection, business_id, id_)
    if row is None:
        new = AutomationRow(business_id, id_, edited.automation.name, AutomationState.DRAFT, now, draft=edited.text)
        copy(connection, AutomationRow, [new])
        return "draft saved"
    live = text_of(connection, business_id, id_, row.version)
    if edited.text == (row.draft or live):
        return "unchanged"
    row.draft, row.updated_at = None if edited.text == live else edited.text, now
    if row.version is None:
        row.name = edited.automation.name
    update(connection, AutomationRow, [row])
    return "draft saved" if row.draft else f"draft dropped: this is version {row.version}"


def publish(
    connection: Connection[Any],
    business_id: str,
    published: PublishedText,
    now: datetime,
    *,
    waiting: Waiting,
    actor: str,
) -> Publication:
    """Make a text the live version; the same text again is no new version. A paused automation goes on with it."""
    automation = published.automation
    require_runnable(automation)
    row = find(connection, business_id, automation.id)
    if row is not None and _is_live(connection, row, published.text):
        return Publication(None, Outcome({}, 0, 0))
    version = (row.version or 0) + 1 if row else 1
    copy(
        connection,
        AutomationVersion,
        [AutomationVersion(business_id, automation.id, version, published.text, now, actor)],
    )
    new = AutomationRow(business_id, automation.id, automation.name, AutomationState.ACTIVE, now, version)
    if row is None:
        copy(connection, AutomationRow, [new])
    else:
        update(connection, AutomationRow, [new])
        _release(connection, business_id, automation.id)
    _bump(connection, business_id)
    outcome = Outcome({}, 0, 0)
    if row is not None and waiting is not Waiting.FINISH:
        live = publish_text(automation.id, version, published.text)
        outcome = _settle_waiting(connection, business_id, live, now, waiting)
    return Publication(version, outcome)


def publish_draft(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, waiting: Waiting, actor: str
) -> Publication:
    """Make the draft of an automation its live version."""
    draft = require(connection, business_id, automation_id).draft
    if draft is None:
        raise BadInputError(f"Automation {automation_id} has no draft. Save one with `relance automations apply FILE`.")
    edited = PublishedText(load_automation(draft, automation_id), draft)
    return publish(connection, business_id, edited, now, waiting=waiting, actor=actor)


def _is_live(connection: Connection[Any], row: AutomationRow, text: str) -> bool:
    """Whether an automation runs with this text; then no other draft is kept."""
    live = text_of(connection, row.business_id, row.id, row.version)
    if row.state != AutomationState.ACTIVE or text != live:
        return False
    if row.draft is not None:
        row.draft = None
        update(connection, AutomationRow, [row])
    return True


def text_of(connection: Connection[Any], business_id: str, automation_id: str, version: int | None) -> str | None:
    """Return the text of a version, None where there is none."""
    row = connection.execute(
        "SELECT text FROM automation_versions WHERE business_id = %s AND automation_id = %s AND version = %s",
        (business_id, automation_id, version),
    ).fetchone()
    return str(row[0]) if row else None


def _bump(connection: Connection[Any], business_id: str) -> None:
    """Let every process learn that the rulebook has changed."""
    connection.execute("UPDATE businesses SET rules_version = rules_version + 1 WHERE id = %s", (business_id,))


def _release(connection: Connection[Any], business_id: str, automation_id: str) -> None:
    """Let held runs be due as they were."""
    connection.execute(
        "UPDATE runs SET due_at = held_at, held_at = NULL"
        " WHERE business_id = %s AND automation_id = %s AND held_at IS NOT NULL",
        (business_id, automation_id),
    )


def waiting_shop(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime
) -> tuple[Shop, list[Run]]:
    """Load the waiting and held runs of an automation with all that they are about."""
    rows = connection.execute(
        "SELECT id FROM runs WHERE business_id = %s AND automation_id = %s AND state IN ('waiting', 'deferred')",
        (business_id, automation_id),
    ).fetchall()
    seeds = Seeds()
    seeds.add("runs", business_id, [row[0] for row in rows])
    shop = Loader(connection, now, [business_id]).load(seeds)[business_id]
    return shop, [shop.runs[row[0]] for row in rows]


def _settle_waiting(
    connection: Connection[Any], business_id: str, new: Published, now: datetime, waiting: Waiting
) -> Outcome:
    """Move waiting runs to the step of the same id in the new version, or cancel them (R6)."""
    shop, runs = waiting_shop(connection, business_id, new.id, now)
    for run in runs:
        if waiting is Waiting.CANCEL or not move_run(shop, run, new):
            cut_short(shop, run, RunState.CANCELLED, "superseded")
    return Outcome({business_id: shop}, len(runs), write(connection, [shop]))


def pause(connection: Connection[Any], business_id: str, automation_id: str, now: datetime) -> bool:
    """Stop an automation: no new runs, waiting runs held (R6); tell whether it was not paused already."""
    row = _published(connection, business_id, automation_id)
    if row.state == AutomationState.PAUSED:
        return False
    row.state, row.paused_at, row.updated_at = AutomationState.PAUSED, now, now
    update(connection, AutomationRow, [row])
    _bump(connection, business_id)
    return True


def resume(connection: Connection[Any], business_id: str, automation_id: str, now: datetime) -> bool:
    """Let an automation go on: held runs are due as they were, so that stale steps are skipped, never flooded (R6).

    Tell whether it had stopped.
    """
    row = _published(connection, business_id, automation_id)
    if row.state == AutomationState.ACTIVE:
        return False
    row.state, row.paused_at, row.parked_reason, row.updated_at = AutomationState.ACTIVE, None, None, now
    update(connection, AutomationRow, [row])
    _release(connection, business_id, automation_id)
    _bump(connection, business_id)
    return True


def _published(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow:
    row = require(connection, business_id, automation_id)
    if row.version is None:
        raise BadInputError(f"Automation {automation_id} was never published: publish it instead.")
    return row
