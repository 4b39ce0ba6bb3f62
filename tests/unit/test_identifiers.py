"""Keys made from causes, numbers of documents, stamps of facts (R12, R13, R20)."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError
from models.identifiers import check_prefix, invoice_number, key, stamp

NOON = datetime(2027, 3, 26, 12, tzinfo=UTC)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/"

instants = st.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]),
)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


# Keys


def test_a_key_is_prefix_time_and_cause() -> None:
    assert re.fullmatch(r"inv_[0-9a-f]{32}", key("inv", NOON, "atelier", "order", "o1"))
    assert key("inv", NOON, "o1")[4:16] == f"{1806062400000:012x}"


def test_keys_never_change_from_one_version_to_the_next() -> None:
    assert key("inv", NOON, "atelier", "order", "o1") == "inv_01a481b532003962b709fdca1ac8a28d"


@given(instants, st.lists(words), st.lists(words))
def test_two_causes_are_two_keys_and_one_cause_is_one(at: datetime, one: list[str], other: list[str]) -> None:
    assert (key("msg", at, *one) == key("msg", at.astimezone(UTC), *other)) == (one == other)


def test_causes_are_not_merely_joined() -> None:
    assert len({key("x", NOON, *cause) for cause in (("ab",), ("a", "b"), ("", "ab"), ("ab", ""), ())}) == 5


@given(instants, instants)
def test_keys_sort_by_time(one: datetime, other: datetime) -> None:
    if other - one >= timedelta(milliseconds=1):
        assert key("run", one, "z") < key("run", other, "a")


def test_microseconds_do_not_count() -> None:
    assert key("run", NOON, "a") == key("run", NOON + timedelta(microseconds=999), "a")
    assert key("run", NOON, "a") != key("run", NOON + timedelta(milliseconds=1), "a")


def test_an_instant_before_1970_is_the_first() -> None:
    for year in (1, 1969, 1970):
        assert key("run", datetime(year, 1, 1, tzinfo=UTC), "a").startswith("run_" + "0" * 12)


# Numbers


def test_a_number_is_year_and_sequence() -> None:
    assert invoice_number("", 2027, 1) == "2027-0001"
    assert invoice_number("A/", 2027, 9999) == "A/2027-9999"
    assert invoice_number("", 2027, 10000) == "2027-10000"


@given(st.text(ALPHABET, max_size=20), st.integers(2000, 9999), st.integers(1, 10**10 - 1))
def test_an_allowed_prefix_always_leads_to_an_allowed_number(prefix: str, year: int, sequence: int) -> None:
    check_prefix(prefix)
    number = invoice_number(prefix, year, sequence)
    assert set(number) <= set(ALPHABET)
    assert len(number) <= 35


@pytest.mark.parametrize("prefix", ["é", "A B", "A.", "#", "A\n", "Ⅷ", "٣"])
def test_a_prefix_outside_the_alphabet_is_refused(prefix: str) -> None:
    with pytest.raises(BadInputError, match="Use only A–Z"):
        check_prefix(prefix)


def test_a_prefix_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(BadInputError, match="too long"):
        check_prefix("A" * 21)


def test_a_number_longer_than_the_law_allows_is_refused() -> None:
    assert len(invoice_number("A" * 26, 2027, 1)) == 35
    for prefix, sequence in (("A" * 27, 1), ("A" * 26, 10000), ("", 0), ("", -1)):
        with pytest.raises(BadInputError, match="at most 35 characters"):
            invoice_number(prefix, 2027, sequence)


# Stamps

facts = st.tuples(instants, words, words)


def test_stamps_never_change_from_one_version_to_the_next() -> None:
    assert stamp(NOON + timedelta(microseconds=5), "/shop", "e1") == "063941659200000005\x1f/shop\x1fe1"


@given(facts, facts)
def test_stamps_sort_like_time_source_and_id(one: tuple[datetime, str, str], other: tuple[datetime, str, str]) -> None:
    assert (stamp(*one) < stamp(*other)) == (one < other)
    assert (stamp(*one) == stamp(*other)) == (one == other)
    assert (stamp(*one).encode() < stamp(*other).encode()) == (one < other)


@given(st.lists(st.tuples(st.just(NOON), st.text("ab ", max_size=3), st.text("ab ", max_size=3)), max_size=20))
def test_at_one_instant_source_counts_before_id(together: list[tuple[datetime, str, str]]) -> None:
    assert sorted(together, key=lambda fact: stamp(*fact)) == sorted(together)


def test_a_longer_source_comes_after_the_shorter_it_begins_with() -> None:
    assert stamp(NOON, "/a", "z") < stamp(NOON, "/a ", "a") < stamp(NOON, "/a!", "a")


def test_every_stamp_is_greater_than_none_at_all() -> None:
    assert stamp(datetime(1, 1, 1, tzinfo=UTC), "", "") > ""
    assert (
        stamp(datetime(1900, 1, 1, tzinfo=UTC), "", "")
        < stamp(NOON, "", "")
        < stamp(datetime.max.replace(tzinfo=UTC), "", "")
    )
