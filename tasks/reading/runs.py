"""Runs of automations: what each is about, where it stands, what it did and why it did not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from models.automation import AutomationRow, AutomationVersion, Decision, Run, RunState
from models.errors import BadInputError
from models.event_rows import FactRow
from models.flow import Delay, Jump, Op
from models.invoice import Invoice
from models.message import Message
from models.step_words import in_words
from models.telling import Teller
from tasks.reading.explaining_runs import timeline
from tasks.reading.messages import message_line
from tasks.reading.office import Line, Office, columns
from tasks.rulebooks import publish_text


def runs(
    office: Office,
    *,
    automation: str | None = None,
    contact: str | None = None,
    state: RunState | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Return the latest runs in the order of their start; an automation or a contact must exist."""
    run, where = columns(Run), list[ColumnElement[bool]]()
    if automation is not None:
        where.append(run.automation_id == office.require(AutomationRow, automation, "automation").id)
    if contact is not None:
        where.append(run.contact_id == office.client(contact))
    if state is not None:
        where.append(run.state == state)
    return [_line(office, found) for found in office.latest(Run, *where, order=[run.started_at, run.id], limit=limit)]


def run(office: Office, id_: str, teller: Teller) -> Line:
    """Return one run with its timeline, steps, decisions, messages and documents."""
    row = office.require(Run, id_, "run", " `relance runs list` shows them all.")
    return _line(office, row) | {
        "data": row.data,
        "timeline": timeline(office, row, teller),
        "steps": _steps(office, row),
        "decisions": [_decision(office, decision) for decision in _of_run(office, Decision, row, columns(Decision).at)],
        "messages": [
            message_line(office, message) for message in _of_run(office, Message, row, columns(Message).created_at)
        ],
        "documents": [_document(document) for document in _documents(office, row)],
        "fact": _fact(office, row),
    }


def _line(office: Office, row: Run) -> Line:
    return {
        "run": row.id,
        "automation": row.automation_id,
        "version": row.version,
        "contact": row.contact_id,
        "state": row.state,
        "reason": row.reason,
        "trigger": row.trigger,
        "subjects": row.subjects,
        "effects": row.effects,
        "started_at": office.local(row.started_at),
        "due_at": office.local(row.due_at),
        "held_at": office.local(row.held_at),
        "ended_at": office.local(row.ended_at),
    }


def _of_run(office: Office, cls: type[Any], row: Run, order: Any) -> list[Any]:
    return office.rows(cls, columns(cls).run_id == row.id, order=[order, columns(cls).id])


def _documents(office: Office, row: Run) -> Sequence[Invoice]:
    """Return the documents that a run made, and the one that it is about."""
    ids = [id_ for id_ in (row.subjects.get("invoice"), *row.made) if id_]
    invoice = columns(Invoice)
    return office.rows(Invoice, invoice.id.in_(ids), order=[invoice.created_at, invoice.id]) if ids else ()


def _document(document: Invoice) -> Line:
    return {
        "id": document.id,
        "number": document.number,
        "status": document.status,
        "total": document.total,
        "amount_due": document.amount_due,
        "currency": document.currency,
    }


def _decision(office: Office, decision: Decision) -> Line:
    return {
        "at": office.local(decision.at),
        "outcome": decision.outcome,
        "reason": decision.reason,
        "step": decision.step,
        "detail": decision.detail,
    }


def _fact(office: Office, row: Run) -> Line | None:
    found = office.rows(FactRow, columns(FactRow).id == row.fact_id)
    return {"type": found[0].type, "at": office.local(found[0].at), "id": found[0].id} if found else None


def _steps(office: Office, row: Run) -> list[Line]:
    """Return the steps of the run's version; `at` tells whether the run is past, at or before each.

    A run passes the steps of the way that a condition did not take without doing them.
    """
    about = columns(AutomationVersion)
    version = office.rows(AutomationVersion, about.automation_id == row.automation_id, about.version == row.version)
    if not version:
        return []
    try:
        ops = publish_text(row.automation_id, row.version, version[0].text).program.ops
    except BadInputError:  # written for a version of the program that read it
        return []
    here = _position(row, ops)
    return [
        {"step": op.label, "does": in_words(op), "at": _place(index, here)}
        for index, op in enumerate(ops)
        if not isinstance(op, Jump)
    ]


def _position(row: Run, ops: Sequence[Op]) -> int:
    """Return the operation at which a run stands: the wait that it is in, else the one that comes next."""
    before = row.position - 1
    waits = row.state == RunState.WAITING and before >= 0 and isinstance(ops[before], Delay)
    return before if waits else row.position


def _place(index: int, here: int) -> str:
    if index == here:
        return "here"
    return "past" if index < here else "ahead"
