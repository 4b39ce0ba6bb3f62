"""What card providers say, decided under the tenant's lock like everything else: by answer, by message, when asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from sqlalchemy import Engine

from models.card import attempt_of, payment_by
from models.card_money import record
from models.card_reports import CardReport
from models.db import transact
from models.matching import work_off
from models.shop import Shop
from tasks.engine import Outcome, lock, run_batch
from tasks.gateways.cards import Account
from tasks.seeds import Seeds


@dataclass(frozen=True, slots=True)
class DueAttempt:
    """An attempt whose row needs a hand."""

    business_id: str
    attempt_id: str

    @property
    def row(self) -> tuple[str, str]:
        """The attempt."""
        return "card_attempts", self.attempt_id


@dataclass(slots=True)
class Reported:
    """What a provider says of one attempt."""

    business_id: str
    due: datetime
    report: CardReport
    rank: int = 5

    def seed(self, seeds: Seeds) -> None:
        """Name the attempt, and the payment that it may have brought."""
        seeds.add("attempts", self.business_id, [attempt_of(self.report.key)])
        seeds.add("payments", self.business_id, [payment_by(self.report.key)])

    @property
    def row(self) -> tuple[str, str]:
        """The attempt."""
        return "card_attempts", attempt_of(self.report.key)

    def decide(self, shop: Shop) -> None:
        """Record it, and do what follows."""
        report = self.report
        shop.begin(f"{report.key} {report.outcome} {report.event or ''}")
        record(shop, report)
        work_off(shop)


def record_reports(engine: Engine, business_id: str, reports: Sequence[CardReport], now: datetime) -> Outcome:
    """Record what a provider said, in one transaction; the caller rings the bells."""

    def decide(connection: Connection[Any]) -> Outcome:
        lock(connection, [business_id])
        return run_batch(connection, now, [Reported(business_id, now, report) for report in reports])

    return transact(engine, decide)


def account_of(connection: Connection[Any], business_id: str) -> Account:
    """Return the account of a business with its provider."""
    row = connection.execute("SELECT cards ->> 'account' FROM businesses WHERE id = %s", (business_id,)).fetchone()
    return Account(business_id, row[0] if row else None)
