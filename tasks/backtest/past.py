"""The past of a tenant as an upstream: stored events, documents that were issued, payments that people noted.

It is read page by page, each in a short transaction, so that a long replay holds no snapshot.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine

from models.automation_file import Automation
from models.db import encode_json, transact
from models.errors import BadInputError
from models.invoicing import invoice_charges
from models.issuing import group_charges, next_check
from models.matching import work_off
from models.payer import known_contact
from models.projection import PROJECTORS
from models.shop import Shop
from tasks.seeds import Seeds
from tasks.virtual.arriving import Coming

PAGE = 2_000
SOURCE = "/relance/noted-by-hand"
"""Where a payment comes from that a person noted: no event tells of it."""


_Told = tuple[datetime, int, int, bytes | None, Any]
"""When something came, the rank of its kind, its number in the inbox, and an event's text or what is decided."""


@dataclass(frozen=True, slots=True)
class Span:
    """What is replayed: from the oldest event whose text is kept, the candidate taking part from `since` on."""

    kept_from: datetime
    since: datetime
    until: datetime
    events: int


def span_of(engine: Engine, business_id: str, since: datetime, until: datetime) -> Span:
    """Return the span of a tenant's stored events, or say that there are none."""
    rows = transact(
        engine,
        lambda c: c.execute(
            "SELECT min(arrived_at), count(*), count(*) FILTER (WHERE arrived_at >= %s) FROM public.inbox"
            " WHERE business_id = %s AND raw <> '' AND arrived_at < %s",
            (since, business_id, until),
        ).fetchall(),
    )
    kept_from, events, within = rows[0]
    if not within:
        hint = f" The oldest that is kept arrived at {kept_from.isoformat(timespec='seconds')}." if kept_from else ""
        raise BadInputError(
            f"No event of {business_id} is kept since {since.isoformat(timespec='seconds')}; events are kept for at"
            f" most 90 days.{hint} Name an earlier date, or another business."
        )
    return Span(kept_from, since, until, events)


@dataclass(slots=True)
class Issued:
    """A document that was issued before the candidate's time: from then on its charges stand on one, without a mail."""

    business_id: str
    due: datetime
    charge_ids: list[str]
    terms_days: int
    due_on: Any
    order_id: str | None
    rank: int = 0

    def seed(self, seeds: Seeds) -> None:
        """Name the charges."""
        seeds.add("charges", self.business_id, self.charge_ids)

    def decide(self, shop: Shop) -> None:
        """Issue it, as far as its charges are here and stand on none."""
        shop.begin("issued " + " ".join(self.charge_ids))
        charges = [charge for id_ in self.charge_ids if (charge := shop.charges.get(id_)) and charge.billable]
        for group, members in group_charges(shop, charges).items():
            payer = known_contact(shop, group.payer_id)
            document = invoice_charges(shop, payer, members, terms_days=self.terms_days, order_id=self.order_id)
            if document is not None and document.check_at is not None:
                document.due_on = self.due_on or document.due_on
                document.check_at = next_check(shop, document)
        work_off(shop)


NEEDLESS = frozenset({"contact.updated", "contact.merged", "service.updated"})
"""What these tell is known from the start: contacts and services are taken as they are now."""


def types_for(automations: Iterable[Automation]) -> list[str]:
    """Return the types of events that can matter: those that change anything, and what automations listen to."""
    heard = {name for one in automations for name in (one.trigger.on, *one.stop_when)}
    return sorted((PROJECTORS.keys() - NEEDLESS) | heard)


class Past:
    """What came to a tenant from outside, in order of time: from the oldest event on, or from `since` on.

    `first` is where it begins; `taken` counts how much has been taken from the oldest on: the place of what comes next.
    """

    def __init__(
        self, engine: Engine, business_id: str, span: Span, types: Sequence[str], *, before: "Past | None" = None
    ) -> None:
        self._engine = engine
        self._business_id = business_id
        self._span = span
        self._types = types
        self.first = span.kept_from if before is None else span.since
        self.sequence: int = 0 if before is None else before.sequence
        self.taken: int = 0 if before is None else before.taken
        self._buffer: deque[tuple[int, Coming]] = deque()
        self._source = self._numbered(self.taken)

    def ahead(self, many: int) -> Sequence[Coming]:
        """Return the next `many`."""
        while len(self._buffer) < many and (one := next(self._source, None)) is not None:
            self._buffer.append(one)
        return [coming for _, coming in islice(self._buffer, many)]

    def take(self, many: int) -> None:
        """Forget the first `many`."""
        for _ in range(many):
            sequence, _ = self._buffer.popleft()
            self.sequence = sequence or self.sequence
        self.taken += many

    def __iter__(self) -> Iterator[Coming]:
        """Yield everything that is still to come."""
        return (coming for _, coming in self._source)

    def _numbered(self, place: int) -> Iterator[tuple[int, Coming]]:
        """Yield everything, each at its instant but never before the one before it, with its number in the inbox."""
        streams = (self._events(), self._payments(), self._documents())
        latest = self.first
        for position, told in enumerate(heapq.merge(*streams, key=lambda one: one[:2]), place):
            at, _, sequence, raw, item = told
            latest = max(latest, at)
            yield sequence, Coming(latest, position, raw=raw, item=item)

    def _pages(self, statement: str, first: tuple[Any, ...], **names: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement, page after page; the first columns are the key of the next page."""
        key = first
        while True:
            names |= {f"k{place}": value for place, value in enumerate(key)}
            values = names | {"business": self._business_id, "page": PAGE}
            rows = transact(self._engine, lambda c, v=values: c.execute(statement.encode(), v).fetchall())  # type: ignore[misc]
            yield from rows
            if len(rows) < PAGE:
                return
            key = rows[-1][: len(first)]

    def _events(self) -> Iterator[_Told]:
        rows = self._pages(
            "SELECT sequence, arrived_at, raw FROM public.inbox WHERE business_id = %(business)s AND raw <> ''"
            " AND type = ANY(%(types)s) AND sequence > %(k0)s AND arrived_at < %(until)s"
            " ORDER BY sequence LIMIT %(page)s",
            (self.sequence,),
            types=list(self._types),
            until=self._span.until,
        )
        latest = self.first
        for sequence, arrived_at, text in rows:
            latest = max(latest, arrived_at)
            yield latest, 0, sequence, text.encode(), None

    def _payments(self) -> Iterator[_Told]:
        """Yield the payments that people noted as events: they count wherever their charges stand."""
        rows = self._pages(
            "SELECT recorded_at, id, contact_id, amount, currency, method, received_at, charge_ids FROM public.payments"
            " WHERE business_id = %(business)s AND actor IS NOT NULL AND contact_id IS NOT NULL AND amount > 0"
            " AND (recorded_at, id) > (%(k0)s, %(k1)s) AND recorded_at < %(until)s ORDER BY recorded_at, id"
            " LIMIT %(page)s",
            (self.first, ""),
            until=self._span.until,
        )
        for at, id_, contact, amount, currency, method, received_at, charge_ids in rows:
            money = {"id": id_, "amount": {"amount": amount, "currency": currency}, "method": method}
            data: dict[str, Any] = {"contact": {"id": contact}, "payment": money | {"received_at": received_at}}
            data |= {"for": {"charges": charge_ids}} if charge_ids else {}
            event = {"specversion": "1.0", "id": id_, "source": SOURCE, "type": "payment.received", "time": at}
            yield at, 1, 0, encode_json(event | {"business": self._business_id, "data": data}), None

    def _documents(self) -> Iterator[_Told]:
        """Yield the documents that were issued before the candidate's time."""
        rows = self._pages(
            "SELECT i.created_at, i.id, i.terms_days, i.due_on, i.order_id, array_agg(l.charge_id ORDER BY l.position)"
            " FROM public.invoices i JOIN public.invoice_lines l ON l.business_id = i.business_id"
            " AND l.invoice_id = i.id AND l.charge_id IS NOT NULL WHERE i.business_id = %(business)s AND i.kind = '380'"
            " AND i.status <> 'draft' AND (i.created_at, i.id) > (%(k0)s, %(k1)s) AND i.created_at < %(since)s"
            " GROUP BY i.business_id, i.id ORDER BY 1, 2 LIMIT %(page)s",
            (self.first, ""),
            since=self._span.since,
        )
        for at, _, terms_days, due_on, order_id, charge_ids in rows:
            yield at, 2, 0, None, Issued(self._business_id, at, charge_ids, terms_days, due_on, order_id)
