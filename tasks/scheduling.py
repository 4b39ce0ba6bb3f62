"""Planning: publishing an automation that a schedule starts plans its next date, archiving it takes that away (R1)."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from models.occurrence import Occurrence, Schedule
from models.periods import zone
from models.scheduling import first_after
from tasks.writing import copy


def plan(
    connection: Connection[Any], business_id: str, automation_id: str, schedule: Schedule | None, now: datetime
) -> None:
    """Let an automation start next as a schedule says, or never; dates that have begun are ended as they are.

    No date comes twice, also when the schedule now names another time of the same day (R2).
    """
    names = {"tenant": business_id, "automation": automation_id}
    connection.execute(
        "DELETE FROM occurrences WHERE business_id = %(tenant)s AND automation_id = %(automation)s"
        " AND next_at IS NOT NULL AND reached = ''",
        names,
    )
    if schedule is None:
        return
    row = connection.execute(
        "SELECT timezone, (SELECT max(day) FROM occurrences WHERE business_id = %(tenant)s"
        " AND automation_id = %(automation)s) FROM businesses WHERE id = %(tenant)s",
        names,
    ).fetchone()
    assert row is not None
    copy(connection, Occurrence, [first_after(business_id, automation_id, schedule, now, row[1], zone(row[0]))])
