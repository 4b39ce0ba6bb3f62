"""Learning about contacts and services from events: the newest value of each key wins (R20)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace as with_keys

from models.catalogue import ServiceVersion, current
from models.contact import Contact, PayerKind
from models.event_shapes import CompanyData, ContactData, ServiceData
from models.phones import mobile
from models.shop import Shop
from models.tax import check_rate

_PLAIN = ("name", "email", "phone", "locale", "address", "bill_to")
_ABSENT: dict[str, Any] = {"kind": PayerKind.CONSUMER, "cc": [], "tags": [], "custom": {}}
KEYS = (*_PLAIN, *_ABSENT, "company")
"""What an event may tell of a contact, each with a stamp of its own."""


@dataclass(frozen=True, slots=True)
class Event:
    """An upstream event at the moment of decision; `stamp` orders older and newer values (R20).

    `data` is its decoded shape, `plain` the same as JSON.
    """

    type: str
    source: str
    id: str
    time: datetime
    arrived_at: datetime
    stamp: str
    data: Any
    plain: dict[str, Any]


def know_contact(shop: Shop, data: ContactData, stamp: str) -> Contact:
    """Take over the keys that an event carries, each only if no newer event set it."""
    contact = shop.contacts.get(data.id)
    if contact is None:
        contact = shop.contacts.add(Contact(shop.id, data.id))
    news: dict[str, str] = {}
    known = contact.stamps
    for name, value in _keys(data):
        if stamp > known.get(name, ""):
            news[name] = stamp
            _take(contact, name, value)
            if name == "phone":
                contact.mobile = mobile(contact.phone, shop.business.country)
    if news:
        contact.stamps = known | news
    return contact


def news_of(contact: Contact, data: ContactData) -> ContactData:
    """Return only the keys that say something else than what is known, so that saying a thing twice changes nothing."""
    old = [name for name, value in _keys(data) if _says_nothing_new(contact, name, value)]
    return with_keys(data, **dict.fromkeys(old, UNSET))


def _says_nothing_new(contact: Contact, name: str, value: Any) -> bool:
    told = replace(contact)
    _take(told, name, value)
    return replace(told, email_bad=contact.email_bad, phone_bad=contact.phone_bad) == contact


def _keys(data: ContactData) -> list[tuple[str, Any]]:
    pairs = [(name, getattr(data, name)) for name in _PLAIN]
    pairs += [(name, getattr(data, name)) for name in _ABSENT]
    pairs.append(("company", data.company))
    return [(name, value) for name, value in pairs if value is not UNSET]


def _take(contact: Contact, name: str, value: Any) -> None:
    if name == "company":
        company = value or CompanyData()
        contact.legal_name, contact.siren, contact.vat_number = company.name, company.siren, company.vat_number
        return
    if name == "email":
        contact.email_bad = False
    if name == "phone":
        contact.phone_bad = False
    setattr(contact, name, _ABSENT.get(name) if value is None else value)


def know_service(shop: Shop, data: ServiceData, stamp: str) -> None:
    """Keep a version of a service; a VAT rate that the seller's country does not know is refused."""
    if data.tax_rate is not None:
        check_rate(shop.business.country, data.tax_rate)
    if (data.id, stamp) not in shop.services:
        shop.services.add(_version(shop, data, stamp))


def is_news(shop: Shop, data: ServiceData) -> bool:
    """Tell whether a service says something else than its newest version."""
    known = current(shop.services.by("id", data.id))
    return known is None or _version(shop, data, known.stamp) != known


def _version(shop: Shop, data: ServiceData, stamp: str) -> ServiceVersion:
    return ServiceVersion(
        shop.id,
        data.id,
        stamp,
        data.name,
        data.category,
        data.price.amount if data.price else None,
        data.price.currency if data.price else None,
        data.tax_rate,
        data.tax_included,
        data.payment,
        url=data.url,
    )
