"""VAT of documents, of partial credits and of payments, in integers, half away from zero (R18, R27).

A rate is a Decimal of per cents with at most four decimals (`Decimal("5.5")`); inside it is an integer of millionths.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from models.errors import BadInputError
from models.money import divide

OUTSIDE_VAT = "O"
EXEMPT = "E"
"""Categories of EN 16931 that bear no VAT, for a reason that the document gives."""

_WHOLE = 1_000_000
_PER_CENT = 10_000
_NO_RATE = "{!r} is not a VAT rate. {}"

ALLOWED_RATES: dict[str, frozenset[Decimal]] = {
    "FR": frozenset(
        Decimal(rate)
        for rate in (0, "0.9", "1.05", "1.75", "2.1", "5.5", 7, "8.5", "9.2", "9.6", 10, 13, "19.6", 20, "20.6")
    ),
}
"""By country of the seller: the only rates its documents may carry. A country without an entry has no such list."""


class RateError(BadInputError):
    """A VAT rate that can't be read or that the seller's country does not know."""


class OverCreditError(BadInputError):
    """More was to be given back, or allocated, than is there."""

    def __init__(self, wanted: int, left: int) -> None:
        super().__init__(f"{wanted} is more than the {left} (minor units) that is left: take at most that.")


class Priced(NamedTuple):
    """A line as priced: `amount` is quantity × price less its allowance, rounded; `gross` says that VAT is in it."""

    amount: int
    gross: bool
    category: str
    rate: Decimal
    exemption: str | None = None


class LineTax(NamedTuple):
    """What one line carries: its lines sum to their group."""

    net: int
    tax: int
    gross: int


class TaxGroup(NamedTuple):
    """The lines of one category, rate and exemption reason; EN 16931's VAT breakdown."""

    category: str
    rate: Decimal
    exemption: str | None
    net: int
    tax: int


class Totals(NamedTuple):
    """A document's figures; `lines` stand in the order they came in, `groups` by their first line."""

    lines: tuple[LineTax, ...]
    groups: tuple[TaxGroup, ...]
    net: int
    tax: int
    total: int


class Credited(NamedTuple):
    """What has been given back of a VAT group, or what one credit gives back."""

    net: int = 0
    tax: int = 0


def parse_rate(value: str | float | Decimal) -> Decimal:
    """Return a rate in per cents in its shortest form (`20`, `5.5`); 0 to 100, at most four decimals."""
    try:
        rate = Decimal(str(value).strip())
    except InvalidOperation:
        raise RateError(_NO_RATE.format(value, "Write per cents with a point, as in 20 or 5.5.")) from None
    if isinstance(value, bool) or not rate.is_finite() or not 0 <= rate <= 100:
        raise RateError(_NO_RATE.format(value, "It lies between 0 and 100 per cent."))
    _millionths(rate)
    return Decimal(rate_text(rate))


def rate_text(rate: Decimal) -> str:
    """Return a rate as people write it: `20`, `5.5`, never `2E+1`, `20.00` or `-0`."""
    return f"{abs(rate.normalize()):f}"


def check_rate(country: str, rate: Decimal) -> None:
    """Refuse a rate that the law of the seller's country does not know."""
    allowed = ALLOWED_RATES.get(country)
    if allowed is not None and rate not in allowed:
        rates = ", ".join(rate_text(known) for known in sorted(allowed))
        message = f"{rate_text(rate)} % is no VAT rate of a seller in {country}. Choose one of {rates}."
        raise RateError(message)


@lru_cache(maxsize=1024)
def _millionths(rate: Decimal) -> int:
    scaled = rate * _PER_CENT
    if scaled != int(scaled):
        raise RateError(_NO_RATE.format(str(rate), "It has more than four decimals."))
    return int(scaled)


def tax_on_net(net: int, rate: Decimal) -> int:
    """Return the VAT to add to a net sum."""
    return divide(net * _millionths(rate), _WHOLE)


def tax_in_gross(gross: int, rate: Decimal) -> int:
    """Return the VAT held in a gross sum: the gross stays what is owed, VAT is what the rounded base leaves of it."""
    return gross - divide(gross * _WHOLE, _WHOLE + _millionths(rate))


def compute(lines: Sequence[Priced]) -> Totals:
    """Return the figures of a document (R18).

    Per category and rate, net-priced lines are summed and taxed once, gross-priced lines are summed and their base is
    taken out once; the two are added. A line's share goes by largest remainder, so that lines sum to their groups.
    """
    if len(lines) == 1:
        return _compute_one(lines[0])
    return _compute_many(lines)


def _compute_one(line: Priced) -> Totals:
    """Do what `_compute_many` does, without its detours, for the most common document."""
    amount, gross, category, rate, exemption = line
    if gross:
        tax = tax_in_gross(amount, rate)
        net = amount - tax
    else:
        net = amount
        tax = tax_on_net(amount, rate)
    total = net + tax
    return Totals((LineTax(net, tax, total),), (TaxGroup(category, rate, exemption, net, tax),), net, tax, total)


def _compute_many(lines: Sequence[Priced]) -> Totals:
    kinds: dict[tuple[bool, str, Decimal, str | None], list[int]] = {}
    for position, line in enumerate(lines):
        kinds.setdefault(line[1:], []).append(position)
    parts: dict[int, LineTax] = {}
    sums: dict[tuple[str, Decimal, str | None], tuple[int, int]] = {}
    for (gross, category, rate, exemption), positions in kinds.items():
        split = _split_grosses if gross else _split_nets
        net, tax, taxed = split([lines[position].amount for position in positions], rate)
        parts.update(zip(positions, taxed, strict=True))
        group_net, group_tax = sums.get((category, rate, exemption), (0, 0))
        sums[category, rate, exemption] = (group_net + net, group_tax + tax)
    groups = tuple(TaxGroup(*key, *figures) for key, figures in sums.items())
    net, tax = sum(group.net for group in groups), sum(group.tax for group in groups)
    return Totals(tuple(parts[position] for position in range(len(lines))), groups, net, tax, net + tax)


def _split_nets(nets: list[int], rate: Decimal) -> tuple[int, int, list[LineTax]]:
    """Return net, VAT and lines of net-priced amounts under one rate."""
    net = sum(nets)
    tax = tax_on_net(net, rate)
    millionths = _millionths(rate)
    taxes = _round_together(tax, [amount * millionths for amount in nets], _WHOLE)
    return net, tax, [LineTax(amount, part, amount + part) for amount, part in zip(nets, taxes, strict=True)]


def _split_grosses(grosses: list[int], rate: Decimal) -> tuple[int, int, list[LineTax]]:
    """Return net, VAT and lines of gross-priced amounts under one rate."""
    gross = sum(grosses)
    tax = tax_in_gross(gross, rate)
    nets = _round_together(gross - tax, [amount * _WHOLE for amount in grosses], _WHOLE + _millionths(rate))
    lines = [LineTax(part, amount - part, amount) for amount, part in zip(grosses, nets, strict=True)]
    return gross - tax, tax, lines


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total in proportion to weights; the units that rounding leaves go to the largest remainders.

    Ties go to the first, negative totals mirror positive ones, and weights that sum to zero count as equal.
    """
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    if whole == 0:
        if total:
            message = f"{total} can't be split among nobody."
            raise ValueError(message)
        return []
    if whole < 0:
        weights, whole = [-weight for weight in weights], -whole
    return _round_together(total, [total * weight for weight in weights], whole)


def _round_together(total: int, numerators: list[int], denominator: int) -> list[int]:
    """Round fractions of one positive denominator so that they sum to `total`, the rounding of their exact sum."""
    if total < 0 or (total == 0 and next(filter(None, numerators), 0) < 0):
        return [-part for part in _round_together(-total, [-numerator for numerator in numerators], denominator)]
    parts = [numerator // denominator for numerator in numerators]
    missing = total - sum(parts)
    if missing:
        remainders = [-(numerator % denominator) for numerator in numerators]
        for index in sorted(range(len(parts)), key=remainders.__getitem__)[:missing]:
            parts[index] += 1
    return parts


def split_allocation(amount: int, open_groups: Sequence[int]) -> list[int]:
    """Split money over what is open of each VAT group (R27): no group gets more, and the last money closes them all.

    For a refund or a reversal give what was settled as open, and take the negative.
    """
    whole = sum(open_groups)
    if amount == whole:
        return list(open_groups)
    _refuse_more(amount, whole)
    return largest_remainder(amount, open_groups)


def credit_of_gross(group: TaxGroup, before: Credited, gross: int) -> Credited:
    """Split a credit given as a gross sum: VAT of all credited with it less VAT credited before (R18).

    Net and VAT stay within what is left of the group, and the credit that takes all that is left gives exactly that.
    """
    net_left, tax_left = group.net - before.net, group.tax - before.tax
    if gross == net_left + tax_left:
        return Credited(net_left, tax_left)
    _refuse_more(gross, net_left + tax_left)
    tax = tax_in_gross(before.net + before.tax + gross, group.rate) - before.tax
    tax = _clamp(_clamp(tax, 0, tax_left), gross - net_left, gross)
    return Credited(gross - tax, tax)


def credit_of_net(group: TaxGroup, before: Credited, net: int) -> Credited:
    """Split a credit given as a net sum, as `credit_of_gross` does one given as a gross sum (R18)."""
    net_left, tax_left = group.net - before.net, group.tax - before.tax
    if net == net_left:
        return Credited(net_left, tax_left)
    _refuse_more(net, net_left)
    tax = tax_on_net(before.net + net, group.rate) - before.tax
    return Credited(net, _clamp(tax, 0, tax_left))


def _refuse_more(wanted: int, left: int) -> None:
    if not min(0, left) <= wanted <= max(0, left):
        raise OverCreditError(wanted, left)


def _clamp(value: int, one: int, other: int) -> int:
    """Return the number nearest to `value` between two bounds, given in any order."""
    return min(max(value, min(one, other)), max(one, other))
