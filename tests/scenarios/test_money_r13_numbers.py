"""R13: numbers are gapless, rise with their dates, and belong to the seller's local year."""

from tests.scenarios.story import Data, Lines, Story

REQUEST: Data = {"request_payment": {}}


def numbered(lines: Lines, kind: str = "invoice") -> list[tuple[str, str]]:
    """Return number and issue date of every document of a kind."""
    return [(line["number"], line["issued_on"]) for line in lines.of(kind)]


def test_numbers_count_from_one_without_gaps(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    for day in range(1, 13):
        shop.books("zoe", "cut", at=f"2027-01-{day:02} 10:00", when="2027-02-12 14:00")
    numbers = [number for number, _ in numbered(shop.run())]
    assert numbers == [f"2027-{number:04}" for number in range(1, 13)]


def test_the_year_changes_at_local_midnight(shop: Story) -> None:
    shop.span("2026-12-31 00:00", "2027-02-01 00:00")
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2026-12-31 23:59:59", when="2027-01-12 14:00")
    shop.books("zoe", "cut", at="2027-01-01 00:00", when="2027-01-12 14:00")
    shop.books("zoe", "cut", at="2027-01-01 00:30", when="2027-01-12 14:00")
    assert numbered(shop.run()) == [
        ("2026-0001", "2026-12-31"),
        ("2027-0001", "2027-01-01"),
        ("2027-0002", "2027-01-01"),
    ]


def test_the_year_is_the_sellers_not_utcs(shop: Story) -> None:
    shop.business["timezone"] = "Pacific/Auckland"
    shop.span("2026-12-31 00:00", "2027-02-01 00:00")
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2026-12-31T11:30:00+00:00", when="2027-01-12 14:00")
    assert numbered(shop.run()) == [("2027-0001", "2027-01-01")]


def test_credit_notes_and_receipts_have_series_of_their_own(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    first = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=1000)
    shop.cancels(first.booking, at="2027-01-06 10:00")
    shop.books("zoe", "cut", at="2027-01-07 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.of("invoice").each("number") == ["2027-0001", "2027-0002"]
    assert lines.one("credit_note")["number"] not in {"2027-0001", "2027-0002"}
    assert lines.one("receipt")["number"] not in {"2027-0001", "2027-0002"}


def test_a_prefix_stands_before_the_year(shop: Story) -> None:
    shop.business["series_prefix"] = "AT-"
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    assert numbered(shop.run()) == [("AT-2027-0001", "2027-01-05")]


def test_what_makes_no_document_takes_no_number(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.service("free", 0)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.books("zoe", "free", at="2027-01-06 10:00", when="2027-01-12 14:00")
    shop.event("order.placed", "2027-01-07 10:00", {"contact": {"id": "zoe"}, "order": {"id": "bad"}})
    shop.books("zoe", "cut", at="2027-01-08 10:00", when="2027-01-12 14:00")
    assert shop.run().of("invoice").each("number") == ["2027-0001", "2027-0002"]


def test_a_client_without_an_address_still_gets_a_number_and_the_owner_is_told(shop: Story) -> None:
    shop.automation("request", "session.booked", REQUEST)
    shop.client("zoe", email=None)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["number"] == "2027-0001"
    assert lines.reasons("zoe") == ["no_channel"]
    assert lines.to_owner("alert").each("reason") == ["no_channel"]


def test_each_kind_of_document_may_have_a_prefix_of_its_own(shop: Story) -> None:
    shop.business.update({"series_prefix": "AT-", "series": {"kinds": {"credit_note": "AV-", "receipt": "RC-"}}})
    shop.automation("request", "session.booked", REQUEST)
    first = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=1000)
    shop.cancels(first.booking, at="2027-01-06 10:00")
    lines = shop.run()
    assert lines.one("invoice")["number"] == "AT-2027-0001"
    assert lines.one("credit_note")["number"] == "AT-AV-2027-0001"
    assert lines.one("receipt")["number"] == "AT-RC-2027-0001"


def test_clients_with_a_tag_and_services_have_series_of_their_own(shop: Story) -> None:
    shop.business["series"] = {"tags": {"vip": "V-"}, "services": {"yoga": "Y-"}}
    shop.client("ada", tags=["vip"])
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.books("ada", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    shop.books("zoe", "yoga", at="2027-01-07 10:00", when="2027-01-12 14:00")
    order = shop.books("ada", "yoga", at="2027-01-08 10:00", when="2027-01-12 14:00")
    shop.cancels(order.booking, at="2027-01-09 10:00")
    lines = shop.run()
    assert lines.of("invoice").each("number") == ["2027-0001", "V-2027-0001", "Y-2027-0001", "V-2027-0002"]
    assert lines.one("credit_note")["number"] == "V-A2027-0001"


def test_an_order_in_two_series_makes_a_document_in_each(shop: Story) -> None:
    shop.business["series"] = {"services": {"yoga": "Y-"}}
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", "yoga", at="2027-01-05 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert {line["number"]: line["total"] for line in lines.of("invoice")} == {"2027-0001": 4500, "Y-2027-0001": 1500}


def test_a_series_that_no_year_resets_goes_on(shop: Story) -> None:
    shop.span("2026-12-30 00:00", "2027-02-01 00:00")
    shop.business["series"] = {"reset": "never"}
    shop.automation("request", "session.booked", REQUEST)
    for at in ("2026-12-31 10:00", "2027-01-01 10:00"):
        shop.books("zoe", "cut", at=at, when="2027-01-12 14:00")
    assert numbered(shop.run()) == [("000001", "2026-12-31"), ("000002", "2027-01-01")]
