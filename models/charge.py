"""Charges: what a client owes, item by item, from the moment it is known until it is settled or cancelled (R17)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from models.rows import Alarmed, Json, Look, row
from models.states import transitions


class ChargeState(StrEnum):
    """Read off what is worth, paid and billed (R17). A settled charge may still await its document."""

    DUE = "due"
    CLAIMED = "claimed"
    INVOICED = "invoiced"
    SETTLED = "settled"
    CANCELLED = "cancelled"


CHARGE_TRANSITIONS = transitions(
    {
        ChargeState.DUE: {
            ChargeState.CLAIMED,
            ChargeState.INVOICED,
            ChargeState.SETTLED,
            ChargeState.CANCELLED,
        },
        ChargeState.CLAIMED: {
            ChargeState.DUE,
            ChargeState.INVOICED,
            ChargeState.SETTLED,
            ChargeState.CANCELLED,
        },
        ChargeState.INVOICED: {ChargeState.DUE, ChargeState.SETTLED, ChargeState.CANCELLED},
        ChargeState.SETTLED: {ChargeState.DUE, ChargeState.CLAIMED, ChargeState.INVOICED, ChargeState.CANCELLED},
        ChargeState.CANCELLED: {ChargeState.DUE, ChargeState.CLAIMED, ChargeState.INVOICED, ChargeState.SETTLED},
    }
)
"""None is final: a payment may prove not to exist (R15), an older event may come late (R20)."""


MULTI_PURPOSE = "multi_purpose"
"""A voucher that is money for anything: what was paid for it is the client's credit."""


class FeeKind(StrEnum):
    """What a cancellation fee is (R28): a price kept is taxed as the service, an indemnity is outside VAT."""

    PRICE_KEPT = "price_kept"
    INDEMNITY = "indemnity"


@row(
    "charges",
    looks=[
        Look(("business_id", "order_id"), where="order_id IS NOT NULL"),
        Look(("business_id", "draft_id"), where="draft_id IS NOT NULL"),
        Look(("business_id", "contact_id", "due_on"), where="NOT closed"),
        Look(("business_id", "recurring_id"), where="recurring_id IS NOT NULL"),
    ],
    checks={
        "settled": "settled >= 0 OR amount < 0",
        "document": "((state = 'invoiced') <= (invoice_id IS NOT NULL))"
        " AND ((state = 'claimed') <= (draft_id IS NOT NULL))",
        "closed": "(closed <= (state IN ('settled', 'cancelled')))",
    },
    fillfactor=50,
)
@dataclass(slots=True)
class Charge:
    """One owed item. `amount` = quantity × unit price as priced, with or without tax; `owed` is the same with tax.

    `settled` is the money allocated to it so far, `kept` what is left of one that was cancelled, or of which money was
    given back without that (`given_back`: when, how much, of which payment) (R28). `stamp` is its newest telling,
    `first_stamp` its oldest: since then it is owed; a booking's is owed since the booking's. `package_id` names the
    package from which a booking's is taken: nothing is owed for it, so it is settled from the start (R10). `draft_id`
    is the draft that has claimed it (R14), `full_rate` the VAT rate agreed, which it bears unless its seller is exempt
    at its tax point (R18). `closed` tells that nothing is to come of it any more, in a column that no billing changes
    but of what was taken from packages (docs/decisions/0015).
    """

    business_id: str
    id: str
    contact_id: str
    kind: str
    description: str
    quantity: Decimal
    unit_price: int
    currency: str
    amount: int
    owed: int
    due_on: date
    recorded_at: datetime
    participant_id: str | None = None
    order_id: str | None = None
    booking_id: str | None = None
    position: int = 0
    tax_included: bool = True
    tax_category: str = "S"
    tax_rate: Decimal = Decimal(0)
    nature: str = "services"
    unit: str = "C62"
    service_from: date | None = None
    service_to: date | None = None
    place: str | None = None
    state: ChargeState = ChargeState.DUE
    settled: int = 0
    invoice_id: str | None = None
    discount: int = 0
    discount_reason: str | None = None
    policy: Json | None = None
    fee_kind: FeeKind | None = None
    voucher_purpose: str | None = None
    recurring_id: str | None = None
    stamp: str = ""
    cancel_stamp: str = ""
    kept: int | None = None
    given_back: Json | None = None
    first_stamp: str = ""
    package_id: str | None = None
    draft_id: str | None = None
    full_rate: Decimal | None = None
    closed: bool = False

    @property
    def worth(self) -> int:
        """What it comes to with tax: as agreed, or what is left of it."""
        return self.owed if self.kept is None else self.kept

    @property
    def open(self) -> int:
        """What is still to be paid, wherever the charge stands."""
        return self.worth - self.settled

    @property
    def taken(self) -> bool:
        """Whether it is a session taken from a package: settled, but no more than a document has shown it closed."""
        return self.package_id is not None and self.kept is None

    @property
    def billable(self) -> bool:
        """Whether a document may take it: on none yet, also no draft, and worth something or taken from a package.

        A voucher for anything is credit and stands on none (R10).
        """
        if self.invoice_id is not None or self.draft_id is not None or self.voucher_purpose == MULTI_PURPOSE:
            return False
        return self.state in {ChargeState.DUE, ChargeState.SETTLED} and (self.worth != 0 or self.taken)


@row(
    "noted_charges",
    key=("business_id", "automation_id", "charge_id"),
    looks=[Look(("due_at", "business_id")), Look(("business_id", "contact_id"))],
    alarm="due_at",
)
@dataclass(slots=True)
class NotedCharge(Alarmed):
    """A charge whose request was over the limit: it goes out with the next allowed request (R7, `merge`)."""

    business_id: str
    automation_id: str
    charge_id: str
    group_key: str
    contact_id: str
    due_at: datetime
    event_id: str
    version: int
    subjects: dict[str, Any]
