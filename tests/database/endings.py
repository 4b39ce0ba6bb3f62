"""How things end in a shop: what is known of everything, and who owes how much."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from models.contact import Contact
from models.db import raw
from models.payer import known_contact, payer_of
from models.rows import columns_of
from models.rulebook import Rulebook
from models.shop import Shop
from models.shop_file import ShopFile
from tasks.books import check_books
from tests.database.histories import Data
from tests.database.town import AFTERWARDS, Town

HISTORY = {
    "contacts": ("email_bad",),
    "service_versions": (),
    "sessions": ("announce_at",),
    "orders": ("booked", "paid"),
    "bookings": ("started", "ended"),
    "payments": ("recorded_at",),
    "charges": ("recorded_at",),
}
"""The tables of the projection, and the columns that tell of how it came about."""
SUMS = ("allocations", "refunds")
"""Tables to which corrections are appended: their sums matter."""


@dataclass(slots=True)
class Ending:
    """Everything that is known, by what it is about; who owes what, by payer and currency; what must not be."""

    known: dict[str, Data] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def endings(town: Town, shop: ShopFile, names: Sequence[str]) -> dict[str, Ending]:
    """Return how things ended in some shops of a town."""
    with town.engine.connect() as connection:
        return {name: _ending(raw(connection), shop, name) for name in names}


def _ending(connection: Connection[Any], shop_file: ShopFile, name: str) -> Ending:
    rows = {table: _rows(connection, name, table, left_out) for table, left_out in HISTORY.items()}
    shop = Shop(shop_file.business, Rulebook((), ()), AFTERWARDS)
    for contact in rows["contacts"]:
        shop.contacts.load((name, *(contact.get(column) for column in columns_of(Contact)[1:])))
    ending = Ending(owed=_owed(shop, rows["charges"], rows["payments"]), problems=_problems(connection, name))
    for table, found in rows.items():
        for row in found:
            _know(ending.known, shop, table, row)
    for table in SUMS:
        ending.known |= {f"{table} {key}": {"sum": amount} for key, amount in _sums(connection, name, table)}
    return ending


def _rows(connection: Connection[Any], name: str, table: str, left_out: Sequence[str]) -> list[Data]:
    sql = f"SELECT to_jsonb(t) - %s::text[] FROM {table} t WHERE business_id = %s"  # noqa: S608  # names are ours
    return [row for (row,) in connection.execute(sql.encode(), (["business_id", *left_out], name))]


def _sums(connection: Connection[Any], name: str, table: str) -> list[tuple[str, int]]:
    sql = (
        f"SELECT concat_ws(' ', payment_id, charge_id), sum(amount)::bigint FROM {table}"  # noqa: S608  # names are ours
        " WHERE business_id = %s GROUP BY payment_id, charge_id HAVING sum(amount) <> 0"
    )
    return connection.execute(sql.encode(), (name,)).fetchall()


def _problems(connection: Connection[Any], name: str) -> list[str]:
    """Return what must not be: events that wait or could not be decided, books that do not balance."""
    failed = connection.execute("SELECT reason FROM dead_letters WHERE business_id = %s", (name,)).fetchall()
    waiting = connection.execute("SELECT 'An event waits.' FROM waiting WHERE business_id = %s", (name,)).fetchall()
    return [*(text for (text,) in (*failed, *waiting)), *(breach.text for breach in check_books(connection, name))]


def _know(known: dict[str, Data], shop: Shop, table: str, row: Data) -> None:
    """Note a row as it has to be in the end; what comes to nothing is nothing."""
    key = f"{table} {row['id']}"
    if table == "service_versions":
        key += row["stamp"]
    if table == "sessions" and not row["detail_stamp"]:
        row |= {"service_id": None, "kind": None, "place": None}
    if table == "payments":
        if ":rest:" in row["id"] and not row["amount"]:
            return
        if (row["target"] or "").startswith("invoice:"):
            row["charge_ids"] = []
        row["contact_id"] = row["contact_id"] and known_contact(shop, row["contact_id"]).id
    if table == "charges":
        if not row["amount"]:
            return
        known[f"worth of {row['id']}"] = {"worth": _worth(row)}
    known[key] = row


def _worth(charge: Data) -> int:
    return int(charge["owed"] if charge["kept"] is None else charge["kept"])


def _owed(shop: Shop, charges: Sequence[Data], payments: Sequence[Data]) -> dict[str, int]:
    """Return what each payer owes, wherever it stands, less the payer's credit."""
    owed: dict[str, int] = Counter()
    for charge in charges:
        if _worth(charge) != charge["settled"]:
            payer = payer_of(shop, charge["contact_id"])
            owed[f"{payer.id} {charge['currency']}"] += _worth(charge) - charge["settled"]
    for payment in payments:
        if payment["available"]:
            owed[f"{known_contact(shop, payment['contact_id']).id} {payment['currency']}"] -= payment["available"]
    return {key: amount for key, amount in owed.items() if amount}


def differences(one: Ending, other: Ending, *, billed: bool) -> Iterator[str]:
    """Yield what is wrong with two endings of the same events, and where they differ.

    Where documents were made (`billed`), their charges are as the documents say, and credit is where a document used
    it: then it is worths and sums that must be equal.
    """
    yield from (*one.problems, *other.problems)
    for key in sorted(one.known.keys() | other.known.keys()):
        if not (billed and _follows_documents(key, one.known.get(key), other.known.get(key))):
            yield from _differing(key, one.known.get(key), other.known.get(key), billed=billed)
    if one.owed != other.owed:
        yield f"owed: {one.owed} or {other.owed}"


def _follows_documents(key: str, one: Data | None, other: Data | None) -> bool:
    if key.startswith("charges"):
        return any(charge is None or charge["invoice_id"] for charge in (one, other))
    return key.startswith(SUMS)


MONEY_ON_DOCUMENTS = frozenset({"charges.state", "charges.settled", "payments.available"})


def _differing(key: str, one: Data | None, other: Data | None, *, billed: bool) -> Iterator[str]:
    if one is None or other is None:
        yield f"{key}: {one} or {other}"
        return
    table = key.partition(" ")[0]
    for name, value in one.items():
        if value != other[name] and not (billed and f"{table}.{name}" in MONEY_ON_DOCUMENTS):
            yield f"{key}, {name}: {value!r} or {other[name]!r}"
