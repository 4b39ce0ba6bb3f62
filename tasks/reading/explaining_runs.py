"""Explaining a run (why it began, its steps, what it made, why it ended), and all that befell a client."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.automation import AutomationVersion, Decision, Run, RunState
from models.contact import Contact
from models.errors import BadInputError
from models.event_rows import FactRow
from models.explanations import shown
from models.invoice import Invoice
from models.message import Message
from models.money import format_money
from models.rulebook import Published
from models.telling import Teller
from models.timeline import Moment
from tasks.reading.explaining_events import facts_told
from tasks.reading.office import Line, Office, columns
from tasks.rulebooks import publish_text

MOST = 30
"""So many facts and messages of a client are told, the latest."""

Told = tuple[datetime, str, str]
"""When, at which step, and what happened, in words."""


def explain_run(office: Office, id_: str, teller: Teller) -> Line:
    """Return a run with its whole way as a timeline."""
    run = office.require(Run, id_, "run", " `relance runs list` shows them all.")
    facts = office.rows(FactRow, columns(FactRow).id == run.fact_id)
    title = teller.line(
        "run", run=run.id, automation=run.automation_id, version=run.version, state=teller.state(run.state)
    )
    return {
        "run": run.id,
        "automation": run.automation_id,
        "version": run.version,
        "contact": run.contact_id,
        "state": run.state,
        "reason": run.reason,
        "says": [title, *_now(run, teller)],
        "timeline": timeline(office, run, teller),
        "facts": [_only(fact, run) for fact in facts_told(office, facts, teller)],
    }


def timeline(office: Office, run: Run, teller: Teller) -> list[Line]:
    """Return what happened to a run, in order of time, and when it goes on (`models.timeline.Moment` as JSON data)."""
    way = teller.way(run, _published(office, run))
    if run.trace is None and not teller.keeping.told(run.started_at, office.now):
        forgotten = teller.line("forgotten", days=teller.keeping.history.days)
        way = iter([(run.started_at, "", forgotten)])
    moments = sorted([*way, *_decided(office, run, teller), *_made(office, run, teller)], key=lambda one: one[0])
    told = [(run.started_at, "", teller.line("began", trigger=run.trigger)), *moments]
    found = [Moment(at.astimezone(office.zone), step, says) for at, step, says in told]
    if run.due_at is not None:
        found.append(Moment(run.due_at.astimezone(office.zone), "", teller.line("goes_on"), ahead=True))
    return [moment._asdict() for moment in found]


def _only(fact: Line, run: Run) -> Line:
    """Return what is told of a fact with the verdict on one run's automation alone."""
    return fact | {"automations": [one for one in fact["automations"] if one["run"] == run.id]}


def _published(office: Office, run: Run) -> Published | None:
    about = columns(AutomationVersion)
    rows = office.rows(AutomationVersion, about.automation_id == run.automation_id, about.version == run.version)
    try:
        return publish_text(run.automation_id, run.version, rows[0].text) if rows else None
    except BadInputError:  # written for a version of the program that read it
        return None


def _now(run: Run, teller: Teller) -> list[str]:
    """Return how a run stands: why it ended, or what it waits for."""
    if run.held_at is not None:
        return [teller.line("held")]
    if run.due_at is not None:
        return [teller.line("next", due=teller.at(run.due_at))]
    return [teller.line("because", reason=teller.reason(run.reason))] if run.reason else []


def _decided(office: Office, run: Run, teller: Teller) -> list[Told]:
    """Return why the run was cut short, but for what its own steps have told in its trace already."""
    found = office.rows(Decision, columns(Decision).run_id == run.id, order=[columns(Decision).at])
    entries: list[Any] = list(run.trace or ())
    told = {(label, *more) for label, _, what, *more in entries if what == "skipped"}
    cut = [one for one in found if run.state != RunState.DONE and one.at == run.ended_at]
    ends = [one for one in cut if (one.step, one.reason) not in told]
    return [(one.at, one.step or "", teller.line("because", reason=teller.reason(one.reason))) for one in ends]


def _made(office: Office, run: Run, teller: Teller) -> list[Told]:
    messages = office.rows(Message, columns(Message).run_id == run.id)
    documents = office.rows(Invoice, columns(Invoice).id.in_(run.made)) if run.made else []
    told = [(one.sent_at or one.created_at, one.step or "", message_told(one, teller)) for one in messages]
    return [*told, *((one.created_at, "", _document_told(one, teller)) for one in documents)]


def message_told(message: Message, teller: Teller) -> str:
    """Return a message and what became of it as a sentence."""
    state, to = teller.state(message.state), message.recipient
    told = teller.line("message", subject=message.subject or message.template, to=to, state=state)
    waits = message.state == "prepared" and message.next_attempt_at
    return f"{told}; {teller.line('waits', until=teller.at(waits))}" if waits else told


def _document_told(document: Invoice, teller: Teller) -> str:
    due = format_money(document.amount_due, document.currency, teller.language)
    return teller.line("document", number=document.number or "–", status=teller.state(document.status), due=due)


def explain_contact(office: Office, id_: str, teller: Teller) -> Line:
    """Return what befell a client of late: facts with their verdicts, messages, and what was not done and why."""
    contact = office.require(Contact, id_, "contact")
    fact, message, decision = columns(FactRow), columns(Message), columns(Decision)
    facts = office.latest(FactRow, fact.contact_id == contact.id, order=[fact.id], limit=MOST)
    messages = office.latest(Message, message.contact_id == contact.id, order=[message.created_at], limit=MOST)
    decisions = office.latest(
        Decision, decision.contact_id == contact.id, order=[decision.id],
        limit=MOST,
    )  # fmt: skip
    return {
        "contact": contact.id,
        "says": [teller.line("contact", id=contact.id), *_kept(facts, messages, teller, office)],
        "facts": facts_told(office, facts, teller),
        "not_done": [_not_done(office, one, teller) for one in decisions if one.outcome == "skipped"],
        "messages": [
            {"id": one.id, "at": office.local(one.created_at), "says": message_told(one, teller)} for one in messages
        ],
    }


def _kept(facts: Sequence[FactRow], messages: Sequence[Message], teller: Teller, office: Office) -> list[str]:
    """Return what to say of the limits of memory: that nothing is kept, or that some of it is too old."""
    if not facts and not messages:
        return [teller.line("nothing")]
    oldest = min(one.at for one in facts) if facts else office.now
    kept = teller.keeping.told(oldest, office.now)
    return [] if kept else [teller.line("old", days=teller.keeping.history.days)]


def _not_done(office: Office, decision: Decision, teller: Teller) -> Line:
    about: dict[str, Any] = decision.detail if isinstance(decision.detail, dict) else {}
    more = ", ".join(f"{key}: {shown(value, teller.language, teller.zone)}" for key, value in about.items())
    said = f"{decision.automation_id or about.get('act') or ''} {decision.step or ''}".strip()
    return {
        "at": office.local(decision.at),
        "automation": decision.automation_id,
        "run": decision.run_id,
        "step": decision.step,
        "reason": decision.reason,
        "says": f"{said}: {teller.reason(decision.reason)}" + (f" ({more})" if more else ""),
    }
