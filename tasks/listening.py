"""Listening: who has fallen silent is told once, and it is over as soon as it fires again (R21).

A few queries for all businesses together. Only active automations are listened to, in businesses that no person has
stopped and that have no events waiting; while the stream is behind, time stands still (R3).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from psycopg import Connection

from models.business import Business
from models.db import transact
from models.identifiers import key
from models.pausing import EVERYBODY
from models.periods import local_date
from models.rows import columns_of
from models.sending_hours import sending_hours
from models.silence import LATEST, LONGEST, TIMES, Silence, silence
from tasks.due import view
from tasks.registry import Counts, task
from tasks.shell import Shell

CHANNEL = "email"
"""The channel whose open days are the business's."""
_UNHEARD = "NOT EXISTS (SELECT FROM waiting w WHERE w.business_id = a.business_id)"
"""A business is listened to when all that it was told has been decided."""
_QUIET = (
    "SELECT a.business_id, a.id, l.at, greatest(l.at, (SELECT max(c.at) FROM changes c"  # noqa: S608  # ours
    " WHERE c.business_id = a.business_id AND c.kind = 'automation' AND c.subject = a.id"
    " AND c.act IN ('published', 'resumed')), (SELECT max(p.ended_at) FROM pauses p"
    " WHERE p.business_id IN (a.business_id, %(all)s) AND p.scope = 'everything')) FROM automations a"
    " CROSS JOIN LATERAL (SELECT max(r.started_at) AS at FROM runs r"
    " WHERE r.business_id = a.business_id AND r.automation_id = a.id) l"
    f" WHERE a.state = 'active' AND l.at > %(oldest)s AND l.at < %(newest)s AND {_UNHEARD}"
    " AND NOT EXISTS (SELECT FROM pauses p WHERE p.business_id IN (a.business_id, %(all)s)"
    " AND p.scope = 'everything' AND p.ended_at IS NULL)"
)
_DAYS = (
    "SELECT d.at FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::float8[]) WITH ORDINALITY"
    " AS q(business, automation, last, off, place) CROSS JOIN LATERAL (WITH RECURSIVE f(at, number) AS ("
    " SELECT q.last, 1 UNION ALL SELECT (SELECT max(r.started_at) FROM runs r WHERE r.business_id = q.business"
    " AND r.automation_id = q.automation AND r.started_at"
    " < to_timestamp(floor((extract(epoch FROM f.at) + q.off) / 86400) * 86400 - q.off)), f.number + 1"
    " FROM f WHERE f.at IS NOT NULL AND f.number < %s)"
    " SELECT array_agg(f.at ORDER BY f.at) AS at FROM f WHERE f.at IS NOT NULL) d ORDER BY q.place"
)
"""The last instant of each of the last days on which automations fired: an index probe for a day."""

WHAT_TO_DO = (
    "Does upstream still tell of what starts it? `relance automations show` tells what it waits for; pause it if it is"
    " to rest."
)
"""What an owner is told to look at."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Quiet:
    """An automation that has not fired for some days, and since when that may be held against it."""

    business_id: str
    automation_id: str
    last: datetime
    since: datetime

    @property
    def alert(self) -> str:
        """The id of the alert about this silence, the same whenever it is looked at."""
        return key("alr", self.since, self.business_id, "silent", self.automation_id)


@task("housekeeping.listen", queue="housekeeping")
def listen(shell: Shell) -> Counts:
    """Tell owners of the automations that have fallen silent, once each; what has fired again is over."""
    now = shell.clock.now()
    heard_until = view(shell, now).stream.until

    def work(connection: Connection[Any]) -> Counts:
        silent = dict(_silent(connection, heard_until))
        told, over = _tell(connection, silent, now), _end(connection, silent, now)
        for quiet in told:
            log.warning("an automation is silent", business=quiet.business_id, automation=quiet.automation_id)
        return {"silent": len(told), "over": over, "more": 0}

    return transact(shell.database, work)


def _silent(connection: Connection[Any], now: datetime) -> Iterator[tuple[Quiet, Silence]]:
    """Yield the automations that are silent at an instant."""
    values = {"all": EVERYBODY, "oldest": now - LONGEST, "newest": now - timedelta(days=TIMES)}
    found = [Quiet(*row) for row in connection.execute(_QUIET.encode(), values)]
    if not found:
        return
    hours = {shop.id: sending_hours(shop) for shop in _businesses(connection, {one.business_id for one in found})}
    offsets = {name: now.astimezone(own.tz).utcoffset() or timedelta() for name, own in hours.items()}
    for quiet, fired in zip(found, _fired(connection, found, offsets), strict=True):
        own = hours[quiet.business_id]
        days = sorted({local_date(at, own.tz) for at in fired})
        since, today = local_date(quiet.since, own.tz), local_date(now, own.tz)
        seen = silence(days, since, today, partial(own.is_open, channel=CHANNEL))
        if seen is not None:
            yield quiet, seen


def _businesses(connection: Connection[Any], names: Collection[str]) -> Iterator[Business]:
    columns = ", ".join(columns_of(Business))
    rows = connection.execute(f"SELECT {columns} FROM businesses WHERE id = ANY(%s)".encode(), (list(names),))  # noqa: S608  # ours
    return (Business(*row) for row in rows)


def _fired(
    connection: Connection[Any], found: Sequence[Quiet], offsets: Mapping[str, timedelta]
) -> list[list[datetime]]:
    """Return the last instants of the last days on which each fired; a day begins as it does there today."""
    names, ids, lasts, seconds = zip(
        *((one.business_id, one.automation_id, one.last, offsets[one.business_id].total_seconds()) for one in found),
        strict=True,
    )
    rows = connection.execute(_DAYS.encode(), (list(names), list(ids), list(lasts), list(seconds), LATEST))
    return [row[0] for row in rows]


def _tell(connection: Connection[Any], silent: Mapping[Quiet, Silence], now: datetime) -> list[Quiet]:
    """Write an alert for each silence that has none; return those that are news."""
    rows = [
        (
            quiet.business_id,
            quiet.alert,
            f"Automation {quiet.automation_id} has fallen silent. {seen}. {WHAT_TO_DO}",
            quiet.automation_id,
        )
        for quiet, seen in silent.items()
    ]
    told = connection.execute(
        "INSERT INTO alerts (business_id, id, at, reason, text, data) SELECT business, alert, %s, 'silent', said,"
        " jsonb_build_object('automation', automation) FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])"
        " AS t(business, alert, said, automation) ON CONFLICT DO NOTHING RETURNING id",
        (now, *([row[column] for row in rows] for column in range(4))),
    )
    news = {row[0] for row in told}
    return [quiet for quiet in silent if quiet.alert in news]


def _end(connection: Connection[Any], silent: Mapping[Quiet, Silence], now: datetime) -> int:
    """Note that the other silences are over."""
    return connection.execute(
        "UPDATE alerts a SET seen_at = %s WHERE a.reason = 'silent' AND a.seen_at IS NULL"  # noqa: S608  # ours
        f" AND NOT (a.id = ANY(%s)) AND {_UNHEARD}".encode(),
        (now, [quiet.alert for quiet in silent]),
    ).rowcount
