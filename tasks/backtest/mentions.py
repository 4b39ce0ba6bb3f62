"""Mentions: until when what comes names a thing, so that what is settled can be forgotten (`tasks.backtest.settled`).

They take the same room however many things are named: two slots of each name, found by its hash, hold the last place
at which a name of theirs comes. The earlier of the two is never before the last mention, and seldom long after it.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec.structs import astuple

from tasks.backtest.past import Issued, Past
from tasks.engine import Arrival
from tasks.events import read_envelope, read_envelopes
from tasks.storing import Readable
from tasks.virtual.arriving import Coming

SLOTS = 2**24
"""The most slots, of four bytes each."""
EACH = 8
"""So many slots there are for each thing that comes, where that are fewer."""
HALF = 32


class Mentions:
    """The last mention of each of very many names."""

    def __init__(self, many: int) -> None:
        slots = min(SLOTS, 1 << (EACH * many).bit_length())
        self._mask = slots - 1
        self._last = array("I", bytes(4 * slots))

    def note(self, place: int, names: Iterable[str]) -> None:
        """Note that names come at a place; places only rise."""
        for name in names:
            one, other = self._slots(name)
            self._last[one] = self._last[other] = place + 1

    def still(self, place: int, names: Iterable[str]) -> bool:
        """Whether any of the names comes at a place or after it; now and then yes though none does."""
        return any(min(self._last[one], self._last[other]) > place for one, other in map(self._slots, names))

    def _slots(self, name: str) -> tuple[int, int]:
        mixed = hash(name)
        return mixed & self._mask, (mixed >> HALF) & self._mask


def mentions_in(past: Past, many: int) -> Mentions:
    """Read a past to its end, `many` things about, and note what it names."""
    found = Mentions(many)
    for one in past:
        found.note(one.position, _names(one))
    return found


def _names(one: Coming) -> Iterator[str]:
    if isinstance(one.item, Issued):
        yield from one.item.charge_ids
    read = read_envelope(one.raw, one.at, one.at) if one.raw is not None else None
    if isinstance(read, Readable):
        for item in read_envelopes([(0, read)])[0]:
            assert isinstance(item, Arrival)
            yield from chain.from_iterable(astuple(item.named))
