"""Apportioning: which money pays which debt, and what cancellations leave of it (R15, R16, R20, R28).

It is reckoned as if everything had come in the order of its stamps, so any order of arrival ends in the same shares.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

FULL = "full"

Part = tuple[str, str]
"""A payment and a debt."""


Step = tuple[str, int, str, Callable[[], None]]
"""What happens at a stamp; of several things at one stamp the lower number goes first."""


class Ending(NamedTuple):
    """A cancellation: when it was, and what it gives back of the money received by then: `full`, or at most a sum.

    With `late` so does money that comes for the debt after it, as far as nothing else that it names takes it.
    """

    stamp: str
    refund: str | int
    late: bool = False


class Return(NamedTuple):
    """Money given back although nothing was cancelled: `full` ends the debt as well, a sum makes it so much smaller.

    It comes from one payment if that is named, else from the newest. One `as_credit` goes to nobody: what is open of
    the debt is less, and what was paid for more is the client's credit.
    """

    stamp: str
    amount: str | int
    payment_id: str | None = None
    as_credit: bool = False


class Debt(NamedTuple):
    """Something owed, with tax, since `born`."""

    id: str
    owed: int
    currency: str
    ending: Ending | None = None
    returns: Sequence[Return] = ()
    born: str = ""


class Money(NamedTuple):
    """What a payment has for these debts: for those that it names, in order, as soon as they are known.

    `uses` are the others on which it was used as the client's credit: since when, and how much at most.
    """

    payment_id: str
    stamp: str
    amount: int
    currency: str
    debts: Sequence[str] = ()
    uses: Mapping[str, tuple[str, int]] = {}
    reversed: str = ""


class Rest(NamedTuple):
    """Upstream collected what was open of these debts, by one payment for each currency."""

    stamp: str
    payment_ids: Mapping[str, str]
    debts: Sequence[str]
    reversed: Mapping[str, str] = {}


@dataclass(slots=True)
class Shares:
    """What each payment gives to each debt in the end, and what of it goes back.

    `kept` is what is left of debts that `ended`, and of those that money given back made smaller. `late` is what of
    `refunded` came after its debt had ended.
    """

    given: dict[Part, int] = field(default_factory=dict)
    refunded: dict[Part, int] = field(default_factory=dict)
    late: dict[Part, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    rests: dict[str, int] = field(default_factory=dict)


def apportion(debts: Sequence[Debt], moneys: Sequence[Money], rests: Sequence[Rest] = ()) -> Shares:
    """Return the shares of all money in the debts; what no debt takes stays with its payment."""
    table = _Table({debt.id: debt for debt in debts}, {money.payment_id: money.amount for money in moneys})
    steps = [step for debt in debts for step in _steps_of_debt(table, debt)]
    steps += [step for money in moneys for step in _steps_of_money(table, money)]
    steps += [step for rest in rests for step in _steps_of_rest(table, rest)]
    for *_, step in sorted(steps, key=lambda step: step[:3]):
        step()
    return table.conclude()


def _steps_of_debt(table: "_Table", debt: Debt) -> Iterator[Step]:
    yield debt.born, 0, debt.id, partial(table.bear, debt)
    yield debt.born, 1, debt.id, table.spend_what_waited
    if debt.ending:
        yield debt.ending.stamp, 5, debt.id, partial(table.end, debt.id, debt.ending)
    for back in debt.returns:
        step = table.lessen if back.as_credit else table.give_back
        yield back.stamp, 5, debt.id, partial(step, debt.id, back)


def _steps_of_money(table: "_Table", money: Money) -> Iterator[Step]:
    """Yield what money does; upstream's clock may be ahead of ours, so credit is used once its debt is known."""
    id_ = money.payment_id
    yield money.stamp, 2, id_, partial(table.come, money)
    for debt_id, (since, most) in money.uses.items():
        yield max(since, table.debts[debt_id].born), 3, id_, partial(table.use, money, debt_id, most)
    if money.reversed:
        yield max(money.stamp, money.reversed), 6, id_, partial(table.reverse, id_)


def _steps_of_rest(table: "_Table", rest: Rest) -> Iterator[Step]:
    """Yield what a rest does: it is collected when the first of its debts is known, at the earliest."""
    at = max(rest.stamp, min(table.debts[id_].born for id_ in rest.debts))
    yield at, 4, "", partial(table.collect, rest)
    for id_, reversed_at in rest.reversed.items():
        yield max(at, reversed_at), 6, id_, partial(table.reverse, id_)


class _Table:
    """The debts as they stand at one moment of the reckoning, and what is left of the money that has come."""

    def __init__(self, debts: Mapping[str, Debt], left: dict[str, int]) -> None:
        self.debts = debts
        self.left = left
        self.open = dict.fromkeys(debts, 0)
        self.waiting: list[Money] = []
        self.smaller = dict.fromkeys(debts, 0)
        self.shares = Shares()

    def bear(self, debt: Debt) -> None:
        if debt.id not in self.shares.ended:
            self.open[debt.id] = debt.owed

    def come(self, money: Money) -> None:
        self.waiting.append(money)
        self._spend(money)

    def spend_what_waited(self) -> None:
        for money in self.waiting:
            self._spend(money)

    def _spend(self, money: Money) -> None:
        for debt_id in money.debts:
            self.use(money, debt_id, money.amount)

    def use(self, money: Money, debt_id: str, most: int) -> None:
        if self.debts[debt_id].currency == money.currency:
            id_ = money.payment_id
            self.left[id_] -= self._give(id_, debt_id, min(self.left[id_], most))

    def collect(self, rest: Rest) -> None:
        rests = self.shares.rests
        for debt_id in rest.debts:
            payment_id = rest.payment_ids[self.debts[debt_id].currency]
            rests[payment_id] = rests.get(payment_id, 0) + self._give(payment_id, debt_id, self.open[debt_id])

    def end(self, debt_id: str, ending: Ending) -> None:
        """Close a debt: give back what the cancellation says, the newest money first; the rest is kept."""
        self._take(debt_id, ending.refund)
        held = sum(amount for (_, other), amount in self.shares.given.items() if other == debt_id)
        self.shares.kept[debt_id], self.open[debt_id] = held, 0
        self.shares.ended.add(debt_id)

    def give_back(self, debt_id: str, back: Return) -> None:
        """Take money from a debt, which is so much smaller then; of one that has ended less is kept."""
        taken = self._take(debt_id, back.amount, back.payment_id)
        if debt_id in self.shares.ended:
            self.shares.kept[debt_id] -= taken
        elif back.amount == FULL:
            self.end(debt_id, Ending(back.stamp, 0))
        else:
            self.smaller[debt_id] += taken

    def lessen(self, debt_id: str, back: Return) -> None:
        """Make a debt smaller; money that paid for more is free again."""
        off = min(self.open[debt_id], int(back.amount))
        freed = self._free(debt_id, int(back.amount) - off)
        self.open[debt_id] -= off
        if debt_id in self.shares.ended:
            self.shares.kept[debt_id] -= freed
        else:
            self.smaller[debt_id] += off + freed

    def _free(self, debt_id: str, most: int) -> int:
        """Take money off a debt, the newest first; return how much."""
        left = most
        for part in reversed([part for part in self.shares.given if part[1] == debt_id]):
            away = min(left, self.shares.given[part])
            left -= away
            self.shares.given[part] -= away
            self.left[part[0]] = self.left.get(part[0], 0) + away
        return most - left

    def _take(self, debt_id: str, most: str | int, payment_id: str | None = None) -> int:
        """Move money on a debt to what goes back, the newest first; return how much."""
        given, refunded = self.shares.given, self.shares.refunded
        held = [part for part in given if part[1] == debt_id and payment_id in {None, part[0]}]
        received = sum(given[part] for part in held)
        back = left = received if most == FULL else min(received, int(most))
        for part in reversed(held):
            away = min(left, given[part])
            left -= away
            given[part] -= away
            refunded[part] = refunded.get(part, 0) + away
        return back

    def conclude(self) -> Shares:
        """Return the shares, with what came too late, and what is left of debts that became smaller."""
        for money in self.waiting:
            self._return_late(money)
        self.shares.kept |= {
            debt_id: self.debts[debt_id].owed - less
            for debt_id, less in self.smaller.items()
            if less and debt_id not in self.shares.ended
        }
        return self.shares

    def _return_late(self, money: Money) -> None:
        """Give back what is left of money that came for debts after they had ended, of each what was owed at most."""
        for debt in (self.debts[id_] for id_ in money.debts):
            ending = debt.ending
            if ending and ending.late and ending.stamp < money.stamp and debt.currency == money.currency:
                part, back = (money.payment_id, debt.id), min(self.left[money.payment_id], debt.owed)
                if back > 0:
                    self.left[part[0]] -= back
                    self.shares.late[part] = back
                    self.shares.refunded[part] = self.shares.refunded.get(part, 0) + back

    def reverse(self, payment_id: str) -> None:
        """Take out money that proved not to exist: live debts are open again, of ended ones less is kept."""
        shares = self.shares
        self.left[payment_id] = 0
        for part, amount in shares.given.items():
            if part[0] == payment_id:
                shares.given[part] = 0
                self._miss(part[1], amount)
        for part, amount in shares.refunded.items():
            if part[0] == payment_id:
                shares.refunded[part] = 0
                if part[1] not in shares.ended:
                    self.smaller[part[1]] -= amount
                    self.open[part[1]] += amount

    def _miss(self, debt_id: str, amount: int) -> None:
        if debt_id in self.shares.ended:
            self.shares.kept[debt_id] -= amount
        else:
            self.open[debt_id] += amount

    def _give(self, payment_id: str, debt_id: str, amount: int) -> int:
        part = max(0, min(amount, self.open[debt_id]))
        self.open[debt_id] -= part
        if part:
            self.shares.given[payment_id, debt_id] = self.shares.given.get((payment_id, debt_id), 0) + part
        return part
