"""What a person changes of a client, told as upstream would tell it: key by key the newest value holds (R19, R20)."""

from dataclasses import dataclass, fields, replace
from typing import Any

from msgspec import convert

from models.contact import Contact
from models.contacts import news_of
from models.errors import NotFoundError
from models.event_checks import check_text
from models.event_shapes import ContactData
from models.identifiers import moment_of, stamp
from models.money import locale_named
from models.phones import is_number
from models.refusals import OPERATOR, RefusedError
from models.shop import Shop
from models.suggestions import did_you_mean
from models.undecodable import Refusal
from tasks.desk.acting import Desk, Done, noted, tell
from tasks.desk.documents import contact_named
from tasks.gateways.addresses import routable
from tasks.lines import Line

SHOWN = ("name", "email", "phone", "mobile", "address", "locale", "bill_to", "tags")
"""What is shown of a client that was changed; `mobile` is where SMS goes, by itself from `phone`."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to hold of a client: what is None stays, an empty text clears; tags are put on it, or taken off."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    locale: str | None = None
    bill_to: str | None = None
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()

    def texts(self) -> dict[str, str | None]:
        """Return the texts that are said, on one line each; None where one is to be cleared."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name in SHOWN and one.name != "tags"}
        return {key: _one_line(key, text) for key, text in said.items() if text is not None}


def change_client(desk: Desk, contact_id: str, changes: Changes) -> Done:
    """Change what is known of a client; documents that are issued keep what they say (R13)."""
    shop, client = _client(desk, contact_id)
    told = _checked(desk, shop, client, changes)
    _require_news(client, told)
    event_id = f"change {client.id} {desk.now.isoformat()}"[:256]
    _require_newest(shop, client, told, stamp(desk.now, OPERATOR, event_id))
    note = noted("contact", client.id, "changed", keys=list(told))
    done = tell(desk, "change", note, "contact.updated", event_id, {"contact": {"id": client.id} | told})
    return replace(done, lines=[*_lines(done.shop, client), *done.lines])


def _client(desk: Desk, contact_id: str) -> tuple[Shop, Contact]:
    """Return a client with the shop around it; one that was merged goes on as another."""
    left = contact_named(desk, contact_id)
    if left != contact_id:
        raise RefusedError(f"{contact_id} is merged into {left}. Change {left}.")
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [contact_id]))
    return shop, shop.contacts[contact_id]


def _checked(desk: Desk, shop: Shop, client: Contact, changes: Changes) -> dict[str, Any]:
    """Return the keys that are told with their values, or refuse what can't be right."""
    told: dict[str, Any] = changes.texts()
    if email := told.get("email"):
        routable(email)
    if (phone := told.get("phone")) and not is_number(phone, shop.business.country):
        raise RefusedError(
            f"{phone!r} is no phone number of {shop.business.country}. Write it as it is dialled there, or with the"
            " code of its country, as in +33612345678."
        )
    if locale := told.get("locale"):
        locale_named(locale)
    if payer := told.get("bill_to"):
        told["bill_to"] = _payer(desk, client, payer)
    if changes.tags or changes.without_tags:
        told["tags"] = _tags(client, changes)
    return told


def _one_line(key: str, text: str) -> str | None:
    try:
        check_text(line := " ".join(text.split()), key)
    except Refusal as refusal:
        raise RefusedError(f"The {key} {refusal.predicate}.") from refusal
    return line or None


def _payer(desk: Desk, client: Contact, payer_id: str) -> str:
    payer = contact_named(desk, payer_id)
    if payer == client.id:
        raise RefusedError(f"{client.id} pays by itself where no payer is named. Say --payer '' to clear it.")
    return payer


def _tags(client: Contact, changes: Changes) -> list[str]:
    """Return a client's tags with those put on and without those taken off; taking off what is not there is refused."""
    added = [tag for tag in (_one_line("tag", text) for text in changes.tags) if tag]
    if missing := [tag for tag in changes.without_tags if tag not in client.tags]:
        raise NotFoundError(f"{client.id} has no tag {missing[0]!r}.{did_you_mean(missing[0], client.tags)}")
    return [tag for tag in dict.fromkeys([*client.tags, *added]) if tag not in changes.without_tags]


def _require_news(client: Contact, told: dict[str, Any]) -> None:
    """Refuse what is so already; an address that proved bad may be told again, then it is tried again."""
    news = news_of(client, convert({"id": client.id} | told, ContactData))
    tried_again = (client.email_bad and "email" in told) or (client.phone_bad and "phone" in told)
    if not tried_again and news == ContactData(client.id):
        raise RefusedError(f"There is nothing to change of {client.id}. `relance contacts show {client.id}` tells it.")


def _require_newest(shop: Shop, client: Contact, told: dict[str, Any], mark: str) -> None:
    """Refuse what would change nothing, because upstream told it with a time to come (R20)."""
    for key in told:
        if (known := client.stamps.get(key, "")) >= mark:
            until = moment_of(known).astimezone(shop.zone).isoformat(timespec="seconds")
            raise RefusedError(f"Upstream told the {key} of {client.id} as of {until}. Change it after that.")


def _lines(shop: Shop, before: Contact) -> list[Line]:
    """Return what has changed of a client, a line for each value."""
    after = shop.contacts[before.id]
    at = shop.now.astimezone(shop.zone).isoformat(timespec="seconds")
    return [
        {"at": at, "kind": "changed", "contact": before.id, "what": key, "was": was, "is": now}
        for key in SHOWN
        if (was := getattr(before, key)) != (now := getattr(after, key))
    ]
