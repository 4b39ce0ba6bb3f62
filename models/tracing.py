"""What is kept for explaining: what a fact's gates saw, and a run's way, step by step, each as compact as can be.

A run's trace is a list of entries `[step, milliseconds, what, …]`: `["0", 1767606000000, "waits", 1767865200000]`
(until when), `["1", …, "took", true, {"invoice.amount_due": …}]` (a condition's result and the values that it saw),
`["1.then.0", …, "did"]`, `["2", …, "skipped", "stale"]`. What a fact's gates saw is
`{"services": […], "plain": {property: value}, "views": {automation: {property: value}}}`, where automations that saw
the whole fact have no view of their own; the rulebook of that time and these values tell why each automation began or
did not.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from models.automation import Run
from models.conditions import plain
from models.event_rows import FactRow
from models.flow import Op
from models.rulebook import Published
from models.scope import Scope

DID = "did"
LONGEST = 200
"""Longer texts are kept up to here."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """Return an instant as a trace keeps it."""
    return (at - _EPOCH) // _MILLISECOND


def instant(kept: int) -> datetime:
    """Return the instant that a trace keeps."""
    return _EPOCH + kept * _MILLISECOND


def note_step(run: Run, op: Op, at: datetime, what: str, *more: Any) -> None:
    """Keep that the run came to a step, and what became of it there."""
    run.trace = [*(run.trace or ()), [op.label, milliseconds(at), what, *more]]


def note(run: Run, at: datetime, what: str) -> None:
    """Keep what a person did to a run."""
    run.trace = [*(run.trace or ()), ["", milliseconds(at), what]]


def had_effect(run: Run, op: Op) -> bool:
    """Whether a step of a run has been done before: the run is being replayed (R12)."""
    entries: list[Any] = list(run.trace or ())
    return any(label == op.label and what == DID for label, _, what, *_ in entries)


def note_condition(run: Run, op: Op, scope: Scope, *, result: bool) -> None:
    """Keep which way a run went at a condition, and the values that decided it."""
    note_step(run, op, scope.now, "took", result, seen_by(scope))


def note_gates(
    fact: FactRow, rules: int, scope: Scope, services: list[str], views: Mapping[str, tuple[Published, Scope]]
) -> None:
    """Keep which rulebook a fact was matched against, and what its filters and conditions saw."""
    fact.rules = rules
    seen = {
        "services": services,
        "plain": seen_by(scope),
        "views": {name: values for name, (_, view) in views.items() if view is not scope and (values := seen_by(view))},
    }
    fact.seen = {key: value for key, value in seen.items() if value} or None


def seen_by(scope: Scope) -> dict[str, Any]:
    """Return the values that were read, as JSON data."""
    return {name: _short(plain(value)) for name, value in scope.known.items()}


def _short(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str | list) else value
