"""Reading steps from files: what a trigger can't supply or offer is an error where it stands."""

from collections.abc import Callable, Mapping
from typing import Any

from models.condition_file import MAX_DAYS, read_condition, read_span
from models.message import MessagePurpose
from models.money import Money, is_currency
from models.operators import Span
from models.steps import (
    ActStep,
    AddCharge,
    AddTag,
    CallWebhook,
    ChargeCard,
    Document,
    EndRun,
    Fee,
    For,
    IfStep,
    IssuePaidInvoice,
    NotifyStaff,
    Refund,
    RequestPayment,
    SendEmail,
    SendReminder,
    SendSms,
    Settings,
    Step,
    UntilMoment,
    UntilProperty,
    UntilTime,
    Wait,
    WaitStep,
)
from models.vocabulary import Action, Kind, Vocabulary
from models.wording import check
from models.yamlfile import Node, as_date, as_instant, as_time

MAX_STEPS = 50
MAX_NESTING = 8

CHANNELS = ("email", "sms")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ACTIONS = tuple(map(str, Action))
KINDS = ("delay", "if", *ACTIONS)


def read_steps(node: Node, words: Vocabulary) -> tuple[Step, ...]:
    """Read the steps of an automation, the first with the vocabulary of its trigger."""
    if node.is_list and not node.items():
        node.problem("an automation needs a step")
    return _StepReader().steps(node, words, "", 0)[0]


class _StepReader:
    """Reads all steps of one automation, which share their ids and their number."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._count = 0

    def steps(self, node: Node, words: Vocabulary, above: str, depth: int) -> tuple[tuple[Step, ...], Vocabulary]:
        """Return the steps of a list and the vocabulary after them."""
        steps: list[Step] = []
        for index, item in enumerate(node.items()):
            self._count += 1
            if self._count == MAX_STEPS + 1:
                item.problem(f"an automation has {MAX_STEPS} steps at most", "Make two automations of it.")
            step, words = self._step(item, words, f"{above}{index}", depth)
            steps += step
        return tuple(steps), words

    def _step(self, node: Node, words: Vocabulary, path: str, depth: int) -> tuple[list[Step], Vocabulary]:
        if node.word in ACTIONS:
            return _act(node, None, words, path, None)
        kinds = [key for key in node.keys if key in KINDS]
        if len(kinds) != 1:
            self._no_step(node, kinds)
            return [], words
        kind = kinds[0]
        node.mapping(("id", "if", "then", "else") if kind == "if" else ("id", kind))
        id_ = self._id(node.get("id"))
        if kind == "delay":
            return [WaitStep(path, id_, read_wait(node.at("delay"), words))], words
        if kind == "if":
            return self._if(node, words, path, depth, id_)
        return _act(node, kind, words, path, id_)

    def _no_step(self, node: Node, kinds: list[str]) -> None:
        if kinds:
            node.problem(f"a step does one thing, not {' and '.join(kinds)}", "Write a step for each.")
        elif node.mapping((*KINDS, "id")).keys in {(), ("id",)} and node.is_mapping:
            node.problem("a step lacks what it does", f"Known here: {', '.join(KINDS)}.")

    def _id(self, node: Node | None) -> str | None:
        if node is None:
            return None
        id_ = node.text()
        if id_ in self._ids:
            node.problem(f"another step is called {id_!r}", "Give each step its own id.")
        elif id_ and not (id_[:1].isalpha() and id_.isprintable() and len(id_) <= 100):
            node.problem(f"{id_!r} can't be a step's id", "Begin with a letter, as in first-reminder.")
        self._ids.add(id_)
        return id_

    def _if(
        self, node: Node, words: Vocabulary, path: str, depth: int, id_: str | None
    ) -> tuple[list[Step], Vocabulary]:
        if depth == MAX_NESTING:
            node.problem(f"steps are nested to depth {MAX_NESTING} at most")
            return [], words
        condition = read_condition(node.at("if"), words)
        then, after_then = self.steps(node.at("then"), words, f"{path}.then.", depth + 1)
        otherwise, after_else = self._else(node.get("else"), words, path, depth)
        return [IfStep(path, id_, condition, then, otherwise)], after_then.joined(after_else)

    def _else(self, node: Node | None, words: Vocabulary, path: str, depth: int) -> tuple[tuple[Step, ...], Vocabulary]:
        if node is None:
            return (), words
        return self.steps(node, words, f"{path}.else.", depth + 1)


# --- waits


def read_wait(node: Node, words: Vocabulary) -> Wait:
    """Read `{days, hours, minutes}`, or `until` a property with plus or minus, a time on some days, an instant."""
    if (until := node.get("until")) is None:
        if "until" in node.keys:
            node.problem("until names nothing to wait for")
        return For(read_span(node))
    text = until.word
    if at := as_time(text):
        node.mapping(("until", "on"))
        return UntilTime(at, _weekdays(node.get("on")))
    if moment := as_date(text) or as_instant(text):
        node.mapping(("until",))
        return UntilMoment(moment)
    return _until_property(node.mapping(("until", "minus", "plus")), until, text, words)


def _until_property(node: Node, until: Node, name: str, words: Vocabulary) -> Wait:
    kind = words.kind(name)
    if kind is None:
        message, hint = words.complaint(name)
        until.problem(message, hint if "." in name else 'Write a property, an instant, a date or a time as "09:00".')
    elif kind not in {Kind.DATE, Kind.INSTANT, Kind.ANY}:
        until.problem(f"{name} is of kind {kind}", "Wait until a date or an instant, such as session.starts_at.")
    minus, plus = node.get("minus"), node.get("plus")
    if minus is not None and plus is not None:
        node.problem("a delay has plus or minus, not both")
    if minus is not None:
        span = read_span(minus)
        return UntilProperty(name, Span(-span.days, -span.hours, -span.minutes))
    return UntilProperty(name, read_span(plus) if plus is not None else Span())


def _weekdays(node: Node | None) -> frozenset[int] | None:
    if node is None:
        return None
    days = frozenset(WEEKDAYS.index(item.choice(WEEKDAYS)) for item in node.items())
    if node.is_list and not days:
        node.problem("on names no day of the week")
    return days


# --- actions


def _act(node: Node, kind: str | None, words: Vocabulary, path: str, id_: str | None) -> tuple[list[Step], Vocabulary]:
    """Read an action, written with its settings or as its name alone."""
    action = kind or node.word
    if not words.offers(action):
        node.problem(f"{words.trigger} does not offer {action}", words.refusal(action))
        return [], words
    settings = node.get(kind) if kind else None
    if settings is None:
        settings = node.nothing(action)
    if action in {Action.REQUEST_PAYMENT, Action.ISSUE_PAID_INVOICE}:
        document = settings.get("document")
        words = words.with_document(invoice=document is None or document.word != Document.PAYMENT_LINK)
    return [ActStep(path, id_, _READERS[action](settings, words))], words


def _wording(node: Node, words: Vocabulary, *more: str, channels: tuple[str, ...] = CHANNELS) -> dict[str, Any]:
    """Read channels, subject and message, the keys that every action with a message has."""
    node.mapping(("channels", "subject", "message", *more))
    chosen = node.get("channels")
    if chosen is not None and chosen.is_list and not chosen.items():
        chosen.problem("channels names no channel", f"Choose of {', '.join(channels)}.")
    return {
        "channels": None if chosen is None else tuple(dict.fromkeys(item.choice(channels) for item in chosen.items())),
        "subject": _template(node.get("subject"), words, one_line=True),
        "message": _template(node.get("message"), words),
    }


def _template(node: Node | None, words: Vocabulary, *, one_line: bool = False) -> str | None:
    if node is None:
        return None
    template = node.text().strip() if one_line else node.text()
    for flaw in check(template, words, one_line=one_line):
        node.problem(flaw.message, flaw.hint, line=flaw.line)
    return template


def _request_payment(node: Node, words: Vocabulary) -> RequestPayment:
    wording = _wording(node, words, "document", "due_in")
    document, due_in = node.get("document"), node.get("due_in")
    return RequestPayment(
        **wording,
        document=Document(document.choice([*Document])) if document is not None else Document.INVOICE,
        due_in=due_in.mapping(("days",)).at("days").integer(0, MAX_DAYS) if due_in is not None else None,
    )


def _free(make: type[SendEmail | SendSms], channel: str) -> Callable[[Node, Vocabulary], SendEmail | SendSms]:
    def read(node: Node, words: Vocabulary) -> SendEmail | SendSms:
        wording = _wording(node, words, "purpose", channels=(channel,))
        purpose = node.get("purpose")
        if purpose is None:
            return make(**wording)
        return make(**wording, purpose=MessagePurpose(purpose.choice(PURPOSES)))

    return read


PURPOSES = (MessagePurpose.SERVICE, MessagePurpose.MARKETING)


def _refund(node: Node, words: Vocabulary) -> Refund:
    wording, amount = _wording(node, words, "amount"), node.get("amount")
    whole = amount is None or amount.word == "full"
    return Refund(**wording, amount=None if whole or amount is None else read_money(amount))


def _add_charge(node: Node, words: Vocabulary) -> AddCharge:
    node.mapping(("description", "price", "fee"), required=("description", "price"))
    fee = node.get("fee")
    return AddCharge(
        description=_template(node.get("description"), words, one_line=True) or "",
        price=read_money(node.at("price")),
        fee=Fee(fee.choice([*Fee])) if fee is not None else None,
    )


def _add_tag(node: Node, _words: Vocabulary) -> AddTag:
    tag = node if node.is_scalar else node.mapping(("tag",)).at("tag")
    text = tag.text()
    if not (text.isprintable() and len(text) <= 100):
        tag.problem(f"{text!r} can't be a tag")
    return AddTag(tag=text)


def _call_webhook(node: Node, _words: Vocabulary) -> CallWebhook:
    url = node.mapping(("url",)).at("url")
    text = url.text()
    if text and not (text.startswith(("https://", "http://")) and text.isprintable() and " " not in text):
        url.problem(f"{text!r} is no web address", "Write it as in https://example.org/hook.")
    return CallWebhook(url=text)


def _end(node: Node, _words: Vocabulary) -> EndRun:
    node.mapping(())
    return EndRun()


def read_money(node: Node) -> Money:
    """Read `{amount, currency}`, an amount above zero in minor units."""
    node = node.mapping(("amount", "currency"))
    amount, currency = node.at("amount").integer(1), node.at("currency").text()
    if currency and not is_currency(currency):
        node.at("currency").problem(f"{currency!r} is no currency in use", "Write its three letters, as in EUR.")
    return Money(amount, currency)


_READERS: Mapping[str, Callable[[Node, Vocabulary], Settings]] = {
    Action.REQUEST_PAYMENT: _request_payment,
    Action.ISSUE_PAID_INVOICE: lambda node, words: IssuePaidInvoice(**_wording(node, words)),
    Action.SEND_REMINDER: lambda node, words: SendReminder(**_wording(node, words)),
    Action.SEND_EMAIL: _free(SendEmail, "email"),
    Action.SEND_SMS: _free(SendSms, "sms"),
    Action.NOTIFY_STAFF: lambda node, words: NotifyStaff(**_wording(node, words)),
    Action.CHARGE_CARD: lambda node, words: ChargeCard(**_wording(node, words)),
    Action.REFUND: _refund,
    Action.ADD_CHARGE: _add_charge,
    Action.ADD_TAG: _add_tag,
    Action.CALL_WEBHOOK: _call_webhook,
    Action.END: _end,
}
