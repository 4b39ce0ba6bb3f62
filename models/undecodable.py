"""Why an event can't be understood (R22): a code for machines, a sentence for people, the place that is wrong."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from models.errors import BadInputError
from models.suggestions import did_you_mean


class Flaw(StrEnum):
    """What is wrong with an event; the code kept with a dead letter."""

    BAD_DATE = "bad_date"
    BAD_NUMBER = "bad_number"
    BASE64_DATA = "base64_data"
    CONTROL_CHARACTER = "control_character"
    DUPLICATE_ID = "duplicate_id"
    DUPLICATE_KEY = "duplicate_key"
    EMPTY = "empty"
    ENDS_BEFORE_START = "ends_before_start"
    IN_THE_FUTURE = "in_the_future"
    MISSING = "missing"
    NOT_AN_OBJECT = "not_an_object"
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    NOTHING_ORDERED = "nothing_ordered"
    OUT_OF_RANGE = "out_of_range"
    RESERVED_TYPE = "reserved_type"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_VERSION = "unknown_version"
    WRONG_TYPE = "wrong_type"


class UndecodableError(BadInputError):
    """An event that can't be understood: it goes to the dead letters with its reason and code."""

    def __init__(self, reason: str, code: Flaw) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Refusal(ValueError):  # noqa: N818  # never leaves the decoder, which turns it into an UndecodableError
    """What a shape's own check says: a predicate (`is before starts_at`) about itself or one of its keys."""

    def __init__(self, flaw: Flaw, predicate: str, key: str = "") -> None:
        super().__init__(predicate)
        self.flaw = flaw
        self.predicate = predicate
        self.key = key


_WORDS = {
    "array": "a list",
    "bool": "true or false",
    "date": "a date such as 2027-03-26",
    "datetime": "an instant such as 2027-03-26T09:00:00Z",
    "decimal": "a number",
    "float": "a number with a decimal point",
    "int": "a whole number",
    "null": "null",
    "object": "an object",
    "str": "a text",
}

_HINTS = {
    ("str", "int"): ": write it in quotes",
    ("str", "float"): ": write it in quotes",
    ("int", "str"): ": write it without quotes",
    ("int", "float"): ": money is counted in minor units, 45.00 EUR as 4500",
}

_PATTERNS: tuple[tuple[re.Pattern[str], Flaw, str], ...] = tuple(
    (re.compile(pattern), flaw, predicate)
    for pattern, flaw, predicate in (
        (r"Expected `str` of length >= 1", Flaw.EMPTY, "is empty"),
        (r"Expected `array` of length >= 1", Flaw.EMPTY, "is an empty list"),
        (r"Expected `str` of length <= (\d+)", Flaw.TOO_LONG, "is longer than {0} characters"),
        (r"Expected `int` >= (-?\d+)", Flaw.OUT_OF_RANGE, "is less than {0}"),
        (r"Expected `int` <= (-?\d+)", Flaw.OUT_OF_RANGE, "is more than {0}"),
        (r"Expected `datetime` with a timezone", Flaw.BAD_DATE, "has no time zone: end it with Z or an offset"),
        (r"Invalid RFC3339 encoded (\w+)", Flaw.BAD_DATE, "is not {0}"),
        (r"Invalid decimal string", Flaw.BAD_NUMBER, "is not a number"),
    )
)


def undecodable(error: msgspec.ValidationError, shape: type, root: str) -> UndecodableError:
    """Translate what the decoder found wrong while reading `shape` at the path `root` (`data` or nothing)."""
    message, _, place = str(error).partition(" - at `$")
    path = (root + place.rstrip("`")).lstrip(".")
    flaw, predicate, key = _predicate(message, error.__cause__, shape, place.rstrip("`"))
    subject = f"{path}.{key}".strip(".")
    return UndecodableError(f"{subject or 'The event'} {predicate}.", flaw)


def _predicate(message: str, cause: BaseException | None, shape: type, place: str) -> tuple[Flaw, str, str]:
    """Return the flaw, what to say about it, and the key it concerns below the place where it was found."""
    if isinstance(cause, Refusal):
        return cause.flaw, cause.predicate, cause.key
    if found := re.search(r"missing required field `(.+)`", message):
        return Flaw.MISSING, "is missing", found[1]
    if found := re.fullmatch(r"Expected `(.+)`, got `(.+)`", message):
        return _wrong_type(found[1], found[2])
    if found := re.fullmatch(r"Invalid enum value '?(.*?)'?", message, re.DOTALL):
        return Flaw.UNKNOWN_VALUE, _unknown(found[1], _choices(shape, place)), ""
    for pattern, flaw, predicate in _PATTERNS:
        if found := pattern.match(message):
            return flaw, predicate.format(*(_WORDS.get(word, word) for word in found.groups())), ""
    return Flaw.WRONG_TYPE, f"can't be read ({message})", ""


def _wrong_type(expected: str, given: str) -> tuple[Flaw, str, str]:
    if given == "null":
        return Flaw.MISSING, "is null", ""
    words = " or ".join(_WORDS.get(name, name) for name in expected.split(" | ") if name != "null")
    hint = _HINTS.get((expected.removesuffix(" | null"), given), "")
    return Flaw.WRONG_TYPE, f"is {_WORDS.get(given, given)}, but must be {words}{hint}", ""


def _unknown(value: str, choices: list[str]) -> str:
    return f"has the unknown value {value!r}.{did_you_mean(value, choices)} It is one of {', '.join(choices)}"


def _choices(shape: type, place: str) -> list[str]:
    """Return the values that the enum at a place such as `.order.items[0].kind` allows."""
    types = [msgspec.inspect.type_info(shape)]
    for key in re.findall(r"\w+|\.{3}", place):
        types = [inner for outer in types for inner in _inside(outer, key)]
    return [choice for kind in types for option in _options(kind) for choice in option]


def _options(kind: msgspec.inspect.Type) -> Iterator[list[str]]:
    for option in kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,):
        if isinstance(option, msgspec.inspect.EnumType):
            yield [member.value for member in option.cls]


def _inside(kind: msgspec.inspect.Type, key: str) -> Iterator[Any]:
    """Yield the types that may stand under a key or position of a type."""
    for option in kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,):
        match option:
            case msgspec.inspect.StructType():
                yield from (field.type for field in option.fields if field.encode_name == key)
            case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
                yield option.item_type
            case _:
                pass
