"""Automations that need a person: parked (R21), fallen silent (R21), or waiting for approval (R6)."""

from typing import Any

from psycopg import Connection

from models.periods import zone
from models.reach import Proposal
from tasks.reading.office import Line

PARKED, SILENT, AWAITING = "parked", "silent", "waiting for approval"
STATES = (PARKED, SILENT, AWAITING)
_PARKED = (
    "SELECT a.business_id, b.timezone, a.id, coalesce(l.at, a.updated_at), a.parked_reason, l.text"
    " FROM automations a JOIN businesses b ON b.id = a.business_id LEFT JOIN LATERAL"
    " (SELECT at, text FROM alerts WHERE business_id = a.business_id AND reason = a.parked_reason"
    " AND data->>'automation' = a.id ORDER BY at DESC LIMIT 1) l ON true WHERE a.state = 'parked'"
)
_SILENT = (
    "SELECT s.business_id, b.timezone, s.data->>'automation', s.at, s.reason, s.text"
    " FROM alerts s JOIN businesses b ON b.id = s.business_id WHERE s.reason = 'silent' AND s.seen_at IS NULL"
)
_AWAITING = (
    "SELECT a.business_id, b.timezone, a.id, a.proposal FROM automations a JOIN businesses b ON b.id = a.business_id"
    " WHERE a.proposal IS NOT NULL"
)


def attention(connection: Connection[Any]) -> list[Line]:
    """Return the automations of all businesses that need a person, what they are, since when and why; oldest first."""
    lines = [_line(PARKED, *row) for row in connection.execute(_PARKED)]
    lines += [_line(SILENT, *row) for row in connection.execute(_SILENT)]
    for business_id, timezone, id_, kept in connection.execute(_AWAITING):
        asked = Proposal.read(kept)
        why = f"{asked.by} asked to publish it; it would touch {asked.reach}."
        lines.append(_line(AWAITING, business_id, timezone, id_, asked.at, "approval", why))
    return sorted(lines, key=lambda line: (line["since"], line["business"], line["automation"]))


def _line(state: str, business_id: str, timezone: str, id_: str, since: Any, reason: str, why: str | None) -> Line:
    return {
        "business": business_id,
        "automation": id_,
        "is": state,
        "since": since.astimezone(zone(timezone)),
        "reason": reason,
        "why": why,
    }
