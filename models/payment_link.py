"""Payment links: an address at which a client pays what is due at that moment (R17)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.rows import Json, Look, row
from models.states import transitions


class LinkState(StrEnum):
    """What was done to a link; that it is paid, expired or leads to an invoice is read off charges and dates."""

    OPEN = "open"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


LINK_TRANSITIONS = transitions(
    {
        LinkState.OPEN: {LinkState.SUPERSEDED, LinkState.REVOKED},
        LinkState.SUPERSEDED: {LinkState.REVOKED},
        LinkState.REVOKED: set(),
    }
)


@row("payment_links", looks=[Look(("business_id", "contact_id", "created_at"))])
@dataclass(slots=True)
class PaymentLink:
    """One link. It claims nothing: `charge_ids` stay due, what is asked is read when it is opened.

    `amount` is what was asked when it was made. A link with a `purpose` was made for an amount of its own: it has a
    charge that bears its id. `direct` tells that the client made it, on the business's standing page: that charge is
    made when it is paid, by `payer` (a name and an address) if no client is known by that address. `page_serial` counts
    how often the addresses of its page were revoked.
    """

    business_id: str
    id: str
    contact_id: str
    amount: int
    currency: str
    created_at: datetime
    expires_at: datetime
    state: LinkState = LinkState.OPEN
    charge_ids: list[Any] = field(default_factory=list)
    purpose: str | None = None
    direct: bool = False
    payer: Json | None = None
    superseded_by: str | None = None
    sent_at: datetime | None = None
    cause: Json | None = None
    page_serial: int | None = None
