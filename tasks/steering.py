"""Steering runs: one transaction on a business's runs, each accepted or refused on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.automation import RunState
from models.errors import NotFoundError
from models.steering import Steer, Steered, steer
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write

MOST = 1_000
"""So many runs are steered by one transaction."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which runs: by their ids, or all of a state, of one automation, that ended or began since an instant."""

    ids: tuple[str, ...] = ()
    state: RunState | None = None
    automation: str | None = None
    since: datetime | None = None


def find_runs(connection: Connection[Any], business_id: str, chosen: Chosen) -> list[str]:
    """Return the ids of the chosen runs, oldest first; one that is named and not there is an error."""
    if chosen.ids:
        rows = connection.execute(
            "SELECT id FROM runs WHERE business_id = %s AND id = ANY(%s) ORDER BY id", (business_id, list(chosen.ids))
        ).fetchall()
        missing = sorted(set(chosen.ids) - {row[0] for row in rows})
        if missing:
            listed = ", ".join(missing)
            raise NotFoundError(f"{business_id} has no run {listed}. `relance runs list` shows them all.")
        return [row[0] for row in rows]
    rows = connection.execute(
        "SELECT id FROM runs WHERE business_id = %(tenant)s AND (%(state)s::text IS NULL OR state = %(state)s)"
        " AND (%(automation)s::text IS NULL OR automation_id = %(automation)s)"
        " AND (%(since)s::timestamptz IS NULL OR coalesce(ended_at, started_at) >= %(since)s) ORDER BY id",
        {"tenant": business_id, "state": chosen.state, "automation": chosen.automation, "since": chosen.since},
    ).fetchall()
    return [row[0] for row in rows]


def steer_runs(
    connection: Connection[Any], business_id: str, ids: Sequence[str], how: Steer, now: datetime, *, actor: str
) -> list[Steered]:
    """Steer runs of a business whose lock is held; return what became of each. The caller commits."""
    seeds = Seeds()
    seeds.add("runs", business_id, ids)
    shop = Loader(connection, now, [business_id]).load(seeds)[business_id]
    shop.begin("steering")
    steered = [steer(shop, shop.runs[id_], how, actor) for id_ in ids if id_ in shop.runs]
    write(connection, [shop])
    return steered
