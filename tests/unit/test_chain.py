"""The journal's chain: what is sealed can't be changed, dropped, doubled or moved unseen."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chain import (
    GENESIS,
    START,
    Breach,
    BreachKind,
    Head,
    canonical,
    content_of,
    digest_person,
    entry_hash,
    seal,
    verify,
)
from models.journal import JournalEntry

NOON = datetime(2027, 3, 26, 12, tzinfo=UTC)
SALT = b"0123456789abcdef"

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé", max_size=3), inner, max_size=3),
    max_leaves=8,
)
contents = st.dictionaries(st.text("abcé", max_size=3), plain, max_size=4)


def entry(sequence: int = 1, previous: str = GENESIS, **changed: Any) -> JournalEntry:
    columns: dict[str, Any] = {
        "business_id": "atelier",
        "kind": "payment",
        "at": NOON + timedelta(minutes=sequence),
        "actor": "system",
        "content": {"amount": 4500, "currency": "EUR"},
        "software": "relance 0.1.0",
        "row_id": f"pay_{sequence}",
        "test": False,
    }
    made = JournalEntry(sequence=sequence, previous=previous, hash="", **columns | changed)
    made.hash = seal(made)
    return made


def chain(length: int) -> list[JournalEntry]:
    entries: list[JournalEntry] = []
    for sequence in range(1, length + 1):
        entries.append(entry(sequence, entries[-1].hash if entries else GENESIS))
    return entries


def kinds(breaches: list[Breach]) -> list[tuple[int, str]]:
    return [(breach.sequence, breach.kind.value) for breach in breaches]


# One spelling


def test_a_content_has_one_spelling() -> None:
    content = {
        "b": Decimal("20.00"),
        "a": date(2027, 1, 31),
        "t": time(8),
        "n": None,
        "l": [True, {"z": 1, "é": "\u2028"}],
    }
    assert canonical(content).decode() == (
        '{"a":"2027-01-31","b":"20.00","l":[true,{"z":1,"é":"\u2028"}],"n":null,"t":"08:00:00"}'
    )


@given(contents, st.randoms())
def test_the_order_of_keys_does_not_count(content: dict[str, Any], random: Any) -> None:
    shuffled = list(content.items())
    random.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(content)


@given(contents)
def test_a_content_that_was_stored_as_json_keeps_its_spelling(content: dict[str, Any]) -> None:
    assert canonical(json.loads(json.dumps(content))) == canonical(content)
    assert json.loads(canonical(content)) == content


@given(contents, contents)
def test_two_contents_are_two_spellings(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize(
    "content", [{"a": 1.5}, {"a": [1, {"b": 2.0}]}, {"a": (float("nan"),)}, {"a": {"b": {"c": 0.1}}}]
)
def test_a_float_is_refused_wherever_it_hides(content: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="takes no floats"):
        canonical(content)
    with pytest.raises(TypeError, match="takes no floats"):
        entry(content=content)


def test_keys_are_strings() -> None:
    with pytest.raises(TypeError, match="str keys"):
        canonical({1: "a"})  # type: ignore[dict-item]


# Seals


def test_a_seal_can_be_checked_with_any_tool() -> None:
    sealed = entry()
    text = (
        '{"actor":"system","at":"2027-03-26T12:01:00Z","business":"atelier","content":{"amount":4500,"currency":"EUR"},'
        '"kind":"payment","row":"pay_1","sequence":1,"software":"relance 0.1.0","test":false}'
    )
    assert content_of(sealed).decode() == text
    assert sealed.hash == sha256(f"{GENESIS}\n{text}".encode()).hexdigest()


@given(st.text("0123456789abcdef", min_size=64, max_size=64), contents)
def test_the_seal_before_counts_as_text_or_bytes(previous: str, content: dict[str, Any]) -> None:
    sealed = entry_hash(previous, canonical(content))
    assert sealed == entry_hash(previous.encode(), canonical(content))
    assert sealed != entry_hash(previous[::-1] + "0", canonical(content))
    assert len(sealed) == 64


def test_a_chain_begins_after_64_zeros() -> None:
    assert START == (0, "0000000000000000000000000000000000000000000000000000000000000000")


def test_the_zone_in_which_a_server_answers_does_not_count() -> None:
    sealed = entry()
    assert seal(replace(sealed, at=sealed.at.astimezone(timezone(timedelta(hours=5))))) == sealed.hash


# Verification


@given(st.integers(0, 8))
def test_a_whole_chain_holds(length: int) -> None:
    entries = chain(length)
    end = Head(length, entries[-1].hash) if entries else START
    assert verify(entries) == []
    assert verify(iter(entries), end=end) == []


def test_a_part_of_a_chain_holds_after_the_part_before() -> None:
    entries = chain(6)
    assert verify(entries[3:], after=Head(3, entries[2].hash), end=Head(6, entries[5].hash)) == []
    assert kinds(verify(entries[3:], after=Head(3, entries[1].hash))) == [(4, "unlinked")]


CHANGES: list[tuple[str, Any]] = [
    ("business_id", "other"),
    ("kind", "refund"),
    ("at", NOON),
    ("actor", "mallory"),
    ("content", {"amount": 4501, "currency": "EUR"}),
    ("software", "relance 0.2.0"),
    ("row_id", "pay_9"),
    ("test", True),
    ("hash", "f" * 64),
]


def test_every_column_is_under_seal() -> None:
    assert {column.name for column in fields(JournalEntry)} == {column for column, _ in CHANGES} | {
        "sequence",
        "previous",
    }


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_a_changed_entry_is_found(column: str, value: object) -> None:
    entries = chain(4)
    setattr(entries[1], column, value)
    found = kinds(verify(entries))
    assert (2, "changed") in found
    assert found == ([(2, "changed"), (3, "unlinked")] if column == "hash" else [(2, "changed")])


def test_an_entry_that_was_changed_and_sealed_again_breaks_the_next_link() -> None:
    entries = chain(4)
    entries[1] = entry(2, entries[0].hash, content={"amount": 1})
    assert kinds(verify(entries)) == [(3, "unlinked")]


def test_a_changed_last_entry_sealed_again_is_found_by_the_known_end() -> None:
    entries = chain(3)
    end = Head(3, entries[2].hash)
    entries[2] = entry(3, entries[1].hash, content={"amount": 1})
    assert verify(entries) == []
    assert kinds(verify(entries, end=end)) == [(3, "cut_short")]


def test_a_changed_link_is_found_even_when_sealed_again() -> None:
    entries = chain(3)
    entries[1] = entry(2, GENESIS)
    assert kinds(verify(entries)) == [(2, "unlinked"), (3, "unlinked")]


def test_a_missing_entry_is_found_once() -> None:
    entries = chain(5)
    assert kinds(verify(entries[:2] + entries[4:])) == [(3, "missing")]
    assert kinds(verify(entries[1:])) == [(1, "missing")]
    assert verify(entries[1:])[0].text == "Entry 1 of the journal is missing: entry 2 comes next."


def test_a_missing_end_is_found_where_the_end_is_known() -> None:
    entries = chain(5)
    end = Head(5, entries[4].hash)
    assert kinds(verify(entries[:4], end=end)) == [(4, "cut_short")]
    assert kinds(verify([], end=end)) == [(0, "cut_short")]
    assert verify([], end=end)[0].text == (
        f"Entry 0 of the journal is the last one with seal 000000000000…, but the chain ended at 5, {end.hash[:12]}…."
    )


def test_a_doubled_or_misplaced_entry_is_found() -> None:
    entries = chain(4)
    assert kinds(verify([entries[0], entries[0], *entries[1:]])) == [(1, "repeated")]
    assert BreachKind.REPEATED in {breach.kind for breach in verify([entries[0], entries[2], entries[1], entries[3]])}


@given(st.integers(1, 6), st.data())
def test_nothing_can_be_done_to_a_chain_unseen(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    end = Head(length, entries[-1].hash)
    at = data.draw(st.integers(0, length - 1))
    tampering: list[Callable[[], object]] = [
        lambda: entries.pop(at),
        lambda: entries.insert(at, entries[at]),
        lambda: entries.append(entry(length + 1, entries[-1].hash)),
        lambda: entries.__setitem__(at, entry(at + 1, entries[at].previous, actor="mallory")),
        lambda: setattr(entries[at], "actor", "mallory"),
    ]
    data.draw(st.sampled_from(tampering))()
    assert verify(entries, end=end)


# People


def test_a_person_stands_in_the_chain_as_a_salted_digest() -> None:
    digest = digest_person(SALT, "Zoé", "zoe@example.org")
    assert len(digest) == 32
    assert digest == digest_person(SALT, "Zoé", "zoe@example.org")
    assert digest != digest_person(SALT[::-1], "Zoé", "zoe@example.org")


facts = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=4)


@given(facts, facts)
def test_two_people_are_two_digests(one: list[str | None], other: list[str | None]) -> None:
    assert (digest_person(SALT, *one) == digest_person(SALT, *other)) == (one == other)


def test_absent_is_not_empty_and_facts_are_not_merely_joined() -> None:
    cases: list[tuple[str | None, ...]] = [(None,), ("",), ("null",), ("ab",), ("a", "b"), ('","',), ()]
    assert len({digest_person(SALT, *case) for case in cases}) == len(cases)


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_salt_has_a_decent_length(size: int) -> None:
    assert digest_person(b"x" * 16) != digest_person(b"x" * 64)
    with pytest.raises(ValueError, match=f"this one has {size}"):
        digest_person(b"x" * size, "Zoé")
