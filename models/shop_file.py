"""Shop files: a business with its contacts, services and automations, as people write them (also part of scenarios)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from babel import Locale

from models.automation_file import Automation, load_automation, read_automation
from models.billing import settings_of
from models.billing_file import read_billing, read_own_billing
from models.business import Business
from models.cards_file import read_cards
from models.condition_file import read_span
from models.coupon import Coupon
from models.coupon_file import read_coupon
from models.errors import BadInputError
from models.event_shapes import ContactData, ServiceData
from models.exchange_file import read_rates
from models.hours_file import read_hours
from models.identifiers import check_prefix
from models.money import is_currency, locale_named
from models.payment_form import read_payment_form
from models.periods import zone
from models.regime_file import read_vat
from models.series_file import read_series
from models.sms_file import read_sms
from models.suggestions import did_you_mean
from models.tax import check_rate, parse_rate
from models.undecodable import undecodable
from models.yamlfile import Node, decode

S = TypeVar("S")

SHOP_KEYS = ("business", "contacts", "services", "coupons", "automations")
BUSINESS_KEYS = (
    "id", "name", "timezone", "locale", "currency", "country", "tax_rate", "legal", "partial_payments",
    "payment_terms", "payment_window", "due_soon", "channels", "daily_cap", "quiet_hours", "send_window", "holidays",
    "billing", "email", "series_prefix", "series", "exchange_rates", "cards", "approval", "payment_links",
    "payment_form", "sms",
)  # fmt: skip
LEGAL_KEYS = (
    "name", "form", "capital", "registration", "vat_number", "address", "vat_exempt", "trade_name", "siren", "siret",
    "register_city", "tax_registration", "mediator", "penalty_rate", "discount_text", "vat_regime", "vat_due_on",
    "exemption_text", "regimes",
)  # fmt: skip
LEGAL_TEXTS = (
    "siret", "vat_number", "trade_name", "register_city", "tax_registration", "mediator", "discount_text",
    "exemption_text",
)  # fmt: skip
CHANNELS = ("email", "sms")
A_WEEK = 7 * 24 * 60
"""Minutes: the longest that a seat waits for its money."""
MOST = 10**15
"""More clients or money than any bound need be."""
UNREAD = frozenset({"", "?"})
"""Ids of what could not be read: a problem is noted there already."""

ReadText = Callable[[Node, str], tuple[str, str]]
"""Given the node and the name of a file beside this one, return its full name and its text."""


@dataclass(frozen=True, slots=True)
class PublishedText:
    """An automation to publish: what it says, and the text that is kept as its version."""

    automation: Automation
    text: str


@dataclass(frozen=True, slots=True)
class ShopFile:
    """Everything that a shop file holds; contacts and services are upstream shapes."""

    business: Business
    contacts: tuple[tuple[ContactData, dict[str, Any] | None], ...]
    services: tuple[ServiceData, ...]
    automations: tuple[PublishedText, ...]
    coupons: tuple[Coupon, ...] = ()


def load_shop(text: str | bytes, file: str, read_text: ReadText, created_at: datetime) -> ShopFile:
    """Return the shop in the text of a file, or raise `BadFileError` with all that is wrong in it."""

    def read(node: Node) -> ShopFile:
        node = node.mapping(SHOP_KEYS, required=("business",))
        return read_shop(node, created_at, lambda item: automation_entry(item, read_text))

    return decode(text, file, read)


def read_shop(node: Node, created_at: datetime, automation: Callable[[Node], PublishedText | None]) -> ShopFile:
    """Read the keys of a shop; `automation` reads an entry that names a file or is an automation itself."""
    business = read_business(node.at("business"), created_at)
    return ShopFile(
        business,
        _each(node, "contacts", lambda item: _contact(item, business), lambda read: read[0].id),
        _each(node, "services", lambda item: _service(item, business.country), lambda read: read.id),
        _each(node, "automations", automation, lambda read: read.automation.id),
        _each(node, "coupons", lambda item: read_coupon(item, business.id, created_at), lambda read: read.id),
    )


def _each(node: Node, key: str, reader: Callable[[Node], S | None], id_of: Callable[[S], str]) -> tuple[S, ...]:
    """Read the items of a list; each has an id of its own, unless it could not be read."""
    listed, found, ids = node.get(key), list[S](), set[str]()
    for item in listed.items() if listed is not None else ():
        if (read := reader(item)) is None:
            continue
        if (id_ := id_of(read)) in ids:
            item.problem(f"{id_!r} stands twice in {key}", "Keep one of them.")
        ids.update({id_} - UNREAD)
        found.append(read)
    return tuple(found)


def _contact(node: Node, business: Business) -> tuple[ContactData, dict[str, Any] | None]:
    billing = node.get("billing")
    own = read_own_billing(billing, settings_of(business)) if billing is not None else None
    return _shape(node, ContactData), own


def _service(node: Node, country: str) -> ServiceData:
    """Read a service; its VAT rate is one of the seller's country."""
    service = _shape(node, ServiceData)
    try:
        if service.tax_rate is not None:
            check_rate(country, parse_rate(service.tax_rate))
    except BadInputError as error:
        node.at("tax_rate").problem(str(error).rstrip("."))
    return service


def _shape(node: Node, shape: type[S]) -> S:
    try:
        return msgspec.convert(node.plain(), shape)
    except msgspec.ValidationError as error:
        node.problem(str(undecodable(error, shape, "")).rstrip("."))
        return msgspec.convert({"id": "?"}, shape)


def read_business(node: Node, created_at: datetime) -> Business:
    """Read a business; what is left out has its default."""
    node = node.mapping(BUSINESS_KEYS, required=("id", "name"))
    country = _checked(node, "country", "FR", _check_country)
    business = Business(
        id=_checked(node, "id", "?", _check_id),
        name=_text(node, "name", "?"),
        timezone=_checked(node, "timezone", "UTC", zone),
        locale=_checked(node, "locale", "en", _check_language),
        currency=_currency(node),
        country=country,
        created_at=created_at,
        tax_rate=_rate(node, country),
        email=_text(node, "email", "") or None,
        series_prefix=_checked(node, "series_prefix", "", check_prefix),
    )
    _terms(node, business)
    _habits(node, business)
    read_hours(node, business)
    read_cards(node, business)
    read_series(node, business)
    read_rates(node, business)
    read_payment_form(node, business)
    read_sms(node, business)
    legal = node.get("legal")
    if legal is not None:
        _legal(legal, business)
    return business


def _text(node: Node, key: str, default: str) -> str:
    found = node.get(key)
    return found.text() if found is not None else default


def _check_id(id_: str) -> None:
    """Refuse an id that addresses can't hold: browsers take `.` and `..` for a folder."""
    if id_ in {".", ".."}:
        raise BadInputError(f"{id_!r} can't be a business's id: no page would be found under it. Give it another one.")


def _check_language(locale: str) -> None:
    """Refuse a locale whose language is unknown; of a known language the nearest locale is taken."""
    locale_named(locale.replace("-", "_").partition("_")[0])


def _check_country(code: str) -> None:
    """Refuse what is not the code of a country or territory (ISO 3166)."""
    known = [name for name in map(str, Locale("en").territories) if len(name) == 2]
    if code not in known:
        raise BadInputError(f"{code!r} is no country.{did_you_mean(code, known)} Write its ISO 3166 code, as in FR.")


def _checked(node: Node, key: str, default: str, check: Callable[[str], object]) -> str:
    """Return a text that a rule of its own allows."""
    text = _text(node, key, default)
    try:
        check(text)
    except BadInputError as error:
        node.at(key).problem(str(error).rstrip("."))
    return text


def _currency(node: Node) -> str:
    found = node.get("currency")
    if found is not None and not is_currency(found.text()):
        found.problem(f"{found.text()!r} is no currency in use", "Write its ISO 4217 code, as in EUR.")
    return found.text() if found is not None else "EUR"


def _rate(node: Node, country: str) -> Decimal:
    found = node.get("tax_rate")
    if found is None:
        return Decimal(0)
    try:
        rate = parse_rate(str(found.scalar()))
        check_rate(country, rate)
    except BadInputError as error:
        found.problem(str(error).rstrip("."))
        return Decimal(0)
    return rate


def _terms(node: Node, business: Business) -> None:
    terms, soon, cap = node.get("payment_terms"), node.get("due_soon"), node.get("daily_cap")
    if terms is not None:
        business.payment_terms_days = terms.mapping(("days",), ("days",)).at("days").integer(0, 365)
    if soon is not None:
        business.due_soon_days = soon.mapping(("days",), ("days",)).at("days").integer(0, 365)
    if cap is not None:
        business.daily_cap = cap.integer(1, 100_000)
    links = node.get("payment_links")
    if links is not None:
        business.link_days = links.mapping(("days",), ("days",)).at("days").integer(1, 3650)
    channels = node.get("channels")
    if channels is not None:
        business.channels = [item.choice(CHANNELS) for item in channels.items()]


def _habits(node: Node, business: Business) -> None:
    partial, billing = node.get("partial_payments"), node.get("billing")
    window, approval = node.get("payment_window"), node.get("approval")
    if window is not None:
        business.payment_window_minutes = _minutes(window.mapping(("hours", "minutes")))
    if partial is not None:
        business.partial_payments = _partial_payments(partial.mapping(("allowed", "minimum"), ("allowed",)))
    if billing is not None:
        business.billing = read_billing(billing)
    if approval is not None:
        _approval(approval.mapping(("contacts", "amount")), business)


def _approval(node: Node, business: Business) -> None:
    """Read above how many clients and how much money, in minor units, a publication waits for approval."""
    contacts, amount = node.get("contacts"), node.get("amount")
    if contacts is not None:
        business.approval_contacts = contacts.integer(0, MOST)
    if amount is not None:
        business.approval_amount = amount.integer(0, MOST)


def _minutes(node: Node) -> int:
    """Read `{hours, minutes}`: at least a minute, at most a week."""
    span = read_span(node)
    minutes = span.hours * 60 + span.minutes
    if node.is_mapping and not 1 <= minutes <= A_WEEK:
        node.problem(f"{node.label} is not between a minute and a week", "Write {minutes: 30} or {hours: 2}.")
    return minutes


def _partial_payments(node: Node) -> dict[str, Any]:
    """Read which parts of a balance a page may take (R16); the minimum is in minor units."""
    minimum = node.get("minimum")
    return {"allowed": node.at("allowed").boolean(), "minimum": minimum.integer() if minimum is not None else 0}


def _legal(node: Node, business: Business) -> None:
    node = node.mapping(LEGAL_KEYS)
    business.legal_name = _text(node, "name", "") or None
    business.legal_form = _text(node, "form", "") or None
    business.capital = _text(node, "capital", "") or None
    business.siren = _text(node, "siren", _text(node, "registration", "")) or None
    for key in LEGAL_TEXTS:
        setattr(business, key, _text(node, key, "") or None)
    penalty, address = node.get("penalty_rate"), node.get("address")
    business.penalty_rate = penalty.decimal() if penalty is not None else None
    business.address = address.plain() if address is not None else None
    read_vat(node, business)


def automation_entry(node: Node, read_text: ReadText) -> PublishedText | None:
    """Read an automation that stands here, or in the file that is named here."""
    if node.is_scalar:
        name, text = read_text(node, node.text())
        return PublishedText(load_automation(text, name), text) if text else None
    automation = read_automation(node)
    return PublishedText(automation, msgspec.json.encode(node.plain()).decode())
