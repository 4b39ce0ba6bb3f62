"""Consolidated billing: schedules whose date has come, and the next clients of occurrences."""

from datetime import date, timedelta

from models.billing import Mode, plan_of, settings_of
from models.billing_rows import BillingOccurrence, BillingSchedule
from tasks.billing.naming import name_clients
from tasks.bringing.people import People
from tasks.seeds import Seeds

A_DAY_ANYWHERE = timedelta(hours=50)
"""Within so long lies all that was billed on a local day, whatever the zone and its clock."""


class Billing(People):
    """Brings what cycles of billing decide about."""

    def _billed(self, seeds: Seeds) -> None:
        """Take schedules whose date has come; name the next clients of occurrences of billing, and what they owe."""
        if seeds.pairs["schedules"]:
            self._by(BillingSchedule, "schedules", "id", seeds.pairs["schedules"])
            days = [schedule.day for _, schedule in self._everything("schedules")]
            since = f" AND t.day >= '{min(days, default=date.max)}'"
            self._by(BillingOccurrence, "billings", "schedule_id", seeds.pairs["schedules"], since)
        self._by(BillingOccurrence, "billings", "id", seeds.pairs["billings"])
        named = {name for name, _ in seeds.pairs["billings"]} | {name for name, _, _ in seeds.billed}
        bounded = {name for name in named if "daily_cap" in settings_of(self.shops[name].business)}
        if bounded:
            today = "t.business_id = ANY(%s) AND t.before > %s"
            self._shelve(BillingOccurrence, "billings", today, sorted(bounded), self.now - A_DAY_ANYWHERE)
        if seeds.billed:
            self._by(BillingOccurrence, "billings", "id", {(name, id_) for name, id_, _ in seeds.billed})
            opened = ((name, self.shops[name].billings.get(id_), many) for name, id_, many in seeds.billed)
            due = [(name, one, many) for name, one, many in opened if one is not None and one.next_at is not None]
            name_clients(self.connection, self.shops, due, seeds)
        if named:
            self._links_of_billed(seeds)

    def _links_of_billed(self, seeds: Seeds) -> None:
        """Take the open links of who is billed by links, and what they ask for: the new ones may take their place."""
        people = self._acquaint(seeds.pairs["contacts"])
        asked = {(name, one.id) for name, one in self._everything("contacts") if (name, one.id) in people
                 and plan_of(self.shops[name].business, one).mode is Mode.PAYMENT_LINK}  # fmt: skip
        self._links(asked)
        for name, link in self._everything("links"):
            seeds.add("charges", name, link.charge_ids)
