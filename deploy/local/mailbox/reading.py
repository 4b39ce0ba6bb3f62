"""Understanding a caught mail, however odd it is: reading never fails, what can't be decoded is shown as it came."""

import email
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from functools import cached_property
from typing import Any

from deploy.local.mailbox.store import StoredMail


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a mail that is neither its text nor its HTML."""

    filename: str
    content_type: str
    content: bytes


class Letter:
    """A mail opened for reading."""

    def __init__(self, stored: StoredMail) -> None:
        self.stored = stored
        self._message: Message = email.message_from_bytes(stored.raw)

    def header(self, name: str) -> str:
        """Return a header, decoded, or nothing."""
        raw = self._message.get(name, "")
        try:
            return str(make_header(decode_header(raw))).strip()
        except (HeaderParseError, LookupError, ValueError):
            return str(raw).strip()

    @property
    def text(self) -> str | None:
        return self._body("text/plain")

    @property
    def html(self) -> str | None:
        return self._body("text/html")

    @cached_property
    def attachments(self) -> list[Attachment]:
        """Every part that is attached, or is neither text nor HTML."""
        return [
            Attachment(part.get_filename() or "unnamed", part.get_content_type(), _bytes(part))
            for part in self._parts
            if part.get_filename() or part.get_content_maintype() != "text"
        ]

    def as_json(self) -> dict[str, Any]:
        """Return what `GET /messages.json` shows of a mail."""
        stored = self.stored
        return {
            "id": stored.id,
            "to": stored.recipients[0],
            "recipients": list(stored.recipients),
            "from": self.header("From"),
            "subject": self.header("Subject"),
            "message_id": self.header("Message-ID"),
            "received_at": stored.received_at.isoformat(),
            "text": self.text,
            "html": self.html,
            "attachments": [
                {"filename": part.filename, "content_type": part.content_type, "size": len(part.content)}
                for part in self.attachments
            ],
        }

    @property
    def _parts(self) -> list[Message]:
        return [part for part in self._message.walk() if not part.is_multipart()]

    def _body(self, content_type: str) -> str | None:
        for part in self._parts:
            if part.get_content_type() == content_type and not part.get_filename():
                return _text(part)
        return None


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    try:
        return _bytes(part).decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return _bytes(part).decode("utf-8", errors="replace")
