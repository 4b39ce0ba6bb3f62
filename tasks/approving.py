"""Approving: a publication that waits because it would touch many is let through by a person, or taken back (R6)."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow
from models.errors import BadInputError
from models.reach import Proposal
from tasks.automation_rows import note, require
from tasks.publishing import Publication, Waiting, publish_draft
from tasks.writing import update


def approve(
    connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, actor: str
) -> Publication:
    """Publish what waits for approval, with waiting runs as was asked for; who approved it is kept."""
    row, proposal = _waiting(connection, business_id, automation_id)
    note(connection, row, now, actor, "approved", asked_by=proposal.by, **proposal.reach.plain())
    waiting = Waiting(proposal.waiting)
    return publish_draft(connection, business_id, automation_id, now, waiting=waiting, actor=actor, approved=True)


def refuse(connection: Connection[Any], business_id: str, automation_id: str, now: datetime, *, actor: str) -> None:
    """Let nothing wait for approval any more; the text stays as the draft."""
    row, proposal = _waiting(connection, business_id, automation_id)
    row.proposal, row.updated_at = None, now
    update(connection, AutomationRow, [row])
    note(connection, row, now, actor, "refused", asked_by=proposal.by)


def proposals(connection: Connection[Any], business_id: str) -> list[tuple[str, Proposal]]:
    """Return what waits for approval in a business, by the automation's id."""
    rows = connection.execute(
        "SELECT id, proposal FROM automations WHERE business_id = %s AND proposal IS NOT NULL ORDER BY id",
        (business_id,),
    )
    return [(id_, Proposal.read(kept)) for id_, kept in rows]


def _waiting(connection: Connection[Any], business_id: str, automation_id: str) -> tuple[AutomationRow, Proposal]:
    row = require(connection, business_id, automation_id)
    if row.proposal is None:
        raise BadInputError(f"Nothing of {automation_id} waits for approval. `relance status` lists what does.")
    return row, Proposal.read(row.proposal)
