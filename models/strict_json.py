"""JSON that means one thing to every reader: UTF-8, no key twice, no NUL, no NaN, not bottomless.

PostgreSQL can't hold NUL in a text, and readers disagree on which of two equal keys counts. Both are looked for in the
whole document, at the price of one encoding: a key that the decoder dropped takes its colon along, so equal numbers of
colons before and after prove that no key stands twice.
"""

import json
import re
from typing import Any, NoReturn

import msgspec

from models.undecodable import Flaw, UndecodableError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 64

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F]..)|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..", re.DOTALL
)


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the JSON object that `raw` holds; anything else is an UndecodableError."""
    if len(raw) > MAX_BYTES:
        raise UndecodableError(f"The event has {len(raw)} bytes; at most {MAX_BYTES} are taken.", Flaw.TOO_LARGE)
    try:
        text = raw.decode()
        document = _decode(raw)
        again = _encode(document)
    except (UnicodeDecodeError, msgspec.MsgspecError, RecursionError) as error:
        _refuse(raw, error)
    if not isinstance(document, dict):
        raise UndecodableError("The event is JSON, but not an object.", Flaw.NOT_AN_OBJECT)
    colons = text.count(":")
    if colons + text.count("[") >= MAX_DEPTH:
        _check_depth(document)
    escaped = "\\u00" in text
    if escaped and "\\u0000" in text and _NUL.search(text):
        raise UndecodableError(
            "The event holds the character NUL (\\u0000), which can't be stored: leave it out.", Flaw.CONTROL_CHARACTER
        )
    if colons != again.count(b":") or (escaped and "\\u003" in text):
        json.loads(text, object_pairs_hook=_unique)
    return document


def _check_depth(document: dict[str, Any]) -> None:
    """Refuse nesting deeper than allowed; each level of objects costs a colon, each of lists a bracket."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        inner = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in inner if isinstance(child, (dict, list))]
    if level:
        _too_deep()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for key, value in pairs:
        if key in known:
            raise UndecodableError(f"The key {key!r} stands twice in one object: keep one of them.", Flaw.DUPLICATE_KEY)
        known[key] = value
    return known


def _refuse(raw: bytes, error: Exception) -> NoReturn:
    """Say what the decoder stumbled over."""
    match error:
        case RecursionError():
            _too_deep()
        case UnicodeDecodeError():
            raise UndecodableError(f"The event is not UTF-8 at byte {error.start}.", Flaw.NOT_UTF8) from None
        case msgspec.ValidationError():
            raise UndecodableError("The event holds a number that is too large.", Flaw.OUT_OF_RANGE) from None
    place = re.search(r"byte (\d+)", str(error))
    at = int(place[1]) if place else len(raw)
    if raw[at : at + 3] in (b"NaN", b"Inf"):
        raise UndecodableError(f"The event holds NaN or Infinity at byte {at}; JSON has neither.", Flaw.BAD_NUMBER)
    if _LONE_SURROGATE.search(raw):
        raise UndecodableError("The event holds half of a surrogate pair, which is no character.", Flaw.NOT_UTF8)
    raise UndecodableError(f"The event is not JSON at byte {at}.", Flaw.NOT_JSON)


def _too_deep() -> NoReturn:
    raise UndecodableError(f"The event is nested deeper than {MAX_DEPTH} levels.", Flaw.TOO_DEEP) from None
