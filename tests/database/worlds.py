"""Two worlds in which the same things happen: the pure rules on rows in memory, and the engine on PostgreSQL.

In memory nothing is loaded or written again: the whole shop stands on its shelves. Both decide the same items in the
same order, so whatever the loader, the writer, a window or a crash changes shows as a difference.
"""

from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import Engine

from models.db import raw, transact
from models.periods import decision_instant
from models.scenario_file import Happening, Scenario
from tasks.books import check_books
from tasks.engine import GRACE, Arrival, Item, Work
from tasks.events import read_envelope, read_envelopes
from tasks.opening import open_shop
from tasks.saved_cards import with_cards
from tasks.seeds import Seeds
from tasks.storing import Bad
from tasks.virtual.agenda import Agenda, Key
from tasks.virtual.arriving import Acting
from tasks.virtual.happenings import Happenings
from tasks.virtual.travel import Traveller
from tasks.virtual.ways_out import ways_out

CRASHES = """
CREATE SEQUENCE crashes;
CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('crashes') % 3 = 0 THEN RAISE EXCEPTION 'crash' USING ERRCODE = '40001'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER crash AFTER INSERT OR UPDATE ON journal_heads FOR EACH STATEMENT EXECUTE FUNCTION crash();
"""
"""One in three transactions that write into the books is undone near its end, and is done again."""


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
            work = Work(raw(connection), scenario.start, [business_id])
            self.shop = work.loader.load(seeds)[business_id]
        self.agenda = Agenda(scenario.start, ways_out())
        self.agenda.open(self.shop, ())
        self.agenda.listen()
        self.seen: set[tuple[str, str]] = set()

    def happens(self, happening: Happening) -> None:
        """Decide what was due before, then what happens; an event that came before is known."""
        here = happening.at, 0, happening.at, (happening.position,)
        self.passes(here)
        self.agenda.now = happening.at
        item = self._item(happening)
        if item is not None:
            self._decide(item)

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
    for _ in traveller.travel((until, 0, until, ())):
        pass


def compare(engine: Engine, world: InMemory) -> list[str]:
    """Return in what a database differs from the shop in memory, and every breach of its books."""
    shop = world.shop
    with engine.connect() as connection:
        driver = raw(connection)
        problems = [breach.text for breach in check_books(driver, shop.id)]
        problems += [f"An event died: {row[0]}" for row in driver.execute("SELECT reason FROM dead_letters")]
        entries = driver.execute("SELECT sequence, at, kind, row_id, content FROM journal ORDER BY sequence").fetchall()
        due = driver.execute("SELECT id, status, amount_due FROM invoices ORDER BY id").fetchall()
        owed = driver.execute("SELECT id, state, settled FROM charges ORDER BY id").fetchall()
    journal = [(one.sequence, one.at, one.kind, one.row_id, one.content) for one in shop.journal]
    documents = sorted((one.id, one.status, one.amount_due) for one in shop.invoices)
    charges = sorted((one.id, one.state, one.settled) for one in shop.charges)
    pairs = (("journal", entries, journal), ("document", due, documents), ("charge", owed, charges))
    return problems + [difference for what, found, known in pairs for difference in _first(what, found, known)]


def _first(what: str, found: list[tuple[Any, ...]], known: list[tuple[Any, ...]]) -> list[str]:
    """Return the first difference of two lists."""
    for there, here in zip_longest(found, known):
        if there != here:
            return [f"The first {what} that differs is {there} in the database, {here} in memory."]
    return []
