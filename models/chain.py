"""The journal's chain: every entry is sealed by a hash of its content and of the seal before (see docs/books.md).

A seal is the SHA-256, in hex, of the seal before, a line feed and the canonical entry: JSON in UTF-8 without spaces,
keys sorted, the time in UTC. Anybody can check an exported chain with that sentence alone.
"""

from collections.abc import Iterable
from datetime import UTC
from enum import StrEnum
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

from msgspec.json import Encoder

from models.journal import JournalEntry

GENESIS = "0" * 64
"""What stands before the first entry of a chain."""

_PLAIN = frozenset({str, int, bool, type(None)})
_NESTING = frozenset({dict, list, tuple})
_encode = Encoder(order="deterministic", decimal_format="string").encode


class Head(NamedTuple):
    """A place in a chain: the entry that was written last, and its seal."""

    sequence: int
    hash: str


START = Head(0, GENESIS)


class BreachKind(StrEnum):
    """How a chain can be broken."""

    MISSING = "missing"
    REPEATED = "repeated"
    UNLINKED = "unlinked"
    CHANGED = "changed"
    CUT_SHORT = "cut_short"


class Breach(NamedTuple):
    """One place where the chain does not hold, and a sentence about it."""

    sequence: int
    kind: BreachKind
    text: str


def canonical(content: dict[str, Any]) -> bytes:
    """Return the one spelling of a content: sorted keys, no spaces; Decimals, dates and times are strings.

    A float is an error: it has no one spelling, and no place near money.
    """
    _refuse_floats(content)
    return _encode(content)


def _refuse_floats(content: Any) -> None:
    for value in content.values() if isinstance(content, dict) else content:
        kind = type(value)
        if kind in _PLAIN:
            continue
        if kind in _NESTING:
            _refuse_floats(value)
        elif kind is float:
            message = f"The journal takes no floats, but was given {value!r}: write an integer or a string."
            raise TypeError(message)


def entry_hash(previous: str | bytes, content: bytes) -> str:
    """Return the seal of a canonical entry that follows the seal `previous`."""
    before = previous.encode() if isinstance(previous, str) else previous
    return sha256(before + b"\n" + content).hexdigest()


def content_of(entry: JournalEntry) -> bytes:
    """Return the canonical form of an entry: all its columns but the two seals."""
    _refuse_floats(entry.content)
    return _encode(
        {
            "business": entry.business_id,
            "sequence": entry.sequence,
            "kind": entry.kind,
            "at": entry.at.astimezone(UTC),
            "actor": entry.actor,
            "content": entry.content,
            "software": entry.software,
            "row": entry.row_id,
            "test": entry.test,
        }
    )


def seal(entry: JournalEntry) -> str:
    """Return the hash that belongs on an entry, from its `previous` and its content."""
    return entry_hash(entry.previous, content_of(entry))


def digest_person(salt: bytes, *facts: str | None) -> str:
    """Return what stands for personal data in the chain: 32 hex digits that tell nothing without the salt.

    The salt (16 to 64 random bytes, one for each person) is kept beside the person and erased with them; then nothing
    links the digest to anybody, while the chain still holds.
    """
    if not 16 <= len(salt) <= 64:
        message = f"A salt has 16 to 64 bytes, this one has {len(salt)}."
        raise ValueError(message)
    return blake2b(_encode(facts), digest_size=16, key=salt).hexdigest()


def verify(entries: Iterable[JournalEntry], *, after: Head = START, end: Head | None = None) -> list[Breach]:
    """Return every breach of one business's entries, given in order; a whole chain gives none.

    `after` is where a part of a chain begins, `end` where it is known to end: without it nobody would miss entries that
    were cut off there.
    """
    breaches: list[Breach] = []
    for entry in entries:
        breaches += _follow(after, entry)
        if entry.hash != seal(entry):
            breaches.append(_breach(BreachKind.CHANGED, entry.sequence, "does not match its seal: it was changed"))
        after = Head(entry.sequence, entry.hash)
    if end is not None and after != end:
        text = f"is the last one with seal {after.hash[:12]}…, but the chain ended at {end.sequence}, {end.hash[:12]}…"
        breaches.append(_breach(BreachKind.CUT_SHORT, after.sequence, text))
    return breaches


def _follow(before: Head, entry: JournalEntry) -> list[Breach]:
    """Return what is wrong between an entry and the one before it."""
    expected = before.sequence + 1
    if entry.sequence < expected:
        return [_breach(BreachKind.REPEATED, entry.sequence, f"stands after entry {before.sequence}")]
    if entry.sequence > expected:
        return [_breach(BreachKind.MISSING, expected, f"is missing: entry {entry.sequence} comes next")]
    if entry.previous != before.hash:
        return [_breach(BreachKind.UNLINKED, entry.sequence, "does not name the seal of the entry before it")]
    return []


def _breach(kind: BreachKind, sequence: int, what: str) -> Breach:
    return Breach(sequence, kind, f"Entry {sequence} of the journal {what}.")
