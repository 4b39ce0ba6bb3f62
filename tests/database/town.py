"""A town: shops of one database, alike but for their names, each of which hears of the same events in another order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, zip_longest

from sqlalchemy import Engine

from models.db import transact
from models.scenario_file import load_scenario
from models.shop_file import ShopFile
from tasks import events
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail
from tasks.opening import open_shop
from tasks.settings import Settings
from tasks.shell import Shell
from tests.database.histories import Data

BEFORE = datetime(2027, 1, 1, tzinfo=UTC)
AFTERWARDS = datetime(2027, 3, 1, tzinfo=UTC)
"""When everything has happened that shops hear of late."""

Batches = Sequence[Sequence[Data]]
"""Events without their business, as they arrive together."""


def shop_in(scenario: str) -> ShopFile:
    """Return the shop of a scenario."""
    return load_scenario(scenario, "shop.yaml", lambda _node, name: (name, "")).shop


class Town:
    """Shops with a worker behind the stream, in this process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._clock, self._stream = VirtualClock(AFTERWARDS), MemoryStream()
        settings = Settings(batch_size=500)
        self._shell = Shell(engine, self._clock, settings, SilentBells(), self._stream, RecordingMail())
        self._names = (f"shop-{number}" for number in count(1))

    def opens(self, shop: ShopFile) -> str:
        """Open one more shop like this one; return its id."""
        name = next(self._names)
        one = replace(shop, business=replace(shop.business, id=name))
        transact(self.engine, lambda c: open_shop(c, one, BEFORE, actor="test"))
        return name

    def lives(self, name: str, happened: Sequence[Data]) -> None:
        """Let a shop hear of each event at its instant."""
        for event in happened:
            self._clock.at = datetime.fromisoformat(event["time"])
            self._hear({name: [event]})
        self._clock.at = AFTERWARDS

    def hears(self, tellings: Mapping[str, Batches]) -> None:
        """Let shops hear of what happened afterwards: of their first batches together, then of their second ones."""
        for batches in zip_longest(*tellings.values(), fillvalue=()):
            self._hear(dict(zip(tellings, batches, strict=True)))

    def _hear(self, told: Mapping[str, Sequence[Data]]) -> None:
        for name, batch in told.items():
            self._stream.append([json.dumps(event | {"business": name}).encode() for event in batch])
        events.drain(self._shell)
