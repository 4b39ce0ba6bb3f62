"""What is said of a shop file that wants paid what won't be."""

from typing import Any

import msgspec
import pytest

from models.event_shapes import ServiceData
from models.payment_warnings import window_warnings
from tests.unit.test_mentions import shop_of


def services(**told: dict[str, Any]) -> list[ServiceData]:
    return [msgspec.convert({"id": id_} | keys, ServiceData) for id_, keys in told.items()]


AT_BOOKING = {"payment": "at_booking"}


def test_services_paid_at_booking_without_a_window_are_named() -> None:
    shop = services(cut={}, spa=AT_BOOKING, tea=AT_BOOKING, yoga={"payment": "later"})
    (said,) = window_warnings(shop_of().business, shop)
    assert "payment at_booking of spa, tea does nothing" in said
    assert "payment_window" in said


@pytest.mark.parametrize(("told", "window"), [(AT_BOOKING, 30), ({"payment": "later"}, None), ({}, None)])
def test_where_the_window_is_said_or_nothing_is_paid_at_booking_nothing_is_said(
    told: dict[str, Any], window: int | None
) -> None:
    assert list(window_warnings(shop_of(payment_window_minutes=window).business, services(spa=told))) == []
