"""What a person writes to one client: words, the link of a service, a coupon's code (R19)."""

from dataclasses import dataclass

from models.catalogue import ServiceVersion, current
from models.channels import address_on, ways_to
from models.consents import Channel, forbidden
from models.contact import Contact
from models.coupon import Coupon
from models.date_forms import known_locale, show_date
from models.errors import NotFoundError
from models.message import BY_HAND, MessagePurpose
from models.messaging import queue
from models.money import format_money
from models.payer import language_of
from models.refusals import RefusedError
from models.shop import Shop
from models.tax import rate_text


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be sent: any of words, a service and a coupon; without a subject there is one of ours."""

    text: str | None = None
    subject: str | None = None
    service: str | None = None
    coupon: str | None = None
    marketing: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    hello: str
    subject: str
    code: str
    until: str


_WORDS = {
    "fr": _Words("Bonjour{}", "Un message de {}", "Votre code : {}, {} de réduction", ", jusqu'au {}"),
    "en": _Words("Hello{}", "A message from {}", "Your code: {}, {} off", ", until {}"),
}


def write_by_hand(shop: Shop, contact: Contact, said: Said) -> None:
    """Queue what a person writes to a client; refused where it may not go, or leads nowhere."""
    purpose = MessagePurpose.MARKETING if said.marketing else MessagePurpose.SERVICE
    if not ways_to(shop, contact, purpose, shop.business.channels):
        raise RefusedError(_why_not(shop, contact, purpose))
    locale = known_locale(language_of(shop, contact))
    words = _WORDS.get(locale.partition("_")[0], _WORDS["en"])
    name = f" {contact.name}" if contact.name else ""
    parts = [f"{words.hello.format(name)},", said.text, _service(shop, said), _coupon(shop, said, words, locale)]
    for message in queue(shop, contact, template=BY_HAND, purpose=purpose, documents=[], subject_ids={}):
        message.subject = said.subject or words.subject.format(shop.business.name)
        message.text = "\n\n".join(part for part in [*parts, shop.business.name] if part)


def _why_not(shop: Shop, contact: Contact, purpose: str) -> str:
    """Return why nothing can be written to a client, as a sentence."""
    reached = [channel for channel in Channel if address_on(shop, contact, channel)]
    reasons = {forbidden(contact, purpose, channel) for channel in reached}
    if not reached:
        return f"{contact.id} has no e-mail address that works. Call, or correct the address."
    why = "has not agreed to marketing" if "no_consent" in reasons else "wants no e-mails"
    return f"{contact.id} {why}. `relance contacts consent` records what a client says."


def _service(shop: Shop, said: Said) -> str | None:
    if said.service is None:
        return None
    service = current(shop.services.by("id", said.service))
    if service is None:
        raise NotFoundError(f"{shop.id} has no service {said.service!r}. `relance business show` lists them.")
    return _led(service)


def _led(service: ServiceVersion) -> str:
    if not service.url:
        raise RefusedError(f"Service {service.id} has no link. Give it a `url` in the shop file, or upstream.")
    return f"{service.name or service.id} : {service.url}"


def _coupon(shop: Shop, said: Said, words: _Words, locale: str) -> str | None:
    if said.coupon is None:
        return None
    coupon = shop.coupons.get(said.coupon)
    if coupon is None:
        raise NotFoundError(f"{shop.id} has no coupon {said.coupon!r}. `relance coupons list` shows them.")
    if coupon.revoked_at is not None or (coupon.expires_on and coupon.expires_on < shop.today):
        raise RefusedError(f"Coupon {coupon.id} holds no more. Create another one.")
    until = words.until.format(show_date(coupon.expires_on, "long", locale, shop.zone)) if coupon.expires_on else ""
    return f"{words.code.format(coupon.id, _off(coupon, locale))}{until}"


def _off(coupon: Coupon, locale: str) -> str:
    if coupon.percent is not None:
        return f"{rate_text(coupon.percent)} %"
    return format_money(coupon.amount or 0, coupon.currency or "", locale)
