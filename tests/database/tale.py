"""A tale: a story that two shops hear, one in order of time, one in another order; both have to end alike."""

from contextlib import nullcontext

from tests.database.endings import Ending, differences, endings
from tests.database.histories import Data
from tests.database.town import Town, shop_in
from tests.scenarios.story import ASK, Story


class Tale(Story):
    """A story of a town; its events are numbered from 1 as they are told."""

    def __init__(self, town: Town) -> None:
        super().__init__(lambda: nullcontext(town.engine))
        self.town = town

    def asks(self, on: str = "session.booked") -> None:
        """Let every order, or every charge that is added, be asked for at once."""
        self.automation(on.partition(".")[0], on, ASK)

    @property
    def happened(self) -> list[Data]:
        """The events as upstream publishes them."""
        envelope = {"specversion": "1.0", "source": "/tale"}
        return [
            envelope | {"id": f"e{number:02}", "time": event["at"], "type": event["type"], "data": event["data"]}
            for number, event in enumerate(self.file["events"], 1)
        ]

    def ends(self, order: str) -> Ending:
        """Let two shops hear the tale afterwards, one of them in this order ("2 1 3"); return how it ended in both."""
        shop, events = shop_in(self.text()), self.happened
        first, second = self.town.opens(shop), self.town.opens(shop)
        heard = [[events[int(number) - 1]] for number in order.split()]
        assert len(heard) == len(events)
        self.town.hears({first: [[event] for event in events], second: heard})
        ended = endings(self.town, shop, [first, second])
        found = list(differences(ended[first], ended[second], billed=bool(self.file["automations"])))
        assert not found, "\n".join(found)
        return ended[first]
