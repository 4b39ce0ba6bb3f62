"""Simulation: the real engine in virtual time, on a database of its own, with gateways that only record.

Events and what time makes due are decided by the same items, loader and writer as a worker's batches, in the order of
R3, many in one transaction (`tasks.virtual`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from models.card_settings import VIRTUAL
from models.db import transact
from models.errors import BadInputError
from models.periods import zone
from models.scenario_file import Happening, Pausing, Scenario
from tasks import pauses
from tasks.billing.planning import set_billing
from tasks.desk.acting import Desk
from tasks.desk.consents import record_consent
from tasks.engine import Outcome
from tasks.lifecycle import LastRuns, archive, pause, resume
from tasks.lines import Line, Teller, refusal_line
from tasks.opening import open_shop
from tasks.publishing import Waiting, publish
from tasks.saved_cards import save_card, with_cards
from tasks.virtual.happenings import Happenings
from tasks.virtual.travel import WINDOW, Traveller

ACTOR = "scenario"
"""Who is noted as having done what the acts of a scenario do."""


@dataclass(slots=True)
class Simulation:
    """One scenario on one empty, migrated database; `run` yields its lines in order of time.

    `window` is how many items one transaction may decide; whatever it is, the lines are the same.
    """

    engine: Engine
    scenario: Scenario
    everything: bool = False
    window: int = WINDOW

    def run(self, progress: Callable[[datetime], None] | None = None) -> Iterator[Line]:
        """Run from start (included) to until (not included)."""
        scenario = self.scenario
        shop, start = with_cards(scenario.shop), scenario.start
        transact(self.engine, lambda c: open_shop(c, shop, start, actor=ACTOR, approved=True))
        happenings = Happenings(scenario.shop.business.id, scenario.inside)
        traveller = Traveller(
            self.engine,
            scenario.shop.business.id,
            happenings,
            scenario.start,
            everything=self.everything,
            window=self.window,
        )
        while (stop := happenings.stop) is not None and stop.at < scenario.until:
            yield from traveller.travel(happenings.end, progress)
            happenings.pass_stop()
            traveller.now = max(traveller.now, stop.at + timedelta(hours=stop.hours))
            if stop.do == "outage":
                happenings.sit_out(traveller.now)
            else:
                yield from self.lets(stop)
        yield from traveller.travel((scenario.until, 0, scenario.until, ()), progress)

    def lets(self, happening: Happening) -> list[Line]:
        """Let a person do what is no act on a document; what is refused is one line that says why."""
        try:
            outcome = self._act(happening)
        except BadInputError as error:
            tz = zone(self.scenario.shop.business.timezone)
            return [refusal_line(tz, happening.at, happening.do or "", error)]
        return [line for shop in outcome.shops.values() for line in Teller(shop, everything=self.everything).news()]

    def _act(self, happening: Happening) -> Outcome:
        business_id, now = self.scenario.shop.business.id, happening.at
        if happening.pausing is not None:
            self._pause(happening.pausing, happening.do, now)
        elif happening.saving is not None:
            contact, card = happening.saving
            transact(self.engine, lambda c: save_card(c, business_id, contact, VIRTUAL, card, now))
        elif happening.word is not None:
            contact, word = happening.word
            transact(self.engine, lambda c: record_consent(Desk(c, business_id, now, ACTOR), contact, word))
        elif happening.billing is not None:
            whose, settings = happening.billing
            return transact(self.engine, lambda c: set_billing(c, business_id, settings, whose, now, actor=ACTOR))
        else:
            return self._act_on_automation(happening, business_id, now)
        return Outcome({}, 0, 0)

    def _act_on_automation(self, happening: Happening, business_id: str, now: datetime) -> Outcome:
        if happening.publishing is not None:
            text, waiting = happening.publishing.published, Waiting(happening.publishing.waiting)
            return transact(
                self.engine, lambda c: publish(c, business_id, text, now, waiting=waiting, actor=ACTOR, approved=True)
            ).outcome
        name = happening.automation or ""
        if happening.do == "archive_automation":
            last = LastRuns(happening.waiting)
            ended = transact(self.engine, lambda c: archive(c, business_id, name, now, waiting=last, actor=ACTOR))
            return ended or Outcome({}, 0, 0)
        change = pause if happening.do == "pause_automation" else resume
        transact(self.engine, lambda c: change(c, business_id, name, now, actor=ACTOR))
        return Outcome({}, 0, 0)

    def _pause(self, pausing: Pausing, act: str | None, now: datetime) -> None:
        business = self.scenario.shop.business
        what = (business.id, pausing.scope, pausing.channel, now)
        until = pauses.instant_of(pausing.until, zone(business.timezone))
        if act == "pause":
            transact(self.engine, lambda c: pauses.pause(c, *what, until=until, actor=ACTOR))
        else:
            transact(self.engine, lambda c: pauses.resume(c, *what, actor=ACTOR))
