"""The steps of an automation as frozen values: what to wait for, what to ask, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import ClassVar

from models.conditions import Condition
from models.message import MessagePurpose
from models.money import Money
from models.operators import Span
from models.vocabulary import Action


class Document(StrEnum):
    """What a request for payment makes."""

    INVOICE = "invoice"
    PAYMENT_LINK = "payment_link"
    DRAFT = "draft"


class Fee(StrEnum):
    """What a fee says it is (R28): a price that is kept, taxed as the service, or an indemnity outside VAT."""

    PRICE_KEPT = "price_kept"
    INDEMNITY = "indemnity"


# --- waits


@dataclass(frozen=True, slots=True)
class For:
    """Wait a length of time, counted from the instant at which the step before was due."""

    span: Span


@dataclass(frozen=True, slots=True)
class UntilProperty:
    """Wait until a property's instant (a date's first), moved by `span`; negative moves to before it."""

    property: str
    span: Span


@dataclass(frozen=True, slots=True)
class UntilTime:
    """Wait for the next such local time; `weekdays` are those allowed (Monday is 0), None is every day."""

    at: time
    weekdays: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class UntilMoment:
    """Wait until an instant (a `datetime`), or the start of a local date."""

    moment: date


Wait = For | UntilProperty | UntilTime | UntilMoment


# --- actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How an action's message goes out: None takes the business's channels and the wording in the contact's locale."""

    channels: tuple[str, ...] | None = None
    subject: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPayment(Wording):
    """Ask for what is owed; `due_in` days, None is the business's terms."""

    action: ClassVar = Action.REQUEST_PAYMENT
    document: Document = Document.INVOICE
    due_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePaidInvoice(Wording):
    """Send the invoice of what is paid, without asking for anything."""

    action: ClassVar = Action.ISSUE_PAID_INVOICE


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReminder(Wording):
    """Remind of a document that is still open."""

    action: ClassVar = Action.SEND_REMINDER


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEmail(Wording):
    """Write to the client."""

    action: ClassVar = Action.SEND_EMAIL
    purpose: MessagePurpose = MessagePurpose.SERVICE


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSms(Wording):
    """Text the client."""

    action: ClassVar = Action.SEND_SMS
    purpose: MessagePurpose = MessagePurpose.SERVICE


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStaff(Wording):
    """Write to the business itself."""

    action: ClassVar = Action.NOTIFY_STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCard(Wording):
    """Charge the saved card for what is owed."""

    action: ClassVar = Action.CHARGE_CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Wording):
    """Give money back; `amount` None is all that was paid."""

    action: ClassVar = Action.REFUND
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCharge:
    """Add a charge; `fee` says which kind of fee it is, if it is one (R28). The description is Liquid."""

    action: ClassVar = Action.ADD_CHARGE
    description: str
    price: Money
    fee: Fee | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTag:
    """Tag the client."""

    action: ClassVar = Action.ADD_TAG
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWebhook:
    """Tell another system."""

    action: ClassVar = Action.CALL_WEBHOOK
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRun:
    """End the run here."""

    action: ClassVar = Action.END


Settings = (
    RequestPayment
    | IssuePaidInvoice
    | SendReminder
    | SendEmail
    | SendSms
    | NotifyStaff
    | ChargeCard
    | Refund
    | AddCharge
    | AddTag
    | CallWebhook
    | EndRun
)

# --- steps


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Wait; `path` says where a step stands (`2.then.0`), `id` is the name its author gave it."""

    path: str
    id: str | None
    wait: Wait


@dataclass(frozen=True, slots=True)
class IfStep:
    """Go one way or the other, and on with the step after this one."""

    path: str
    id: str | None
    condition: Condition
    then: tuple["Step", ...]
    otherwise: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True)
class ActStep:
    """Do something."""

    path: str
    id: str | None
    settings: Settings


Step = WaitStep | IfStep | ActStep


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield every step, those inside others after the one that holds them."""
    for step in steps:
        yield step
        if isinstance(step, IfStep):
            yield from walk(step.then)
            yield from walk(step.otherwise)
