"""What card providers told by themselves, as a back office sees it: when, whether it was read, what was wrong."""

from base64 import b64encode

from sqlalchemy import ColumnElement

from models.webhook import Webhook
from tasks.reading.office import Line, Office, columns


def webhooks(office: Office, *, failed: bool = False, limit: int | None = None) -> list[Line]:
    """Return the latest messages in the order in which they came; `failed`: those with an error, not read yet."""
    about, where = columns(Webhook), list[ColumnElement[bool]]()
    if failed:
        where += [about.read_at.is_(None), about.error.is_not(None)]
    found = office.latest(Webhook, *where, order=[about.received_at, about.id], limit=limit)
    return [_line(office, hook) for hook in found]


def webhook(office: Office, id_: str) -> Line:
    """Return one message with its bytes, as far as they are text."""
    hook = office.require(Webhook, id_, "message of a card provider", " `relance payments webhooks list` shows them.")
    return _line(office, hook) | {
        "headers": hook.headers,
        "raw": hook.raw.decode(errors="backslashreplace"),
        "raw_base64": b64encode(hook.raw).decode(),
    }


def _line(office: Office, hook: Webhook) -> Line:
    return {
        "id": hook.id,
        "at": office.local(hook.received_at),
        "provider": hook.provider,
        "event": hook.event_id,
        "state": _state(hook),
        "read_at": office.local(hook.read_at),
        "next": office.local(hook.due_at),
        "error": hook.error,
    }


def _state(hook: Webhook) -> str:
    if hook.read_at is not None:
        return "read"
    return "failed" if hook.due_at is None else "waiting"
