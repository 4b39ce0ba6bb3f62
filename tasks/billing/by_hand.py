"""Billing by a person: begun now, looked at before, let go on over the bound of a day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from models.billing_cycle import cycle_of
from models.billing_month import month_complaint
from models.billing_rows import BY_HAND, BillingOccurrence
from models.business import Business
from models.changes import Change, change
from models.periods import at_local, zone
from models.refusals import RefusedError
from tasks.billing.large import bill_large
from tasks.billing.naming import next_clients, read_occurrence
from tasks.billing.professionals import warnings_of
from tasks.engine import lock
from tasks.writing import copy

PREVIEWED = 20_000
"""So many clients are looked at in one portion."""

MADE = """
SELECT contact_id AS contact, kind, status, number, currency, total, amount_due, issued_on, due_on, service_from,
 service_to, id, payer_kind AS payer FROM (
 SELECT contact_id, 'document' AS kind, status, number, currency, total, amount_due, issued_on, due_on, service_from,
  service_to, id, payer_kind FROM invoices WHERE business_id = %(business)s AND cause ->> 'billing' = ANY(%(ids)s)
  AND created_at >= %(since)s
 UNION ALL SELECT contact_id, 'link', state, NULL, currency, amount, amount, NULL, NULL, NULL, NULL, id, NULL
  FROM payment_links WHERE business_id = %(business)s AND cause ->> 'billing' = ANY(%(ids)s)
) made ORDER BY contact, currency, number, id
"""
"""What occurrences have made."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A date on which somebody would be billed, by a schedule or by hand."""

    occurrence: BillingOccurrence
    at: datetime


def begin(connection: Connection[Any], business_id: str, day: date, now: datetime, *, actor: str) -> str:
    """Begin to bill everybody who is billed by cycles, for what is due by a day; return the occurrence's id."""
    lock(connection, [business_id])
    open_ = connection.execute(
        "SELECT id FROM billing_occurrences WHERE business_id = %s AND schedule_id = %s AND ended_at IS NULL",
        (business_id, BY_HAND),
    ).fetchone()
    if open_ is not None:
        raise RefusedError(f"Billing {open_[0]} goes on already: `relance billing status` shows how far it is.")
    occurrence = begun_by_hand(business_id, day, now, actor)
    copy(connection, BillingOccurrence, [occurrence])
    copy(connection, Change, [change(business_id, now, actor, "billing", occurrence.id, "begun")])
    return occurrence.id


def let_go_on(connection: Connection[Any], business_id: str, now: datetime, *, actor: str) -> list[str]:
    """Let go on what the bound of a day has stopped; return the occurrences."""
    lock(connection, [business_id])
    rows = connection.execute(
        "UPDATE billing_occurrences SET next_at = %s, allowed_at = %s, parked_at = NULL"
        " WHERE business_id = %s AND parked_at IS NOT NULL RETURNING id",
        (now, now, business_id),
    ).fetchall()
    ids = sorted(row[0] for row in rows)
    if ids:
        copy(connection, Change, [change(business_id, now, actor, "billing", id_, "let go on") for id_ in ids])
    return ids


def preview(
    connection: Connection[Any], business: Business, day: date | None, now: datetime, *, by_hand: bool
) -> list[dict[str, Any]]:
    """Return what billing would make, document by document; nothing stays written.

    Without a day: of each schedule its next date. What is recorded by now is taken, at the instant of that date.
    """
    made: list[dict[str, Any]] = []
    with connection.transaction(force_rollback=True):
        lock(connection, [business.id])
        for occasion in _occasions(connection, business, day, now, by_hand=by_hand):
            made += _would_make(connection, business, occasion)
    return made


def warnings(connection: Connection[Any], business: Business, lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the law does not like in a preview: in the settings, and of documents whose month is over."""
    months = Counter(warning for line in lines for warning in line["warnings"])
    return [
        *warnings_of(connection, business),
        *(f"{many} document{'s' if many > 1 else ''}: {warning}" for warning, many in sorted(months.items())),
    ]


def _occasions(
    connection: Connection[Any], business: Business, day: date | None, now: datetime, *, by_hand: bool
) -> Iterator[Occasion]:
    if by_hand:
        yield Occasion(
            begun_by_hand(business.id, day or now.astimezone(zone(business.timezone)).date(), now, None), now
        )
        return
    rows = connection.execute(
        "SELECT id, cycle, day, coalesce(next_at, held_at) FROM billing_schedules WHERE business_id = %s ORDER BY 4, 1",
        (business.id,),
    ).fetchall()
    for id_, settings, next_day, next_at in rows:
        cycle = cycle_of([settings])
        if day is not None and next(cycle.anchor.dates(day)) != day:
            continue
        on = day or next_day
        at = max(now, at_local(on, cycle.at, zone(business.timezone)) if day else next_at)
        yield Occasion(BillingOccurrence(business.id, f"{id_} {on}", id_, on, at, at, at), at)


def _would_make(connection: Connection[Any], business: Business, occasion: Occasion) -> list[dict[str, Any]]:
    """Bill an occasion to its end and return what it made."""
    one, business_id = occasion.occurrence, business.id
    connection.execute("DELETE FROM billing_occurrences WHERE business_id = %s AND id = %s", (business_id, one.id))
    copy(connection, BillingOccurrence, [one])
    while one.next_at is not None:
        many = PREVIEWED
        (portion,) = next_clients(connection, [(business_id, one, many)]).values()
        bill_large(connection, business_id, one, portion, occasion.at)
        one = read_occurrence(connection, business_id, one.id)
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(MADE, {"business": business_id, "ids": [one.id], "since": occasion.at})
        return [
            {"occurrence": one.id, "day": one.day} | _with_warnings(business, one, row) for row in cursor.fetchall()
        ]


def _with_warnings(business: Business, one: BillingOccurrence, row: dict[str, Any]) -> dict[str, Any]:
    """Say of a document to a professional whether its month of service is over (R9)."""
    on = row["issued_on"] or one.day
    warning = month_complaint(business.country, row.pop("payer") or "", row["service_from"], on)
    return row | {"warnings": [warning] if warning else []}


def begun_by_hand(business_id: str, day: date, now: datetime, actor: str | None) -> BillingOccurrence:
    """Return an occurrence that a person begins now, for what is due by a day."""
    id_ = f"{BY_HAND} {now:%Y-%m-%dT%H:%M:%S}Z"
    return BillingOccurrence(business_id, id_, BY_HAND, day, now, now, now, actor=actor)
