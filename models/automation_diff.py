"""What a new text of an automation changes: line by line, and part by part in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any

import msgspec

from models.automation_file import Automation, Late, Limit, Trigger
from models.flow import Act, Branch, Delay, Jump, Op, compile_program
from models.languages import Language
from models.schedule_words import schedule_in_words
from models.step_words import condition_in_words, in_words


@dataclass(frozen=True, slots=True)
class Edit:
    """One part that changes: `old` is None where it is added, `new` where it is removed; or it only `moved`."""

    part: str
    old: str | None
    new: str | None
    moved: bool = False

    @property
    def verb(self) -> str:
        """What happens to the part."""
        if self.moved:
            return "moved"
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "changed"

    def __str__(self) -> str:
        values = dict.fromkeys(value for value in (self.old, self.new) if value is not None)
        return f"{self.part} {self.verb}: {' → '.join(values)}"

    def plain(self) -> dict[str, Any]:
        """Return the edit as JSON data."""
        return {"part": self.part, "act": self.verb, "old": self.old, "new": self.new}


def text_diff(old: str | None, new: str, *, context: int = 3) -> list[str]:
    """Return the hunks of a unified diff of two texts; one kept on a single line is laid out first."""
    hunks = unified_diff(lines_of(old or ""), lines_of(new), lineterm="", n=context)
    return list(hunks)[2:]


def lines_of(text: str) -> list[str]:
    """Return the lines of an automation's text; one that stood inside another file is kept as JSON on one line."""
    return (msgspec.json.format(text, indent=2) if text.startswith("{") else text).splitlines()


def edits(old: Automation | None, new: Automation) -> tuple[Edit, ...]:
    """Return what differs between two automations, the steps last; everything is new where there was none."""
    parts = [(name, _parts(old).get(name) if old else None, said) for name, said in _parts(new).items()]
    changed = [Edit(name, was, now) for name, was, now in parts if was != now]
    return (*changed, *_step_edits(_ops(old) if old else (), _ops(new)))


def _parts(automation: Automation) -> dict[str, str | None]:
    """Return everything but the steps in words; None is what is left out."""
    return {
        "name": automation.name,
        "trigger": _trigger(automation.trigger),
        "limit": _limit(automation.limit),
        "stop_when": ", ".join(sorted(automation.stop_when)) or None,
        "keep_on_cancel": "true" if automation.keep_on_cancel else None,
        "late": _late(automation.late),
    }


def _trigger(trigger: Trigger) -> str:
    services = f", services {', '.join(sorted(trigger.services))}" if trigger.services else ""
    where = f", where {condition_in_words(trigger.where)}" if trigger.where else ""
    schedule = f", {schedule_in_words(trigger.schedule, Language.EN)}" if trigger.schedule else ""
    return f"{trigger.on}{schedule}{services}{where}"


def _limit(limit: Limit | None) -> str | None:
    if limit is None:
        return None
    return f"{limit.times} per {limit.per} by {', '.join(limit.by)}, over it {limit.over}"


def _late(late: Late) -> str | None:
    if late == Late():
        return None
    minutes = int(late.tolerance.total_seconds() // 60)
    tolerance = f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
    return f"tolerance {tolerance}" + (f", then {late.then}" if late.then else "")


# --- steps


def _ops(automation: Automation) -> Sequence[Op]:
    """Return the operations that stand for steps."""
    return [op for op in compile_program(automation).ops[:-1] if not isinstance(op, Jump)]


def _step_edits(old: Sequence[Op], new: Sequence[Op]) -> Iterator[Edit]:
    """Yield what differs between two lists of steps: those of one id are the same step, wherever they stand."""
    gone: list[Op] = []
    fresh: list[Op] = []
    for act, i, j, k, m in SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False).get_opcodes():
        if act == "equal":
            yield from (
                _edit(was, now) for was, now in zip(old[i:j], new[k:m], strict=True) if _said(was) != _said(now)
            )
        else:
            gone += old[i:j]
            fresh += new[k:m]
    yield from _paired(gone, fresh)


def _paired(gone: list[Op], fresh: list[Op]) -> Iterator[Edit]:
    """Yield the edits of steps that stand at no common place: moved or changed where one was likely the other."""
    for now in fresh:
        was = next((op for op in gone if _likely(op, now)), None)
        if was is None:
            yield Edit(f"step {now.label}", None, in_words(now))
        else:
            gone.remove(was)
            yield _edit(was, now)
    yield from (Edit(f"step {was.label}", in_words(was), None) for was in gone)


def _likely(was: Op, now: Op) -> bool:
    if was.id or now.id:
        return was.id == now.id
    return type(was) is type(now) and (not isinstance(was, Act) or (isinstance(now, Act) and was.kind == now.kind))


def _edit(was: Op, now: Op) -> Edit:
    return Edit(f"step {now.label}", in_words(was), in_words(now), moved=_said(was) == _said(now))


def _key(op: Op) -> object:
    return op.id or _said(op)


def _said(op: Op) -> tuple[object, ...]:
    """Return all that a step says, and on which ways of which conditions it stands."""
    ways = tuple(part for part in op.path.split(".") if not part.isdigit())
    match op:
        case Delay():
            return ("wait", op.wait, ways, op.id)
        case Branch():
            return ("if", op.source, ways, op.id)
        case Act():
            return (op.kind, op.settings, ways, op.id)
        case _:
            return ("end", ways, op.id)
