"""The life of an automation: published, paused, resumed, archived (R6), duplicated, renamed."""

from typing import Annotated

import typer

from tasks import approving, lifecycle, publishing
from tasks.lifecycle import LastRuns
from tasks.publishing import Waiting
from worker.cli.automations.desk import Name, WaitingRuns, change, tell, told
from worker.cli.desk import Business, By, Json


def publish(
    name: Name,
    waiting: WaitingRuns = Waiting.FINISH,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Publish the draft of an automation as its next version; an archived one lives again."""
    done = change(
        business,
        by,
        lambda connection, tenant, now, who: publishing.publish_draft(
            connection, tenant, name, now, waiting=waiting, actor=who
        ),
    )
    settled = f"; waiting runs to {waiting}: {done.outcome.items}" if done.outcome.items else ""
    words, more = told(name, done)
    tell(name, f"{words}{settled}", as_json=as_json, **more)


def approve(name: Name, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Publish what waits for approval because it would touch many; `relance automations show` tells what it is."""
    done = change(
        business,
        by,
        lambda connection, tenant, now, who: approving.approve(connection, tenant, name, now, actor=who),
    )
    settled = f"; waiting runs settled: {done.outcome.items}" if done.outcome.items else ""
    tell(name, f"approved and {told(name, done)[0]}{settled}", as_json=as_json)


def refuse(name: Name, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Refuse what waits for approval, or take it back; its text stays as the draft."""
    change(
        business,
        by,
        lambda connection, tenant, now, who: approving.refuse(connection, tenant, name, now, actor=who),
    )
    tell(name, "refused; its text stays as the draft", as_json=as_json)


def pause(name: Name, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Stop an automation: no new runs, waiting ones are held."""
    did = change(
        business, by, lambda connection, tenant, now, who: lifecycle.pause(connection, tenant, name, now, actor=who)
    )
    tell(name, "paused" if did else "was paused already", as_json=as_json)


def resume(name: Name, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Let a paused or parked automation go on; steps that are stale by then are skipped."""
    did = change(
        business, by, lambda connection, tenant, now, who: lifecycle.resume(connection, tenant, name, now, actor=who)
    )
    tell(name, "resumed" if did else "was active already", as_json=as_json)


def archive(
    name: Name,
    waiting: Annotated[LastRuns, typer.Option("--waiting", help="Waiting runs finish, or end now.")] = LastRuns.FINISH,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """End the life of an automation; what its runs did stays, and publishing it brings it back."""
    ended = change(
        business,
        by,
        lambda connection, tenant, now, who: lifecycle.archive(
            connection, tenant, name, now, waiting=waiting, actor=who
        ),
    )
    if ended is None:
        tell(name, "was archived already", as_json=as_json)
    else:
        settled = f"; waiting runs to {waiting}: {ended.items}" if ended.items else ""
        tell(name, f"archived{settled}", as_json=as_json)


def duplicate(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id of the copy.")],
    title: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The copy's name for people.")] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Save a draft that says the same under another id; comments are kept."""
    change(
        business,
        by,
        lambda connection, tenant, now, who: lifecycle.duplicate(
            connection, tenant, name, new, now, name=title, actor=who
        ),
    )
    tell(new, f"draft saved, a copy of {name}", as_json=as_json)


def rename(
    name: Name,
    title: Annotated[str, typer.Argument(metavar="TEXT", help="The new name for people.")],
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Give an automation another name for people; its id and its texts stay as they are."""
    did = change(
        business,
        by,
        lambda connection, tenant, now, who: lifecycle.rename(connection, tenant, name, title, now, actor=who),
    )
    tell(name, f"renamed to {title.strip()}" if did else f"was called {title.strip()} already", as_json=as_json)
