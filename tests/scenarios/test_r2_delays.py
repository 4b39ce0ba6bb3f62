"""R2: days in delays are local calendar days, hours and minutes are elapsed time; every form of a delay."""

import pytest

from tests.scenarios.story import Story, mail, wait

Case = tuple[dict[str, object], str, str]
"""A delay, when it begins or what session it is about, and when it ends."""


DAYS_AND_HOURS: list[Case] = [
    ({"days": 1}, "2027-03-27 10:00", "2027-03-28 10:00"),
    ({"hours": 24}, "2027-03-27 10:00", "2027-03-28 11:00"),
    ({"days": 1}, "2027-10-30 10:00", "2027-10-31 10:00"),
    ({"hours": 24}, "2027-10-30 10:00", "2027-10-31 09:00"),
    ({"minutes": 1440}, "2027-10-30 10:00", "2027-10-31 09:00"),
    ({"days": 1, "hours": 2, "minutes": 30}, "2027-03-27 10:00", "2027-03-28 12:30"),
    ({"days": 1}, "2027-03-27 02:30", "2027-03-28 03:00"),
    ({"days": 1}, "2027-10-30 02:30", "2027-10-31 02:30"),
    ({"days": 31}, "2027-01-31 10:00", "2027-03-03 10:00"),
]
TIMES_OF_DAY: list[Case] = [
    ({"until": "09:00"}, "2027-01-05 08:59", "2027-01-05 09:00"),
    ({"until": "09:00"}, "2027-01-05 09:00", "2027-01-05 09:00"),
    ({"until": "09:00"}, "2027-01-05 09:01", "2027-01-06 09:00"),
    ({"until": "09:00", "on": ["mon", "tue", "wed", "thu", "fri"]}, "2027-01-08 10:00", "2027-01-11 09:00"),
    ({"until": "09:00", "on": ["sun"]}, "2027-01-05 10:00", "2027-01-10 09:00"),
    ({"until": "02:30"}, "2027-03-27 10:00", "2027-03-28 03:00"),
    ({"until": "02:30"}, "2027-10-30 10:00", "2027-10-31 02:30"),
    ({"until": "2027-02-01"}, "2027-01-05 10:00", "2027-02-01 00:00"),
    ({"until": "2027-02-01T12:00:00+00:00"}, "2027-01-05 10:00", "2027-02-01 13:00"),
]
FROM_SESSIONS: list[Case] = [
    ({"until": "session.starts_at", "minus": {"days": 1}}, "2027-03-28 10:00", "2027-03-27 10:00"),
    ({"until": "session.starts_at", "minus": {"hours": 24}}, "2027-03-28 10:00", "2027-03-27 09:00"),
    ({"until": "session.starts_at"}, "2027-03-28 10:00", "2027-03-28 10:00"),
    ({"until": "session.ends_at", "plus": {"hours": 2}}, "2027-03-28 10:00", "2027-03-28 13:00"),
    ({"until": "session.starts_at", "plus": {"days": 1, "minutes": 30}}, "2027-03-27 10:00", "2027-03-28 10:30"),
]


def test_days_keep_the_wall_time_and_hours_do_not(shop: Story) -> None:
    check_from_an_event(shop, DAYS_AND_HOURS)


def test_until_a_time_of_day_is_the_next_such_time(shop: Story) -> None:
    check_from_an_event(shop, TIMES_OF_DAY)


def check_from_an_event(shop: Story, cases: list[Case]) -> None:
    """Let each case be an automation with a trigger of its own."""
    for number, (delay, begins, _) in enumerate(cases):
        shop.automation(f"a{number}", f"case.n{number}", {"delay": delay}, mail(str(number)))
        shop.event(f"case.n{number}", begins, {"contact": {"id": "zoe"}})
    lines = shop.run(until="2028-01-01 00:00")
    found = [(case[0], case[1], *lines.times("message", subject=str(number))) for number, case in enumerate(cases)]
    assert found == cases


def test_until_a_session_counts_from_its_times(shop: Story) -> None:
    for number, (delay, starts, _) in enumerate(FROM_SESSIONS):
        shop.service(f"s{number}", 4500)
        shop.automation(f"a{number}", "session.booked", {"delay": delay}, mail(str(number)), services=[f"s{number}"])
        shop.books("zoe", f"s{number}", at="2027-01-05 10:00", when=starts)
    lines = shop.run(until="2027-04-01 00:00")
    found = [(case[0], case[1], *lines.times("message", subject=str(n))) for n, case in enumerate(FROM_SESSIONS)]
    assert found == FROM_SESSIONS


def test_a_wall_time_that_comes_twice_is_the_first(shop: Story) -> None:
    shop.automation("later", "session.booked", wait(days=1), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-10-30 02:30", when="2027-12-05 10:00")
    assert shop.run(until="2027-11-02 00:00").one("message")["at"] == "2027-10-31T02:30:00+02:00"


def test_a_delay_counts_from_the_instant_its_predecessor_was_due(shop: Story) -> None:
    shop.automation(
        "later", "session.booked", wait(days=1), mail("1"), wait(days=1), mail("2"), wait(hours=1), mail("3")
    )
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 09:00", hours=5)
    assert shop.run().times("message", "zoe") == ["2027-01-06 14:00", "2027-01-07 10:00", "2027-01-07 11:00"]


def test_until_a_date_of_the_invoice_is_its_first_instant(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation(
        "ask", "session.booked", {"request_payment": {}}, wait(until="invoice.due_on", plus={"days": 3}), mail("Dû")
    )
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-05 10:00")
    assert shop.run().times("message", subject="Dû") == ["2027-01-22 00:00"]


def test_a_date_in_the_event_can_be_waited_for(shop: Story) -> None:
    shop.automation("trip", "trip.planned", wait(until="event.data.leaves", minus={"days": 2}), mail("Valise"))
    shop.event("trip.planned", "2027-01-05 10:00", {"contact": {"id": "zoe"}, "leaves": "2027-01-20"})
    shop.event("trip.planned", "2027-01-05 10:00", {"contact": {"id": "ada"}, "leaves": "2027-01-20T08:00:00+01:00"})
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-18 00:00"]
    assert lines.times("message", "ada") == ["2027-01-18 08:00"]


def test_until_that_is_already_past_runs_at_once_within_the_tolerance(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"hours": 24}), mail("Demain"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-05 16:00")
    shop.books("ada", "cut", at="2027-01-05 10:00", when="2027-01-05 10:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-05 10:00"]
    assert lines.times("message", "ada") == ["2027-01-05 10:00"]
    assert lines.of("skipped") == []


def test_until_that_is_past_by_more_than_the_tolerance_is_stale(shop: Story) -> None:
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"hours": 72}), mail("Bientôt"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-06 10:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.one("skipped", "zoe")["reason"] == "stale"


def test_without_a_delay_the_action_is_immediate(shop: Story) -> None:
    shop.automation("now", "session.booked", mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00:07", when="2027-02-05 10:00")
    assert shop.run().times("message", "zoe") == ["2027-01-05 10:00:07"]


@pytest.mark.parametrize(
    ("zone", "booked", "sent"),
    [
        ("America/New_York", "2027-03-13 02:30", "2027-03-14T03:00:00-04:00"),
        ("Australia/Lord_Howe", "2027-10-02 02:15", "2027-10-03T02:30:00+11:00"),
        ("Asia/Kathmandu", "2027-03-13 02:30", "2027-03-14T02:30:00+05:45"),
        ("Asia/Beirut", "2027-03-27 00:30", "2027-03-28T01:00:00+03:00"),
    ],
)
def test_the_zone_is_the_shops(shop: Story, zone: str, booked: str, sent: str) -> None:
    shop.business["timezone"] = zone
    shop.automation("later", "session.booked", wait(days=1), mail("Bonjour"))
    shop.books("zoe", "cut", at=booked, when="2028-02-05 10:00")
    shop.span("2027-01-01 00:00", "2028-01-01 00:00")
    assert shop.run().one("message")["at"] == sent
