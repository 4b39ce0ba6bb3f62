"""Apportioning: which money pays which debt, and what cancellations leave of it (R15, R16, R20, R28).

It is reckoned as if everything had come in the order of its stamps, so any order of arrival ends in the same shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

FULL = "full"

Part = tuple[str, str]
"""A payment and a debt."""


class Ending(NamedTuple):
    """A cancellation: when it was, and what it gives back of the money received by then: `full`, or at most a sum."""

    stamp: str
    refund: str | int


class Return(NamedTuple):
    """Money given back although nothing was cancelled: `full` ends the debt as well, a sum makes it so much smaller.

    It comes from one payment if that is named, else from the newest.
    """

    stamp: str
    amount: str | int
    payment_id: str | None = None


class Debt(NamedTuple):
    """Something owed, with tax."""

    id: str
    owed: int
    currency: str
    ending: Ending | None = None
    returns: Sequence[Return] = ()


class Money(NamedTuple):
    """What a payment has for these debts: first for those that it is pinned to, then for those it names, in order."""

    payment_id: str
    stamp: str
    amount: int
    currency: str
    debts: Sequence[str] = ()
    pins: Mapping[str, int] = {}
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

    `kept` is what is left of debts that `ended`, and of those that money given back made smaller.
    """

    given: dict[Part, int] = field(default_factory=dict)
    refunded: dict[Part, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    rests: dict[str, int] = field(default_factory=dict)


def apportion(debts: Sequence[Debt], moneys: Sequence[Money], rests: Sequence[Rest] = ()) -> Shares:
    """Return the shares of all money in the debts; what no debt takes stays with its payment."""
    table = _Table({debt.id: debt for debt in debts})
    steps: list[tuple[str, int, str, Money | Rest | Debt | tuple[str, Return] | None]] = []
    steps += [(money.stamp, 0, money.payment_id, money) for money in moneys]
    steps += [(rest.stamp, 1, "", rest) for rest in rests]
    steps += [(debt.ending.stamp, 2, debt.id, debt) for debt in debts if debt.ending]
    steps += [(back.stamp, 2, debt.id, (debt.id, back)) for debt in debts for back in debt.returns]
    steps += [(max(money.stamp, money.reversed), 3, money.payment_id, None) for money in moneys if money.reversed]
    steps += [(max(rest.stamp, at), 3, payment_id, None) for rest in rests for payment_id, at in rest.reversed.items()]
    for _, _, name, step in sorted(steps, key=lambda step: step[:3]):
        match step:
            case Money():
                table.spend(step)
            case Rest():
                table.collect(step)
            case Debt(ending=Ending() as ending):
                table.end(step.id, ending)
            case (debt_id, Return() as back):
                table.give_back(debt_id, back)
            case _:
                table.reverse(name)
    return table.conclude()


class _Table:
    """The debts as they stand at one moment of the reckoning."""

    def __init__(self, debts: Mapping[str, Debt]) -> None:
        self.debts = debts
        self.open = {debt.id: debt.owed for debt in debts.values()}
        self.smaller = dict.fromkeys(debts, 0)
        self.shares = Shares()

    def spend(self, money: Money) -> None:
        left = money.amount
        for debt_id, most in [*money.pins.items(), *((debt_id, money.amount) for debt_id in money.debts)]:
            if self.debts[debt_id].currency == money.currency:
                left -= self._give(money.payment_id, debt_id, min(left, most))

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
        """Return the shares, with what is left of debts that became smaller."""
        self.shares.kept |= {
            debt_id: self.debts[debt_id].owed - less
            for debt_id, less in self.smaller.items()
            if less and debt_id not in self.shares.ended
        }
        return self.shares

    def reverse(self, payment_id: str) -> None:
        """Take out money that proved not to exist: live debts are open again, of ended ones less is kept."""
        shares = self.shares
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
