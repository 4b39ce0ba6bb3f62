"""The working state of one tenant in one batch: what the rules read and change, in memory only.

A batch loads shops (`tasks.loading`), decides with the pure rules of `models/`, and writes what changed
(`tasks.writing`). `now` is the instant at which the present item is decided; `cause` is the automation at work;
`gateways` are the channels that lead anywhere, of which only who delivers knows better (R19).
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from models.automation import Decision
from models.billing_rows import Portion
from models.business import Alert, Business
from models.event_rows import FactRow
from models.identifiers import key
from models.invoice import Invoice
from models.pages import Pages
from models.pausing import Stops
from models.periods import local_date, zone
from models.sending_hours import SendingHours, sending_hours
from models.shelves import Shelves

if TYPE_CHECKING:
    from models.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Cause:
    """What made something happen: an automation's run and step, a person's act, a recurring payment, or billing.

    `depth` counts the chain (R21), `actor` is who acts.
    """

    automation: str | None = None
    run: str | None = None
    step: str | None = None
    act: str | None = None
    depth: int = 0
    recurring: str | None = None
    actor: str | None = None
    billing: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the cause as it is kept and shown."""
        if self.act:
            return {"act": self.act} | ({"actor": self.actor} if self.actor else {})
        if self.recurring:
            return {"recurring": self.recurring}
        if self.billing:
            return {"billing": self.billing}
        return {"automation": self.automation, "run": self.run, "step": self.step}


class Shop(Shelves):
    """Everything of one tenant that a batch works on; `confirmed` were drafts until this batch issued them (R14)."""

    def __init__(self, business: Business, rulebook: "Rulebook", now: datetime) -> None:
        super().__init__()
        self.business, self.rulebook, self.now = business, rulebook, now
        self.zone: ZoneInfo = zone(business.timezone)
        self.cause: Cause | None = None
        self.queue: deque[FactRow] = deque()
        self.origin, self.serial, self.keep_refusals = "", 0, False
        self.inbox: int | None = None
        self.parked: dict[str, str] = {}
        self.confirmed: dict[str, Invoice] = {}
        self.stops, self.pages, self.gateways = Stops(), Pages(), frozenset({"email", "sms"})
        self.mentions: dict[Any, Any] = {}
        """What documents of this batch must say, by kind of payer, language and day (`models.mentions`)."""
        self.portions: dict[str, Portion] = {}
        """Which clients of an occurrence of billing are here; everybody, where nothing is said."""
        self._hours: tuple[Business, SendingHours] | None = None

    @property
    def id(self) -> str:
        """The tenant's id."""
        return self.business.id

    @property
    def today(self) -> date:
        """The tenant's local date at the instant of decision."""
        return local_date(self.now, self.zone)

    @property
    def hours(self) -> SendingHours:
        """When the tenant's messages may go, read once (R19)."""
        if self._hours is None or self._hours[0] is not self.business:
            self._hours = self.business, sending_hours(self.business)
        return self._hours[1]

    def key(self, prefix: str, *cause: str) -> str:
        """Return an id derived from its cause, sortable by the instant of decision."""
        return key(prefix, self.now, self.id, *cause)

    def begin(self, origin: str, inbox: int | None = None) -> None:
        """Decide another item from here on; `origin` names it among all that are ever decided at one instant.

        An upstream event has its number in the inbox.
        """
        self.origin, self.serial, self.inbox = origin, 0, inbox

    def next_serial(self) -> str:
        """Return what tells apart the things that one decision makes, and those of others at the same instant."""
        self.serial += 1
        return f"{self.origin} {self.serial}"

    def stopped(self, automation_id: str) -> bool:
        """Whether runs of an automation are held: it has stopped, has just been parked, or everything is paused."""
        return self.stops.everything or automation_id in self.parked or self.rulebook.held(automation_id)

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        """Note the cause on everything that happens inside."""
        before, self.cause = self.cause, cause
        try:
            yield
        finally:
            self.cause = before


def tell_owner(shop: Shop, reason: str, text: str, *, contact_id: str | None = None, **data: Any) -> None:
    """Leave an alert for the owner."""
    shop.alerts.add(
        Alert(shop.id, shop.key("alr", reason, shop.next_serial()), shop.now, reason, text, contact_id, data or None)
    )


def skip(
    shop: Shop,
    reason: str,
    *,
    contact_id: str | None,
    outcome: str = "skipped",
    automation_id: str | None = None,
    version: int | None = None,
    run_id: str | None = None,
    fact_id: str | None = None,
    step: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record that something ended without its effect, and why: one row for each."""
    shop.decisions.add(
        Decision(
            shop.id,
            shop.key("dec", reason, run_id or "", step or "", fact_id or "", shop.next_serial()),
            shop.now,
            outcome,
            reason,
            contact_id,
            automation_id,
            version,
            run_id,
            fact_id,
            step,
            detail,
        )
    )
