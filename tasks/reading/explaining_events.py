"""Explaining an event: the facts that it made true, and what each automation did with them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement

from models.automation import AutomationRow, AutomationVersion, Decision, RulebookState, Run
from models.errors import BadInputError, NotFoundError
from models.event_rows import DeadLetter, FactRow, InboxEvent, WaitingEvent
from models.identifiers import first_key
from models.keeping import Keeping
from models.rulebook import Published
from models.telling import Teller
from models.verdicts import Verdict, judge
from tasks.reading.office import Line, Office, columns
from tasks.rulebooks import publish_text

DECIDED_WITHIN = timedelta(days=14)
"""So long after its arrival the facts of an event are looked for."""


def explain_event(office: Office, id_: str, teller: Teller) -> Line:
    """Return an upstream event, or a fact of ours, with what came of it."""
    if id_.startswith("evt_"):
        fact = office.require(FactRow, id_, "event")
        return {"event": None, "facts": facts_told(office, [fact], teller)}
    event = _find(office, id_)
    facts = office.rows(
        FactRow,
        columns(FactRow).inbox == event.sequence,
        columns(FactRow).id >= first_key("evt", event.arrived_at),
        columns(FactRow).id < first_key("evt", event.arrived_at + DECIDED_WITHIN),
        order=[columns(FactRow).id],
    )
    return {"event": _event_line(office, event, teller, facts), "facts": facts_told(office, facts, teller)}


def _find(office: Office, id_: str) -> InboxEvent:
    """Return the stored event of an id, or of `source id` where several sources use it."""
    about = columns(InboxEvent)
    found = office.rows(InboxEvent, about.id == id_) or office.rows(InboxEvent, about.source + " " + about.id == id_)
    if not found:
        raise NotFoundError(
            f"{office.id} has no event {id_!r}. `relance events dead list` shows those that could not be understood."
        )
    if len(found) > 1:
        sources = ", ".join(f"'{one.source} {one.id}'" for one in found)
        raise BadInputError(f"Several sources have an event {id_!r}: name one of {sources}.")
    return found[0]


def _event_line(office: Office, event: InboxEvent, teller: Teller, facts: Sequence[FactRow]) -> Line:
    waits = office.rows(WaitingEvent, columns(WaitingEvent).sequence == event.sequence)
    letter = columns(DeadLetter)
    letters = office.rows(DeadLetter, letter.source == event.source, letter.event_id == event.id)
    dead = [one for one in letters if one.replayed_at is None]
    said = [teller.line("arrived", at=teller.at(event.arrived_at))]
    said += [
        teller.line("mended", reason=one.reason, at=teller.at(one.replayed_at)) for one in letters if one.replayed_at
    ]
    if waits:
        said.append(teller.line("waiting"))
    elif dead:
        said += [teller.line("dead", reason=one.reason) for one in dead]
    elif not facts:
        said.append(teller.line("no_fact"))
    title = teller.line("event", id=event.id, type=event.type, source=event.source, time=teller.at(event.time))
    return {
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": office.local(event.time),
        "arrived_at": office.local(event.arrived_at),
        "state": "waiting" if waits else "dead" if dead else "decided",
        "says": [title, *said],
    }


def facts_told(office: Office, facts: Sequence[FactRow], teller: Teller) -> list[Line]:
    """Return facts with a verdict on every automation that has their trigger."""
    book = _Book(office, facts, teller.keeping)
    return [_fact_line(office, fact, book.verdicts(fact), teller) for fact in facts]


def _fact_line(office: Office, fact: FactRow, verdicts: Sequence[Verdict], teller: Teller) -> Line:
    title = teller.line("fact", type=fact.type, at=teller.at(fact.at))
    return {
        "fact": fact.id,
        "type": fact.type,
        "at": office.local(fact.at),
        "contact": fact.contact_id,
        "subjects": fact.subjects,
        "says": title if verdicts else f"{title} : {teller.line('no_automation')}",
        "automations": [_verdict_line(verdict, teller) for verdict in verdicts],
    }


def _verdict_line(verdict: Verdict, teller: Teller) -> Line:
    return {
        "automation": verdict.automation,
        "version": verdict.version,
        "verdict": verdict.code,
        "detail": verdict.detail,
        "tests": [test.plain() for test in verdict.tests],
        "run": verdict.run.id if verdict.run else None,
        "says": [
            f"{verdict.automation} {teller.verdict(verdict)}",
            *(f"  {teller.test(test)}" for test in verdict.tests),
        ],
    }


class _Book:
    """What is kept about the automations, runs and decisions of some facts, read in a fixed number of queries."""

    def __init__(self, office: Office, facts: Sequence[FactRow], keeping: Keeping) -> None:
        self.keeping = keeping
        ids = [fact.id for fact in facts]
        self.office = office
        self.states = {state.version: state for state in office.rows(RulebookState)}
        self.runs = _grouped(office.rows(Run, *_runs_of(facts)) if facts else [])
        self.decisions = _grouped(office.rows(Decision, columns(Decision).fact_id.in_(ids)) if ids else [])
        versions = office.rows(AutomationVersion, order=[columns(AutomationVersion).version])
        self.texts = {(row.automation_id, row.version): row.text for row in versions}
        self.drafts = [row for row in office.rows(AutomationRow) if row.version is None and row.draft]

    def verdicts(self, fact: FactRow) -> list[Verdict]:
        """Return what every automation with the fact's trigger did with it, by their ids."""
        found = [*self._then(fact), *self._since(fact), *self._never(fact)]
        return sorted(found, key=lambda verdict: verdict.automation)

    def _then(self, fact: FactRow) -> Iterable[Verdict]:
        """Yield the verdicts on the automations of the rulebook of that time."""
        for id_, (version, state) in self._rulebook(fact).items():
            published = self._read(id_, version)
            if published is not None and _may_start(published, fact):
                runs, decisions = self.runs.get(fact.id, []), self.decisions.get(fact.id, [])
                verdict = judge(fact, published, state, runs, decisions, self.office.zone)
                yield verdict if self._kept(fact, verdict) else Verdict(id_, version, "unknown")

    def _kept(self, fact: FactRow, verdict: Verdict) -> bool:
        """Whether what a verdict rests on is still there: the values that a filter or a condition saw."""
        rests_on_values = verdict.code in {"services", "where"}
        return not rests_on_values or fact.seen is not None or self.keeping.saw(fact.at, self.office.now)

    def _since(self, fact: FactRow) -> Iterable[Verdict]:
        """Yield those that were published only later."""
        then = self._rulebook(fact)
        for id_ in {id_ for id_, _ in self.texts} - {id_ for id_, (version, _) in then.items() if version}:
            published = self._read(id_, max(version for name, version in self.texts if name == id_))
            if published is not None and _may_start(published, fact):
                yield Verdict(id_, None, "later")

    def _never(self, fact: FactRow) -> Iterable[Verdict]:
        for row in self.drafts:
            published = _compiled(row.id, 0, row.draft or "")
            if published is not None and _may_start(published, fact):
                yield Verdict(row.id, None, "draft")

    def _rulebook(self, fact: FactRow) -> dict[str, tuple[int | None, str]]:
        """Return the automations with version and state as they were when a fact was matched."""
        known = [version for version, state in self.states.items() if state.at <= fact.at]
        state = self.states.get(fact.rules or max(known, default=0))
        automations = state.automations if state and isinstance(state.automations, dict) else {}
        return {id_: (version, stood) for id_, (version, stood) in automations.items()}

    def _read(self, id_: str, version: int | None) -> Published | None:
        text = self.texts.get((id_, version or 0))
        return _compiled(id_, version or 0, text) if text else None


def _may_start(published: Published, fact: FactRow) -> bool:
    """Whether a fact is what an automation waits for; a date of a schedule is that of one automation alone."""
    trigger = published.automation.trigger
    own = trigger.schedule is None or (isinstance(fact.data, dict) and fact.data.get("automation") == published.id)
    return own and trigger.on == fact.type


def _compiled(id_: str, version: int, text: str) -> Published | None:
    """Return a compiled text, None where this version of the program can't read it."""
    try:
        return publish_text(id_, version, text)
    except BadInputError:
        return None


def _grouped(rows: Iterable[Run] | Iterable[Decision]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row.fact_id is not None:
            found.setdefault(row.fact_id, []).append(row)
    return found


def _runs_of(facts: Sequence[FactRow]) -> tuple[ColumnElement[bool], ...]:
    """Return how the runs of facts are found: by their clients, whose runs are indexed."""
    about = columns(Run)
    people = {fact.contact_id for fact in facts if fact.contact_id}
    return (about.contact_id.in_(people) | about.contact_id.is_(None), about.fact_id.in_([fact.id for fact in facts]))
