"""Two worlds in which the same things happen: the pure rules on rows in memory, and the engine on PostgreSQL.

In memory nothing is loaded or written again: the whole shop stands on its shelves. Both decide the same items in the
same order, so whatever the loader, the writer, a window or a crash changes shows as a difference.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import zip_longest
from operator import itemgetter
from typing import Any

from sqlalchemy import Engine

from models.billing import settings_of
from models.billing_rows import BY_HAND
from models.cycles import plan_schedules
from models.db import raw, transact
from models.pausing import Stops
from models.periods import decision_instant, zone
from models.refusals import RefusedError
from models.scenario_file import Happening, Scenario
from tasks.billing import by_hand
from tasks.books import check_books
from tasks.engine import GRACE, Arrival, Item, Work
from tasks.events import read_envelope, read_envelopes
from tasks.opening import open_shop
from tasks.saved_cards import with_cards
from tasks.seeds import Seeds
from tasks.simulate import ACTOR, Simulation
from tasks.storing import Bad
from tasks.virtual.agenda import Agenda, Key
from tasks.virtual.arriving import Acting
from tasks.virtual.happenings import Happenings
from tasks.virtual.travel import Traveller
from tasks.virtual.ways_out import ways_out
from tests.database.balanced import misplaced

CRASHES = """
CREATE SEQUENCE crashes;
CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('crashes') % 3 = 0 THEN RAISE EXCEPTION 'crash' USING ERRCODE = '40001'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER crash AFTER INSERT OR UPDATE ON journal_heads FOR EACH STATEMENT EXECUTE FUNCTION crash();
"""
"""One in three transactions that write into the books is undone near its end, and is done again."""
COMPARED = {
    "journal": "sequence, at, kind, row_id, content",
    "invoices": "id, status, amount_due",
    "charges": "id, state, settled",
    "payment_links": "id, state, amount, superseded_by",
    "billing_schedules": "id, day, next_at, held_at",
    "billing_occurrences": "id, outcome, clients, documents, amounts, ended_at",
}
"""What both worlds must say alike: columns of tables, their key first."""
BILL_NOW = "bill_now"
"""What a person does who bills without waiting for a date (`relance billing run`)."""
GO_ON = "go_on"
"""What a person does who lets go on what the bound of a day has stopped (`relance billing resume`)."""


def open_world(engine: Engine, scenario: Scenario) -> None:
    """Open a scenario's shop on a database whose transactions fail now and then."""
    transact(engine, lambda c: open_shop(c, with_cards(scenario.shop), scenario.start, actor="tests"))
    transact(engine, lambda c: c.execute(CRASHES.encode()))


class InMemory:
    """A shop as it opens, on which the pure rules decide what comes."""

    def __init__(self, engine: Engine, scenario: Scenario) -> None:
        business_id = scenario.shop.business.id
        seeds = Seeds()
        seeds.add("contacts", business_id, [contact.id for contact, _ in scenario.shop.contacts])
        seeds.add("services", business_id, [service.id for service in scenario.shop.services])
        with engine.connect() as connection:
            found = raw(connection).execute("SELECT id FROM billing_schedules WHERE business_id = %s", (business_id,))
            seeds.add("schedules", business_id, [row[0] for row in found])
            work = Work(raw(connection), scenario.start, [business_id])
            self.shop = work.loader.load(seeds)[business_id]
        self.agenda = Agenda(scenario.start, ways_out())
        self.agenda.open(self.shop, ())
        for schedule in self.shop.schedules:
            schedule.next_at = schedule.next_at  # so that it is heard of
        self.agenda.listen()
        self.seen: set[tuple[str, str]] = set()

    def happens(self, happening: Happening) -> None:
        """Decide what was due before, then what happens; an event that came before is known."""
        here = happening.at, 0, happening.at, (happening.position,)
        self.passes(here)
        self.agenda.now = happening.at
        if happening.raw is None and happening.act is None:
            self._lets(happening)
            return
        item = self._item(happening)
        if item is not None:
            self._decide(item)

    def _lets(self, happening: Happening) -> None:
        """Let a person do what is no act on a document."""
        self.shop.now = happening.at
        if happening.billing is not None:
            self._set_billing(*happening.billing)
        elif happening.do == BILL_NOW:
            self._bill_now()
        elif happening.do == GO_ON:
            self._let_go_on()
        elif happening.do == "pause":
            self.shop.stops = Stops(billing=True)
        else:
            self._resume()
        self.agenda.listen()

    def _set_billing(self, whose: str | None, settings: dict[str, Any]) -> None:
        shop = self.shop
        shop.begin(f"billing {whose or ''}")
        changed = shop.contacts[whose] if whose else shop.business
        changed.billing = settings_of(changed) | settings
        plan_schedules(shop, [own for contact in shop.contacts if (own := settings_of(contact))])

    def _bill_now(self) -> None:
        """Begin to bill everybody, unless that goes on already."""
        shop = self.shop
        if all(one.schedule_id != BY_HAND or one.ended_at is not None for one in shop.billings):
            shop.billings.add(by_hand.begun_by_hand(shop.id, shop.today, shop.now, ACTOR))

    def _let_go_on(self) -> None:
        now = self.shop.now
        for one in self.shop.billings:
            if one.parked_at is not None:
                one.parked_at, one.allowed_at, one.next_at = None, now, now

    def _resume(self) -> None:
        """End a hold: what it held is due as it was."""
        self.shop.stops = Stops()
        rows: Sequence[Any] = [*self.shop.schedules, *self.shop.billings]
        for row in rows:
            if row.held_at is not None:
                row.next_at, row.held_at = row.held_at, None

    def passes(self, end: Key) -> None:
        """Decide what is due before a place in time."""
        while (key := self.agenda.first()) is not None and key < end:
            self._decide(self.agenda.pop())

    def _item(self, happening: Happening) -> Item | None:
        business_id = self.shop.id
        if happening.act is not None:
            return Acting(business_id, happening.at, happening.act, happening.position)
        read = read_envelope(happening.raw or b"", happening.at, happening.at)
        assert not isinstance(read, Bad), read
        name = read.envelope.source, read.envelope.id
        if name in self.seen:
            return None
        self.seen.add(name)
        (item,), _ = read_envelopes([(happening.position, read)])
        assert isinstance(item, Arrival)
        return item

    def _decide(self, item: Item) -> None:
        self.shop.now = decision_instant(item.due, self.agenda.now, GRACE)
        item.decide(self.shop)
        self.agenda.listen()


def play(engine: Engine, scenario: Scenario, happenings: list[Happening], until: datetime, window: int) -> None:
    """Let the same happen on PostgreSQL, so many items in a transaction."""
    business_id = scenario.shop.business.id
    upstream = Happenings(business_id, happenings)
    traveller = Traveller(engine, business_id, upstream, scenario.start, window=window)
    while (stop := upstream.stop) is not None:
        _pass(traveller, upstream.end)
        upstream.pass_stop()
        traveller.now = stop.at
        _let(engine, scenario, stop)
    _pass(traveller, (until, 0, until, ()))


def _pass(traveller: Traveller, end: Key) -> None:
    for _ in traveller.travel(end):
        pass


def _let(engine: Engine, scenario: Scenario, happening: Happening) -> None:
    """Let a person do what is no act on a document."""
    business = scenario.shop.business
    now = happening.at
    if happening.do == GO_ON:
        transact(engine, lambda c: by_hand.let_go_on(c, business.id, now, actor=ACTOR))
        return
    if happening.do != BILL_NOW:
        Simulation(engine, scenario).lets(happening)
        return
    day = now.astimezone(zone(business.timezone)).date()
    with suppress(RefusedError):  # it goes on already
        transact(engine, lambda c: by_hand.begin(c, business.id, day, now, actor=ACTOR))


def compare(engine: Engine, world: InMemory) -> list[str]:
    """Return in what a database differs from the shop in memory, and every breach of its books."""
    shop = world.shop
    known: dict[str, Iterable[Any]] = {
        "journal": shop.journal,
        "invoices": shop.invoices,
        "charges": shop.charges,
        "payment_links": shop.links,
        "billing_schedules": shop.schedules,
        "billing_occurrences": shop.billings,
    }
    problems = misplaced(shop)
    with engine.connect() as connection:
        driver = raw(connection)
        problems += [breach.text for breach in check_books(driver, shop.id)]
        problems += [f"An event died: {row[0]}" for row in driver.execute("SELECT reason FROM dead_letters")]
        for table, columns in COMPARED.items():
            found = driver.execute(f"SELECT {columns} FROM {table}".encode()).fetchall()  # noqa: S608  # ours
            names = columns.split(", ")
            problems += _first(table, found, [tuple(getattr(row, name) for name in names) for row in known[table]])
    return problems


def _first(table: str, found: list[tuple[Any, ...]], known: list[tuple[Any, ...]]) -> list[str]:
    """Return the first difference of two lists in the order of their ids."""
    for there, here in zip_longest(*(sorted(rows, key=itemgetter(0)) for rows in (found, known))):
        if there != here:
            return [f"The first of {table} that differs is {there} in the database, {here} in memory."]
    return []
