"""Pauses: what a person has stopped for a while - everything, a channel, all money - in one business or in all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.message import ASKING, Message
from models.rows import Look, row
from models.vocabulary import Action

EVERYBODY = ""
"""Stands for the business of a pause that is about all of them."""


class Scope(StrEnum):
    """What a pause stops."""

    EVERYTHING = "everything"
    CHANNEL = "channel"
    MONEY = "money"
    BILLING = "billing"


@row("pauses", looks=[Look(("until",), where="released_at IS NULL")])
@dataclass(slots=True)
class Pause:
    """Work that a person has stopped, until an instant or until resumed; `target` names a channel.

    It holds while `ended_at` is null. What was held goes on by and by after that; `released_at` tells that all has.
    """

    business_id: str
    id: str
    scope: Scope
    since: datetime
    target: str | None = None
    until: datetime | None = None
    reason: str | None = None
    ended_at: datetime | None = None
    released_at: datetime | None = None


def in_words(business_id: str, scope: str, target: str | None) -> str:
    """Return what a pause stops."""
    what = target if target is not None else "all money" if scope == Scope.MONEY else scope
    return f"{what} of {business_id}" if business_id else f"{what} of all businesses"


MONEY_STEPS = frozenset(
    {
        Action.REQUEST_PAYMENT,
        Action.ISSUE_PAID_INVOICE,
        Action.SEND_REMINDER,
        Action.CHARGE_CARD,
        Action.ADD_CHARGE,
        Action.REFUND,
    }
)
"""What automations do about money."""


@dataclass(frozen=True, slots=True)
class Stops:
    """What the pauses of a business, and those of all, stop together."""

    everything: bool = False
    money: bool = False
    billing: bool = False
    channels: frozenset[str] = frozenset()

    def hold_step(self, kind: Action) -> bool:
        """Whether an action must wait."""
        return self.money and kind in MONEY_STEPS

    def hold_message(self, message: Message) -> bool:
        """Whether a message must wait: all of them, those of its channel, or those that ask for money."""
        return self.everything or message.channel in self.channels or (self.money and message.template in ASKING)


def stops_of(pauses: Iterable[tuple[str, str | None]]) -> Stops:
    """Return what pauses stop, each told by its scope and target."""
    pauses = list(pauses)
    scopes = {scope for scope, _ in pauses}
    channels = frozenset(target for scope, target in pauses if scope == Scope.CHANNEL and target)
    return Stops(Scope.EVERYTHING in scopes, Scope.MONEY in scopes, Scope.BILLING in scopes, channels)
