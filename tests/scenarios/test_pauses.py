"""`relance pause`: everything, a channel, all money, with or without an end; nothing is lost, nothing floods (R3)."""

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, REMIND, Story, mail, remind, wait

THERE = "2027-04-20 10:00"
LONG = "2027-05-01 00:00"


# Everything


def test_while_everything_is_paused_nothing_goes_out_and_no_document_is_made(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"))
    shop.does("pause", at="2027-01-05 08:00")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    lines = shop.run()
    assert lines.of("invoice") == lines.of("message") == lines.of("skipped") == []
    assert lines.of("event").each("type") == ["session.booked"]


def test_resumed_money_is_asked_for_and_stale_messages_are_skipped(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"))
    shop.automation("soon", "session.booked", wait(days=30), mail("Bientôt"))
    shop.does("pause", at="2027-01-05 08:00")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume", at="2027-01-20 09:00")
    lines = shop.run()
    assert lines.times("invoice") == ["2027-01-20 09:00"]
    assert lines.times("message", template="request_payment") == ["2027-01-20 09:00"]
    assert lines.times("message", template="send_email") == ["2027-02-04 10:00"]
    assert lines.of("message", subject="Bonjour") == []
    assert lines.reasons() == ["stale"]


def test_after_a_short_pause_everything_goes_on_as_it_was(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"), wait(days=1), mail("2"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00")
    shop.books("ada", "cut", at="2027-01-06 09:00", when=THERE)
    shop.does("resume", at="2027-01-06 20:00")
    lines = shop.run()
    assert lines.times("message", "zoe", subject="2") == ["2027-01-06 20:00"]
    assert lines.times("message", "ada", subject="Bonjour") == ["2027-01-06 20:00"]
    assert lines.times("message", "ada", subject="2") == ["2027-01-07 09:00"]
    assert lines.of("skipped") == []


def test_a_pause_with_an_end_ends_by_itself_at_midnight_of_that_day(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.does("pause", at="2027-01-05 08:00", until="2027-01-10")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.books("zoe", "cut", at="2027-01-10 10:00", when=THERE)
    assert shop.run().times("invoice") == ["2027-01-10 00:00", "2027-01-10 10:00"]


def test_a_pause_with_an_end_may_be_ended_before_or_moved(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.does("pause", at="2027-01-05 08:00", until="2027-01-20")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume", at="2027-01-06 08:00")
    shop.does("pause", at="2027-01-07 08:00", until="2027-01-20")
    shop.does("pause", at="2027-01-08 08:00", until=shop.instant("2027-01-12 15:00"))
    shop.books("zoe", "cut", at="2027-01-09 10:00", when=THERE)
    assert shop.run().times("invoice") == ["2027-01-06 08:00", "2027-01-12 15:00"]


def test_a_pause_that_ends_before_it_begins_is_refused(shop: Story) -> None:
    shop.does("pause", at="2027-01-05 08:00", until="2027-01-05")
    assert shop.run().one("skipped")["cause"] == {"act": "pause"}


def test_a_message_that_waits_in_line_is_held_too_and_looked_at_again(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.automation("receipt", "session.booked", ASK)
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at="2027-01-05 22:00", when=THERE)
    shop.does("pause", at="2027-01-05 23:00")
    shop.cancels("o1-b1", at="2027-01-06 10:00")
    shop.does("resume", at="2027-01-06 12:00")
    lines = shop.run()
    assert lines.times("message", subject="Bonjour") == ["2027-01-06 12:00"]
    assert lines.of("message", subject="Bonjour").each("contact") == ["ada"]
    assert lines.reasons("zoe") == ["cancelled", "cancelled"]
    assert lines.times("message", "ada", template="request_payment") == ["2027-01-06 12:00"]


def test_a_message_held_for_long_is_stale_but_a_document_goes(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.automation("hello", "session.booked", ASK, mail("Bonjour"))
    shop.automation("late", "session.booked", mail("Malgré tout"), late={"then": "run"})
    shop.books("zoe", "cut", at="2027-01-05 22:00", when=THERE)
    shop.does("pause", at="2027-01-05 23:00")
    shop.does("resume", at="2027-01-20 12:00")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-20 12:00"] * 2
    assert sorted(lines.of("message").each("template")) == ["request_payment", "send_email"]
    assert lines.one("message", subject="Malgré tout")
    assert lines.one("skipped")["reason"] == "stale"


def test_what_happens_meanwhile_is_known_and_ends_what_is_held(shop: Story) -> None:
    shop.automation("ask", "session.booked", wait(days=1), ASK)
    for contact in ("zoe", "ada", "eve"):
        shop.client(contact)
        shop.books(contact, "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00")
    shop.cancels("o1-b1", at="2027-01-07 10:00")
    shop.pays("ada", 4500, at="2027-01-08 10:00", order="o2")
    shop.does("resume", at="2027-01-20 09:00")
    lines = shop.run()
    assert lines.of("invoice").each("contact") == ["eve"]
    assert lines.times("skipped", "zoe", reason="cancelled") == ["2027-01-07 10:00"]
    assert lines.times("skipped", "ada", reason="nothing_due") == ["2027-01-20 09:00"]
    assert lines.times("payment", "ada") == ["2027-01-08 10:00"]


def test_a_pause_of_a_month_floods_nobody(shop: Story) -> None:
    levels = [step for number in range(1, 8) for step in (wait(days=7), remind(str(number)))]
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", *levels, stop_when=["invoice.paid"])
    shop.automation("soon", "session.booked", wait(until="session.starts_at", minus={"days": 1}), mail("Demain"))
    shop.automation("after", "session.ended", mail("Merci"))
    for day in range(1, 29):
        shop.books("zoe", "cut", at=f"2027-01-{day:02} 10:00", when=f"2027-02-{day:02} 10:00")
    shop.does("pause", at="2027-02-01 08:00", until="2027-03-01")
    lines = shop.run(until="2027-03-01 12:00")
    february = [line["at"] for line in lines.of("message") if "2027-02-01T08" < line["at"] < "2027-03"]
    march = [line for line in lines.of("message") if line["at"].startswith("2027-03")]
    assert february == []
    assert len(march) <= 28
    assert {line["template"] for line in march} <= {"send_reminder", "send_email"}
    texts = [line["subject"] for line in march if line["template"] == "send_email"]
    assert len(texts) <= 1


def test_an_overdue_invoice_of_the_pause_is_dunned_afterwards(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("1"), wait(days=10), remind("2"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", until="2027-01-12")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-06 00:00"]
    assert lines.of_automation("dun").times("message") == ["2027-01-16 00:00"]
    assert lines.reasons() == ["stale"]


def test_what_was_noted_over_a_limit_goes_out_after_the_pause(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"per": "24h"})
    for hour in (9, 10, 11):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", until="2027-01-09")
    lines = shop.run()
    assert lines.times("invoice") == ["2027-01-05 09:00", "2027-01-09 00:00"]
    assert lines.of("invoice").each("total") == [4500, 9000]


def test_an_automation_that_a_person_paused_stays_paused_after_the_pause_of_everything(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(hours=20), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause_automation", at="2027-01-05 11:00", automation="hello")
    shop.does("pause", at="2027-01-05 12:00")
    shop.does("resume", at="2027-01-06 12:00")
    shop.does("resume_automation", at="2027-01-06 18:00", automation="hello")
    assert shop.run().times("message") == ["2027-01-06 18:00"]


def test_deferred_runs_take_their_turn_after_the_pause(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("{{ order.id }}"), limit={"per": "24h", "over": "defer"})
    for hour in (9, 10, 11):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", until="2027-01-07")
    assert shop.run().times("message") == ["2027-01-05 09:00", "2027-01-07 00:00", "2027-01-08 00:00"]


def test_a_tag_waits_with_everything(shop: Story) -> None:
    shop.automation("tag", "session.booked", {"add_tag": {"tag": "new"}}, mail("Bonjour"))
    shop.does("pause", at="2027-01-05 08:00")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume", at="2027-01-05 20:00")
    assert shop.run().times("message") == ["2027-01-05 20:00"]


# All money


def test_while_money_is_paused_no_document_is_made_or_asked_for_and_other_messages_go(shop: Story) -> None:
    shop.automation("ask", "session.booked", mail("Bonjour"), ASK, mail("Merci"))
    shop.automation("hello", "session.booked", mail("Bienvenue"))
    shop.automation("paid", "order.paid", {"issue_paid_invoice": {}})
    shop.does("pause", at="2027-01-05 08:00", money=True)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.books("ada", "cut", at="2027-01-05 10:00", when=THERE, paid=4500)
    shop.does("resume", at="2027-01-05 18:00", money=True)
    lines = shop.run(until="2027-01-06 00:00")
    assert lines.times("message", "zoe", subject="Bonjour") == ["2027-01-05 10:00"]
    assert lines.times("message", "zoe", subject="Bienvenue") == ["2027-01-05 10:00"]
    assert lines.times("invoice") == ["2027-01-05 18:00"] * 2
    assert lines.times("message", subject="Merci") == ["2027-01-05 18:00"] * 2
    assert lines.times("receipt", "ada") == ["2027-01-05 10:00"]
    assert lines.times("message", "ada", template="receipt") == ["2027-01-05 10:00"]


def test_money_that_comes_is_booked_and_what_is_cancelled_ends(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", money=True)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    shop.cancels("o2-b1", at="2027-01-06 11:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 10:00"]
    assert lines.times("credit_note", "ada") == ["2027-01-06 11:00"]


def test_reminders_of_paused_money_are_stale_afterwards_and_the_ladder_goes_on(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("1"), wait(days=10), remind("2"), wait(days=10), remind("3"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", money=True, until="2027-01-20")
    lines = shop.run(until=LONG)
    assert lines.of_automation("dun").times("message", subject="3") == ["2027-01-26 00:00"]
    assert len(lines.of_automation("dun").of("message")) == 1
    assert sorted(lines.reasons()) == ["stale", "stale"]


def test_a_request_in_line_is_held_and_not_sent_for_what_was_paid(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.automation("ask", "session.booked", ASK, stop_when=["invoice.paid"])
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at="2027-01-05 22:00", when=THERE)
    shop.does("pause", at="2027-01-05 23:00", money=True)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    shop.does("resume", at="2027-01-20 12:00", money=True)
    lines = shop.run()
    assert lines.times("message", "ada") == ["2027-01-20 12:00"]
    assert lines.of("message", "zoe") == []


def test_what_was_noted_is_not_asked_for_while_money_is_paused(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"per": "24h"})
    for hour in (9, 10):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when=THERE)
    shop.does("pause", at="2027-01-05 12:00", money=True, until="2027-01-09")
    assert shop.run().times("invoice") == ["2027-01-05 09:00", "2027-01-09 00:00"]


def test_a_session_that_moves_takes_the_held_request_along(shop: Story) -> None:
    shop.automation("ask", "session.booked", wait(until="session.starts_at", minus={"days": 1}), ASK)
    order = shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-10 10:00")
    shop.does("pause", at="2027-01-06 10:00", money=True, until="2027-01-12")
    shop.moves(order.booking, to="2027-01-20 10:00", at="2027-01-11 10:00")
    assert shop.run().times("invoice") == ["2027-01-19 10:00"]


# A channel


def test_a_paused_channel_holds_its_messages_and_nothing_else(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"), {"notify_staff": {}})
    shop.does("pause", at="2027-01-05 08:00", channel="email")
    shop.does("pause", at="2027-01-05 08:00", channel="sms")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume", at="2027-01-05 11:00", channel="sms")
    shop.does("resume", at="2027-01-05 20:00", channel="email")
    lines = shop.run(until="2027-01-05 23:00")
    assert lines.times("invoice") == ["2027-01-05 10:00"]
    assert lines.times("message") == ["2027-01-05 20:00"] * 3


def test_on_a_channel_paused_for_long_letters_and_reminders_are_stale(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"))
    shop.automation("dun", "invoice.overdue", REMIND)
    shop.does("pause", at="2027-01-05 08:00", channel="email", until="2027-01-20")
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    lines = shop.run()
    assert lines.of("message").each("template") == ["request_payment"]
    assert lines.reasons() == ["stale", "stale"]


# Several at once


def test_what_two_pauses_hold_goes_on_when_both_have_ended(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.does("pause", at="2027-01-05 08:00")
    shop.does("pause", at="2027-01-05 08:00", money=True)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.does("resume", at="2027-01-06 10:00")
    shop.does("resume", at="2027-01-07 10:00", money=True)
    assert shop.run().times("invoice") == ["2027-01-07 10:00"]


def test_resuming_what_is_not_paused_is_one_line(shop: Story) -> None:
    shop.does("resume", at="2027-01-05 10:00", channel="sms")
    skipped = shop.run().one("skipped")
    assert (skipped["cause"], skipped["reason"]) == ({"act": "resume"}, "refused")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"channel": "fax"}, "channel takes one of email, sms"),
        ({"channel": "sms", "money": True}, "pause is of a channel or of money"),
        ({"until": "soon"}, "until takes an instant"),
        ({"everything": True}, "has no 'everything'"),
    ],
)
def test_a_pause_that_says_something_else_is_told_where_it_stands(
    shop: Story, keys: dict[str, object], told: str
) -> None:
    shop.does("pause", at="2027-01-05 10:00", **keys)
    with pytest.raises(BadFileError, match=told):
        shop.run()
