"""Verdicts: why an automation began for a fact or did not, told from what was kept then (R6, R7, R21)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.automation import AutomationState, Decision, Run
from models.conditions import Trace, explain
from models.event_rows import FactRow
from models.rulebook import Published


@dataclass(frozen=True, slots=True)
class Kept:
    """The values that a condition saw, for looking at it again. Implements `models.operators.Facts`."""

    values: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo

    def get(self, name: str, /) -> object:
        """Return the value that was seen, None if it was missing or not looked at."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a condition: what it asked, what was seen, how it came out; None: it was not looked at."""

    property: str
    operator: str
    expected: Any
    seen: Any
    result: bool | None
    missing: bool = False

    def plain(self) -> dict[str, Any]:
        """Return the test as JSON data."""
        shown = {"property": self.property, "operator": self.operator, "expected": self.expected}
        return shown | {"seen": self.seen, "result": self.result} | ({"missing": True} if self.missing else {})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one automation for one fact; `code` names the gate that decided (`models.explanations`)."""

    automation: str
    version: int | None
    code: str
    detail: dict[str, Any] = field(default_factory=dict)
    tests: tuple[Test, ...] = ()
    run: Run | None = None


STOPPED = {
    AutomationState.DRAFT: "draft",
    AutomationState.PAUSED: "paused",
    AutomationState.PARKED: "parked",
    AutomationState.ARCHIVED: "archived",
}


def judge(
    fact: FactRow,
    published: Published,
    state: str,
    runs: Sequence[Run],
    decisions: Sequence[Decision],
    zone: ZoneInfo,
) -> Verdict:
    """Tell what an automation did with a fact; `state` is how it stood then, runs and decisions are those of both."""
    id_, version = published.id, published.version
    run = next((run for run in runs if run.automation_id == id_), None)
    told = next((one for one in decisions if one.automation_id == id_ and one.run_id is None), None)
    if told is not None and told.reason != "filter":
        code = "noted" if told.outcome == "noted" else told.reason
        return Verdict(id_, version, code, _detail(told), run=run)
    if run is not None:
        return Verdict(id_, run.version, "started", {"run": run.id}, run=run)
    if state in STOPPED:
        return Verdict(id_, version, STOPPED[AutomationState(state)])
    return _at_the_gates(fact, published, zone)


def _detail(decision: Decision) -> dict[str, Any]:
    return decision.detail if isinstance(decision.detail, dict) else {}


def _at_the_gates(fact: FactRow, published: Published, zone: ZoneInfo) -> Verdict:
    """Return at which of its filters a fact was stopped."""
    seen = fact.seen if isinstance(fact.seen, dict) else {}
    trigger = published.automation.trigger
    services = seen.get("services", [])
    if trigger.services is not None and not set(services) & set(trigger.services):
        detail = {"wanted": sorted(trigger.services), "seen": services}
        return Verdict(published.id, published.version, "services", detail)
    if trigger.where is None:
        return Verdict(published.id, published.version, "unknown")
    values = seen.get("views", {}).get(published.id, seen.get("plain", {}))
    kept = Kept(values, fact.at, zone)
    return Verdict(published.id, published.version, "where", tests=tests(explain(trigger.where, kept), values))


def tests(traces: Iterable[Trace], values: Mapping[str, Any]) -> tuple[Test, ...]:
    """Return comparisons that were looked at again; one whose value was never read has no result."""
    return tuple(_test(trace.plain(), known=trace.property in values) for trace in traces)


def _test(trace: dict[str, Any], *, known: bool) -> Test:
    return Test(
        trace["property"],
        str(trace["operator"]),
        trace["expected"],
        trace["seen"],
        trace["result"] if known else None,
        known and trace.get("note") == "missing",
    )
