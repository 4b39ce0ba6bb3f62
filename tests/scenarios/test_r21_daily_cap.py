"""R21: one message more than the daily cap parks the automation that would write it; nothing is lost, others go on."""

from tests.scenarios.story import ASK, REMIND, Data, Lines, Story, mail, seat, wait

THERE = "2027-02-20 10:00"
MANY = [mail(str(number)) for number in range(1, 6)]


def capped(lines: Lines) -> list[tuple[str, str]]:
    """Return when a message was one too many, and of which automation."""
    skips = lines.of("skipped", reason="cap")
    return [*zip(lines.times("skipped", reason="cap"), [line["cause"]["automation"] for line in skips], strict=True)]


def test_the_message_over_the_cap_parks_its_automation_with_an_alert(shop: Story) -> None:
    shop.business["daily_cap"] = 3
    shop.automation("many", "session.booked", *MANY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1", "2", "3"]
    assert capped(lines) == [("2027-01-05 10:00", "many")]
    assert lines.one("skipped")["cause"]["step"] == "3"
    alert = lines.one("alert")
    assert (alert["reason"], alert["contact"]) == ("cap", None)
    assert "many" in alert["text"]


def test_twenty_messages_a_day_are_the_cap_where_none_is_set(shop: Story) -> None:
    shop.automation("many", "session.booked", *[mail(str(number)) for number in range(25)])
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    assert len(shop.run().of("message", "zoe")) == 20


def test_what_waits_goes_on_when_a_person_resumes_it(shop: Story) -> None:
    shop.business["daily_cap"] = 3
    shop.automation("many", "session.booked", *MANY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume_automation", at="2027-01-06 09:00", automation="many")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1", "2", "3", "4", "5"]
    assert lines.times("message")[3:] == ["2027-01-06 09:00"] * 2
    assert len(lines.of("alert")) == 1


def test_resumed_on_the_same_day_it_is_parked_again_and_nothing_is_lost(shop: Story) -> None:
    shop.business["daily_cap"] = 3
    shop.automation("many", "session.booked", *MANY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume_automation", at="2027-01-05 15:00", automation="many")
    shop.does("resume_automation", at="2027-01-06 08:00", automation="many")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1", "2", "3", "4", "5"]
    assert len(lines.of("skipped")) == 1
    assert lines.of("alert").each("reason") == ["cap", "cap"]


def test_resumed_late_what_is_stale_by_then_is_skipped(shop: Story) -> None:
    shop.business["daily_cap"] = 3
    shop.automation("many", "session.booked", *MANY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume_automation", at="2027-01-09 09:00", automation="many")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1", "2", "3"]
    assert lines.reasons() == ["cap", "stale", "stale"]


def test_all_automations_count_together_and_the_one_that_is_over_is_parked_alone(shop: Story) -> None:
    shop.business["daily_cap"] = 2
    for name in ("a", "b", "c"):
        shop.automation(name, "session.booked", mail(name))
    shop.automation("later", "session.started", mail("plus tard"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-06 10:00")
    shop.books("ada", "cut", at="2027-01-05 11:00", when="2027-01-06 11:00")
    lines = shop.run()
    assert lines.of("message", "zoe").each("subject") == ["a", "b", "plus tard"]
    assert capped(lines) == [("2027-01-05 10:00", "c")]
    assert lines.of("message", "ada").each("subject") == ["a", "b", "plus tard"]


def test_a_day_is_the_shops_own(shop: Story) -> None:
    shop.business.update({"daily_cap": 2, "timezone": "America/Montreal"})
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for at in ("2027-01-05 00:00", "2027-01-05 23:59:59", "2027-01-06 00:00", "2027-01-06 12:00"):
        shop.books("zoe", "cut", at=at, when=THERE)
    lines = shop.run()
    assert len(lines.of("message")) == 4
    assert lines.of("alert") == []


def test_another_client_has_a_cap_of_their_own(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at="2027-01-05 10:00", when=THERE)
    assert shop.run().of("message").each("contact") == ["zoe", "ada"]


def test_legal_documents_neither_count_nor_wait(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("ask", "session.booked", ASK)
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for _ in range(3):
        shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    lines = shop.run()
    assert len(lines.of("message", template="request_payment")) == 3
    assert len(lines.of("message", subject="Bonjour")) == 1
    assert [name for _, name in capped(lines)] == ["hello"]


def test_what_the_staff_is_told_counts_for_no_client(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("tell", "session.booked", *[{"notify_staff": {}}] * 4, mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    lines = shop.run()
    assert len(lines.to_owner("message")) == 4
    assert len(lines.of("message", "zoe")) == 1
    assert lines.of("alert") == []


def test_a_reminder_to_several_payers_goes_to_all_or_waits_for_all(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("hello", "session.ended", mail("Bonjour"))
    shop.automation("dun", "session.ended", ASK, wait(days=1), REMIND, services=["yoga"])
    monday: Data = {"id": "monday", "kind": "class"}
    shop.client("kid", email=None)
    for contact in ("zoe", "ada"):
        shop.books(
            contact, seat("yoga", "2027-01-12 18:00", session=monday, contact={"id": "kid"}), at="2027-01-05 10:00"
        )
    shop.books("ada", "cut", at="2027-01-05 10:00", when="2027-01-13 10:00")
    shop.does("resume_automation", at="2027-01-14 10:00", automation="dun")
    lines = shop.run()
    assert lines.times("message", "ada", subject="Bonjour") == ["2027-01-13 11:00"]
    assert capped(lines) == [("2027-01-13 19:00", "dun")]
    assert lines.times("message", template="send_reminder") == ["2027-01-14 10:00"] * 2


def test_a_message_held_until_tomorrow_counts_for_tomorrow(shop: Story) -> None:
    shop.business.update({"daily_cap": 2, "quiet_hours": {"from": "20:00", "to": "08:00"}})
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for at in ("2027-01-05 19:00", "2027-01-05 19:30", "2027-01-05 21:00", "2027-01-05 22:00", "2027-01-05 23:00"):
        shop.books("zoe", "cut", at=at, when=THERE)
    lines = shop.run()
    assert lines.times("message") == [
        *("2027-01-05 19:00", "2027-01-05 19:30"),
        *("2027-01-06 08:00", "2027-01-06 08:00"),
    ]
    assert capped(lines) == [("2027-01-05 23:00", "hello")]


def test_a_parked_run_ends_when_its_booking_is_cancelled(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("many", "session.booked", mail("1"), mail("2"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.cancels("o1-b1", at="2027-01-05 12:00")
    shop.does("resume_automation", at="2027-01-06 09:00", automation="many")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1"]
    assert lines.reasons() == ["cap", "cancelled"]


def test_runs_of_a_parked_automation_that_wait_are_held_for_everybody(shop: Story) -> None:
    shop.business["daily_cap"] = 1
    shop.automation("two", "session.booked", wait(hours=1), mail("1"), mail("2"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.books("ada", "cut", at="2027-01-05 10:30", when=THERE)
    shop.does("resume_automation", at="2027-01-06 09:00", automation="two")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-05 11:00", "2027-01-06 09:00"]
    assert lines.times("message", "ada") == ["2027-01-06 09:00"]
    assert [name for _, name in capped(lines)] == ["two", "two"]


def test_what_others_trigger_while_it_is_parked_waits_with_it(shop: Story) -> None:
    shop.business["daily_cap"] = 2
    shop.automation("many", "session.booked", *MANY[:3], ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.books("ada", "cut", at="2027-01-05 11:00", when=THERE)
    shop.does("resume_automation", at="2027-01-06 09:00", automation="many")
    lines = shop.run(until="2027-01-06 12:00")
    assert lines.times("message", "ada", template="send_email") == ["2027-01-06 09:00"] * 2
    assert lines.times("invoice", "zoe") == ["2027-01-06 09:00"]
    assert capped(lines) == [("2027-01-05 10:00", "many"), ("2027-01-06 09:00", "many")]
