"""Publishing: a text is kept as a draft, and becomes a version that never changes (R6)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, AutomationState, AutomationVersion, RunState
from models.automation_file import Automation, load_automation
from models.ending import cut_short
from models.errors import BadInputError
from models.flow import compile_program, not_runnable
from models.reach import Proposal
from models.rulebook import Published
from models.running import move_run
from models.shop_file import PublishedText
from tasks.automation_rows import find, note, release, require, text_of, waiting_shop
from tasks.engine import Outcome
from tasks.reaching import reach as reach_of
from tasks.rulebooks import publish_text
from tasks.scheduling import plan
from tasks.writing import copy, renew_rulebook, update, write


@dataclass(frozen=True, slots=True)
class Publication:
    """The version that publishing made, and what it did to waiting runs; or that it waits for approval.

    No version and no proposal: it was live already.
    """

    version: int | None = None
    outcome: Outcome = field(default_factory=lambda: Outcome({}, 0, 0))
    proposal: Proposal | None = None


class Waiting(StrEnum):
    """What happens to waiting runs when a version is published."""

    FINISH = "finish"
    MOVE = "move"
    CANCEL = "cancel"


def require_runnable(automation: Automation) -> None:
    """Refuse to publish what nothing carries out yet."""
    if reasons := not_runnable(automation):
        raise BadInputError(f"Automation {automation.id} can't be published yet. " + " ".join(reasons))


def save_draft(
    connection: Connection[Any], business_id: str, edited: PublishedText, now: datetime, *, actor: str
) -> str:
    """Keep a text as the draft of its automation; return what was done. What is published stays as it is."""
    id_ = edited.automation.id
    row = find(connection, business_id, id_)
    if row is None:
        row = AutomationRow(business_id, id_, edited.automation.name, AutomationState.DRAFT, now, draft=edited.text)
        copy(connection, AutomationRow, [row])
        note(connection, row, now, actor, "draft saved")
        return "draft saved"
    live = text_of(connection, business_id, id_, row.version)
    if edited.text == (row.draft or live):
        return "unchanged"
    if row.version is None:
        row.name = _name(row, live, edited.automation)
    row.draft, row.updated_at, row.proposal = None if edited.text == live else edited.text, now, None
    update(connection, AutomationRow, [row])
    note(connection, row, now, actor, "draft saved" if row.draft else "draft dropped")
    return "draft saved" if row.draft else f"draft dropped: this is version {row.version}"


def publish(
    connection: Connection[Any],
    business_id: str,
    published: PublishedText,
    now: datetime,
    *,
    waiting: Waiting,
    actor: str,
    approved: bool = False,
) -> Publication:
    """Make a text the live version; the same text again is no new version. A paused automation goes on with it.

    What would touch more than the business allows is kept as the draft and waits, unless it is `approved`.
    """
    automation = published.automation
    require_runnable(automation)
    row = find(connection, business_id, automation.id)
    live = text_of(connection, business_id, automation.id, row.version) if row else None
    if row is not None and row.state == AutomationState.ACTIVE and published.text == live:
        _drop_draft(connection, row, now, actor)
        return Publication()
    if not approved and (proposal := _proposal(connection, business_id, row, published, now, waiting, actor)):
        return Publication(proposal=proposal)
    version = ((row.version or 0) if row else 0) + 1
    name = _name(row, live, automation) if row else automation.name
    new = AutomationRow(business_id, automation.id, name, AutomationState.ACTIVE, now, version)
    _write_version(connection, row, new, published.text, actor)
    outcome = Outcome({}, 0, 0)
    if row is not None and waiting is not Waiting.FINISH:
        compiled = publish_text(automation.id, version, published.text)
        outcome = _settle_waiting(connection, business_id, compiled, now, waiting)
    settled = {"waiting": waiting, "runs": outcome.items} if outcome.items else {}
    stopped = row.state if row and row.state not in {AutomationState.ACTIVE, AutomationState.DRAFT} else None
    plan(connection, business_id, automation.id, automation.trigger.schedule, now)
    note(connection, new, now, actor, "published", version=version, was=stopped, **settled)
    return Publication(version, outcome)


def _proposal(
    connection: Connection[Any],
    business_id: str,
    row: AutomationRow | None,
    published: PublishedText,
    now: datetime,
    waiting: Waiting,
    actor: str,
) -> Proposal | None:
    """Let a publication wait if it would touch too much; one that waits already waits on as it was asked for."""
    id_ = published.automation.id
    live = text_of(connection, business_id, id_, row.version) if row and row.state != AutomationState.ARCHIVED else None
    if live is not None and _does_the_same(live, published.automation):
        return None
    compiled = Published(id_, 0, published.automation, compile_program(published.automation))
    shop, reach = reach_of(connection, business_id, compiled, now, moving=waiting is Waiting.MOVE)
    if not reach.needs_approval(shop.business):
        return None
    save_draft(connection, business_id, published, now, actor=actor)
    kept = require(connection, business_id, id_)
    if kept.proposal is None or Proposal.read(kept.proposal).waiting != waiting:
        kept.proposal = Proposal(actor, now, waiting, reach).plain()
        update(connection, AutomationRow, [kept])
        note(connection, kept, now, actor, "approval asked for", waiting=waiting, **reach.plain())
    return Proposal.read(kept.proposal)


def _does_the_same(live: str, new: Automation) -> bool:
    """Whether a text says nothing new but another name, other comments, or what the lint is to leave out."""
    try:
        return replace(load_automation(live, new.id), name=new.name, ignored=new.ignored) == new
    except BadInputError:  # written for a version of the program that read it
        return False


def _write_version(
    connection: Connection[Any], row: AutomationRow | None, new: AutomationRow, text: str, actor: str
) -> None:
    """Write a version and the automation that is live with it; what was held goes on."""
    assert new.version is not None
    version = AutomationVersion(new.business_id, new.id, new.version, text, new.updated_at, actor)
    copy(connection, AutomationVersion, [version])
    if row is None:
        copy(connection, AutomationRow, [new])
    else:
        update(connection, AutomationRow, [new])
        release(connection, new.business_id, new.id)
    renew_rulebook(connection, new.business_id, new.updated_at)


def _drop_draft(connection: Connection[Any], row: AutomationRow, now: datetime, actor: str) -> None:
    """Keep no other draft beside the text that runs."""
    if row.draft is not None:
        row.draft = row.proposal = None
        update(connection, AutomationRow, [row])
        note(connection, row, now, actor, "draft dropped")


def _name(row: AutomationRow, live: str | None, edited: Automation) -> str:
    """Return the name after a new text: the one given by renaming stays, unless the text now says another one."""
    before = row.draft if row.version is None else live
    try:
        same = load_automation(before or "", row.id).name == edited.name
    except BadInputError:  # written for a version of the program that read it
        same = False
    return row.name if same else edited.name


def publish_draft(
    connection: Connection[Any],
    business_id: str,
    automation_id: str,
    now: datetime,
    *,
    waiting: Waiting,
    actor: str,
    approved: bool = False,
) -> Publication:
    """Make the draft of an automation its live version; an archived one without a draft lives again as it was."""
    row = require(connection, business_id, automation_id)
    text = row.draft
    if text is None and row.state == AutomationState.ARCHIVED:
        text = text_of(connection, business_id, automation_id, row.version)
    if text is None:
        raise BadInputError(f"Automation {automation_id} has no draft. Save one with `relance automations apply FILE`.")
    edited = PublishedText(load_automation(text, automation_id), text)
    return publish(connection, business_id, edited, now, waiting=waiting, actor=actor, approved=approved)


def _settle_waiting(
    connection: Connection[Any], business_id: str, new: Published, now: datetime, waiting: Waiting
) -> Outcome:
    """Move waiting runs to the step of the same id in the new version, or cancel them (R6)."""
    shop, runs = waiting_shop(connection, business_id, new.id, now)
    for run in runs:
        if waiting is Waiting.CANCEL or not move_run(shop, run, new):
            cut_short(shop, run, RunState.CANCELLED, "superseded")
    return Outcome({business_id: shop}, len(runs), write(connection, [shop]))
