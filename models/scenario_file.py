"""Scenario files: a shop, a span of time, and what happens in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from models.acts import Act
from models.billing import settings_of
from models.billing_file import read_billing, read_own_billing
from models.consents import About, Channel, Word
from models.contact import HoldKind
from models.pausing import Scope
from models.shop_file import PublishedText, ReadText, ShopFile, automation_entry, read_shop
from models.step_file import CHANNELS
from models.yamlfile import Node, as_date, decode

KEYS = ("business", "contacts", "services", "coupons", "automations", "start", "until", "events")
DOCUMENT_KEYS = {
    "pay": ("document", "amount", "method"),
    "mark_paid": ("method",),
    "charge_card": (),
    "void": (),
    "credit": ("amount",),
    "write_off": (),
    "refund": ("amount",),
    "set_due": ("due_on",),
    "hold": ("kind", "until"),
    "release": (),
    "confirm_draft": (),
    "edit_draft": ("remove",),
    "delete_draft": (),
}
"""What each act on a document says beside the document."""
REQUIRED = {"set_due": ("due_on",), "edit_draft": ("remove",)}
"""What of it must be said."""
PAUSES = ("pause", "resume")
CARDS = ("ok", "no_funds", "lost", "none")
"""Cards that a client of a scenario may have; without a word he has one that is charged."""
OTHER_ACTS = (
    "pause_automation",
    "resume_automation",
    "archive_automation",
    "publish",
    "outage",
    "save_card",
    "consent",
    "set_billing",
    *PAUSES,
)
EVERY_ACT = (*DOCUMENT_KEYS, *OTHER_ACTS)
LONGEST_OUTAGE = 24 * 366
MAX_BYTES = 32 * 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Publishing:
    """`publish`: a new version, and what happens to waiting runs."""

    published: PublishedText
    waiting: str


@dataclass(frozen=True, slots=True)
class Pausing:
    """`pause` or `resume`: of everything, of all money or of a channel; `until` is an instant or a date's first."""

    scope: Scope
    channel: str | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of `events`: an upstream event as raw bytes, or an act; `position` counts from 1."""

    at: datetime
    raw: bytes | None = None
    do: str | None = None
    act: Act | None = None
    automation: str | None = None
    publishing: Publishing | None = None
    pausing: Pausing | None = None
    saving: tuple[str, str] | None = None
    """`save_card`: the client, and what becomes of charges of the card."""
    word: tuple[str, Word] | None = None
    """`consent`: the client, and what he says."""
    billing: tuple[str | None, dict[str, Any]] | None = None
    """`set_billing`: the client, or None for the business, and the settings that change."""
    waiting: str = "finish"
    hours: float = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario; happenings are in order of time, those of one instant in the file's order."""

    shop: ShopFile
    start: datetime
    until: datetime
    happenings: tuple[Happening, ...]

    @property
    def inside(self) -> list[Happening]:
        """What happens from the start (included) to the end (not included); the rest is left out."""
        return [happening for happening in self.happenings if self.start <= happening.at < self.until]


def load_scenario(text: str | bytes, file: str, read_text: ReadText) -> Scenario:
    """Return the scenario in the text of a file, or raise `BadFileError` with all that is wrong in it."""
    return decode(text, file, lambda node: _scenario(node, read_text), max_bytes=MAX_BYTES)


def _scenario(node: Node, read_text: ReadText) -> Scenario:
    node = node.mapping(KEYS, required=("business", "start", "until"))
    start, until = node.at("start").instant(), node.at("until").instant()
    if until <= start and not node.file.problems:
        node.at("until").problem("until is not after start", "Give the scenario some time.")
    shop = read_shop(node, start, lambda item: automation_entry(item, read_text))
    events = node.get("events")
    items: Sequence[Node] = events.items() if events is not None else ()
    known = Known(shop.business.id, settings_of(shop.business), read_text)
    happenings = [_happening(item, position, known) for position, item in enumerate(items, start=1)]
    return Scenario(shop, start, until, tuple(sorted(happenings, key=lambda happening: happening.at)))


class Known(NamedTuple):
    """What is known where something happens: the business with its settings of billing, and how a file is read."""

    business_id: str
    billing: Mapping[str, Any]
    read_text: ReadText


def _happening(node: Node, position: int, known: Known) -> Happening:
    if node.get("do") is not None:
        return replace(_act(node, known), position=position)
    node = node.mapping(
        ("at", "type", "data", "time", "id", "source", "specversion", "business"), required=("at", "type", "data")
    )
    at = node.at("at").instant()
    if not node.is_mapping:
        return Happening(at)
    plain = node.plain()
    plain.pop("at", None)
    defaults = {"specversion": "1.0", "id": str(position), "source": "/scenario", "business": known.business_id}
    envelope = defaults | {"time": at.isoformat()} | plain
    return Happening(at, raw=msgspec.json.encode(envelope), position=position)


def _act(node: Node, known: Known) -> Happening:
    at, named = node.at("at").instant(), node.at("do")
    do = named.choice(EVERY_ACT)
    if named.word != do:
        return Happening(at)
    if do in DOCUMENT_KEYS:
        return Happening(at, do=do, act=_document_act(node, do))
    if do == "outage":
        hours = node.mapping(("at", "do", "hours"), ("hours",)).at("hours").length(LONGEST_OUTAGE)
        return Happening(at, do=do, hours=hours)
    if do == "publish":
        node = node.mapping(("at", "do", "file", "waiting"), ("file",))
        waiting = node.get("waiting")
        published = automation_entry(node.at("file"), known.read_text)
        choice = waiting.choice(("finish", "move", "cancel")) if waiting is not None else "finish"
        return Happening(at, do=do, publishing=Publishing(published, choice) if published else None)
    return _other_act(node, at, do, known)


def _other_act(node: Node, at: datetime, do: str, known: Known) -> Happening:
    if do == "save_card":
        node = node.mapping(("at", "do", "contact", "card"), ("contact", "card"))
        return Happening(at, do=do, saving=(node.at("contact").text(), node.at("card").choice(CARDS)))
    if do == "consent":
        return Happening(at, do=do, word=_word(node, at))
    if do == "set_billing":
        return Happening(at, do=do, billing=_billing(node, known.billing))
    if do in PAUSES:
        return Happening(at, do=do, pausing=_pausing(node, do))
    archiving = do == "archive_automation"
    node = node.mapping(("at", "do", "automation", *(("waiting",) if archiving else ())), ("automation",))
    waiting = node.get("waiting") if archiving else None
    choice = waiting.choice(("finish", "cancel")) if waiting is not None else "finish"
    return Happening(at, do=do, automation=node.at("automation").text(), waiting=choice)


def _word(node: Node, at: datetime) -> tuple[str, Word]:
    """Read what a client says at an instant: a yes or no to a purpose on a channel (R19)."""
    node = node.mapping(("at", "do", "contact", "purpose", "channel", "agrees"), ("contact", "purpose", "agrees"))
    about = node.at("purpose").choice(tuple(About))
    channel = _read(node, "channel", lambda found: found.choice(tuple(Channel))) or Channel.EMAIL
    agrees = node.at("agrees").boolean()
    return node.at("contact").text(), Word(About(about), Channel(channel), agrees, "scenario", "scenario", at)


def _billing(node: Node, business: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Read which settings of billing change, of the business or of a client."""
    node = node.mapping(("at", "do", "billing", "contact"), ("billing",))
    contact = _read(node, "contact", Node.text)
    found = node.at("billing")
    return contact, read_billing(found, business) if contact is None else read_own_billing(found, business)


def _pausing(node: Node, do: str) -> Pausing:
    node = node.mapping(("at", "do", "channel", "money", *(("until",) if do == "pause" else ())))
    channel, money, until = node.get("channel"), node.get("money"), node.get("until")
    of_money = money.boolean() if money is not None else False
    if channel is not None and of_money:
        node.problem(f"{do} is of a channel or of money", "Write an act for each.")
    scope = Scope.CHANNEL if channel is not None else Scope.MONEY if of_money else Scope.EVERYTHING
    end = (as_date(until.word) or until.instant()) if until is not None else None
    return Pausing(scope, channel.choice(CHANNELS) if channel is not None else None, end)


def _document_act(node: Node, do: str) -> Act:
    node = node.mapping(("at", "do", "number", "contact", *DOCUMENT_KEYS[do]), REQUIRED.get(do, ()))
    number, contact = node.get("number"), node.get("contact")
    if number is None and contact is None:
        node.problem(f"{do} names no document", "Give its number, or the contact whose newest it is.")
    amount, currency = _read(node, "amount", _money) or (None, None)
    return Act(
        do,
        _read(node, "number", Node.text),
        _read(node, "contact", Node.text),
        amount,
        currency,
        method=_read(node, "method", Node.text),
        due_on=_read(node, "due_on", Node.date),
        until=_read(node, "until", Node.date),
        kind=_read(node, "kind", lambda kind: kind.choice(list(HoldKind))),
        remove=_read(node, "remove", lambda ids: tuple(one.text() for one in ids.items())) or (),
        of_link=_read(node, "document", lambda document: document.choice(("invoice", "link"))) == "link",
    )


def _read(node: Node, key: str, reader: Callable[[Node], T]) -> T | None:
    """Return what a reader makes of a key that may be left out."""
    found = node.get(key)
    return reader(found) if found is not None else None


def _money(node: Node) -> tuple[int, str]:
    node = node.mapping(("amount", "currency"), ("amount", "currency"))
    return node.at("amount").integer(), node.at("currency").text()
