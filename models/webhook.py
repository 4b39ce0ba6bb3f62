"""Webhooks: what a card provider tells by itself, kept as it came before anybody reads it (R12)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.rows import Look, row


@row(
    "webhooks",
    unique=[("business_id", "provider", "event_id")],
    looks=[
        Look(("due_at",), where="due_at IS NOT NULL"),
        Look(("business_id", "due_at", "id"), where="due_at IS NOT NULL"),
        Look(("business_id", "received_at"), where="read_at IS NULL"),
        Look(("received_at",), where="raw <> ''"),
    ],
    checks={"due": "due_at IS NULL OR read_at IS NULL"},
)
@dataclass(slots=True)
class Webhook:
    """One signed message of a provider, under the id that it bears itself; told again it is the same row.

    `raw` are its bytes and `headers` those that prove who sent them; both go after a while. It is read when it is due.
    Then it is read for good, or stays with its error: due again where the provider was away `calls` times, else until
    a person puts it back.
    """

    business_id: str
    id: str
    provider: str
    event_id: str
    received_at: datetime
    raw: bytes
    headers: dict[str, Any]
    due_at: datetime | None = None
    read_at: datetime | None = None
    error: str | None = None
    calls: int = 0

    @property
    def row(self) -> tuple[str, str]:
        """Its own name."""
        return "webhooks", self.id
