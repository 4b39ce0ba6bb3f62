"""Steps in words, for who looks at a run: what it waits for, asks and does."""

from models.conditions import AllOf, AnyOf, Comparison, Condition
from models.flow import Act, Branch, Delay, Op
from models.operators import Expected, Span
from models.steps import For, UntilMoment, UntilProperty, UntilTime, Wait

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_words(op: Op) -> str:
    """Return what an operation does, on one line."""
    match op:
        case Delay():
            return _wait(op.wait)
        case Branch():
            return f"if {condition_in_words(op.source)}"
        case Act():
            return str(op.kind)
        case _:
            return "end"


def _wait(wait: Wait) -> str:
    match wait:
        case For(span):
            return f"wait {_span(span)}"
        case UntilTime(at, weekdays):
            days = "" if weekdays is None else f" on {', '.join(_DAYS[day] for day in sorted(weekdays))}"
            return f"wait until {at:%H:%M}{days}"
        case UntilMoment(moment):
            return f"wait until {moment.isoformat()}"
        case UntilProperty(name, span):
            before = min(span.days, span.hours, span.minutes) < 0
            moved = _span(Span(abs(span.days), abs(span.hours), abs(span.minutes)))
            return f"wait until {name}" + (f" {'minus' if before else 'plus'} {moved}" if span != Span() else "")


def _span(span: Span) -> str:
    parts = [
        f"{count} {unit if count != 1 else unit.removesuffix('s')}"
        for unit, count in (("days", span.days), ("hours", span.hours), ("minutes", span.minutes))
        if count
    ]
    return " ".join(parts) or "0 minutes"


def condition_in_words(condition: Condition) -> str:
    """Return what a condition asks, on one line."""
    match condition:
        case Comparison(name, operator, value):
            return f"{name} {operator}" + (f" {_value(value)}" if value is not None else "")
        case AllOf(parts):
            return " and ".join(map(_part, parts))
        case AnyOf(parts):
            return " or ".join(map(_part, parts))


def _part(condition: Condition) -> str:
    words = condition_in_words(condition)
    return words if isinstance(condition, Comparison) else f"({words})"


def _value(value: Expected) -> str:
    match value:
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Span():
            return _span(value)
        case str():
            return repr(value)
        case _:
            return str(value)
