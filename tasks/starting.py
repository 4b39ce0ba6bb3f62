"""Starting automations for facts of the past: chosen by client or by time, each once, bounded, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.automation import AutomationState
from models.changes import change
from models.errors import BadInputError
from models.event_rows import FactRow
from models.identifiers import first_key
from models.matching import work_off
from models.rows import columns_of
from models.rulebook import Published
from models.scheduling import scheduled_fact
from models.shop import Shop
from models.starting import Started, start_late
from tasks.automation_rows import require, shop_about, text_of
from tasks.rulebooks import publish_text
from tasks.writing import write


@dataclass(frozen=True, slots=True)
class Past:
    """Which facts: all since an instant, or the newest of each of some clients; at most `most` of them."""

    since: datetime | None = None
    contacts: tuple[str, ...] = ()
    most: int = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """What starting did, and the shop as it then was."""

    started: tuple[Started, ...]
    shop: Shop


def start_for_past(
    connection: Connection[Any], business_id: str, automation_id: str, past: Past, now: datetime, *, actor: str
) -> Filled:
    """Start an automation for facts of the past for which it has no run yet; the tenant's lock is held."""
    published = _live(connection, business_id, automation_id)
    dated = published.automation.trigger.schedule is not None
    facts = (_dates if dated else _facts)(connection, business_id, published, past, now)
    if len(facts) > past.most:
        raise BadInputError(
            f"More than {past.most} facts would start {automation_id}. Choose a later --since, or raise --most."
        )
    shop = shop_about(connection, business_id, facts, now)
    shop.begin(f"start {automation_id}")
    for fact in facts if dated else ():
        shop.facts.add(fact)
    started = tuple(start_late(shop, published, fact) for fact in facts)
    work_off(shop)
    runs = sum(1 for one in started if one.run)
    if runs:
        shop.changes.add(change(business_id, now, actor, "automation", automation_id, "started", runs=runs))
    write(connection, [shop])
    return Filled(started, shop)


def _live(connection: Connection[Any], business_id: str, automation_id: str) -> Published:
    row = require(connection, business_id, automation_id)
    if row.state != AutomationState.ACTIVE or row.version is None:
        raise BadInputError(f"Automation {automation_id} is {row.state}: only an active one starts runs.")
    return publish_text(automation_id, row.version, text_of(connection, business_id, automation_id, row.version) or "")


def _dates(
    connection: Connection[Any], business_id: str, published: Published, past: Past, now: datetime
) -> list[FactRow]:
    """Return facts that this is a date of the automation's schedule, for some clients; they are not written yet."""
    if not past.contacts:
        raise BadInputError(
            f"A schedule starts {published.id}: there is nothing to fill in. Name clients with"
            " `relance automations start`."
        )
    known = connection.execute(
        "SELECT id FROM contacts WHERE business_id = %s AND id = ANY(%s) ORDER BY id",
        (business_id, list(past.contacts)),
    )
    data = {"automation": published.id, "day": now.isoformat()}
    return [scheduled_fact(business_id, now, contact, data) for (contact,) in known.fetchall()]


def _facts(
    connection: Connection[Any], business_id: str, published: Published, past: Past, _now: datetime
) -> list[FactRow]:
    """Return the facts of the automation's trigger for which it has no run, oldest first, one more than are allowed."""
    columns = ", ".join(f"f.{name}" for name in columns_of(FactRow))
    newest = "DISTINCT ON (f.contact_id)" if past.contacts else ""
    order = "f.contact_id, f.id DESC" if past.contacts else "f.id"
    rows = connection.execute(
        f"SELECT {newest} {columns} FROM facts f WHERE f.business_id = %(tenant)s AND f.type = %(type)s"  # noqa: S608  # names are ours
        " AND f.id >= %(since)s AND (%(contacts)s::text[] IS NULL OR f.contact_id = ANY(%(contacts)s))"
        " AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.business_id = f.business_id AND r.automation_id = %(automation)s"
        " AND r.contact_id IS NOT DISTINCT FROM f.contact_id AND r.fact_id = f.id)"
        f" ORDER BY {order} LIMIT %(many)s".encode(),
        {
            "tenant": business_id,
            "type": published.automation.trigger.on,
            "since": first_key("evt", past.since) if past.since else "",
            "contacts": list(past.contacts) or None,
            "automation": published.id,
            "many": past.most + 1,
        },
    ).fetchall()
    return sorted((FactRow(*row) for row in rows), key=lambda fact: fact.id)
