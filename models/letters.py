"""From a message row to the words that are sent: templates of the step or the defaults, values read at delivery."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.charge import MULTI_PURPOSE
from models.consents import Channel
from models.contact import Contact
from models.date_forms import known_locale
from models.default_wordings import VOUCHER_RECEIPT, default_wording
from models.letter import Button, html_from_text
from models.message import ASKING, BY_HAND, Message
from models.notice import address_of_document
from models.payer import language_of
from models.scope import Scope
from models.shop import Shop
from models.sms_text import fitted, plain
from models.sms_wordings import sms_wording
from models.steps import Wording
from models.ways_out import way_out_of
from models.wording import render, render_subject


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


class Group(Mapping[str, Any]):
    """The properties of one thing (`contact`, `invoice` …) as a template asks for them."""

    __slots__ = ("_head", "_scope")

    def __init__(self, scope: Scope, head: str) -> None:
        self._scope = scope
        self._head = head

    def __getitem__(self, name: str) -> Any:
        value = self._scope.get(f"{self._head}.{name}")
        if value is None:
            nested = Group(self._scope, f"{self._head}.{name}")
            if name in {"custom", "data"}:
                return nested
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


OF_MANY = frozenset({"request_payment", "issue_paid_invoice"})
"""Templates whose message may bring several documents, each with a page of its own (R9)."""
HEADS = (
    "contact",
    "service",
    "session",
    "booking",
    "order",
    "invoice",
    "notice",
    "payment",
    "payment_link",
    "quote",
    "recurring_payment",
    "refund",
    "business",
    "event",
)


def write_letter(shop: Shop, message: Message) -> Letter:
    """Write a message in its recipient's language, from what is true now."""
    contact = shop.contacts.get(message.contact_id) if message.contact_id else None
    locale = language_of(shop, contact)
    scope = _scope(shop, message)
    values = values_of(scope)
    if message.channel == Channel.SMS:
        return _sms(shop, message, scope, locale)
    if message.template == BY_HAND:
        return _by_hand(shop, message, locale)
    subject, text = _templates(shop, message, locale)
    way_out = way_out_of(shop, message, locale)
    body = render(text, values, locale, shop.zone) + (way_out.text if way_out else "")
    title = render_subject(subject, values, locale, shop.zone)
    button = _button(scope, message, locale)
    html = html_from_text(body, title=title, locale=locale, button=button)
    return Letter(title, body, html, way_out.headers if way_out else ())


def _sms(shop: Shop, message: Message, scope: Scope, locale: str) -> Letter:
    """Return what an SMS says: its words, the link to what they are about, and the way out of marketing.

    It has no subject; that of a step is kept, so that lists tell what it was about.
    """
    settings, values = _settings(shop, message), values_of(scope)
    own = settings.message if settings and message.template != "receipt" else None
    subject = settings.subject if settings and settings.subject else ""
    if message.template == BY_HAND:
        text, title = message.text or "", message.subject or ""
    else:
        text = render(own or sms_wording(_kind(shop, message), locale), values, locale, shop.zone)
        title = render_subject(subject, values, locale, shop.zone) if subject else ""
    way_out = way_out_of(shop, message, locale)
    under = [_link(shop, message, scope) or "", way_out.text if way_out else ""]
    text = plain(text)
    return Letter(title, fitted(text, *(line for line in under if line not in text)), "")


def _link(shop: Shop, message: Message, scope: Scope) -> str | None:
    """Return the page that an SMS leads to: of its payment link or quote, else of its one document."""
    if message.template in {*ASKING, "quote"} and (url := scope.get("payment_link.url") or scope.get("quote.url")):
        return str(url)
    document = shop.invoices.get(message.documents[0]) if len(message.documents) == 1 else None
    return address_of_document(shop, document) if document else None


def _by_hand(shop: Shop, message: Message, locale: str) -> Letter:
    """Return a person's own words, with the way out where they are marketing; a second try finds that there already."""
    text, way_out = message.text or "", way_out_of(shop, message, locale)
    if way_out and not text.endswith(way_out.text):
        text += way_out.text
    title = message.subject or ""
    return Letter(title, text, html_from_text(text, title=title, locale=locale), way_out.headers if way_out else ())


def _button(scope: Scope, message: Message, locale: str) -> Button | None:
    """Return the way to pay what a message asks for."""
    if message.template not in ASKING:
        return None
    url = scope.get("payment_link.url" if "link" in message.subject_ids else "invoice.pay_url")
    label = "Payer" if known_locale(locale).startswith("fr") else "Pay"
    return Button(label, url) if url else None


def values_of(scope: Scope) -> dict[str, Group]:
    """Return what a template may speak of."""
    return {head: Group(scope, head) for head in HEADS}


def _scope(shop: Shop, message: Message) -> Scope:
    run = shop.runs.get(message.run_id) if message.run_id else None
    about: Contact | None = shop.contacts.get(message.contact_id) if message.contact_id else None
    contact_id = about.id if about else message.subject_ids.get("contact")
    made = list(run.made) if run else []
    subjects = message.subject_ids | {"documents": message.documents}
    return Scope(shop, contact_id, subjects, made, run.data if run else None, run.trigger if run else None)


def _kind(shop: Shop, message: Message) -> str:
    """Return which wording a message has by default: of a document, of several, of those with one link, of a link."""
    if _of_voucher(shop, message):
        return VOUCHER_RECEIPT
    if message.template in ASKING and "link" in message.subject_ids:
        return f"{message.template}_all" if message.documents else f"{message.template}_link"
    many = message.template in OF_MANY and len(message.documents) > 1
    return f"{message.template}_many" if many else message.template


def _templates(shop: Shop, message: Message, locale: str) -> tuple[str, str]:
    """Return the step's own wording, where it has one, else the default for the kind of message."""
    default = default_wording(_kind(shop, message), locale)
    settings = _settings(shop, message)
    if settings is None or message.template == "receipt":
        return default.subject, default.message
    return settings.subject or default.subject, settings.message or default.message


def _of_voucher(shop: Shop, message: Message) -> bool:
    """Whether a receipt is for a voucher for anything: no invoice will show that (R10)."""
    if message.template != "receipt":
        return False
    parts = shop.allocations.by("payment_id", message.subject_ids.get("payment"))
    charges = (shop.charges.get(part.charge_id) for part in parts if part.amount > 0)
    return any(charge is not None and charge.voucher_purpose == MULTI_PURPOSE for charge in charges)


def _settings(shop: Shop, message: Message) -> Wording | None:
    if message.automation_id is None or message.version is None:
        return None
    published = shop.rulebook.version(message.automation_id, message.version)
    if published is None:
        return None
    for op in published.program.ops:
        settings = getattr(op, "settings", None)
        if op.label == message.step and isinstance(settings, Wording):
            return settings
    return None
