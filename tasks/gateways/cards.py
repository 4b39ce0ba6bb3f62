"""The port for cards: what may be asked of a card provider, and what it can do (R12, R28).

Every call carries its row's key, by which the provider carries it out once however often it comes. What became of a
call is a value: no method raises because the provider is away, refuses, or does not answer.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from models.card_reports import CardReport
from models.errors import BadInputError, ConfigurationError


class Capability(StrEnum):
    """What a provider can do; what it can't is refused before anything is done."""

    CHECKOUT = "checkout"
    SAVED_CARDS = "saved_cards"
    REFUNDS = "refunds"
    PARTIAL_REFUNDS = "partial_refunds"
    LOOK_UP = "look_up"
    FORGET_CARDS = "forget_cards"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money it is: the business, and the name by which the provider knows it, where it has one."""

    business_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the provider's on which the client pays; afterwards he comes back to `return_url`.

    `customer` is the client's id; `save_card` offers to keep the card for later charges.
    """

    key: str
    amount: int
    currency: str
    description: str
    return_url: str
    customer: str | None = None
    email: str | None = None
    locale: str = "en"
    save_card: bool = False


@dataclass(frozen=True, slots=True)
class Debit:
    """A charge of a saved card while the client is not there; `card` is the provider's name for it."""

    key: str
    amount: int
    currency: str
    description: str
    card: str


@dataclass(frozen=True, slots=True)
class Return:
    """Money to give back of what the provider took as `reference`."""

    key: str
    amount: int
    currency: str
    reference: str


class ForgedWebhookError(BadInputError):
    """A message that the provider did not sign, or signed too long ago."""


class UnreadableWebhookError(BadInputError):
    """A message that the provider signed, and that can't be understood."""


LONGEST_ID = 200


def event_id_of(raw: bytes) -> str:
    """Return the `id` that a message in JSON bears; one without an id is known by its bytes."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        told = None
    id_ = told.get("id") if isinstance(told, dict) else None
    if isinstance(id_, str) and id_.isprintable() and 0 < len(id_) <= LONGEST_ID:
        return id_
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


class CardProvider(Protocol):
    """One provider with its secrets."""

    name: str
    signature_header: str
    """The header, in lower case, in which its messages bear their signature."""
    capabilities: frozenset[Capability]
    currencies: frozenset[str] | None
    """What it takes; None is every currency."""

    def open_checkout(self, account: Account, page: Page) -> CardReport:
        """Open a page: `open` with its `url`."""
        ...

    def charge(self, account: Account, debit: Debit) -> CardReport:
        """Charge a saved card."""
        ...

    def refund(self, account: Account, back: Return) -> CardReport:
        """Give money back to the card that it came from."""
        ...

    def forget_card(self, account: Account, key: str, card: str) -> CardReport:
        """Let the provider forget a saved card: `succeeded`, or `absent` if it does not know it (any more)."""
        ...

    def look_up(self, account: Account, kind: str, key: str, reference: str | None) -> CardReport:
        """Say what became of a call of a kind (`checkout`, `charge`, `refund`): `absent` if it never came."""
        ...

    def verify_webhook(self, raw: bytes, signature: str) -> str:
        """Return the id of a message that the provider has signed lately, by its raw bytes alone.

        Raises `ForgedWebhookError`.
        """
        ...

    def read_webhook(self, raw: bytes) -> Sequence[CardReport]:
        """Return what a message that was verified tells; the provider may be asked for more.

        Where it does not answer, that is what the report says. Raises `UnreadableWebhookError`.
        """
        ...

    def ping(self) -> str | None:
        """Return why the provider does not answer us, or None."""
        ...


class CardProviders(Protocol):
    """The providers of this installation, by name."""

    def of(self, name: str) -> CardProvider:
        """Return a provider, or raise `ConfigurationError` that says which setting is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Providers:
    """Providers that are there already."""

    known: Mapping[str, CardProvider]

    def of(self, name: str) -> CardProvider:
        """Return the provider of this name."""
        if name not in self.known:
            listed = ", ".join(sorted(self.known)) or "none"
            raise ConfigurationError(
                f"No card provider {name!r} is set up here (there is {listed}). docs/cards.md says which settings it "
                "needs; or name another one at `cards` in the shop file."
            )
        return self.known[name]
