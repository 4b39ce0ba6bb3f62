"""Telling: verdicts, tests and the ways of runs as sentences in a person's language."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.automation import Run
from models.conditions import explain
from models.explanations import ACTS, LINES, OPERATORS, REASONS, STATES, TESTS, VERDICTS, say, shown
from models.flow import Branch, Op
from models.keeping import Keeping
from models.languages import Language
from models.rulebook import Published
from models.step_words import in_words
from models.tracing import instant
from models.verdicts import Kept, Test, Verdict, tests


class Teller:
    """Says things to one business's people: their language and their zone."""

    def __init__(self, language: Language, zone: ZoneInfo, keeping: Keeping | None = None) -> None:
        self.language = language
        self.zone = zone
        self.keeping = keeping or Keeping()

    def at(self, moment: datetime) -> str:
        """Return an instant as people read it."""
        return shown(moment, self.language, self.zone)

    def line(self, code: str, **values: object) -> str:
        """Return one of the sentences around verdicts."""
        return say(LINES, code, self.language, **values)

    def reason(self, code: str) -> str:
        """Return why something ended without its effect."""
        return say(REASONS, code, self.language)

    def state(self, code: str) -> str:
        """Return the state of a run, a message or a document."""
        return say(STATES, code, self.language)

    def verdict(self, verdict: Verdict) -> str:
        """Return what became of an automation for an event."""
        values = {key: shown(value, self.language, self.zone) for key, value in verdict.detail.items()}
        values |= {"days": str(self.keeping.raw.days)}
        return say(VERDICTS, verdict.code, self.language, **values)

    def test(self, test: Test) -> str:
        """Return how a comparison came out."""
        expected = "" if test.expected is None else f" {shown(test.expected, self.language, self.zone)}"
        question = f"{test.property} {say(OPERATORS, test.operator, self.language)}{expected}"
        return say(TESTS, _how(test), self.language, question=question, seen=shown(test.seen, self.language, self.zone))

    def way(self, run: Run, published: Published | None) -> Iterator[tuple[datetime, str, str]]:
        """Yield the steps that a run has come to: when, which, and what became of it there."""
        ops = {op.label: op for op in reversed(published.program.ops)} if published else {}
        entries: list[Any] = list(run.trace or ())
        for label, at, what, *more in entries:
            yield instant(at), label, self._step(ops.get(label), label, what, more)
            if what == "took":
                for test in _tests_of(ops.get(label), more, instant(at), self.zone):
                    yield instant(at), "", self.test(test)

    def _step(self, op: Op | None, label: str, what: str, more: list[Any]) -> str:
        act = say(ACTS, in_words(op), self.language) if op else label
        match what:
            case "waits":
                return self.line("waits", until=self.at(instant(more[0])))
            case "took":
                return self.line("took_then" if more[0] else "took_else")
            case "skipped":
                return self.line("skipped", act=act, reason=self.reason(str(more[0])))
            case "did":
                return self.line("did", act=act)
            case _:
                return self.line(what)


def _tests_of(op: Op | None, more: list[Any], at: datetime, zone: ZoneInfo) -> tuple[Test, ...]:
    values = more[1] if len(more) > 1 and isinstance(more[1], dict) else {}
    return tests(explain(op.source, Kept(values, at, zone)), values) if isinstance(op, Branch) else ()


def _how(test: Test) -> str:
    if test.result is None:
        return "unread"
    if test.missing:
        return "missing_held" if test.result else "missing"
    return "held" if test.result else "failed"
