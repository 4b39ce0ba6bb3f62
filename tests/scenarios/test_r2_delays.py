"""R2: days in delays are local calendar days, hours and minutes are elapsed time."""

from tests.scenarios.story import Story

MAIL = {"send_email": {"subject": "Bonjour", "message": "Bonjour"}}


def test_days_keep_the_wall_time_over_the_spring_change(shop: Story) -> None:
    shop.automation("later", "session.booked", {"delay": {"days": 1}}, MAIL)
    shop.books("zoe", "cut", at="2027-03-27 10:00", when="2027-04-05 10:00")
    assert shop.run(until="2027-04-01 00:00").times("message", "zoe") == ["2027-03-28 10:00"]


def test_hours_are_elapsed_time_over_the_spring_change(shop: Story) -> None:
    shop.automation("later", "session.booked", {"delay": {"hours": 24}}, MAIL)
    shop.books("zoe", "cut", at="2027-03-27 10:00", when="2027-04-05 10:00")
    assert shop.run(until="2027-04-01 00:00").times("message", "zoe") == ["2027-03-28 11:00"]
