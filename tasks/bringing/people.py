"""People: who takes part, pays or is named, with what stands between us and writing to them."""

from datetime import timedelta

from models.automation import DailyCount, LimitSlot
from models.card import DEAD_SQL, LIVE_SQL, CardAttempt
from models.charge import Charge, NotedCharge
from models.contact import Contact, Hold, Mandate
from models.occurrence import Occurrence
from models.payment_link import PaymentLink
from models.scheduling import PORTION
from tasks.arrays import pairs_sql, spread
from tasks.bringing.shelves import Bringer
from tasks.seeds import Pairs, Seeds

REMEMBERED = timedelta(minutes=1)
"""How long a slot that is free again is still loaded: items are decided at their own instants, a little before now."""

WESTERNMOST = timedelta(hours=13)
"""So much may a local date lie behind that of UTC, the age of what is decided included."""

_NOTED_FOR = (
    f"(t.business_id, t.contact_id) IN (WITH RECURSIVE family(b, c) AS (SELECT * FROM {pairs_sql()} UNION"  # noqa: S608  # names are ours
    " SELECT f.b, n.id FROM family f CROSS JOIN LATERAL ("
    " SELECT unnest(ARRAY[bill_to, merged_into]) FROM contacts WHERE business_id = f.b AND id = f.c"
    " UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND bill_to = f.c"
    " UNION ALL SELECT id FROM contacts WHERE business_id = f.b AND merged_into = f.c) n(id) WHERE n.id IS NOT NULL)"
    " SELECT * FROM family)"
)
"""Notes of contacts who may have one payer: who bills to whom, who was merged into whom, and so on."""

_AUDIENCES = (
    "SELECT k.b, c.id FROM unnest(%s::text[], %s::text[]) AS k(b, after) CROSS JOIN LATERAL"
    ' (SELECT id FROM contacts WHERE business_id = k.b AND id COLLATE "C" > k.after ORDER BY id COLLATE "C" LIMIT %s) c'
)


class People(Bringer):
    """Brings clients, their holds, links and cards, and what was noted for them."""

    def _people(self, seeds: Seeds) -> None:
        """Take everybody who takes part, pays or is named, and whom they name as payer."""
        people = seeds.pairs["contacts"] | self._all("bookings", "contact_id") | self._all("orders", "contact_id")
        people |= self._all("invoices", "contact_id") | self._all("charges", "contact_id")
        people |= self._all("payments", "contact_id")
        people = self._acquaint(people)
        self._by(Hold, "holds", "contact_id", people, " AND t.ended_at IS NULL")
        self._links({pair for pair in people if self.shops[pair[0]].rulebook.links})
        self._cards({pair for pair in people if self.shops[pair[0]].business.cards})
        self._by(LimitSlot, "slots", "contact_id", people, f" AND t.until > '{self.now - REMEMBERED}'")
        self._by(DailyCount, "daily", "contact_id", people, f" AND t.day >= '{(self.now - WESTERNMOST).date()}'")

    def _acquaint(self, people: Pairs) -> Pairs:
        """Take contacts, whom they name as payer and as whom they go on since they were merged; return all of them."""
        self._by(Contact, "contacts", "id", people)
        while others := (self._all("contacts", "bill_to") | self._all("contacts", "merged_into")) - people:
            self._by(Contact, "contacts", "id", others)
            people = people | others
        return people

    def _links(self, people: Pairs) -> None:
        """Take the open payment links of clients."""
        self._by(PaymentLink, "links", "contact_id", people, " AND t.state = 'open'")

    def _cards(self, people: Pairs) -> None:
        """Take saved cards, what is under way on them and what tells that one is dead, of who takes cards."""
        self._by(Mandate, "mandates", "contact_id", people, " AND t.ended_at IS NULL")
        self._by(CardAttempt, "attempts", "contact_id", people, f" AND (t.{LIVE_SQL} OR t.{DEAD_SQL})")

    def _noted(self, seeds: Seeds) -> None:
        """Take the charges noted over a limit for the contacts in question, and for others of the same payers (R7)."""
        contacts = seeds.pairs["contacts"] | self._all("bookings", "contact_id")
        contacts -= self._closed["contacts"]
        self._closed["contacts"] |= contacts
        asked = [pair for pair in contacts if self.shops[pair[0]].rulebook.merges]
        if not asked:
            return
        businesses, ids = zip(*asked, strict=True)
        rows = self._shelve(NotedCharge, "noted", _NOTED_FOR, spread(businesses), spread(ids))
        if rows:
            self._by(Charge, "charges", "id", {(values[0], values[2]) for values in rows})
            seeds.pairs["orders"] |= self._all("charges", "order_id")

    def _audiences(self, seeds: Seeds) -> None:
        """Name the next clients of occurrences, in the order of their ids as Python compares them."""
        if not seeds.audiences:
            return
        self._by(Occurrence, "occurrences", "id", seeds.audiences)
        opened = [(name, self.shops[name].occurrences.get(id_)) for name, id_ in seeds.audiences]
        due = [(name, one) for name, one in opened if one is not None and one.next_at is not None]
        automations = {(name, one.automation_id) for name, one in due}
        self._by(Occurrence, "occurrences", "automation_id", automations, " AND t.next_at IS NOT NULL")
        for name, contact_id in self.connection.execute(
            _AUDIENCES, ([name for name, _ in due], [one.reached for _, one in due], PORTION)
        ):
            seeds.add("contacts", name, [contact_id])
