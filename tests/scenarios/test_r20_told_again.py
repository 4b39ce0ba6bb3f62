"""R20: an order told again, its money and its cancellations end alike in whatever order they come."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.database.at_work import AtWork
from tests.scenarios.promises import check_balance
from tests.scenarios.story import ASK, Databases, Story, euros, seat

THERE = "2027-01-25 14:00"
TEN = {"id": "ten-cuts", "kind": "package", "description": "Forfait 10 coupes", "price": euros(40000)}
MUG = {"id": "mug", "kind": "product", "description": "Mug", "price": euros(1000)}


def grown(story: Story) -> None:
    story.books("zoe", "cut", at="2027-01-05 10:00", when=THERE, order="o1")
    story.was_paid_upstream("o1", at="2027-01-06 10:00")
    story.books("zoe", seat("cut", THERE), seat("cut", THERE), at="2027-01-07 10:00", order="o1")
    story.was_paid_upstream("o1", at="2027-01-08 10:00")
    story.bounces("order:o1:rest:EUR:2", at="2027-01-10 10:00")


def in_two_currencies(story: Story) -> None:
    both = seat("cut", THERE), seat("cut", THERE, price=euros(2000, "USD"))
    story.books("zoe", *both, at="2027-01-05 10:00", order="o1")
    story.was_paid_upstream("o1", at="2027-01-06 10:00")
    story.bounces("order:o1:rest:USD", at="2027-01-07 10:00")
    story.was_paid_upstream("o1", at="2027-01-08 10:00")
    story.cancels("o1-b1", at="2027-01-09 10:00", refund="full")


def with_another_coupon(story: Story) -> None:
    story.books("zoe", "cut", "colour", at="2027-01-05 10:00", when=THERE, order="o1", coupon="SPRING")
    story.pays("zoe", 11250, at="2027-01-06 10:00", order="o1")
    story.books("zoe", "cut", "colour", at="2027-01-07 10:00", when=THERE, order="o1", coupon="TEN")
    story.was_paid_upstream("o1", at="2027-01-08 10:00")


def without_its_coupon(story: Story) -> None:
    story.books("zoe", "cut", at="2027-01-05 10:00", when=THERE, order="o1", coupon="SPRING")
    story.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    story.books("zoe", "cut", at="2027-01-07 10:00", when=THERE, order="o1")
    story.cancels("o1-b1", at="2027-01-08 10:00", refund="none")


def of_another_payer_without_its_coupon(story: Story) -> None:
    story.books("zoe", "cut", at="2027-01-05 10:00", when=THERE, order="o1", coupon="SPRING")
    story.books("ada", "cut", at="2027-01-06 10:00", when=THERE, order="o1", coupon="SPRING")
    story.books("leo", "cut", at="2027-01-07 10:00", when=THERE, order="o1")


def cancelled_with_its_coupon(story: Story) -> None:
    story.books("zoe", "cut", at="2027-01-05 10:00", when=THERE, order="o1", coupon="SPRING")
    story.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    story.cancels("o1-b1", at="2027-01-08 10:00", refund="none")


def no_longer_from_a_package(story: Story) -> None:
    taken = seat("cut", THERE, package="ten-cuts"), seat("colour", THERE)
    story.books("zoe", *taken, at="2027-01-05 10:00", order="o1", items=[TEN])
    story.pays("zoe", 10000, at="2027-01-06 10:00", order="o1")
    story.books("zoe", "cut", "colour", at="2027-01-07 10:00", when=THERE, order="o1", items=[TEN])
    story.was_paid_upstream("o1", at="2027-01-08 10:00")


def grown_by_what_is_not_known(story: Story) -> None:
    story.books("zoe", "cut", at="2027-01-05 10:00", when=THERE, order="o1", items=[MUG])
    story.pays("zoe", 5500, at="2027-01-06 10:00", order="o1")
    more = seat("cut", THERE), seat("nails", THERE)
    story.books("zoe", *more, at="2027-01-07 10:00", order="o1", items=[MUG | {"price": euros(1200)}])
    story.cancels("o1-b1", at="2027-01-08 10:00", refund="full")
    nails = {"id": "nails", "name": "Ongles", "price": euros(3000)}
    story.event("service.updated", "2027-01-04 10:00", {"service": nails})


TELLINGS = (
    grown,
    in_two_currencies,
    of_another_payer_without_its_coupon,
    with_another_coupon,
    without_its_coupon,
    cancelled_with_its_coupon,
    no_longer_from_a_package,
    grown_by_what_is_not_known,
)


def ended(databases: Databases, tell: Callable[[Story], None], shuffled: Random | None, *, asks: bool) -> Any:
    """Tell of all of it on one day, in order or shuffled; return what of money there is in the end."""
    story = Story(databases)
    story.file["coupons"] = [{"code": "SPRING", "percent": 10}, {"code": "TEN", "amount": euros(1000)}]
    if asks:
        story.automation("ask", "session.booked", ASK)
    tell(story)
    told = [event | {"time": event["at"], "id": f"e{number}"} for number, event in enumerate(story.file["events"])]
    if shuffled:
        shuffled.shuffle(told)
    story.file["events"] = [
        event | {"at": story.instant(f"2027-01-20 10:{minute:02}")} for minute, event in enumerate(told)
    ]
    with databases() as engine:
        work = AtWork(engine, story)
        for minute in range(len(told)):
            work.drains(f"2027-01-20 10:{minute:02}")
        check_balance(engine)
        assert work.sql("SELECT * FROM dead_letters") == []
        columns = "id, owed, kept, settled, discount" + ("" if asks else ", state, closed")
        return (
            work.sql(f"SELECT {columns} FROM charges ORDER BY id"),  # noqa: S608  # ours
            work.sql("SELECT id, amount, currency, available, status FROM payments WHERE amount <> 0 ORDER BY id"),
            work.sql("SELECT charge_id, sum(amount) FROM refunds GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1"),
            work.sql("SELECT id, used FROM coupons ORDER BY id"),
        )


@pytest.mark.parametrize("tell", TELLINGS)
@pytest.mark.parametrize("asks", [False, True])
def test_what_is_told_again_ends_alike_in_any_order(
    databases: Databases, tell: Callable[[Story], None], *, asks: bool
) -> None:
    """What an automation asks for at once stands on documents, and so may be due or invoiced."""
    in_order = ended(databases, tell, None, asks=asks)
    for seed in range(6):
        assert ended(databases, tell, Random(seed), asks=asks) == in_order, seed  # no secret
