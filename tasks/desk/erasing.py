"""Erasing a client: refused while anything is open, else all that is not kept by law goes in one transaction."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from models.contact import Contact
from models.erasing import forget, words_of
from models.refusals import RefusedError
from models.rows import columns_of
from models.steering import cancel
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import contact_named
from tasks.desk.emptying import empty
from tasks.desk.open_matters import Matter, open_matters
from tasks.seeds import Seeds
from tasks.steering import steer_runs

_CLIENT = """
WITH RECURSIVE whose AS (
    SELECT %(client)s::text AS id UNION
    SELECT c.id FROM contacts c JOIN whose w ON c.merged_into = w.id WHERE c.business_id = %(tenant)s)
SELECT {} FROM contacts c WHERE c.business_id = %(tenant)s AND c.id IN (SELECT id FROM whose) ORDER BY c.id"""
_WAITING = "SELECT id FROM runs WHERE business_id = %s AND contact_id = ANY(%s) AND state IN ('waiting', 'deferred')"


def client_rows(desk: Desk, contact_id: str) -> list[Contact]:
    """Return a client and those that were merged into it; an unknown one is an error."""
    columns = ", ".join(f"c.{column}" for column in columns_of(Contact))
    values = {"tenant": desk.business_id, "client": contact_named(desk, contact_id)}
    return [Contact(*row) for row in desk.connection.execute(_CLIENT.format(columns).encode(), values)]


def search_values(desk: Desk, clients: Iterable[Contact]) -> Mapping[str, Any]:
    """Return the values by which statements find what is held of a client."""
    rows = list(clients)
    ids, words = [one.id for one in rows], set[str]().union(*map(words_of, rows))
    reached = {word for one in rows for word in (one.email, one.phone) if word}
    quoted = {json.dumps(word, ensure_ascii=ascii_) for word in [*ids, *words] for ascii_ in (True, False)}
    named = "|".join(sorted(map(re.escape, words)))
    return {
        "tenant": desk.business_id,
        "ids": ids,
        "now": desk.now,
        "needles": sorted(word.lower() for word in reached | quoted),
        "named": rf"(^|\W)({named})($|\W)" if words else "a^",
    }


def erase_client(desk: Desk, contact_id: str) -> Done:
    """Forget a client: what must stay by law stays, under the id as a pseudonym; it can't be undone."""
    clients = client_rows(desk, contact_id)
    values, id_ = search_values(desk, clients), contact_named(desk, contact_id)
    if matters := open_matters(desk, values):
        raise RefusedError(_still_open(id_, matters))
    _end_runs(desk, values["ids"])
    lines = empty(desk, id_, values)

    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, values["ids"])

    done = act(desk, "erase", noted("contact", id_, "erased"), name, lambda shop: _forget(shop.contacts, values, desk))
    return Done(done.note, lines, done.shop)


def _still_open(id_: str, matters: list[Matter]) -> str:
    """Return why a client can't be erased, with how much money stands in the way."""
    clauses = "; ".join(matter.clause for matter in matters)
    sums = ", ".join(matter.money for matter in matters if matter.money)
    money = f" In the way are {sums}." if sums else ""
    return f"{id_} can't be erased yet: {clauses}. Settle or cancel that first.{money}"


def _forget(contacts: Any, values: Mapping[str, Any], desk: Desk) -> None:
    for id_ in values["ids"]:
        forget(contacts[id_], desk.now)


def _end_runs(desk: Desk, ids: list[str]) -> None:
    """End what waits for a client; runs are ended before their ways are emptied."""
    waiting = [row[0] for row in desk.connection.execute(_WAITING, (desk.business_id, ids))]
    if waiting:
        steer_runs(desk.connection, desk.business_id, waiting, cancel, desk.now, actor=desk.actor)
