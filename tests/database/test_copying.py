"""What is copied in comes back as it was, whatever the texts hold."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.ephemeral import throwaway_postgres
from tasks.copying import copy_text

NAMES = ("position", "word", "number", "flag", "amount", "day", "hour", "instant", "data", "nothing")
TEXTS = st.text(st.characters(exclude_characters="\x00", categories=("L", "N", "P", "S", "Z", "Cc")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
).filter(lambda value: value is not None)
ROWS = st.lists(
    st.tuples(
        TEXTS | st.none(),
        st.integers(-(2**62), 2**62) | st.none(),
        st.booleans() | st.none(),
        st.decimals(-(10**9), 10**9, places=4) | st.none(),
        st.dates(date(1970, 1, 1), date(2199, 12, 31)) | st.none(),
        st.times() | st.none(),
        st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)) | st.none(),  # noqa: DTZ001
        JSON | st.none(),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection[Any]]:
    with throwaway_postgres() as server, psycopg.connect(server.url, autocommit=True) as opened:
        opened.execute(
            "CREATE TABLE copied (position bigint, word text, number bigint, flag boolean, amount numeric, day date,"
            " hour time, instant timestamptz, data jsonb, nothing text)"
        )
        yield opened


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_copied_rows_come_back(connection: psycopg.Connection[Any], rows: list[tuple[Any, ...]]) -> None:
    numbered = [(position, *row, None) for position, row in enumerate(rows)]
    used, text = copy_text(NAMES, {"data"}, numbered)
    connection.execute("TRUNCATE copied")
    with connection.cursor() as cursor, cursor.copy(f"COPY copied ({', '.join(used)}) FROM STDIN".encode()) as stream:
        stream.write(text)
    assert connection.execute("SELECT * FROM copied ORDER BY position").fetchall() == numbered


def test_columns_that_are_null_throughout_are_left_out() -> None:
    used, text = copy_text(("a", "b", "c"), (), [("x", None, 1), ("y", None, None)])
    assert used == ["a", "c"]
    assert text == "x\t1\ny\t\\N\n"


def test_values_of_every_kind_have_their_text() -> None:
    row = ("a\tb\\c", Decimal("1.50"), True, time(9, 30), datetime(2027, 1, 1, tzinfo=UTC), {"k": 'q"'})
    _, text = copy_text(tuple("abcdef"), ("f",), [row])
    assert text == 'a\\tb\\\\c\t1.50\tTrue\t09:30:00\t2027-01-01 00:00:00+00:00\t{"k":"q\\\\""}\n'


def test_a_value_that_all_rows_share_has_its_text_in_each_of_them() -> None:
    shared = ("a\tb", datetime(2027, 1, 1, tzinfo=UTC), {"k": [1]})
    _, text = copy_text(("x", "y", "z"), ("z",), [shared, shared, shared])
    assert text == 'a\\tb\t2027-01-01 00:00:00+00:00\t{"k":[1]}\n' * 3


def test_equal_values_that_are_written_differently_stay_so() -> None:
    _, text = copy_text(("x", "y"), ("y",), [(Decimal("1.5"), {"k": 1}), (Decimal("1.50"), {"k": True})])
    assert text == '1.5\t{"k":1}\n1.50\t{"k":true}\n'
