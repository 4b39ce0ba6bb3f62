"""VAT: documents, parts given back, payments split; always in integers, half away from zero (R18, R27)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from models.errors import BadInputError
from models.tax import (
    ALLOWED_RATES,
    Credited,
    LineTax,
    OverCreditError,
    Priced,
    RateError,
    TaxGroup,
    check_rate,
    compute,
    credit_of_gross,
    credit_of_net,
    largest_remainder,
    parse_rate,
    rate_text,
    split_allocation,
    tax_in_gross,
    tax_on_net,
)

FRENCH = sorted(ALLOWED_RATES["FR"])
amounts = st.integers(-(10**9), 10**9)
owed = st.integers(0, 10**9)
rates = st.sampled_from(FRENCH) | st.decimals(min_value=0, max_value=100, places=4)
lines = st.builds(
    Priced,
    amount=amounts,
    gross=st.booleans(),
    category=st.sampled_from(["S", "E"]),
    rate=st.sampled_from([Decimal(20), Decimal("5.5"), Decimal("2.1"), Decimal(0)]),
    exemption=st.none(),
)
documents = st.lists(lines, max_size=12)
owing_groups = st.builds(
    lambda in_gross, in_net, rate: compute(
        [Priced(in_gross, True, "S", rate), Priced(in_net, False, "S", rate)]
    ).groups[0],
    owed,
    owed,
    st.sampled_from(FRENCH),
)


def gross(amount: int, rate: str = "20", category: str = "S") -> Priced:
    return Priced(amount, True, category, Decimal(rate))


def net(amount: int, rate: str = "20", category: str = "S") -> Priced:
    return Priced(amount, False, category, Decimal(rate))


def rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def expected_groups(document: Sequence[Priced]) -> dict[tuple[str, Decimal], tuple[int, int]]:
    """Oracle: net and VAT by category and rate, in plain Decimals."""
    groups: dict[tuple[str, Decimal], tuple[int, int]] = {}
    with localcontext(prec=60):
        for key in dict.fromkeys((line.category, line.rate) for line in document):
            nets = sum(line.amount for line in document if (line.category, line.rate) == key and not line.gross)
            owing = sum(line.amount for line in document if (line.category, line.rate) == key and line.gross)
            base = rounded(owing / (1 + key[1] / 100))
            groups[key] = (nets + base, rounded(nets * key[1] / 100) + owing - base)
    return groups


def parts_of(whole: int, data: st.DataObject) -> list[int]:
    """Cut a whole into parts of one sign."""
    cuts = sorted(data.draw(st.lists(st.integers(min(0, whole), max(0, whole)), max_size=6)), reverse=whole < 0)
    return [after - before for before, after in pairwise([0, *cuts, whole])]


# Documents


def test_a_gross_price_is_what_is_owed() -> None:
    totals = compute([gross(4500)])
    assert totals.lines == (LineTax(3750, 750, 4500),)
    assert totals.groups == (TaxGroup("S", Decimal(20), None, 3750, 750),)
    assert (totals.net, totals.tax, totals.total) == (3750, 750, 4500)


def test_a_net_price_gets_its_vat_on_top() -> None:
    totals = compute([net(10001)])
    assert totals.lines == (LineTax(10001, 2000, 12001),)
    assert (totals.net, totals.tax, totals.total) == (10001, 2000, 12001)


def test_a_gross_sum_without_an_exact_net_stays_what_is_owed() -> None:
    totals = compute([gross(4503)])
    assert (totals.net, totals.tax, totals.total) == (3753, 750, 4503)


def test_the_base_is_rounded_once_for_a_rate_not_once_a_line() -> None:
    totals = compute([gross(799)] * 31)
    assert (totals.net, totals.tax, totals.total) == (20641, 4128, 24769)
    assert sum(line.net for line in totals.lines) == 20641
    assert {line.net for line in totals.lines} == {665, 666}


def test_units_that_rounding_leaves_go_to_the_largest_remainder_then_to_the_first() -> None:
    assert [line.net for line in compute([gross(100)] * 3).lines] == [84, 83, 83]
    assert [line.net for line in compute([gross(100), gross(104), gross(100)]).lines] == [83, 87, 83]
    assert [line.tax for line in compute([net(2), net(3), net(3)]).lines] == [0, 1, 1]


def test_both_kinds_under_one_rate_are_computed_apart_and_added() -> None:
    totals = compute([gross(4503), net(3), gross(0)])
    assert totals.groups == (TaxGroup("S", Decimal(20), None, 3756, 751),)
    assert totals.lines == (LineTax(3753, 750, 4503), LineTax(3, 1, 4), LineTax(0, 0, 0))


def test_groups_stand_by_their_first_line_and_lines_where_they_were() -> None:
    totals = compute([net(100, "5.5"), gross(4500), net(100, "5.5"), net(50, "0", "E")])
    assert [(group.category, group.rate) for group in totals.groups] == [
        ("S", Decimal("5.5")),
        ("S", Decimal(20)),
        ("E", Decimal(0)),
    ]
    assert [line.gross for line in totals.lines] == [106, 4500, 105, 50]


def test_one_rate_in_two_spellings_is_one_group() -> None:
    assert len(compute([net(1, "20"), net(1, "20.00")]).groups) == 1


def test_exemption_reasons_stay_apart() -> None:
    first = Priced(100, True, "E", Decimal(0), "VATEX-FR-FRANCHISE")
    assert [group.exemption for group in compute([first, gross(100, "0", "E")]).groups] == ["VATEX-FR-FRANCHISE", None]


def test_no_line_makes_nothing() -> None:
    assert compute([]) == ((), (), 0, 0, 0)


@given(documents)
def test_groups_are_what_the_rule_says(document: list[Priced]) -> None:
    groups = {(group.category, group.rate): (group.net, group.tax) for group in compute(document).groups}
    assert groups == expected_groups(document)


@given(documents)
def test_lines_sum_to_groups_and_groups_to_the_document(document: list[Priced]) -> None:
    totals = compute(document)
    for group in totals.groups:
        members = [
            part
            for part, line in zip(totals.lines, document, strict=True)
            if (line.category, line.rate) == (group.category, group.rate)
        ]
        assert (sum(part.net for part in members), sum(part.tax for part in members)) == (group.net, group.tax)
    assert totals.net == sum(group.net for group in totals.groups)
    assert totals.tax == sum(group.tax for group in totals.groups)
    assert totals.total == totals.net + totals.tax == sum(line.gross for line in totals.lines)


@given(documents)
def test_a_line_keeps_its_price_and_strays_less_than_a_unit_from_its_own_share(document: list[Priced]) -> None:
    for part, line in zip(compute(document).lines, document, strict=True):
        assert part.net + part.tax == part.gross
        assert line.amount == (part.gross if line.gross else part.net)
        exact = line.amount / (1 + line.rate / 100) if line.gross else line.amount * line.rate / 100
        assert abs((part.net if line.gross else part.tax) - exact) < 1


@given(documents)
def test_negatives_mirror_positives(document: list[Priced]) -> None:
    totals = compute(document)
    mirrored = compute([line._replace(amount=-line.amount) for line in document])
    assert mirrored.lines == tuple(LineTax(-part.net, -part.tax, -part.gross) for part in totals.lines)
    assert [(group.net, group.tax) for group in mirrored.groups] == [(-each.net, -each.tax) for each in totals.groups]


def test_halves_that_cancel_out_mirror_too() -> None:
    half = [net(5, "10"), net(-5, "10")]
    assert [line.tax for line in compute(half).lines] == [1, -1]
    assert [line.tax for line in compute(half[::-1]).lines] == [-1, 1]


@given(lines)
def test_one_line_alone_is_computed_like_one_beside_nothing(line: Priced) -> None:
    alone, beside = compute([line]), compute([line, line._replace(amount=0)])
    assert alone.lines[0] == beside.lines[0]
    assert alone[1:] == beside[1:]


@given(owed, rates)
def test_vat_of_a_sum_stays_between_nothing_and_all(amount: int, rate: Decimal) -> None:
    assert 0 <= tax_in_gross(amount, rate) <= tax_on_net(amount, rate) <= amount


# Splitting


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_shares_sum_to_the_total_and_are_fair(total: int, weights: list[int]) -> None:
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    fair = weights if whole else [1] * len(weights)
    for share, weight in zip(shares, fair, strict=True):
        assert abs(share * sum(fair) - total * weight) < sum(fair)
    assert largest_remainder(-total, weights) == [-share for share in shares]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 50), min_size=2, max_size=6))
def test_a_heavier_weight_never_gets_less(total: int, weights: list[int]) -> None:
    shares = largest_remainder(total, weights)
    for (weight, share), (heavier, more) in pairwise(sorted(zip(weights, shares, strict=True))):
        assert share <= more or weight == heavier


def test_ties_go_to_the_first() -> None:
    assert largest_remainder(5, [1, 1, 1]) == [2, 2, 1]
    assert largest_remainder(-5, [1, 1, 1]) == [-2, -2, -1]


def test_weights_of_zero_take_nothing_unless_all_are_zero() -> None:
    assert largest_remainder(7, [0, 3, 0]) == [0, 7, 0]
    assert largest_remainder(7, [0, 0]) == [4, 3]
    assert largest_remainder(0, []) == []
    with pytest.raises(ValueError, match="nobody"):
        largest_remainder(1, [])


def test_negative_weights_split_like_positive_ones() -> None:
    assert largest_remainder(10, [-1, -3]) == largest_remainder(10, [1, 3]) == [3, 7]
    assert largest_remainder(1000, [1200, -200]) == [1200, -200]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6), st.data())
def test_payments_close_every_group_exactly_when_the_document_closes(opens: list[int], data: st.DataObject) -> None:
    left = list(opens)
    for part in parts_of(sum(opens), data):
        split = split_allocation(part, left)
        assert sum(split) == part
        assert all(0 <= share <= group for share, group in zip(split, left, strict=True))
        left = [group - share for group, share in zip(left, split, strict=True)]
    assert left == [0] * len(opens)


def test_an_allocation_is_proportional_to_what_is_open() -> None:
    assert split_allocation(1000, [12000, 4000, 0]) == [750, 250, 0]
    assert split_allocation(0, [5, 5]) == [0, 0]
    assert split_allocation(-30, [-40, -20]) == [-20, -10]


def test_a_group_below_zero_takes_its_part_too() -> None:
    assert split_allocation(500, [1200, -200]) == [600, -100]
    assert split_allocation(0, [100, -100]) == [100, -100]


@pytest.mark.parametrize(("amount", "opens"), [(11, [4, 6]), (-1, [4, 6]), (1, []), (1, [-5]), (-6, [-5])])
def test_no_more_is_allocated_than_is_open(amount: int, opens: list[int]) -> None:
    with pytest.raises(OverCreditError, match="take at most"):
        split_allocation(amount, opens)


# Giving back in parts


def test_three_equal_net_parts_give_back_no_more_vat_than_there_was() -> None:
    group = TaxGroup("S", Decimal(20), None, 10001, 2000)
    before = Credited()
    taxes = []
    for part in (3334, 3334, 3333):
        credit = credit_of_net(group, before, part)
        before = Credited(before.net + credit.net, before.tax + credit.tax)
        taxes.append(credit.tax)
    assert taxes == [667, 667, 666]


def test_gross_parts_follow_the_rate() -> None:
    group = TaxGroup("S", Decimal(20), None, 3753, 750)
    assert credit_of_gross(group, Credited(), 2000) == Credited(1667, 333)
    assert credit_of_gross(group, Credited(1667, 333), 2000) == Credited(1666, 334)
    assert credit_of_gross(group, Credited(3333, 667), 503) == Credited(420, 83)


@given(documents, st.data())
def test_any_parts_give_back_exactly_the_whole(document: list[Priced], data: st.DataObject) -> None:
    for group in compute(document).groups:
        assume(group.net * group.tax >= 0)
        before = Credited()
        for part in parts_of(group.net + group.tax, data):
            credit = credit_of_gross(group, before, part)
            assert credit.net + credit.tax == part
            assert_within(credit, before, group)
            before = Credited(before.net + credit.net, before.tax + credit.tax)
        assert before == (group.net, group.tax)


@given(documents, st.data())
def test_any_net_parts_give_back_exactly_the_whole(document: list[Priced], data: st.DataObject) -> None:
    for group in compute(document).groups:
        assume(group.net * group.tax >= 0)
        before = Credited()
        for part in parts_of(group.net, data):
            credit = credit_of_net(group, before, part)
            assert credit.net == part
            assert_within(credit, before, group)
            before = Credited(before.net + credit.net, before.tax + credit.tax)
        assert before == (group.net, group.tax)


@given(owing_groups, st.data())
def test_net_and_gross_parts_may_alternate(group: TaxGroup, data: st.DataObject) -> None:
    half = credit_of_net(group, Credited(), data.draw(st.integers(0, group.net)))
    left = group.net + group.tax - half.net - half.tax
    more = credit_of_gross(group, half, data.draw(st.integers(0, left)))
    assert_within(more, half, group)
    before = Credited(half.net + more.net, half.tax + more.tax)
    rest = credit_of_gross(group, before, group.net + group.tax - before.net - before.tax)
    assert (before.net + rest.net, before.tax + rest.tax) == (group.net, group.tax)


def assert_within(credit: Credited, before: Credited, group: TaxGroup) -> None:
    """A part never has another sign than its group, nor takes more than is left."""
    sign = -1 if group.net + group.tax < 0 else 1
    assert 0 <= sign * credit.net <= sign * (group.net - before.net)
    assert 0 <= sign * credit.tax <= sign * (group.tax - before.tax)


@given(owed, st.sampled_from(FRENCH), st.data())
def test_vat_credited_so_far_is_the_vat_of_all_credited_so_far(amount: int, rate: Decimal, data: st.DataObject) -> None:
    for basis in (True, False):
        group = compute([Priced(amount, basis, "S", rate)]).groups[0]
        give_back = credit_of_gross if basis else credit_of_net
        before, given_back = Credited(), 0
        for part in parts_of(amount, data):
            credit = give_back(group, before, part)
            before, given_back = Credited(before.net + credit.net, before.tax + credit.tax), given_back + part
            assert before.tax == (tax_in_gross if basis else tax_on_net)(given_back, rate)


@given(documents, st.data())
def test_credits_of_negative_groups_mirror_those_of_positive_ones(document: list[Priced], data: st.DataObject) -> None:
    for group in compute(document).groups:
        mirror = group._replace(net=-group.net, tax=-group.tax)
        whole = group.net + group.tax
        part = data.draw(st.integers(min(0, whole), max(0, whole)))
        credit = credit_of_gross(group, Credited(), part)
        assert credit_of_gross(mirror, Credited(), -part) == (-credit.net, -credit.tax)


def test_no_more_is_given_back_than_is_left() -> None:
    group = TaxGroup("S", Decimal(20), None, 1000, 200)
    for give_back, too_much in (
        (credit_of_gross, 601),
        (credit_of_net, 501),
        (credit_of_gross, -1),
        (credit_of_net, -1),
    ):
        with pytest.raises(OverCreditError, match=r"more than the (600|500) "):
            give_back(group, Credited(500, 100), too_much)


# Rates


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("20", "20"),
        ("20.00", "20"),
        (" 5.5 ", "5.5"),
        (5.5, "5.5"),
        (100, "100"),
        ("0", "0"),
        ("2E+1", "20"),
        ("8.875", "8.875"),
    ],
)
def test_a_rate_is_kept_in_its_shortest_form(written: str | float, kept: str) -> None:
    assert str(parse_rate(written)) == kept
    assert rate_text(Decimal(str(written).strip())) == kept


@pytest.mark.parametrize(
    "written", ["", "5,5", "20 %", "twenty", "-1", "100.1", "NaN", "Infinity", "5.00001", True, "1e99"]
)
def test_what_is_no_rate_is_refused(written: str) -> None:
    with pytest.raises(BadInputError, match="is not a VAT rate"):
        parse_rate(written)


@given(st.decimals(min_value=0, max_value=100, places=4))
@example(Decimal("-0.0000"))
def test_reading_a_rate_changes_no_value(rate: Decimal) -> None:
    assert parse_rate(str(rate)) == rate
    assert parse_rate(rate_text(parse_rate(rate))) == rate


def test_french_sellers_use_french_rates() -> None:
    for rate in ("0", "0.9", "1.05", "1.75", "2.1", "5.5", "7", "8.5", "9.2", "9.6", "10", "13", "19.6", "20", "20.6"):
        check_rate("FR", parse_rate(rate))
    with pytest.raises(RateError, match=r"19 % is no VAT rate of a seller in FR\. Choose one of 0, 0\.9, .*, 20\.6\."):
        check_rate("FR", Decimal(19))


def test_a_country_without_a_list_refuses_no_rate() -> None:
    check_rate("DE", Decimal(19))
