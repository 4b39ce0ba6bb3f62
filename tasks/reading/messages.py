"""Messages: what went to whom, and what became of it; the words themselves only of one at a time."""

from sqlalchemy import ColumnElement

from models.message import Message, MessageState
from tasks.reading.office import Line, Office, columns


def messages(
    office: Office, *, contact: str | None = None, state: MessageState | None = None, limit: int | None = None
) -> list[Line]:
    """Return the latest messages in the order in which they were queued."""
    about, where = columns(Message), list[ColumnElement[bool]]()
    if contact is not None:
        where.append(about.contact_id == office.client(contact))
    if state is not None:
        where.append(about.state == state)
    found = office.latest(Message, *where, order=[about.created_at, about.id], limit=limit)
    return [message_line(office, message) for message in found]


def message(office: Office, id_: str) -> Line:
    """Return one message with its text."""
    found = office.require(Message, id_, "message", " `relance messages list` shows them all.")
    return message_line(office, found) | {
        "cc": found.cc,
        "documents": found.documents,
        "next_attempt_at": office.local(found.next_attempt_at),
        "text": found.text,
    }


def message_line(office: Office, message: Message) -> Line:
    """Return a message without its text."""
    line: Line = {
        "id": message.id,
        "at": office.local(message.created_at),
        "contact": message.contact_id,
        "channel": message.channel,
        "to": message.recipient,
        "subject": message.subject,
        "template": message.template,
        "purpose": message.purpose,
        "state": message.state,
        "attempts": message.attempts,
        "sent_at": office.local(message.sent_at),
        "detail": message.detail,
    }
    if message.automation_id:
        line["cause"] = {"automation": message.automation_id, "run": message.run_id, "step": message.step}
    return line
