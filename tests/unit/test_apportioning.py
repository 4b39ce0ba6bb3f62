"""Money given back of debts (R28): never more than was received; what is left of each debt is what its money says."""

from hypothesis import given
from hypothesis import strategies as st

from models.apportioning import FULL, Debt, Ending, Money, Return, apportion

instants = st.integers(0, 9).map(str)
sums = st.integers(1, 100)
returns = st.lists(st.builds(Return, instants, sums | st.just(FULL), st.none(), st.just(False)), max_size=3)
credits_ = st.lists(st.builds(Return, instants, sums, st.none(), st.just(True)), max_size=3)
endings = st.none() | st.builds(Ending, instants, sums | st.just(FULL) | st.just(0), st.booleans())


@st.composite
def tales(draw: st.DrawFn) -> tuple[list[Debt], list[Money]]:
    """Draw some debts, each perhaps cancelled or partly given back, and payments for all of them."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    debts = [Debt(name, draw(sums), "EUR", draw(endings), draw(returns)) for name in names]
    moneys = [
        Money(f"p{number}", draw(instants), draw(sums), "EUR", draw(st.permutations(names)))
        for number in range(draw(st.integers(0, 3)))
    ]
    return debts, moneys


@given(tales())
def test_nothing_is_given_back_that_was_not_received(tale: tuple[list[Debt], list[Money]]) -> None:
    debts, moneys = tale
    shares = apportion(debts, moneys)
    for money in moneys:
        spent = sum(
            amount for (id_, _), amount in (*shares.given.items(), *shares.refunded.items()) if id_ == money.payment_id
        )
        assert 0 <= spent <= money.amount
    assert all(amount >= 0 for amount in (*shares.given.values(), *shares.refunded.values()))


@given(tales())
def test_what_is_left_of_a_debt_covers_its_money_and_nothing_more_if_it_has_ended(
    tale: tuple[list[Debt], list[Money]],
) -> None:
    debts, moneys = tale
    shares = apportion(debts, moneys)
    for debt in debts:
        paid = sum(amount for (_, id_), amount in shares.given.items() if id_ == debt.id)
        back = sum(amount for (_, id_), amount in shares.refunded.items() if id_ == debt.id)
        left = shares.kept.get(debt.id, debt.owed)
        assert paid <= left <= debt.owed
        if debt.id in shares.ended:
            assert left == paid
        else:
            assert left == debt.owed - back


@given(tales())
def test_a_debt_that_nothing_ends_owes_as_much_after_money_has_gone_back(tale: tuple[list[Debt], list[Money]]) -> None:
    debts, moneys = tale
    only_sums = [
        debt._replace(ending=None, returns=[back for back in debt.returns if back.amount != FULL]) for debt in debts
    ]
    without = [debt._replace(returns=[]) for debt in only_sums]
    with_returns, plain = apportion(only_sums, moneys), apportion(without, moneys)
    for debt in debts:
        before = debt.owed - sum(amount for (_, id_), amount in plain.given.items() if id_ == debt.id)
        left = with_returns.kept.get(debt.id, debt.owed)
        after = left - sum(amount for (_, id_), amount in with_returns.given.items() if id_ == debt.id)
        assert after == before


@given(tales(), st.data())
def test_a_credit_makes_a_debt_smaller_and_takes_no_money_away(
    tale: tuple[list[Debt], list[Money]], data: st.DataObject
) -> None:
    debts, moneys = tale
    credited = [debt._replace(ending=None, returns=data.draw(credits_)) for debt in debts]
    shares = apportion(credited, moneys)
    for debt in credited:
        paid = sum(amount for (_, id_), amount in shares.given.items() if id_ == debt.id)
        left = shares.kept.get(debt.id, debt.owed)
        assert 0 <= paid <= left
        assert left >= debt.owed - sum(int(one.amount) for one in debt.returns)
    assert not any(shares.refunded.values())


def test_a_credit_frees_what_was_paid_for_more_than_is_left() -> None:
    debt = Debt("a", 100, "EUR", returns=[Return("2", 30, as_credit=True)])
    shares = apportion([debt], [Money("p", "1", 80, "EUR", ["a"])])
    assert shares.kept == {"a": 70}
    assert shares.given == {("p", "a"): 70}
    assert shares.refunded == {}


def test_what_was_credited_is_not_paid_later() -> None:
    debt = Debt("a", 100, "EUR", returns=[Return("1", 30, as_credit=True)], born="0")
    assert apportion([debt], [Money("p", "2", 100, "EUR", ["a"])]).given == {("p", "a"): 70}


def test_what_a_credit_frees_goes_to_what_the_money_names_as_well() -> None:
    debts = [Debt("a", 100, "EUR", returns=[Return("2", 30, as_credit=True)]), Debt("b", 50, "EUR", born="3")]
    shares = apportion(debts, [Money("p", "1", 80, "EUR", ["a", "b"])])
    assert shares.given == {("p", "a"): 70, ("p", "b"): 10}


def test_what_comes_late_for_a_released_debt_goes_back_after_the_others_that_it_names_are_paid() -> None:
    debts = [Debt("seat", 45, "EUR", Ending("1", FULL, late=True)), Debt("other", 80, "EUR")]
    for amount, paid, back in ((80, 80, 0), (100, 80, 20), (125, 80, 45), (140, 80, 45)):
        shares = apportion(debts, [Money("p", "2", amount, "EUR", ["seat", "other"])])
        assert shares.given == {("p", "other"): paid}
        assert shares.refunded.get(("p", "seat"), 0) == shares.late.get(("p", "seat"), 0) == back


def test_what_comes_late_for_a_debt_that_was_cancelled_otherwise_stays_free() -> None:
    shares = apportion([Debt("seat", 45, "EUR", Ending("1", FULL))], [Money("p", "2", 45, "EUR", ["seat"])])
    assert (shares.given, shares.refunded, shares.late) == ({}, {}, {})
