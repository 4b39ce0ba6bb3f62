"""One billing of the same clients in two ways: by SQL in bulk, and by the pure rules one by one (R9, R10, R18)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.postgres import Postgres
from models.billing import BillingPlan, Mode, plan_from
from models.booking import Booking, Session
from models.business import Business
from models.chain import verify
from models.charge import Charge
from models.consolidating import Terms
from models.contact import Contact, PayerKind
from models.db import lone_engine, raw
from models.errors import ConflictError
from models.journal import JournalEntry
from models.money import times
from models.payment import Payment
from models.payment_link import LinkState, PaymentLink
from models.pricing import owed
from models.regime import VatRegime
from models.rows import columns_of
from models.settling import restate_charge
from tasks.billing import statements
from tasks.billing.one_by_one import bill_one_by_one
from tasks.billing.portion import bill_portion
from tasks.writing import copy
from tests.database.conftest import EMPTY

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
SHOP = Business("atelier", "Atelier", "Europe/Paris", "fr", "EUR", "FR", NOW, Decimal(20), "owner@example.org")
PLAN = plan_from(SHOP, [{"enabled": True, "payment_terms": {"days": 14}}])
TERMS = Terms("monthly 1 08:00 2027-03-01", NOW, date(2027, 3, 1), PLAN)
YOGA = Session("atelier", "class", "yoga")
SEAT = Booking("atelier", "seat", session_id="class")
CLIENT = Contact("atelier", "", "Zoé", "zoe@example.org")
CHARGE = Charge(
    "atelier", "", "", "other", "Coupe", Decimal(1), 4500, "EUR", 4500, 4500, date(2027, 2, 10),
    datetime(2027, 2, 10, 9, tzinfo=UTC), tax_rate=Decimal(20),
)  # fmt: skip
WRITTEN = (
    "invoices", "invoice_lines", "invoice_taxes", "charges", "messages", "payment_links", "journal", "counters",
)  # fmt: skip
ELSE = ("facts", "alerts", "decisions", "payments", "allocations", "contacts")
MADE_FROM_CAUSE = {"hash", "previous", "sequence"}

Owing = tuple[Contact, list[Charge], list[Payment | PaymentLink]]

SAID = [{f"service {channel}": ["2027-01-01T00:00:00+00:00", word, "con"]}
        for channel in ("email", "sms") for word in ("yes", "no")]  # fmt: skip
RARELY = [False] * 19 + [True]
RATES = (("S", "20"), ("S", "20"), ("S", "5.5"), ("S", "2.1"), ("Z", "0"), ("E", "0"), ("O", "0"))

amounts = st.sampled_from([1, 3, 7, 101, 799, 3333, 3333, 4503, 10**9]) | st.integers(0, 30_000)
rarely = st.sampled_from(RARELY)
words = st.sampled_from(["Coupe", "Séance d'« essai »", 'a "b" \\ 100 %', ""])
days = st.dates(date(2027, 1, 20), date(2027, 3, 2))


@st.composite
def charges(draw: st.DrawFn, client: str, number: int, rates: Sequence[tuple[str, str]]) -> Charge:
    """Draw what one client owes for one thing; most are due."""
    category, rate = draw(st.sampled_from(rates))
    quantity, price = draw(st.sampled_from(["1", "1", "2", "1.333"])), draw(amounts)
    due_on, served = draw(days), draw(st.none() | days)
    one = replace(
        CHARGE,
        id=f"{client}-{number}",
        contact_id=client,
        description=draw(words),
        quantity=Decimal(quantity),
        unit_price=price,
        amount=times(price, Decimal(quantity)),
        due_on=due_on,
        recorded_at=NOW if draw(rarely) else CHARGE.recorded_at,
        position=draw(st.integers(0, 2)),
        tax_included=draw(st.booleans()),
        tax_category=category,
        tax_rate=Decimal(rate),
        service_from=served,
        service_to=served and served + timedelta(days=draw(st.integers(0, 40))),
        kind=draw(st.sampled_from(["other", "fee"])),
        booking_id=draw(st.sampled_from([None, None, "seat", "unknown"])),
        currency="USD" if draw(rarely) else "EUR",
        place=draw(st.none() | st.just("Paris")),
        package_id="ten" if draw(rarely) else None,
        voucher_purpose="multi_purpose" if draw(rarely) else None,
    )
    if one.package_id:
        one = replace(one, amount=0, discount=one.amount, discount_reason="ten")
    one.owed = owed(one)
    restate_charge(one)
    return one


@st.composite
def older_links(draw: st.DrawFn, owes: Sequence[Charge]) -> list[PaymentLink]:
    """Draw links of a client that are older than this billing, over some of what it owes or over something else."""
    asked = [charge.id for charge in owes] + ["gone"]
    made = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        ids = draw(st.lists(st.sampled_from(asked), max_size=3, unique=True))
        at, until = CHARGE.recorded_at + timedelta(days=number), NOW + timedelta(days=draw(st.integers(-3, 3)))
        link = PaymentLink("atelier", f"lnk-{owes[0].contact_id}-{number}" if owes else "", "", 1, "EUR", at, until)
        currency, state = draw(st.sampled_from(["EUR", "EUR", "USD"])), draw(st.sampled_from(["open", "revoked"]))
        made.append(replace(link, charge_ids=ids, currency=currency, state=LinkState(state)))
    return [replace(link, contact_id=owes[0].contact_id) for link in made] if owes else []


@st.composite
def clients(draw: st.DrawFn, name: str) -> Owing:
    """Draw a client with what it owes, sometimes with credit, and with older links."""
    one = replace(
        CLIENT,
        id=name,
        name=draw(st.sampled_from(["Zoé", "", None])),
        legal_name=draw(st.sampled_from([None, "Zoé SARL"])),
        kind=draw(st.sampled_from([PayerKind.CONSUMER] * 2 + [PayerKind.BUSINESS, PayerKind.PUBLIC])),
        locale=draw(st.sampled_from([None, "", "en", "fr_FR"])),
        email=draw(st.sampled_from([None, ""])) if draw(rarely) else "zoe@example.org",
        email_bad=draw(rarely),
        phone_bad=draw(rarely),
        mobile=draw(st.sampled_from([None, "+33612345678"])),
        choices=draw(st.sampled_from([{}, {}, *SAID])),
        cc=draw(st.sampled_from([[], ["aide@example.org"]])),
        address=draw(st.none() | st.just({"line1": "1 rue", "line2": None})),
        order_reference=draw(st.none() | st.just("PO 7")),
    )
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=2))
    owes = [draw(charges(name, number, rates)) for number in range(draw(st.integers(0, 6)))]
    credit = draw(st.sampled_from([1, 900])) if draw(rarely) else 0
    at = CHARGE.recorded_at
    paid = [Payment("atelier", f"p-{name}", name, credit, "EUR", "card", at, at, credit)] if credit else []
    return one, owes, [*paid, *draw(older_links(owes))]


@st.composite
def towns(draw: st.DrawFn) -> tuple[Business, list[Owing]]:
    """Draw a business with its clients."""
    regime = draw(st.sampled_from([VatRegime.NORMAL, VatRegime.FRANCHISE]))
    country = draw(st.sampled_from(["FR", "FR", "DE"]))
    business = replace(SHOP, vat_regime=regime, country=country, series_prefix=draw(st.sampled_from(["", "AT-"])))
    business.sms = draw(st.sampled_from([None, None, {"enabled": False}]))
    return business, [draw(clients(f"c{number}")) for number in range(draw(st.integers(1, 6)))]


@st.composite
def plans(draw: st.DrawFn) -> BillingPlan:
    """Draw how clients are billed."""
    mode = draw(st.sampled_from([Mode.INVOICE, Mode.INVOICE, Mode.PAYMENT_LINK]))
    channels = draw(st.sampled_from([("email",), ("email",), ("sms",), ("email", "sms")]))
    kinds = draw(st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"other"})]))
    services = draw(st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"yoga"})]))
    minimum = draw(st.sampled_from([0, 0, 5_000]))
    plan = replace(PLAN, mode=mode, channels=channels, minimum=minimum)
    return replace(plan, without_kinds=kinds, without_services=services)


@pytest.fixture(scope="module")
def connection(server: Postgres) -> Iterator[psycopg.Connection[Any]]:
    engine = lone_engine(server.create_database("two_ways", EMPTY))
    with engine.connect() as one:
        yield raw(one)
    engine.dispose()


def written(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Return all that was written, with numbers of documents in the place of their ids, and no keys of messages."""
    rows = {
        table: [row[0] for row in connection.execute(f"SELECT to_jsonb(t) FROM {table} t".encode())]  # noqa: S608  # ours
        for table in (*WRITTEN, *ELSE)
    }
    numbers = {one["id"]: one["number"] for one in rows["invoices"]}
    for one in rows["messages"]:
        numbers[one["id"]] = f"{one['channel']} to {one['contact_id']}"
    for one in rows["payment_links"]:
        if not one["id"].startswith("lnk-"):
            numbers[one["id"]] = f"link of {one['contact_id']}"
    text = json.dumps(rows)
    for id_, number in numbers.items():
        text = text.replace(id_, number)
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    for table in ("journal", "messages"):
        found[table] = [{k: v for k, v in one.items() if k not in MADE_FROM_CAUSE} for one in found[table]]
    return {table: sorted(map(json.dumps, ones)) for table, ones in found.items()}


def differences(in_bulk: list[str], by_rules: list[str]) -> list[tuple[str, Any, Any]]:
    """Return where rows of a table differ: column by column, or how many there are."""
    if len(in_bulk) != len(by_rules):
        return [("rows", len(in_bulk), len(by_rules))]
    pairs = [(json.loads(one), json.loads(other)) for one, other in zip(in_bulk, by_rules, strict=True) if one != other]
    return [(name, one[name], other[name]) for one, other in pairs for name in one if one[name] != other[name]]


def chained(connection: psycopg.Connection[Any]) -> list[str]:
    """Return what breaks the books' chain."""
    columns = ", ".join(columns_of(JournalEntry))
    rows = connection.execute(f"SELECT {columns} FROM journal ORDER BY sequence".encode()).fetchall()  # noqa: S608  # ours
    return [breach.text for breach in verify(JournalEntry(*row) for row in rows)]


def by_sql(connection: psycopg.Connection[Any], portions: Sequence[list[str]], terms: Terms) -> list[list[str]]:
    """Bill portions by SQL; return the orders in which they were billed."""
    orders: list[list[str]] = []
    for portion in portions:
        bill_portion(connection, "atelier", portion, terms, NOW)
        rows = connection.execute("SELECT id FROM bill_clients ORDER BY NOT plain, id").fetchall()
        orders.append([row[0] for row in rows])
    return orders


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns(), st.integers(0, 6), plans())
def test_bulk_and_pure_rules_write_the_same(
    connection: psycopg.Connection[Any],
    town: tuple[Business, list[Owing]],
    first: int,
    plan: BillingPlan,
) -> None:
    business, people = town
    terms = replace(TERMS, plan=plan)
    names = [contact.id for contact, _, _ in people]
    with connection.transaction(force_rollback=True):
        for row in (business, YOGA, SEAT, *(row for contact, owes, more in people for row in (contact, *owes, *more))):
            copy(connection, type(row), [row])
        with connection.transaction(force_rollback=True):
            orders = by_sql(connection, [part for part in (names[:first], names[first:]) if part], terms)
            in_bulk = written(connection)
            assert chained(connection) == []
        with connection.transaction(force_rollback=True):
            for order in orders:
                for name in order:
                    bill_one_by_one(connection, "atelier", [name], terms, NOW)
            by_rules = written(connection)
    for table, rows in by_rules.items():
        assert differences(in_bulk[table], rows) == [], table


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE charges SET description = 'told anew' WHERE id = 'c0-0'",
        "UPDATE bill_lines SET at = (SELECT ctid FROM charges WHERE id = 'c0-1')",
    ],
    ids=["it moved", "another is in its place"],
)
def test_a_charge_that_is_not_where_it_was_read_lets_the_portion_be_billed_again(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    due = replace(CHARGE, id="c0-0", contact_id="c0", owed=5400)
    later = replace(due, id="c0-1", due_on=date(2027, 4, 1))
    monkeypatch.setattr(statements, "STATISTICS", f"{statements.STATISTICS}; {meanwhile}")
    with connection.transaction(force_rollback=True):
        for row in (SHOP, replace(CLIENT, id="c0"), due, later):
            copy(connection, type(row), [row])
        with pytest.raises(ConflictError, match="billed again"):
            bill_portion(connection, "atelier", ["c0"], TERMS, NOW)
