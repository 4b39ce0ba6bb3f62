"""What is paused, and how much of each business's work that holds."""

from typing import Any

from psycopg import Connection

from models.periods import zone
from tasks.reading.office import Line

_MINE = "h.held_at IS NOT NULL AND (p.business_id = '' OR h.business_id = p.business_id)"
_RUNS = f"(SELECT count(*) FROM runs h WHERE {_MINE})"  # noqa: S608  # ours
_MESSAGES = f"(SELECT count(*) FROM messages h WHERE {_MINE} AND h.next_attempt_at IS NULL AND h.state = 'prepared')"  # noqa: S608

_CARDS = f"(SELECT count(*) FROM card_attempts h WHERE {_MINE})"  # noqa: S608  # ours


def pauses(connection: Connection[Any]) -> list[Line]:
    """Return the pauses that hold now, oldest first; `business` is null for one of all businesses.

    `held` counts everything that is held there, by whatever stopped it.
    """
    rows = connection.execute(
        f"SELECT p.business_id, b.timezone, p.scope, p.target, p.since, p.until, {_RUNS}, {_MESSAGES}, {_CARDS}"  # noqa: S608  # ours
        " FROM pauses p LEFT JOIN businesses b ON b.id = p.business_id"
        " WHERE p.ended_at IS NULL ORDER BY p.since, p.id".encode()
    ).fetchall()
    lines: list[Line] = []
    for business_id, timezone, scope, channel, since, until, runs, messages, cards in rows:
        tz = zone(timezone or "UTC")
        lines.append(
            {
                "business": business_id or None,
                "stops": scope,
                "channel": channel,
                "since": since.astimezone(tz),
                "until": until.astimezone(tz) if until else None,
                "held": {"runs": runs, "messages": messages, "cards": cards},
            }
        )
    return lines
