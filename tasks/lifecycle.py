"""The life of an automation once it is there: paused, resumed, archived (R6), renamed, duplicated."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, AutomationState, RunState
from models.automation_file import check_id, check_name
from models.automation_text import retitled
from models.charge import NotedCharge
from models.ending import cut_short
from models.errors import BadInputError
from models.shop import Shop, skip
from tasks.automation_rows import find, note, release, require, text_of, waiting_count, waiting_shop
from tasks.engine import Outcome
from tasks.scheduling import plan
from tasks.writing import copy, renew_rulebook, update, write


class LastRuns(StrEnum):
    """What happens to waiting runs when their automation is archived."""

    FINISH = "finish"
    CANCEL = "cancel"


def pause(connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, actor: str) -> bool:
    """Stop an automation: no new runs, waiting runs held (R6); tell whether it was not paused already."""
    row = _living(connection, business_id, automation_id)
    if row.state == AutomationState.PAUSED:
        return False
    row.state, row.paused_at, row.updated_at = AutomationState.PAUSED, now, now
    update(connection, AutomationRow, [row])
    renew_rulebook(connection, business_id, now)
    note(connection, row, now, actor, "paused")
    return True


def resume(connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, actor: str) -> bool:
    """Let an automation go on: held runs are due as they were, so that stale steps are skipped, never flooded (R6).

    Tell whether it had stopped.
    """
    row = _living(connection, business_id, automation_id)
    if row.state == AutomationState.ACTIVE:
        return False
    was, row.state, row.paused_at, row.parked_reason = row.state, AutomationState.ACTIVE, None, None
    row.updated_at = now
    update(connection, AutomationRow, [row])
    release(connection, business_id, automation_id)
    renew_rulebook(connection, business_id, now)
    note(connection, row, now, actor, "resumed", was=was)
    return True


def archive(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, waiting: LastRuns, actor: str
) -> Outcome | None:
    """End the life of an automation: no new runs; waiting ones finish, or are cancelled with what is noted for them.

    Its runs and what they did stay, and it can be published again. The outcome's items are the runs that waited; None
    tells that it was archived already.
    """
    row = require(connection, business_id, automation_id)
    if row.state == AutomationState.ARCHIVED:
        return None
    outcome = _last_runs(connection, business_id, automation_id, now, waiting)
    was, row.state, row.updated_at = row.state, AutomationState.ARCHIVED, now
    row.paused_at = row.parked_reason = row.proposal = None
    update(connection, AutomationRow, [row])
    renew_rulebook(connection, business_id, now)
    plan(connection, business_id, automation_id, None, now)
    settled = {"waiting": waiting, "runs": outcome.items} if outcome.items else {}
    note(connection, row, now, actor, "archived", was=was, **settled)
    return outcome


def _last_runs(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime, waiting: LastRuns
) -> Outcome:
    """Let waiting runs go on to their ends, or end them now."""
    if waiting is LastRuns.FINISH:
        release(connection, business_id, automation_id)
        return Outcome({}, waiting_count(connection, business_id, automation_id), 0)
    shop, runs = waiting_shop(connection, business_id, automation_id, now)
    for run in runs:
        cut_short(shop, run, RunState.CANCELLED, "archived")
    _forget_noted(shop, list(shop.noted.by("automation_id", automation_id)))
    return Outcome({business_id: shop}, len(runs), write(connection, [shop]))


def _forget_noted(shop: Shop, notes: Iterable[NotedCharge]) -> None:
    """Ask no more for what was noted over the limit; the charges themselves are still owed (R7)."""
    for note_ in notes:
        shop.noted.drop(note_)
    for note_ in {note_.group_key: note_ for note_ in notes}.values():
        skip(
            shop,
            "archived",
            contact_id=note_.contact_id,
            automation_id=note_.automation_id,
            version=note_.version,
            fact_id=note_.event_id,
        )


def rename(
    connection: Connection[Any], business_id: str, automation_id: str, name: str, now: datetime, *, actor: str
) -> bool:
    """Give an automation another name for people; tell whether it had another one."""
    name = check_name(name)
    row = require(connection, business_id, automation_id)
    if row.name == name:
        return False
    was, row.name, row.updated_at = row.name, name, now
    update(connection, AutomationRow, [row])
    note(connection, row, now, actor, "renamed", was=was, name=name)
    return True


def duplicate(
    connection: Connection[Any],
    business_id: str,
    automation_id: str,
    new_id: str,
    now: datetime,
    *,
    name: str | None,
    actor: str,
) -> AutomationRow:
    """Save a draft that says the same as an automation's draft, or else as its version, under another id."""
    row = require(connection, business_id, automation_id)
    if find(connection, business_id, check_id(new_id)) is not None:
        raise BadInputError(f"{business_id} has an automation {new_id} already. Choose another id.")
    text = row.draft or text_of(connection, business_id, automation_id, row.version) or ""
    name = check_name(name if name is not None else f"{row.name} (2)")
    new = AutomationRow(business_id, new_id, name, AutomationState.DRAFT, now, draft=retitled(text, new_id, name))
    copy(connection, AutomationRow, [new])
    note(connection, new, now, actor, "duplicated", of=automation_id)
    return new


def _living(connection: Connection[Any], business_id: str, automation_id: str) -> AutomationRow:
    row = require(connection, business_id, automation_id)
    if row.version is None:
        raise BadInputError(f"Automation {automation_id} was never published: publish it instead.")
    if row.state == AutomationState.ARCHIVED:
        raise BadInputError(f"Automation {automation_id} is archived: publish it again instead.")
    return row
