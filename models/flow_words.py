"""Steps as people say them, in French and English: what a trigger waits for, what a step does, what a limit lets."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from models.automation_file import Automation, Limit
from models.conditions import AllOf, AnyOf, Comparison, Condition
from models.explanations import ACTS, OPERATORS, say
from models.flow import Act, Branch, Delay, Op
from models.languages import Language, Words, words
from models.lengths import counted
from models.operators import Expected, Span
from models.schedule_words import DAYS, schedule_in_words
from models.steps import AddCharge, AddTag, For, Settings, UntilMoment, UntilProperty, UntilTime, Wait, Wording
from models.trigger_names import TRIGGERS

PHRASES: Mapping[str, Words] = {
    "wait": words("attendre {span}", "wait {span}"),
    "until": words("attendre {moment}", "wait until {moment}"),
    "on": words("{time} ({days})", "{time} ({days})"),
    "before": words("{span} avant {property}", "{span} before {property}"),
    "after": words("{span} après {property}", "{span} after {property}"),
    "if": words("si {condition}", "if {condition}"),
    "and": words("et", "and"),
    "or": words("ou", "or"),
    "then": words("alors", "then"),
    "else": words("sinon", "else"),
    "end": words("fin", "end"),
    "services": words("prestations : {names}", "services: {names}"),
    "goals": words("s'arrête dès : {names}", "stops at: {names}"),
    "limit": words("au plus {times} par {by} {per}", "at most {times} per {by} {per}"),
}

PERS: Mapping[str, Words] = {
    "24h": words("en 24 heures", "in 24 hours"),
    "7d": words("en 7 jours", "in 7 days"),
    "day": words("et par jour", "and day"),
    "week": words("et par semaine", "and week"),
    "month": words("et par mois", "and month"),
    "ever": words("en tout", "ever"),
}

GROUPS: Mapping[str, Words] = {
    "contact": words("client", "client"),
    "service": words("prestation", "service"),
    "order": words("commande", "order"),
    "invoice": words("facture", "invoice"),
    "session": words("séance", "session"),
}


class Speaker:
    """Says what stands in an automation, in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def phrase(self, code: str, **values: object) -> str:
        """Return one of the phrases."""
        return say(PHRASES, code, self.language, **values)

    # --- the trigger

    def trigger(self, on: str) -> str:
        """Return what a fact is called."""
        return say(TRIGGERS, on, self.language)

    def terms(self, automation: Automation) -> Iterator[str]:
        """Yield what narrows a trigger, limits it and ends its runs."""
        trigger = automation.trigger
        if trigger.schedule is not None:
            yield schedule_in_words(trigger.schedule, self.language)
        if trigger.services:
            yield self.phrase("services", names=", ".join(sorted(trigger.services)))
        if trigger.where is not None:
            yield self.phrase("if", condition=self.condition(trigger.where))
        if automation.limit is not None:
            yield self._limit(automation.limit)
        if automation.stop_when:
            yield self.phrase("goals", names=", ".join(map(self.trigger, sorted(automation.stop_when))))

    def _limit(self, limit: Limit) -> str:
        by = ", ".join(say(GROUPS, by, self.language) for by in limit.by)
        return self.phrase("limit", times=limit.times, by=by, per=say(PERS, limit.per, self.language))

    # --- steps

    def step(self, op: Op) -> str:
        """Return what a step does, on one line."""
        match op:
            case Delay():
                return self._wait(op.wait)
            case Branch():
                return self.phrase("if", condition=self.condition(op.source))
            case Act():
                return say(ACTS, op.kind, self.language)
            case _:
                return self.phrase("end")

    def lines(self, op: Op) -> list[str]:
        """Return what a step does, then what tells it from others: the rest of a condition, a subject, a tag."""
        if isinstance(op, Branch) and isinstance(op.source, AllOf | AnyOf):
            first, *parts = map(self._part, op.source.parts)
            joined = self.phrase("and" if isinstance(op.source, AllOf) else "or")
            return [self.phrase("if", condition=first), *(f"{joined} {part}" for part in parts)]
        about = _about(op.settings) if isinstance(op, Act) else ""
        return [self.step(op), about] if about else [self.step(op)]

    def _wait(self, wait: Wait) -> str:
        match wait:
            case For(span):
                return self.phrase("wait", span=self._span(span))
            case UntilTime(at, weekdays):
                return self.phrase("until", moment=self._on(f"{at:%H:%M}", weekdays))
            case UntilMoment(moment):
                return self.phrase("until", moment=_moment(moment))
            case UntilProperty(name, span):
                return self.phrase("until", moment=self._around(name, span))

    def _on(self, time: str, weekdays: frozenset[int] | None) -> str:
        if weekdays is None:
            return time
        return self.phrase("on", time=time, days=", ".join(DAYS[day][self.language] for day in sorted(weekdays)))

    def _around(self, name: str, span: Span) -> str:
        if span == Span():
            return name
        before = min(span.days, span.hours, span.minutes) < 0
        moved = self._span(Span(abs(span.days), abs(span.hours), abs(span.minutes)))
        return self.phrase("before" if before else "after", span=moved, property=name)

    def _span(self, span: Span) -> str:
        return counted(span.days, span.hours, span.minutes, self.language)

    # --- conditions

    def condition(self, condition: Condition) -> str:
        """Return what a condition asks, on one line."""
        match condition:
            case Comparison(name, operator, value):
                asked = f"{name} {say(OPERATORS, operator, self.language)}"
                return f"{asked} {self._value(value)}" if value is not None else asked
            case AllOf(parts):
                return f" {self.phrase('and')} ".join(map(self._part, parts))
            case AnyOf(parts):
                return f" {self.phrase('or')} ".join(map(self._part, parts))

    def _part(self, condition: Condition) -> str:
        said = self.condition(condition)
        return said if isinstance(condition, Comparison) else f"({said})"

    def _value(self, value: Expected) -> str:
        match value:
            case tuple():
                return ", ".join(map(self._value, value))
            case Span():
                return self._span(value)
            case date():
                return _moment(value)
            case _:
                return str(value)


def _about(settings: Settings) -> str:
    match settings:
        case AddCharge(description=description):
            return description
        case AddTag(tag=tag):
            return tag
        case Wording(subject=subject, message=message):
            return " ".join((subject or message or "").split())
        case _:
            return ""


def _moment(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if isinstance(moment, datetime) else moment.isoformat()
