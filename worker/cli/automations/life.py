"""The life of an automation: publish its draft, pause it, let it go on (R6)."""

from typing import Annotated

import typer

from tasks import publishing
from tasks.publishing import Waiting
from worker.cli.automations.desk import Name, change, in_words, tell
from worker.cli.desk import Business, Json

WaitingRuns = Annotated[
    Waiting, typer.Option("--waiting", help="Waiting runs finish as they began, move to the new version, or end.")
]


def publish(
    name: Name, waiting: WaitingRuns = Waiting.FINISH, business: Business = None, as_json: Json = False
) -> None:
    """Publish the draft of an automation as its next version."""
    done = change(
        business,
        lambda connection, tenant, now: publishing.publish_draft(
            connection, tenant, name, now, waiting=waiting, actor="operator"
        ),
    )
    settled = f"; waiting runs to {waiting}: {done.outcome.items}" if done.outcome.items else ""
    tell(name, f"{in_words(done)}{settled}", as_json=as_json)


def pause(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Stop an automation: no new runs, waiting ones are held."""
    did = change(business, lambda connection, tenant, now: publishing.pause(connection, tenant, name, now))
    tell(name, "paused" if did else "was paused already", as_json=as_json)


def resume(name: Name, business: Business = None, as_json: Json = False) -> None:
    """Let a paused or parked automation go on; steps that are stale by then are skipped."""
    did = change(business, lambda connection, tenant, now: publishing.resume(connection, tenant, name, now))
    tell(name, "resumed" if did else "was active already", as_json=as_json)
