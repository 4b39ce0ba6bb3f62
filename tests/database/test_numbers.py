"""R13 under concurrency: eight writers of one business, some of whom roll back, count from 1 without a gap."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from models.charge import Charge
from models.contact import Contact
from models.db import make_engine, transact
from models.invoicing import invoice_charges
from tasks.books import check_books
from tasks.engine import Work, lock
from tests.database.conftest import Relance

WRITERS, EACH, UNLUCKY = 8, 25, 0.05
MIDNIGHTS = (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 5, 23, tzinfo=UTC))
"""Midnight in Paris, of the new year and of a day as any other."""


class TornError(Exception):
    """The transaction is rolled back after the number was given."""


@pytest.fixture
def engine(shop: Relance, url: str) -> Iterator[Engine]:
    assert shop("business", "list").code == 0
    engine = make_engine(url, pool_size=WRITERS)
    yield engine
    engine.dispose()


def issue(connection: psycopg.Connection[Any], now: datetime, name: str, *, torn: bool) -> str | None:
    """Issue one invoice in a transaction, as a batch does; its clock may be wrong."""
    lock(connection, ["atelier"])
    work = Work(connection, now, ["atelier"])
    shop = work.shops["atelier"]
    shop.now = now
    payer = shop.contacts.add(Contact(shop.id, name, name))
    charge = shop.charges.add(
        Charge(shop.id, name, name, "other", "Coupe", Decimal(1), 4500, "EUR", 4500, 4500, shop.today, now)
    )
    invoice = invoice_charges(shop, payer, [charge], terms_days=0)
    assert invoice is not None
    work.write()
    if torn:
        raise TornError
    return invoice.number


@pytest.mark.parametrize("midnight", MIDNIGHTS)
def test_numbers_are_gapless_and_in_order_of_their_dates_whoever_writes(engine: Engine, midnight: datetime) -> None:
    dice = random.Random(13)  # a story's dice
    jobs = [
        (f"c{number}", midnight + timedelta(seconds=dice.uniform(-90, 90)), dice.random() < UNLUCKY)
        for number in range(WRITERS * EACH)
    ]

    def write(job: tuple[str, datetime, bool]) -> bool:
        name, now, torn = job
        try:
            transact(engine, lambda connection: issue(connection, now, name, torn=torn))
        except TornError:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as writers:
        done = sum(writers.map(write, jobs))
    assert 0 < WRITERS * EACH - done < WRITERS * EACH / 4
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        rows = driver.execute("SELECT year, sequence, issued_on FROM invoices ORDER BY issued_on, sequence").fetchall()
        assert check_books(driver) == []
    assert len(rows) == done
    for year in (2026, 2027):
        numbers = [sequence for of, sequence, _ in rows if of == year]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {on.year for year, _, on in rows if year == 2027} == {2027}
