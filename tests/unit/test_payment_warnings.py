"""What is said of a shop file that wants paid what won't be."""

from typing import Any

import msgspec
import pytest

from models.event_shapes import ServiceData
from models.payment_warnings import currency_warnings, window_warnings
from tests.unit.test_mentions import shop_of


def services(**told: dict[str, Any]) -> list[ServiceData]:
    return [msgspec.convert({"id": id_} | keys, ServiceData) for id_, keys in told.items()]


AT_BOOKING = {"payment": "at_booking"}
YEN = {"price": {"amount": 3333, "currency": "JPY"}}


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


def test_services_whose_currency_the_provider_does_not_take_are_named() -> None:
    shop = services(tea=YEN, cut={}, sake=YEN)
    said = list(currency_warnings(shop_of().business, shop, "sandbox", frozenset({"EUR", "USD"})))
    assert said == ["the card provider sandbox does not take JPY: no card pays for tea, sake."]


def test_a_service_without_a_price_is_in_the_currency_of_the_business() -> None:
    (said,) = currency_warnings(shop_of(currency="CHF").business, services(cut={}), "sandbox", frozenset({"EUR"}))
    assert "does not take CHF: no card pays for cut." in said


def test_a_provider_that_takes_every_currency_is_not_complained_of() -> None:
    assert list(currency_warnings(shop_of().business, services(tea=YEN), "sandbox", None)) == []
