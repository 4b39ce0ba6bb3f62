"""What goes wrong inside: events that wait too long, rows that fail, and what went on beside events it did not know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Troubles:
    """Events that wait in the database and the arrival of the oldest; rows that failed and the latest reason.

    `behind` counts the businesses whose due rows went on beside waiting events since an instant (R3), `unread` the
    messages of card providers that could not be read and wait for a person.
    """

    waiting: int
    oldest: datetime | None
    failing: int
    reason: str | None
    behind: int
    unread: int


def troubles(connection: Connection[Any], since: datetime) -> Troubles:
    """Look for troubles; what is over counts if it was after `since`."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM waiting), (SELECT min(arrived_at) FROM waiting),"
        " (SELECT count(*) FROM setbacks), (SELECT reason FROM setbacks ORDER BY at DESC LIMIT 1),"
        " (SELECT count(DISTINCT business_id) FROM alerts WHERE reason = 'behind' AND at >= %s),"
        " (SELECT count(*) FROM webhooks WHERE read_at IS NULL AND due_at IS NULL AND raw <> '')",
        (since,),
    ).fetchone()
    assert row is not None
    return Troubles(*row)
