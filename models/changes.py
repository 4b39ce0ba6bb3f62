"""Who changed what and when: one row for each act, written in the act's own transaction and kept for ever."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.rows import Json, Look, row

SYSTEM = "relance"
"""Who acts where no person did."""


@row(
    "changes",
    key=("business_id", "id"),
    looks=[Look(("business_id", "kind", "subject", "id"))],
    identity="id",
)
@dataclass(slots=True)
class Change:
    """One act: `actor` did `act` (a participle: `paused`) to the `subject` of that `kind`; `detail` is how."""

    business_id: str
    at: datetime
    actor: str
    kind: str
    subject: str
    act: str
    detail: Json | None = None
    id: int | None = None


def change(business_id: str, at: datetime, actor: str, kind: str, subject: str, act: str, **detail: Any) -> Change:
    """Return the row that tells of an act; a detail that is None is left out."""
    known = {key: value for key, value in detail.items() if value is not None}
    return Change(business_id, at, actor, kind, subject, act, known or None)
