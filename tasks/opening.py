"""Opening a shop: its business, contacts, services and automations become rows; doing it again changes what differs.

What a file would change is computed first, without writing (`plan_shop`), so that a person can look at it; `open_shop`
computes it again under the tenant's lock and writes it. A file that says nothing new writes nothing.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, AutomationState
from models.billing import said_for, settings_of
from models.billing_warnings import billing_warnings
from models.business import Business
from models.catalogue import ServiceVersion, current
from models.changes import change
from models.contact import Contact, PayerKind
from models.contacts import is_news, know_contact, know_service, news_of
from models.coupon import Coupon
from models.event_shapes import ServiceData
from models.identifiers import stamp
from models.matching import work_off
from models.mentions import terms_complaint
from models.ordering import complete_waiting
from models.periods import zone
from models.phones import mobile
from models.rows import columns_of
from models.rulebook import Rulebook
from models.shop import Shop
from models.shop_file import PublishedText, ShopFile
from tasks.automation_rows import find, text_of
from tasks.billing.planning import plan_billing
from tasks.billing.professionals import has_professionals
from tasks.engine import lock
from tasks.loading import Loader
from tasks.publishing import Waiting, publish, require_runnable
from tasks.seeds import Seeds
from tasks.series import require_own_series
from tasks.writing import copy, update, write

SOURCE = "/shop-file"
_OURS = ("business_id", "id", "stamp", "stamps", "rules_version", "created_at")
"""Columns that no file says."""
COUPON_KEYS = (
    "percent", "amount", "currency", "services", "valid_from", "expires_on", "most_uses", "most_per_client",
)  # fmt: skip
_KEPT = frozenset({AutomationState.ACTIVE, AutomationState.PAUSED, AutomationState.PARKED})
"""States in which the same text is left as it is: what a person or the system stopped stays stopped."""


class Verdict(StrEnum):
    """What a file does to one thing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changes; None is no value."""

    key: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file does to one business, contact, service or automation."""

    kind: str
    id: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.verdict}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shop file does, thing by thing in the file's order; and what it allows and the law does not like."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()

    @property
    def news(self) -> tuple[Entry, ...]:
        """The entries that are more than unchanged."""
        return tuple(entry for entry in self.entries if entry.verdict is not Verdict.UNCHANGED)


def plan_shop(connection: Connection[Any], shop_file: ShopFile, now: datetime) -> Plan:
    """Return what a file would do to the shop as it is."""
    require_own_series(connection, shop_file.business)
    return _Opening(connection, shop_file, now).plan()


def open_shop(
    connection: Connection[Any], shop_file: ShopFile, now: datetime, *, actor: str, approved: bool = False
) -> Plan:
    """Create or update a shop as its file says; return what was done.

    An automation that would touch too much waits for approval (R6), unless what the file publishes is `approved`.
    """
    lock(connection, [shop_file.business.id])
    require_own_series(connection, shop_file.business)
    opening = _Opening(connection, shop_file, now)
    plan = opening.plan()
    if plan.news:
        opening.write(plan, actor, approved=approved)
    return plan


class _Opening:
    """A shop file laid over the shop as it is, in memory until `write`."""

    def __init__(self, connection: Connection[Any], shop_file: ShopFile, now: datetime) -> None:
        self.connection = connection
        self.file = shop_file
        self.now = now
        self.known = self._known_business()
        self.shop = self._load() if self.known else Shop(shop_file.business, Rulebook((), ()), now)

    def _known_business(self) -> Business | None:
        columns = ", ".join(columns_of(Business))
        row = self.connection.execute(
            f"SELECT {columns} FROM businesses WHERE id = %s".encode(),  # noqa: S608  # names are ours
            (self.file.business.id,),
        ).fetchone()
        return Business(*row) if row else None

    def _load(self) -> Shop:
        name = self.file.business.id
        seeds = Seeds()
        seeds.add("contacts", name, [contact.id for contact, _ in self.file.contacts])
        seeds.add("services", name, [service.id for service in self.file.services])
        seeds.add("coupons", name, [coupon.id for coupon in self.file.coupons])
        seeds.priced.update((name, service.id, self.now) for service in self.file.services)
        return Loader(self.connection, self.now, [name]).load(seeds)[name]

    def plan(self) -> Plan:
        """Lay the file over the shop, and return what that changes."""
        entries = (*self._lay_over(), *self._automations())
        return Plan(entries, tuple(self._warnings()))

    def _warnings(self) -> Iterator[str]:
        """Yield what the law does not like in terms and cycles of the business, its groups, and clients of the file."""
        business = self.shop.business
        complaint = terms_complaint(business.country, business.payment_terms_days)
        if complaint:
            yield f"payment_terms: {complaint}."
        people = (self.shop.contacts.get(contact.id) for contact, _ in self.file.contacts)
        others = [contact for contact in people if contact and contact.kind != PayerKind.CONSUMER]
        own = ((f"client {one.id}", said_for(business, one)) for one in others if settings_of(one))
        professionals = bool(others) or has_professionals(self.connection, business.id)
        yield from billing_warnings(business, own, professionals=professionals)

    def _lay_over(self) -> Iterator[Entry]:
        """Take over what the file says of the business, its contacts and services; yield what that changes."""
        yield _entry("business", self.file.business.id, self.known, self._business())
        self.shop.business = self._business()
        mark = stamp(self.now, SOURCE, "0")
        for data, billing in self.file.contacts:
            known = self.shop.contacts.get(data.id)
            before = dataclasses.replace(known) if known else None
            contact = know_contact(self.shop, news_of(before, data) if before else data, mark)
            contact.billing = billing if billing is not None else contact.billing
            yield _entry("contact", data.id, before, contact)
        for service in self.file.services:
            yield self._service(service, mark)
        for coupon in self.file.coupons:
            yield self._coupon(coupon)

    def _business(self) -> Business:
        """Return the business as the file says it, with what is ours of the one that is known."""
        if self.known is None:
            return self.file.business
        ours = {name: getattr(self.known, name) for name in ("created_at", "rules_version", "retention_years")}
        return dataclasses.replace(self.file.business, **ours)

    def _service(self, data: ServiceData, mark: str) -> Entry:
        known = current(self.shop.services.by("id", data.id))
        if is_news(self.shop, data):
            know_service(self.shop, data, mark)
        return _entry("service", data.id, known, current(self.shop.services.by("id", data.id)))

    def _coupon(self, told: Coupon) -> Entry:
        """Take over a coupon; how often it was used stays."""
        known = self.shop.coupons.get(told.id)
        before = dataclasses.replace(known) if known else None
        if known is None:
            return _entry("coupon", told.id, None, self.shop.coupons.add(told))
        for name in COUPON_KEYS:
            setattr(known, name, getattr(told, name))
        return _entry("coupon", told.id, before, known)

    def _automations(self) -> Iterator[Entry]:
        """Yield what publishing the file's automations changes."""
        for published in self.file.automations:
            row = find(self.connection, self.file.business.id, published.automation.id)
            yield self._automation(published, row)

    def _automation(self, published: PublishedText, row: AutomationRow | None) -> Entry:
        id_ = published.automation.id
        if row is not None and row.proposal is not None and row.draft == published.text:
            return Entry("automation", id_, Verdict.UNCHANGED)  # it waits for approval already
        if row is None or row.version is None:
            require_runnable(published.automation)
            text = Difference("text", row.draft if row else None, published.text)
            return Entry("automation", id_, Verdict.CREATED, (Difference("version", None, 1), text))
        live = text_of(self.connection, row.business_id, id_, row.version)
        if live == published.text and row.state in _KEPT:
            return Entry("automation", id_, Verdict.UNCHANGED)
        require_runnable(published.automation)
        changes = [Difference("version", row.version, row.version + 1)]
        changes += [Difference("state", str(row.state), "active")] if row.state != AutomationState.ACTIVE else []
        return Entry("automation", id_, Verdict.CHANGED, (*changes, Difference("text", live, published.text)))

    def _verb(self) -> str:
        return "changed" if self.known else "created"

    def write(self, plan: Plan, actor: str, *, approved: bool) -> None:
        """Write what was laid over, complete the orders that waited for it, publish what differs."""
        news = {(entry.kind, entry.id) for entry in plan.news}
        business = self._business()
        if self.known is None:
            copy(self.connection, Business, [business])
        elif ("business", business.id) in news:
            update(self.connection, Business, [business])
            if business.country != self.known.country:
                renumber(self.connection, business)
        self.shop.business, self.shop.zone = business, zone(business.timezone)
        for service in self.file.services:
            if ("service", service.id) in news:
                complete_waiting(self.shop, service.id)
        work_off(self.shop)
        plan_billing(self.connection, self.shop)
        self.shop.changes.add(
            change(business.id, self.now, actor, "business", business.id, self._verb(), **_told(plan))
        )
        write(self.connection, [self.shop])
        for published in self.file.automations:
            if ("automation", published.automation.id) in news:
                publish(
                    self.connection,
                    business.id,
                    published,
                    self.now,
                    waiting=Waiting.FINISH,
                    actor=actor,
                    approved=approved,
                )


def renumber(connection: Connection[Any], business: Business) -> None:
    """Work out the mobile numbers of all clients anew: those without a country code are the business's country's."""
    rows = connection.execute(
        "SELECT id, phone, mobile FROM contacts WHERE business_id = %s AND phone <> ''", (business.id,)
    ).fetchall()
    news = [(id_, found) for id_, phone, known in rows if (found := mobile(phone, business.country)) != known]
    connection.execute(
        "UPDATE contacts c SET mobile = n.mobile FROM unnest(%s::text[], %s::text[]) n(id, mobile)"
        " WHERE c.business_id = %s AND c.id = n.id",
        ([id_ for id_, _ in news], [found for _, found in news], business.id),
    )


def _told(plan: Plan) -> dict[str, Any]:
    """Return what is kept of a plan for ever: settings with their values, of people only how many."""
    news: dict[str, list[Entry]] = {}
    for entry in plan.news:
        news.setdefault(entry.kind, []).append(entry)
    settings = [
        {"key": one.key, "old": one.old, "new": one.new}
        for entry in news.get("business", ())
        if entry.verdict is Verdict.CHANGED
        for one in entry.differences
    ]
    named = {
        f"{kind}s": [entry.id for entry in news[kind]] for kind in ("service", "coupon", "automation") if kind in news
    }
    counted = {"contacts": len(news["contact"])} if "contact" in news else {}
    return ({"settings": settings} if settings else {}) | counted | named


Told = Business | Contact | ServiceVersion | Coupon


def _entry(kind: str, id_: str, before: Told | None, after: Told | None) -> Entry:
    differences = tuple(_differences(before, after))
    if before is None:
        return Entry(kind, id_, Verdict.CREATED, differences)
    return Entry(kind, id_, Verdict.CHANGED if differences else Verdict.UNCHANGED, differences)


def _differences(before: Told | None, after: Told | None) -> Iterable[Difference]:
    """Yield what differs from what is known; of something new, what differs from the defaults."""
    assert after is not None
    for field in dataclasses.fields(after):
        old, new = getattr(before, field.name) if before else None, getattr(after, field.name)
        if field.name not in _OURS and new != (old if before else _default(field)):
            yield Difference(field.name, old, new)


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
