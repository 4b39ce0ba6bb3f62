"""Identifiers made from their cause: keys of rows, numbers of documents, stamps of facts (R12, R13, R20)."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from msgspec.msgpack import Encoder

from models.errors import BadInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MICROSECOND = timedelta(microseconds=1)
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_/")
_LONGEST_NUMBER = 35
_LONGEST_PREFIX = 20

_pack = Encoder().encode  # MessagePack puts its length before each part, so that no two causes look alike


class NumberError(BadInputError):
    """A document number, or the prefix of a series, that the law's form does not allow (R13)."""


def key(prefix: str, at: datetime, *cause: str) -> str:
    """Return the identifier of what a cause makes at an instant; the same cause makes the same key (R12).

    It is the prefix, `_`, 12 hex digits of Unix milliseconds, so that keys sort by time, and 20 of a hash of the cause.
    """
    return f"{first_key(prefix, at)}{blake2b(_pack(cause), digest_size=10).hexdigest()}"


def first_key(prefix: str, at: datetime) -> str:
    """Return the text that sorts before every identifier made at an instant or later, and after all earlier ones."""
    milliseconds = (at - _EPOCH) // _MILLISECOND if at > _EPOCH else 0
    return f"{prefix}_{milliseconds:012x}"


def invoice_number(prefix: str, year: int, sequence: int) -> str:
    """Return the number of a document: prefix, year, `-` and at least four digits, as in `2027-0001` (R13).

    Where no year resets the series (year 0) it is prefix and at least six digits.
    """
    number = f"{prefix}{year:04d}-{sequence:04d}" if year else f"{prefix}{sequence:06d}"
    if len(number) > _LONGEST_NUMBER or sequence < 1:
        message = f"{number!r} can't be a document's number. Numbers begin at 1 and have at most 35 characters."
        raise NumberError(message)
    return number


def check_prefix(prefix: str) -> None:
    """Refuse a series prefix that would lead out of R13's alphabet or length; none at all is allowed."""
    wrong = "".join(sorted(set(prefix) - _ALPHABET))
    if wrong:
        message = f"The prefix {prefix!r} holds {wrong!r}. Use only A–Z a–z 0–9 + - _ / in numbers of documents."
        raise NumberError(message)
    if len(prefix) > _LONGEST_PREFIX:
        message = f"The prefix {prefix!r} is too long. Use at most {_LONGEST_PREFIX} characters, a number may have 35."
        raise NumberError(message)


def stamp(time: datetime, source: str, id: str) -> str:  # noqa: A002  # the attribute's name in CloudEvents
    """Return a text that sorts as (time, source, id) does: of two facts about one thing the greater stamp wins (R20).

    The time is in microseconds since the year 1: one width, no zone. Neither source nor id holds control characters;
    the decoder refuses them.
    """
    return f"{(time - _YEAR_ONE) // _MICROSECOND:018d}\x1f{source}\x1f{id}"


def moment_of(stamp: str) -> datetime:
    """Return the time in a stamp."""
    return _YEAR_ONE + int(stamp.partition("\x1f")[0]) * _MICROSECOND


def source_of(stamp: str) -> str:
    """Return the source in a stamp."""
    return stamp.partition("\x1f")[2].partition("\x1f")[0]
