"""Waits: for what is past, past a goal, for nothing, and out of order (A020-A024).

A timeline knows how much later than a property's instant a step is at least: from the trigger, and from every wait.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from models.automation_file import Automation
from models.business import Business
from models.events import Fact
from models.languages import Words, words
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.operators import Span
from models.steps import ActStep, EndRun, For, IfStep, Step, UntilMoment, UntilProperty, Wait, WaitStep, walk
from models.vocabulary import Action

ZERO, DAY = timedelta(0), timedelta(days=1)
STARTS, ENDS, DUE = "session.starts_at", "session.ends_at", "invoice.due_on"

PASSED: Mapping[str, Mapping[str, timedelta]] = {
    Fact.SESSION_STARTED: {STARTS: ZERO},
    Fact.SESSION_ENDED: {STARTS: ZERO, ENDS: ZERO},
    Fact.INVOICE_OVERDUE: {DUE: DAY},
}
"""How much later than a property's instant a run of a trigger starts, at least."""

REACHED: Mapping[str, tuple[str, timedelta]] = {
    Fact.SESSION_STARTED: (STARTS, ZERO),
    Fact.SESSION_ENDED: (ENDS, ZERO),
    Fact.INVOICE_OVERDUE: (DUE, DAY + timedelta(seconds=1)),
}
"""From how much later than a property's instant on a goal has been reached before; delays come before overdue (R3)."""

AT_ONCE = frozenset({Fact.INVOICE_PAID, Fact.INVOICE_VOIDED, Fact.ORDER_PAID})
"""Goals that every action asks for once more, so that a run of the same trigger never does anything (R5)."""

ASKING = frozenset({Action.REQUEST_PAYMENT, Action.SEND_REMINDER})


def waits(automation: Automation) -> Iterator[Finding]:
    """Find waits that are over before they begin, that lie past a goal, that nothing follows, or that go backwards."""
    if automation.trigger.on in automation.stop_when & AT_ONCE:
        yield found(Code.PAST_GOAL, "stop_when", goal=automation.trigger.on)
        return
    reader = _Reader(automation)
    reader.steps(automation.steps, _Timeline(dict(PASSED.get(automation.trigger.on, {}))))
    yield from reader.findings
    yield from _last(automation.steps)


def nights(automation: Automation, business: Business) -> Iterator[Finding]:
    """Find a tolerance that is shorter than the quiet hours of the business."""
    start, end = business.quiet_from, business.quiet_to
    if start is None or end is None or not any(map(_acts, walk(automation.steps))):
        return
    if automation.late.tolerance < _length(start, end):
        yield found(
            Code.SHORTER_THAN_NIGHT,
            "late.tolerance",
            quiet=_from_to(f"{start:%H:%M}", f"{end:%H:%M}"),
        )


def _acts(step: Step) -> bool:
    return isinstance(step, ActStep) and not isinstance(step.settings, EndRun)


def _length(start: time, end: time) -> timedelta:
    day = date(2000, 1, 1)
    length = datetime.combine(day, end) - datetime.combine(day, start)
    return length if length > ZERO else length + DAY


def _last(steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Find waits after which a run only ends."""
    doing = [step for step in steps if not isinstance(step, ActStep) or _acts(step)]
    if not doing:
        return
    last = doing[-1]
    if isinstance(last, WaitStep):
        yield found(Code.NOTHING_AFTER, step_at(last.path, "delay"))
    elif isinstance(last, IfStep):
        yield from _last(last.then)
        yield from _last(last.otherwise)


@dataclass(frozen=True, slots=True)
class _Timeline:
    """How much later than each property's instant it is at least; `until` names what it was last waited for.

    `asked` is the step that has asked for money since the last wait.
    """

    floors: dict[str, timedelta] = field(default_factory=dict)
    waited: frozenset[str] = frozenset()
    moment: date | None = None
    asked: str | None = None

    def later(self, by: timedelta) -> "_Timeline":
        """Return the timeline after a length of time."""
        floors = {name: floor + by for name, floor in self.floors.items()}
        return replace(self, floors=floors, asked=self.asked if by <= ZERO else None)

    def is_past(self, name: str, offset: timedelta) -> bool:
        """Whether an instant relative to a property is over for sure."""
        return name in self.floors and self.floors[name] > offset

    def until(self, name: str, offset: timedelta) -> "_Timeline":
        """Return the timeline at an instant relative to a property; a session's end is not before its start."""
        floors = dict(self.floors)
        for one in (name, STARTS) if name == ENDS and offset >= ZERO else (name,):
            floors[one] = max(offset, floors.get(one, offset))
        return replace(self, floors=floors, waited=self.waited | {name}, asked=None)


@dataclass(slots=True)
class _Reader:
    """Walks through the steps along their timeline; None stands for a way on which no run comes."""

    automation: Automation
    findings: list[Finding] = field(default_factory=list)

    def steps(self, steps: tuple[Step, ...], line: _Timeline | None) -> _Timeline | None:
        """Return the timeline after some steps."""
        for step in steps:
            if line is None:
                return None
            match step:
                case WaitStep():
                    line = self._wait(step, line)
                case IfStep():
                    line = _met(self.steps(step.then, line), self.steps(step.otherwise, line))
                case ActStep():
                    line = self._act(step, line)
        return line

    def _act(self, step: ActStep, line: _Timeline) -> _Timeline | None:
        if not _acts(step):
            return None
        if step.settings.action not in ASKING:
            return line
        if line.asked is not None:
            self.findings.append(found(Code.NOT_ASCENDING, step_at(step.path), before=_step(line.asked)))
        return replace(line, asked=step.id or step.path)

    def _wait(self, step: WaitStep, line: _Timeline) -> _Timeline:
        at = step_at(step.path, "delay")
        self._look_back(step.wait, line, at)
        after = _after(step.wait, line)
        for goal in sorted(self.automation.stop_when):
            name, reached = REACHED.get(goal, ("", ZERO))
            if _is_at(after, name, reached) and not _is_at(line, name, reached):
                self.findings.append(found(Code.PAST_GOAL, at, goal=goal))
        return after

    def _look_back(self, wait: Wait, line: _Timeline, at: str) -> None:
        """Note a wait for an instant that is past already: since the trigger, or since a wait before."""
        if isinstance(wait, UntilProperty) and line.is_past(wait.property, _length_of(wait.span)):
            if wait.property in line.waited:
                self.findings.append(found(Code.NOT_ASCENDING, at, before=_wait_above(wait.property)))
            else:
                self.findings.append(found(Code.IN_THE_PAST, at, trigger=self.automation.trigger.on))
        elif isinstance(wait, UntilMoment) and _earlier(wait.moment, line.moment):
            self.findings.append(found(Code.NOT_ASCENDING, at, before=DATE_ABOVE))


def _after(wait: Wait, line: _Timeline) -> _Timeline:
    match wait:
        case For(span):
            return line.later(_length_of(span))
        case UntilProperty(name, span):
            return line.until(name, _length_of(span))
        case UntilMoment(moment):
            return replace(line, moment=line.moment if _earlier(moment, line.moment) else moment, asked=None)
        case _:
            return replace(line, asked=None)


def _is_at(line: _Timeline, name: str, offset: timedelta) -> bool:
    return name in line.floors and line.floors[name] >= offset


def _length_of(span: Span) -> timedelta:
    return timedelta(days=span.days, hours=span.hours, minutes=span.minutes)


def _earlier(moment: date, other: date | None) -> bool:
    """Whether a moment is before another of its kind; which instants a date holds hangs on the zone."""
    return type(moment) is type(other) and moment < other


def _met(one: _Timeline | None, other: _Timeline | None) -> _Timeline | None:
    """Return what is sure where two ways meet."""
    if one is None or other is None:
        return other if one is None else one
    floors = {name: min(floor, other.floors[name]) for name, floor in one.floors.items() if name in other.floors}
    return _Timeline(floors, one.waited | other.waited, None, one.asked or other.asked)


def _step(label: str | None) -> Words:
    return words(f"l'étape {label}", f"step {label}")


def _from_to(start: str, end: str) -> Words:
    return words(f"{start} à {end}", f"{start} to {end}")


def _wait_above(name: str) -> Words:
    return words(f"l'attente de {name} au-dessus", f"the wait for {name} above")


DATE_ABOVE = words("l'attente d'une date au-dessus", "the wait for a date above")
