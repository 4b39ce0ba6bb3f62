"""What card providers say, decided under the tenant's lock like everything else: by answer, by message, when asked."""

from collections.abc import Mapping, Sequence
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
from tasks.gateways.cards import Account, CardProvider
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


def take_webhook(
    engine: Engine, provider: CardProvider, business_id: str, raw: bytes, headers: Mapping[str, str], now: datetime
) -> int:
    """Verify and record a message of a provider; said again it changes nothing. Return how many things it told.

    What it tells of another's account is not ours. Raises `ForgedWebhookError` for what the provider did not sign.
    Header names are lower case. The caller has seen to
    it that the business exists and uses this provider, and rings `messages.deliver` afterwards.
    """
    account = transact(engine, lambda c: account_of(c, business_id))
    own = {None, account.business_id, account.name}
    reports = [report for report in provider.read_webhook(raw, headers) if report.account in own]
    if reports:
        record_reports(engine, business_id, reports, now)
    return len(reports)
