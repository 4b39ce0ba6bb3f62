"""A scenario's happenings as an upstream: events and acts on documents flow, everything else stops the flow."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from models.scenario_file import Happening
from tasks.virtual.agenda import Key
from tasks.virtual.arriving import Acting, Coming


class Happenings:
    """What happens in a scenario, in order of time; `stop` is the next that is no event and no act on a document."""

    def __init__(self, business_id: str, happenings: Iterable[Happening]) -> None:
        self._left = [(_coming(business_id, place, one), one) for place, one in enumerate(happenings, 1)]
        self._place = 0
        self._stop = 0
        self._seek()

    @property
    def stop(self) -> Happening | None:
        """What stops the flow next."""
        return self._left[self._stop][1] if self._stop < len(self._left) else None

    @property
    def end(self) -> Key:
        """Where the flow stops."""
        return self._left[self._stop][0].key

    def ahead(self, many: int) -> Sequence[Coming]:
        """Return the first `many` events and acts before the stop."""
        return [coming for coming, _ in self._left[self._place : min(self._place + many, self._stop)]]

    def take(self, many: int) -> None:
        """Forget the first `many`."""
        self._place += many

    def pass_stop(self) -> None:
        """Let the flow go on."""
        self._place = self._stop = self._stop + 1
        self._seek()

    def sit_out(self, until: datetime) -> None:
        """Let the events before an instant come only then, when somebody is there to take them; people act on."""
        self._left = [
            (replace(coming, at=max(coming.at, until)) if coming.raw is not None else coming, one)
            for coming, one in self._left[self._place :]
        ]
        self._left.sort(key=lambda pair: pair[0].key)
        self._place = self._stop = 0
        self._seek()

    def _seek(self) -> None:
        while self._stop < len(self._left) and _flows(self._left[self._stop][1]):
            self._stop += 1


def _coming(business_id: str, place: int, happening: Happening) -> Coming:
    item = Acting(business_id, happening.at, happening.act, happening.position or place) if happening.act else None
    return Coming(happening.at, place, happening.raw, item)


def _flows(happening: Happening) -> bool:
    return happening.raw is not None or happening.act is not None
