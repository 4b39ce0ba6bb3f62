"""Saved cards of erased clients, and those that another has replaced: their provider is told to forget them.

Only then we forget what it calls them.

Being told twice does no harm, so rows are not claimed: a call is made without a lock, and its answer is recorded once.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from psycopg import Connection

from models.business import Alert
from models.card_money import IN_DOUBT_FOR_LONG, backoff
from models.card_reports import CardOutcome, CardReport
from models.changes import SYSTEM, Change, change
from models.db import transact
from models.errors import ConfigurationError, told
from models.identifiers import key
from tasks.card_calls import AT_ONCE
from tasks.engine import lock
from tasks.gateways.cards import Account, Capability, CardProviders
from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.writing import copy

ROUNDS = 40
UNSUPPORTED = "unsupported"
GONE = frozenset({CardOutcome.SUCCEEDED, CardOutcome.ABSENT})
_DUE = """
SELECT m.business_id, m.id, m.contact_id, m.provider, m.reference, m.forget_calls, b.cards ->> 'account', EXISTS
    (SELECT FROM mandates o WHERE (o.business_id, o.provider, o.reference) = (m.business_id, m.provider, m.reference)
     AND o.forget_at IS NULL AND o.ended_at IS NULL), EXISTS
    (SELECT FROM mandates o WHERE (o.business_id, o.contact_id) = (m.business_id, m.contact_id) AND o.ended_at IS NULL)
FROM mandates m JOIN businesses b ON b.id = m.business_id WHERE m.forget_at <= %s ORDER BY m.forget_at LIMIT %s"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A card to be forgotten; one that is `shared`, still charged by another agreement, is only forgotten here.

    `replaced` is one whose client stays and has another.
    """

    business_id: str
    id: str
    contact_id: str
    provider: str
    reference: str
    calls: int
    account: str | None
    shared: bool
    replaced: bool


@task("payments.forget_cards", queue="payments")
def forget_cards(shell: Shell) -> Counts:
    """Tell providers to forget cards, until they have."""
    counts = dict.fromkeys(("forgotten", "later", "more"), 0)
    for _ in range(ROUNDS):
        due = transact(shell.database, lambda c: c.execute(_DUE, (shell.clock.now(), AT_ONCE)).fetchall())
        if not due:
            return counts
        cards = [Leaving(*row) for row in due]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            reports = list(threads.map(partial(_tell, shell.cards), cards))
        for card, report in zip(cards, reports, strict=True):
            note = partial(_record, card=card, report=report, now=shell.clock.now())
            counts["forgotten" if transact(shell.database, note) else "later"] += 1
    counts["more"] = 1
    return counts


def _tell(providers: CardProviders, card: Leaving) -> CardReport:
    """Return what a provider says to forgetting a card."""
    if card.shared:
        return CardReport(card.id, CardOutcome.ABSENT)
    try:
        provider = providers.of(card.provider)
        if Capability.FORGET_CARDS not in provider.capabilities:
            return CardReport(card.id, CardOutcome.REFUSED, code=UNSUPPORTED)
        return provider.forget_card(Account(card.business_id, card.account), card.id, card.reference)
    except ConfigurationError as error:
        return CardReport(card.id, CardOutcome.RETRY, reason=str(error))
    except Exception as error:  # noqa: BLE001  # whatever a provider's library raises
        return CardReport(card.id, CardOutcome.UNKNOWN, reason=told(error))


def _record(connection: Connection[Any], card: Leaving, report: CardReport, now: datetime) -> bool:
    """Empty what the provider called a card, or let it be told again later; return whether it is emptied."""
    lock(connection, [card.business_id])
    gone = report.outcome in GONE or report.code == UNSUPPORTED
    changed = connection.execute(
        "UPDATE mandates SET reference = %s, forget_at = %s, forget_calls = forget_calls + 1"
        " WHERE business_id = %s AND id = %s AND reference = %s AND forget_calls = %s",
        (
            "" if gone else card.reference,
            None if gone else now + backoff(card.calls),
            card.business_id,
            card.id,
            card.reference,
            card.calls,
        ),
    ).rowcount
    if changed and report.outcome in GONE and not card.shared:
        act = change(card.business_id, now, SYSTEM, "contact", card.contact_id, "card forgotten by its provider")
        copy(connection, Change, [act])
    elif changed and (gone or card.calls + 1 == IN_DOUBT_FOR_LONG):
        why = "it can't be told" if gone else (report.reason or "it does not answer").rstrip(".")
        _alert(connection, card, why, now, again=not gone)
    return gone


def _alert(connection: Connection[Any], card: Leaving, why: str, now: datetime, *, again: bool) -> None:
    whose = f"that client {card.contact_id} has replaced" if card.replaced else "of a client who was erased"
    text = (
        f"The card provider {card.provider} has not forgotten the saved card {card.reference} {whose}: {why}. "
        f"{'It is told again by and by.' if again else 'Remove it there.'}"
    )
    id_ = key("alr", now, card.business_id, "card_not_forgotten", card.id)
    copy(connection, Alert, [Alert(card.business_id, id_, now, "card_not_forgotten", text, card.contact_id)])
