"""R19: send windows and days off hold what need not go now, never documents; held messages are looked at again."""

from tests.scenarios.story import ASK, REMIND, Story, holds, mail, remind, wait
from tests.scenarios.story import when as given

WORKING = {"from": "09:00", "to": "18:00", "on": ["mon", "tue", "wed", "thu", "fri"]}
FRIDAY_EVENING = "2027-01-08 19:00"


def test_a_send_window_holds_letters_and_reminders_never_documents_and_never_the_staff(shop: Story) -> None:
    shop.business["send_window"] = WORKING
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"), REMIND, {"notify_staff": {}})
    shop.books("zoe", "cut", at=FRIDAY_EVENING, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.times("message", template="request_payment") == [FRIDAY_EVENING]
    assert lines.times("message", template="notify_staff") == [FRIDAY_EVENING]
    assert lines.times("message", subject="Bonjour") == ["2027-01-11 09:00"]
    assert lines.times("message", template="send_reminder") == ["2027-01-11 09:00"]


def test_days_off_hold_like_closed_days(shop: Story) -> None:
    shop.business["holidays"] = ["FR", "2027-05-07"]
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for at in ("2027-05-05 22:00", "2027-05-06 10:00", "2027-05-08 10:00"):  # Ascension, bridge, 8 May
        shop.books("zoe", "cut", at=at, when="2027-06-20 10:00")
    lines = shop.run(until="2027-06-01 00:00")
    assert lines.times("message") == ["2027-05-05 22:00", *["2027-05-09 00:00"] * 2]


def test_what_waits_for_monday_is_looked_at_again_then(shop: Story) -> None:
    shop.business["send_window"] = WORKING
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("{{ invoice.amount_due | money }}"), stop_when=["invoice.paid"])
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at="2027-01-08 10:00", when="2027-02-20 10:00")
    shop.pays("zoe", 4500, at="2027-01-10 10:00", order="o1")
    shop.pays("ada", 1000, at="2027-01-10 10:00", order="o2")
    lines = shop.run(until="2027-02-01 00:00")
    assert lines.of_automation("dun").of("message").each("text") == ["35,00\xa0€"]
    assert lines.times("skipped", "zoe", reason="goal") == ["2027-01-11 09:00"]


def test_the_window_ends_after_a_clock_change_at_the_hour_on_the_wall(shop: Story) -> None:
    shop.business["send_window"] = {"from": "09:00", "to": "18:00", "on": ["sun"]}
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for at in ("2027-03-27 12:00", "2027-10-30 12:00"):
        shop.books("zoe", "cut", at=at, when="2027-12-20 10:00")
    lines = shop.run(until="2027-12-01 00:00")
    assert lines.of("message").each("at") == ["2027-03-28T09:00:00+02:00", "2027-10-31T09:00:00+01:00"]


def test_quiet_hours_hold_what_an_outage_brings_into_them(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.automation("hello", "session.booked", wait(hours=2), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 18:00", when="2027-02-20 10:00")
    shop.does("outage", at="2027-01-05 19:00", hours=4)
    assert shop.run().times("message") == ["2027-01-06 08:00"]


def test_documents_are_made_at_night_and_conditions_are_asked_then(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.automation("ask", "session.booked", ASK, given(holds("invoice.amount_due", "greater_than", 40), mail("Cher")))
    shop.books("zoe", "cut", at="2027-01-05 23:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.times("invoice") == ["2027-01-05 23:00"]
    assert lines.times("message") == ["2027-01-06 08:00", "2027-01-06 08:00"]
