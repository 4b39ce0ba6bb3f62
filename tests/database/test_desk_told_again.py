"""Money that a person has booked and upstream tells of as well, under the same id (R15, R20)."""

from pathlib import Path
from typing import Any

import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import encoded, money, payment_received, payment_reversed

P1 = ("payments", "record", "120", "--contact", "ada", "--method", "cheque", "--id", "P1", "--yes")


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk; ada pays 120.00 by cheque."""
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.does(*P1)
    return desk


def tell_p1(desk: FrontDesk, amount: int, of: str = "ada", **keys: Any) -> None:
    desk.tells("payment.received", payment_received("P1", of=of, amount=money(amount), **keys))


def booked(desk: FrontDesk) -> tuple[Any, ...]:
    (one,) = desk.listed("payments", "list")
    return one["contact"], one["amount"], one["method"], one["credit"], one["actor"]


def alerts(desk: FrontDesk) -> list[tuple[str, str]]:
    return [(one["reason"], one["text"]) for one in desk.listed("alerts")]


@pytest.mark.parametrize("time", ["2020-01-01T10:00:00Z", None])
def test_what_a_person_booked_stays_whenever_upstream_tells_otherwise(desk: FrontDesk, time: str | None) -> None:
    data = payment_received("P1", of="ada", amount=money(13000))
    counts = desk.upstream.sends(encoded("payment.received", data, id="again", time=time))
    assert counts == {"stored": 1, "repeated": 0, "dead": 0}
    assert booked(desk) == ("ada", 12000, "cheque", 12000, "olga")
    ((reason, text),) = alerts(desk)
    assert reason == "payment_conflict"
    assert text == (
        "Payment P1 was booked as 120.00 EUR, and is told again as 130.00 EUR. It stays as it was booked: if there "
        "were two payments, give the second an id of its own."
    )
    assert desk.listed("events", "dead", "list") == []
    assert desk.balanced()


def test_the_same_money_told_by_upstream_too_is_no_conflict(desk: FrontDesk) -> None:
    tell_p1(desk, 12000)
    assert booked(desk) == ("ada", 12000, "cheque", 12000, "olga")
    assert alerts(desk) == []


def test_money_of_somebody_else_under_the_same_id_is_told(desk: FrontDesk) -> None:
    tell_p1(desk, 12000, of="zoe")
    assert booked(desk)[:2] == ("ada", 12000)
    assert "is told again as 120.00 EUR of zoe." in alerts(desk)[0][1]


def test_what_was_reversed_in_between_stays_so(desk: FrontDesk) -> None:
    desk.does("payments", "reverse", "P1", "--reason", "bounced", "--yes")
    tell_p1(desk, 12000)
    assert booked(desk)[:4] == ("ada", 12000, "cheque", 0)
    assert "was booked as 120.00 EUR and reversed, and is told again as 120.00 EUR." in alerts(desk)[0][1]
    assert desk.balanced()


def test_upstream_may_tell_that_it_bounced(desk: FrontDesk) -> None:
    desk.tells("payment.reversed", payment_reversed("P1"))
    assert booked(desk)[:4] == ("ada", 12000, "cheque", 0)
    desk.tells("payment.reversed", payment_reversed("P1", reason="again"))
    assert desk.balanced()


def test_what_upstream_told_first_is_refused_at_the_desk(desk: FrontDesk) -> None:
    desk.tells("payment.received", payment_received("P2", of="ada"))
    again = desk.refused("payments", "record", "120", "--contact", "ada", "--id", "P2")
    assert "P2 is booked already" in again


def test_who_took_it_may_be_told_by_upstream_and_then_it_stays(desk: FrontDesk) -> None:
    for amount in (4500, 4700):
        desk.tells("payment.received", payment_received("P3", of="zoe", amount=money(amount), actor="till"))
    assert next(one for one in desk.listed("payments", "list") if one["id"] == "P3")["amount"] == 4500
    assert [reason for reason, _ in alerts(desk)] == ["payment_conflict"]


@pytest.mark.parametrize("id_", ["order:o1:paid", "voucher:v1"])
def test_the_money_of_orders_and_vouchers_has_ids_of_its_own(desk: FrontDesk, id_: str) -> None:
    assert "another --id" in desk.refused("payments", "record", "5", "--contact", "ada", "--id", id_)
