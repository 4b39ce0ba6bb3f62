"""What was sent to a client and what the client answered by SMS, in order of time (R19)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func

from models.business import Alert
from models.consents import Channel
from models.contact import Consent
from models.replies import ANSWERED, STOPPED
from tasks.reading.messages import messages
from tasks.reading.office import Line, Office, columns


def conversation(office: Office, id_: str) -> list[Line]:
    """Return the messages to a client and what came back, whole, also to those that were merged into it."""
    lines = [*messages(office, contact=id_), *_answers(office, id_), *_stops(office, id_)]
    return sorted(lines, key=lambda line: line["at"])


def _answers(office: Office, id_: str) -> Iterator[Line]:
    """Yield what was answered from a number that the client has, maybe with others; what was erased is no more."""
    about, ids = columns(Alert), office.ids_of_client(id_)
    whose = about.contact_id.in_(ids) | func.jsonb_exists_any(about.data["clients"], ids)
    for one in office.rows(Alert, about.reason == ANSWERED, whose, order=[about.at, about.id]):
        told: Any = one.data
        if told and "said" in told:
            at = datetime.fromisoformat(told["at"])
            yield _line(office, one.id, id_, at, told["said"]) | {"from": told["sender"]}


def _stops(office: Office, id_: str) -> Iterator[Line]:
    """Yield each STOP; it is a no to several things."""
    about = columns(Consent)
    said = (about.contact_id == office.client(id_), about.channel == Channel.SMS, about.text_version == STOPPED)
    found = {one.source: one for one in office.rows(Consent, *said, order=[about.at, about.id])}
    for one in found.values():
        yield _line(office, one.id, id_, one.at, STOPPED)


def _line(office: Office, id_: str, client: str, at: datetime, text: str) -> Line:
    return {
        "id": id_,
        "at": office.local(at),
        "contact": client,
        "channel": str(Channel.SMS),
        "from": None,
        "to": None,
        "subject": None,
        "template": "answer",
        "state": "received",
        "text": text,
    }
