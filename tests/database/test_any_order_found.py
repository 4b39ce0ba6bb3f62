"""R20: orders of events that once ended in another state or another sum, each found by `test_any_order`."""

from collections.abc import Iterator

import pytest

from deploy.local.postgres import Postgres
from models.db import make_engine
from tests.database.conftest import EMPTY
from tests.database.tale import Tale
from tests.database.town import Town
from tests.scenarios.story import euros, seat

MONDAY, TUESDAY, WEDNESDAY = "2027-01-04 10:00", "2027-01-05 10:00", "2027-01-06 10:00"
THURSDAY, FRIDAY = "2027-01-07 10:00", "2027-01-08 10:00"
SOON, LATER, LATEST = "2027-01-12 14:00", "2027-01-20 14:00", "2027-01-27 14:00"


@pytest.fixture(scope="module")
def town(server: Postgres) -> Iterator[Town]:
    engine = make_engine(server.create_database("tales", EMPTY))
    yield Town(engine)
    engine.dispose()


@pytest.fixture
def shop(town: Town) -> Tale:
    return Tale(town)


def item(id_: str, price: int) -> dict[str, object]:
    return {"id": id_, "kind": "product", "description": "Gel", "price": euros(price)}


# --- payments


def test_of_two_tellings_of_a_payment_the_newer_holds(shop: Tale) -> None:
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON)
    shop.pays("zoe", 4500, at=TUESDAY, payment="p", order=order.id)
    shop.pays("ada", 3000, at=WEDNESDAY, payment="p")
    assert shop.ends("1 3 2").owed == {"zoe EUR": 4500, "ada EUR": -3000}


def test_money_that_names_a_strangers_charge_waits_for_it(shop: Tale) -> None:
    shop.owes("zoe", 2500, at=MONDAY)
    shop.pays("ada", 4500, at=TUESDAY, charges=["never", "c1"])
    assert shop.ends("2 1").owed == {"ada EUR": -2000}


def test_money_that_names_a_booking_waits_for_its_service(shop: Tale) -> None:
    shop.event("service.updated", MONDAY, {"service": {"id": "massage", "price": euros(6000)}})
    order = shop.books("zoe", "massage", at=TUESDAY, when=SOON)
    shop.pays("ada", 6000, at=WEDNESDAY, charges=["never", order.booking])
    assert shop.ends("2 3 1").owed == {}


def test_money_that_a_cancelled_charge_sets_free_goes_to_what_else_it_names(shop: Tale) -> None:
    shop.owes("zoe", 2500, at=MONDAY)
    shop.owes_no_more("c1", at=TUESDAY)
    shop.owes("ada", 2500, at=TUESDAY, charge="c2")
    shop.pays("zoe", 2500, at=WEDNESDAY, charges=["c1", "c2"])
    assert shop.ends("1 4 3 2").owed == {}


def test_credit_that_others_used_comes_back_to_the_order_that_it_was_paid_for(shop: Tale) -> None:
    shop.asks("charge.added")
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON)
    shop.pays("zoe", 4500, at=TUESDAY, order=order.id)
    shop.owes("zoe", 1200, at=WEDNESDAY)
    shop.cancels(order.booking, at=THURSDAY)
    assert shop.ends("2 3 1 4").owed == {"zoe EUR": 1200}


def test_the_reversal_of_what_was_paid_with_an_order_may_come_first(shop: Tale) -> None:
    shop.books("zoe", "cut", at=MONDAY, when=SOON, paid=4500)
    shop.bounces("order:o1:paid", at=TUESDAY)
    assert shop.ends("2 1").owed == {"zoe EUR": 4500}


def test_the_reversal_of_the_rest_of_an_order_may_come_first(shop: Tale) -> None:
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON)
    shop.was_paid_upstream(order.id, at=TUESDAY)
    shop.bounces("order:o1:rest:EUR", at=WEDNESDAY)
    assert shop.ends("3 2 1").owed == {"zoe EUR": 4500}


def test_upstream_did_not_collect_what_a_payment_covered_that_bounced_later(shop: Tale) -> None:
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON)
    shop.pays("zoe", 4500, at=TUESDAY, payment="p", order=order.id)
    shop.was_paid_upstream(order.id, at=WEDNESDAY)
    shop.bounces("p", at=THURSDAY)
    assert shop.ends("1 3 4 2").owed == {"zoe EUR": 4500}


def test_of_two_reversals_the_newer_holds(shop: Tale) -> None:
    shop.pays("zoe", 4500, at=MONDAY, payment="p")
    shop.bounces("p", at=TUESDAY, reason="returned")
    shop.bounces("p", at=WEDNESDAY, reason="bounced")
    assert shop.ends("1 3 2").known["payments p"]["reverse_reason"] == "bounced"


def test_a_refund_of_money_that_never_was_is_withdrawn(shop: Tale) -> None:
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON, paid=4500)
    shop.cancels(order.booking, at=TUESDAY, refund="full")
    shop.bounces("order:o1:paid", at=WEDNESDAY)
    assert shop.ends("2 1 3").owed == {}


# --- charges told again


def test_a_discount_that_was_told_before_does_not_come_back(shop: Tale) -> None:
    shop.owes("zoe", 2500, at=MONDAY, charge="c1", discount=euros(500), fee="indemnity")
    shop.owes("zoe", 2500, at=TUESDAY, charge="c1")
    ended = shop.ends("2 1")
    assert ended.owed == {"zoe EUR": 2500}
    assert ended.known["charges c1"]["discount"] == 0


# --- orders told again


def test_an_order_may_be_told_again_as_unpaid(shop: Tale) -> None:
    shop.books("zoe", "cut", at=MONDAY, when=SOON, order="o", paid=4500)
    shop.books("zoe", "cut", at=TUESDAY, when=SOON, order="o", paid=0)
    assert shop.ends("2 1").owed == {"zoe EUR": 4500}


def test_what_was_paid_with_an_order_is_its_new_payers(shop: Tale) -> None:
    shop.asks("charge.added")
    shop.books("ada", "cut", at=MONDAY, when=SOON, order="o", paid=8000)
    shop.owes("ada", 2500, at=TUESDAY)
    shop.books("zoe", "cut", at=WEDNESDAY, when=SOON, order="o", paid=8000)
    assert shop.ends("1 3 2").owed == {"ada EUR": 2500, "zoe EUR": -3500}


def test_less_may_have_been_paid_than_was_used_as_credit(shop: Tale) -> None:
    shop.asks("charge.added")
    shop.books("zoe", "cut", at=MONDAY, when=SOON, order="o", paid=8000)
    shop.owes("zoe", 2500, at=TUESDAY)
    shop.books("zoe", "cut", at=WEDNESDAY, when=SOON, order="o", paid=4500)
    ended = shop.ends("1 3 2")
    assert ended.owed == {"zoe EUR": 2500}
    assert ended.known["charges o-b1"]["settled"] == 4500


def test_what_is_kept_of_a_booking_does_not_pay_one_that_is_added_later(shop: Tale) -> None:
    shop.books("zoe", seat("cut", LATER), at=MONDAY, order="o", paid=4500)
    shop.cancels("o-b1", at=TUESDAY)
    shop.books("zoe", seat("cut", LATER), seat("cut", SOON), at=WEDNESDAY, order="o")
    ended = shop.ends("3 2 1")
    assert ended.owed == {"zoe EUR": 4500}
    assert ended.known["charges o-b1"]["kept"] == 4500


# --- the diary


def test_a_new_time_is_for_the_session_that_the_booking_was_in(shop: Tale) -> None:
    order = shop.books("zoe", "cut", at=MONDAY, when=SOON)
    shop.moves(order.booking, to=LATER, at=TUESDAY, session="other")
    shop.moves(order.booking, to=LATEST, at=WEDNESDAY)
    ended = shop.ends("1 3 2")
    assert ended.known["charges o1-b1"]["due_on"] == "2027-01-27"
    assert ended.known["sessions o1-s1"]["starts_at"].startswith("2027-01-12")


def test_a_booking_that_nobody_knows_yet_gives_its_session_a_time(shop: Tale) -> None:
    shop.books("zoe", seat("yoga", SOON, session={"id": "class"}), at=MONDAY)
    shop.moves("unknown", to=LATER, at=TUESDAY, session="class")
    assert shop.ends("2 1").known["charges o1-b1"]["due_on"] == "2027-01-20"


def test_the_new_time_of_one_appointment_is_that_of_all_in_its_session(shop: Tale) -> None:
    for client in ("zoe", "ada"):
        shop.books(client, seat("yoga", SOON, session={"id": "class"}), at=MONDAY)
    shop.moves("o1-b1", to=LATER, at=TUESDAY)
    assert shop.ends("1 3 2").known["charges o2-b1"]["due_on"] == "2027-01-20"


def test_what_an_order_tells_of_a_session_is_told_of_all_in_it(shop: Tale) -> None:
    shop.books("zoe", seat("yoga", SOON, session={"id": "class"}), at=MONDAY)
    shop.books("ada", seat("yoga", SOON, session={"id": "class", "place": "Loft"}), at=TUESDAY)
    assert shop.ends("2 1").known["charges o1-b1"]["place"] == "Loft"


def test_a_booking_keeps_its_own_reason_when_its_session_is_cancelled_without_it(shop: Tale) -> None:
    order = shop.books("zoe", seat("yoga", SOON, session={"id": "class"}), at=MONDAY)
    shop.cancels_session("class", at=TUESDAY, reason="storm")
    shop.moves(order.booking, to=LATER, at=WEDNESDAY, session="other")
    shop.cancels(order.booking, at=THURSDAY, reason="ill")
    assert shop.ends("1 4 2 3").known["bookings o1-b1"]["cancel_reason"] == "ill"


# --- documents


def test_an_older_price_that_comes_late_takes_the_charge_off_its_invoice(shop: Tale) -> None:
    shop.asks()
    shop.event("service.updated", MONDAY, {"service": {"id": "massage", "price": euros(6000)}})
    shop.books("zoe", "massage", at=TUESDAY, when=SOON)
    shop.event("service.updated", WEDNESDAY, {"service": {"id": "massage", "price": euros(9000)}})
    assert shop.ends("3 2 1").owed == {"zoe EUR": 6000}


def test_money_goes_to_what_is_due_first_also_where_an_invoice_says_an_older_date(shop: Tale) -> None:
    shop.asks()
    order = shop.books("zoe", seat("cut", SOON), seat("colour", LATER), at=MONDAY)
    shop.moves(order.bookings[0], to=LATEST, at=TUESDAY)
    shop.pays("zoe", 4500, at=WEDNESDAY, order=order.id)
    shop.cancels(order.bookings[0], at=THURSDAY)
    assert shop.ends("2 1 3 4").owed == {"zoe EUR": 3500}


def test_an_item_told_again_while_it_is_billed_is_due_as_it_was_told_last(shop: Tale) -> None:
    shop.asks()
    shop.books("zoe", seat("cut", WEDNESDAY), at=MONDAY, order="o", items=[item("gel", 1200)])
    shop.books("zoe", seat("cut", WEDNESDAY), at=THURSDAY, order="o", items=[item("gel", 1200)], paid=4500)
    shop.cancels("o-b1", at=FRIDAY)
    assert shop.ends("2 1 3").owed == {"zoe EUR": 1200}
