"""The text of an automation under another id and name: everything else stays letter by letter, comments too."""

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent

from models.automation_file import load_automation
from models.errors import BadInputError

_PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off)$)[a-z][a-z0-9_-]*", re.IGNORECASE)


class NotRetitledError(BadInputError):
    """The id and the name stand in a text in a way that can't be changed without changing more."""

    def __init__(self, id_: str) -> None:
        super().__init__(
            f"The text of {id_} can't be given another id without changing more of it. Write its id and its name as "
            "plain values without aliases, or copy it by hand with `relance automations export` and `apply`."
        )


@dataclass(frozen=True, slots=True)
class _Value:
    """Where the value of a key at the top of a text stands, and the column of its key."""

    start: int
    end: int
    column: int
    in_braces: bool


def retitled(text: str, id_: str, name: str) -> str:
    """Return an automation's text with another id and name."""
    before = load_automation(text, "its text")
    try:
        edited = _edited(text, id_, name)
        after = load_automation(edited, id_)
    except (YAMLError, BadInputError, KeyError, ValueError):
        raise NotRetitledError(before.id) from None
    if after != dataclasses.replace(before, id=id_, name=name):
        raise NotRetitledError(before.id)
    return edited


def _edited(text: str, id_: str, name: str) -> str:
    values = dict(_values(text))
    head = values["automation"]
    edits = [(head.start, head.end, _written(text, head, id_))]
    if (value := values.get("name")) is not None:
        edits.append((value.start, value.end, json.dumps(name, ensure_ascii=False) + _line_end(text, value)))
    elif name != id_:
        edits.append(_new_name(text, head, name))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _written(text: str, value: _Value, id_: str) -> str:
    quoted = text[value.start] in "\"'" or not _PLAIN.fullmatch(id_)
    return (json.dumps(id_, ensure_ascii=False) if quoted else id_) + _line_end(text, value)


def _line_end(text: str, value: _Value) -> str:
    """Return the line end that a block of text takes with it."""
    return "\n" if text[value.start : value.end].endswith("\n") else ""


def _new_name(text: str, head: _Value, name: str) -> tuple[int, int, str]:
    """Return where a name goes that was left out so far: after the id."""
    quoted = json.dumps(name, ensure_ascii=False)
    if head.in_braces:
        return head.end, head.end, f', "name": {quoted}'
    end = text.find("\n", head.end)
    at = end if end >= 0 else len(text)
    return at, at, f"\n{' ' * head.column}name: {quoted}"


def _values(text: str) -> Iterator[tuple[str, _Value]]:
    """Yield the keys at the top of a text whose values are single ones."""
    depth, in_braces, key = 0, False, None
    for event in YAML(typ="safe", pure=True).parse(text):
        if depth == 1 and isinstance(event, NodeEvent):
            if isinstance(event, ScalarEvent) and isinstance(key, ScalarEvent):
                span = event.start_mark.index, event.end_mark.index
                yield key.value, _Value(*span, key.start_mark.column, in_braces)
            key = event if key is None else None
        if isinstance(event, CollectionStartEvent):
            in_braces = in_braces if depth else bool(event.flow_style)
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
