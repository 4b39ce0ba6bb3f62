"""`relance alerts`: what the owner was told."""

from datetime import datetime
from typing import Annotated

import typer

from tasks.reading.alerts import alerts as alerts_of
from worker.cli.desk import Business, Json, Limit, at_most, listed, office

COLUMNS = {"at": "at", "reason": "reason", "contact": "contact", "text": "text", "over since": "over_since"}


def alerts(
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help="Only these, as in paid_twice.")
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", metavar="ID", help="Only about this client.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day on.")
    ] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List what the owner was told: money that needs a person, what was parked, who can't be reached."""
    with office(business) as seen:
        day, most = since.date() if since else None, at_most(limit, as_json=as_json)
        found = alerts_of(seen, reason=reason, contact=contact, since=day, limit=most)
    listed(lambda _: found, COLUMNS, as_json=as_json, limit=limit, nothing="There are no alerts.")
