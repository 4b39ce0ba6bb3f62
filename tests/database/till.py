"""A shop that takes cards, at work: zoe owes 45.00 on an invoice, and may have a saved card."""

from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import Engine

from models.card_reports import CardReport
from models.collecting import Debt
from models.contact import Mandate
from models.db import transact
from tasks.card_reports import record_reports
from tasks.checkouts import Opened, open_checkout
from tasks.writing import copy
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story

BACK = "https://salon.example/back?attempt={attempt}"
NOW = "2027-01-05 10:00"


class Till(AtWork):
    """The shop with what is done about cards."""

    EXTRA: ClassVar[tuple[tuple[Any, ...], ...]] = ()
    """Further automations: name, trigger and steps of each."""

    def __init__(self, engine: Engine, databases: Databases, **cards: Any) -> None:
        story = Story(databases)
        story.business["cards"] = {"provider": "sandbox"} | cards
        story.automation("ask", "session.booked", ASK)
        for automation in self.EXTRA:
            story.automation(*automation)
        story.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
        super().__init__(engine, story)
        self.told = 0
        self.drains(NOW)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def invoice(self) -> str:
        """The id of zoe's invoice."""
        return str(self.sql("SELECT id FROM invoices WHERE kind = '380'")[0][0])

    def debt(self, amount: int = 4500) -> Debt:
        return Debt("zoe", amount, "EUR", f"invoice:{self.invoice}", (), self.invoice, description="2027-0001")

    def publishes(self, event: dict[str, Any]) -> None:
        """Let upstream tell of something more."""
        self.told += 1
        envelope = {"specversion": "1.0", "id": f"more-{self.told}", "source": "/more", "business": "atelier"}
        plain = {"type": event["type"], "data": event["data"], "time": event["at"]}
        self.stream.put(msgspec.json.encode(envelope | plain), datetime.fromisoformat(event["at"]))

    def opens(self, debt: Debt | None = None) -> Opened:
        """Open the provider's page."""
        return open_checkout(
            self.engine, self.cards, "atelier", debt or self.debt(), return_url=BACK, now=self.clock.now()
        )

    def tells(self, *reports: CardReport) -> None:
        """Let the provider tell."""
        record_reports(self.engine, "atelier", reports, self.clock.now())

    def saves_card(self, card: str = "card_1", **more: Any) -> None:
        """Let zoe have a card that may be charged."""
        mandate = Mandate("atelier", f"man_{card}", "zoe", "sandbox", card, "cards-1", self.clock.now(), **more)
        transact(self.engine, lambda c: copy(c, Mandate, [mandate]))

    def payments(self) -> list[tuple[Any, ...]]:
        """What was received: amount, what of it is free, the provider's name for it."""
        return self.sql("SELECT amount, available, provider_reference FROM payments ORDER BY recorded_at, id")

    def alerts(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT reason FROM alerts ORDER BY at, id")]

    def states(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT state FROM card_attempts ORDER BY created_at, id")]
