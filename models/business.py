"""The tenant: a business, how it bills and speaks, and how it stands to VAT."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from models.regime import Regime, VatDueOn, VatRegime, regime_on
from models.rows import Json, Look, row


@row("businesses", key=("id",))
@dataclass(slots=True)
class Business:
    """One tenant. Absent legal facts mean: normal regime, the business's own country, consumers as clients."""

    id: str
    name: str
    timezone: str
    locale: str
    currency: str
    country: str
    created_at: datetime
    tax_rate: Decimal = Decimal(0)
    email: str | None = None
    channels: Json = field(default_factory=lambda: ["email"])
    payment_terms_days: int = 0
    due_soon_days: int = 3
    daily_cap: int = 20
    quiet_from: time | None = None
    quiet_to: time | None = None
    partial_payments: Json = field(default_factory=dict)
    billing: Json = field(default_factory=dict)
    series_prefix: str = ""
    legal_name: str | None = None
    trade_name: str | None = None
    legal_form: str | None = None
    capital: str | None = None
    siren: str | None = None
    siret: str | None = None
    register_city: str | None = None
    vat_number: str | None = None
    tax_registration: str | None = None
    address: Json | None = None
    vat_regime: VatRegime = VatRegime.NORMAL
    penalty_rate: Decimal | None = None
    discount_text: str | None = None
    mediator: str | None = None
    retention_years: int = 10
    rules_version: int = 1
    quiet_channels: Json | None = None
    send_window: Json | None = None
    holidays: Json | None = None
    cards: Json | None = None
    payment_window_minutes: int | None = None
    approval_contacts: int = 200
    approval_amount: int = 1_000_000
    vat_due_on: VatDueOn = VatDueOn.RECEIPTS
    exemption_text: str | None = None
    link_days: int = 90
    series: Json | None = None
    payment_form: Json | None = None
    exchange_rates: Json | None = None
    regimes: Json | None = None
    sms: Json | None = None

    def regime_on(self, day: date) -> Regime:
        """Return how it stands to VAT on a day: by its dated regimes, before and without them as it says undated."""
        dated: Any = self.regimes or ()
        return regime_on(day, Regime(self.vat_regime, self.vat_due_on), dated)


@row(
    "alerts",
    looks=[
        Look(("business_id", "at")),
        Look(("business_id", "id"), where="reason = 'silent' AND seen_at IS NULL"),
    ],
)
@dataclass(slots=True)
class Alert:
    """What the owner is told: money that needs a person, a parked automation, a message without a channel.

    `seen_at` is when it was over: an automation that was silent has fired again, or a person has taken it in hand.
    """

    business_id: str
    id: str
    at: datetime
    reason: str
    text: str
    contact_id: str | None = None
    data: Json | None = None
    seen_at: datetime | None = None
