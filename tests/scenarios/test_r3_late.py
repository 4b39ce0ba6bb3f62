"""R3: after an outage the stream comes first, what is late runs or is stale, and one instant has its order."""

import pytest

from tests.scenarios.story import ASK, Story, mail, remind, wait

LEVELS = (remind("1"), wait(days=7), remind("2"), wait(days=7), remind("3"))


def test_what_arrives_during_an_outage_is_decided_at_its_end(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.does("outage", at="2027-01-05 10:00", hours=5)
    shop.books("zoe", "cut", at="2027-01-05 11:00", when="2027-02-05 10:00")
    assert shop.run().times("message", "zoe") == ["2027-01-05 15:00"]


@pytest.mark.parametrize(("hours", "sent"), [(25, ["2027-01-07 09:00"]), (26, [])])
def test_a_message_later_than_a_day_is_stale(shop: Story, hours: int, sent: list[str]) -> None:
    shop.automation("later", "session.booked", wait(days=1), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 08:00", hours=hours)
    lines = shop.run()
    assert lines.times("message", "zoe") == sent
    assert lines.reasons("zoe") == ([] if sent else ["stale"])
    if not sent:
        skipped = lines.one("skipped", "zoe")
        assert skipped["cause"]["automation"] == "later"
        assert skipped["cause"]["step"] == "1"
        assert skipped["at"] == "2027-01-07T10:00:00+01:00"


def test_money_is_asked_for_however_late_and_its_message_goes_too(shop: Story) -> None:
    shop.automation("ask", "session.booked", wait(days=1), ASK)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 08:00", hours=96)
    lines = shop.run()
    assert lines.times("invoice", "zoe") == ["2027-01-10 08:00"]
    assert lines.times("message", "zoe") == ["2027-01-10 08:00"]
    assert lines.one("invoice")["issued_on"] == "2027-01-10"


def test_the_automation_may_say_otherwise(shop: Story) -> None:
    shop.automation("mails", "session.booked", wait(days=1), mail("Bonjour"), late={"then": "run"})
    shop.automation("patient", "session.booked", wait(days=1), mail("Patient"), late={"tolerance": "100h"})
    shop.automation("strict", "session.booked", wait(days=1), mail("Strict"), late={"tolerance": "30m"})
    shop.automation("money", "session.booked", wait(days=1), ASK, late={"tolerance": "48h", "then": "skip"})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 08:00", hours=96)
    lines = shop.run()
    assert sorted(lines.of("message").each("subject")) == ["Bonjour", "Patient"]
    assert lines.of("invoice") == []
    assert lines.reasons() == ["stale", "stale"]


def test_what_is_within_its_tolerance_runs_late(shop: Story) -> None:
    shop.automation("strict", "session.booked", wait(days=1), mail("Strict"), late={"tolerance": "30m"})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 08:30", hours=1)
    assert shop.run().times("message") == ["2027-01-06 09:30"]


def test_of_several_reminders_that_are_late_only_the_latest_level_is_sent(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", *LEVELS, late={"tolerance": "60d"})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-05 20:00", hours=24 * 7 + 10)
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-13 06:00"]
    assert lines.of("message").each("subject")[1:] == ["1", "2", "3"]


def test_a_level_is_superseded_by_a_later_one_that_is_due_as_well(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", wait(days=1), *LEVELS, late={"tolerance": "60d"})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 20:00", hours=24 * 8)
    lines = shop.run()
    assert lines.times("message", subject="1") == []
    assert lines.times("message", subject="2") == ["2027-01-14 20:00"]
    assert lines.times("message", subject="3") == ["2027-01-21 00:00"]
    assert lines.reasons() == ["superseded"]


def test_stale_levels_do_not_stop_the_later_ones(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", wait(days=1), *LEVELS)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-06 20:00", hours=24 * 8)
    lines = shop.run()
    assert lines.reasons() == ["stale"]
    assert lines.times("message", subject="2") == ["2027-01-14 20:00"]
    assert lines.times("message", subject="3") == ["2027-01-21 00:00"]


@pytest.mark.parametrize(
    ("started", "told"),
    [("2027-01-04 10:00", True), ("2027-01-04 09:59:59", False)],
)
def test_a_start_that_we_learn_of_within_a_day_is_announced_else_stale(shop: Story, started: str, told: bool) -> None:
    shop.automation("welcome", "session.started", mail("Bienvenue"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=started)
    lines = shop.run()
    assert lines.times("message", "zoe") == (["2027-01-05 10:00"] if told else [])
    assert lines.reasons("zoe") == ([] if told else ["stale"])
    assert bool(lines.of("event", type="session.started")) is told


def test_after_an_outage_the_stream_is_drained_before_sessions_start(shop: Story) -> None:
    shop.automation("welcome", "session.started", mail("Bienvenue"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-06 10:00")
    shop.does("outage", at="2027-01-06 08:00", hours=6)
    shop.cancels(order.booking, at="2027-01-06 09:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.of("event", type="session.started") == []


def test_after_an_outage_the_stream_is_drained_before_reminders(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("1"), stop_when=["invoice.paid"])
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.does("outage", at="2027-01-05 20:00", hours=6)
    shop.pays("zoe", 4500, at="2027-01-06 01:00", order=order.id)
    lines = shop.run()
    assert lines.times("event", type="invoice.paid") == ["2027-01-06 02:00"]
    assert lines.of("event", type="invoice.overdue") == []
    assert lines.of("message", subject="1") == []


def test_sessions_that_start_during_an_outage_are_announced_at_its_end(shop: Story) -> None:
    shop.automation("welcome", "session.started", mail("Bienvenue"))
    shop.automation("thanks", "session.ended", mail("Merci"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-06 10:00")
    shop.does("outage", at="2027-01-06 09:30", hours=1)
    shop.books("ada", "cut", at="2027-01-06 09:45", when="2027-01-06 09:50", order="late")
    lines = shop.run()
    assert lines.times("message", subject="Bienvenue") == ["2027-01-06 10:30", "2027-01-06 10:30"]
    assert lines.times("message", "zoe", subject="Merci") == ["2027-01-06 11:00"]
    assert lines.times("message", "ada", subject="Merci") == ["2027-01-06 10:50"]


def test_at_one_instant_events_come_before_session_starts(shop: Story) -> None:
    shop.automation("welcome", "session.started", mail("Bienvenue"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-06 10:00")
    shop.cancels(order.booking, at="2027-01-06 10:00")
    lines = shop.run()
    assert lines.of("event", type="session.started") == []
    assert lines.of("message") == []


def test_at_one_instant_events_come_before_delays(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, wait(days=3), remind("1"), stop_when=["invoice.paid"])
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-06 10:00")
    shop.pays("zoe", 4500, at="2027-01-08 09:00", order=order.id)
    lines = shop.run()
    assert lines.of("message", subject="1") == []
    assert lines.reasons() == ["goal"]


def test_at_one_instant_session_starts_come_before_delays(shop: Story) -> None:
    shop.automation("tag", "session.started", {"add_tag": {"tag": "arrived"}})
    shop.automation(
        "soon",
        "session.booked",
        wait(until="session.starts_at"),
        {"if": {"property": "contact.tags", "operator": "includes", "value": "arrived"}, "then": [mail("Là")]},
    )
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-06 10:00")
    assert shop.run().times("message", subject="Là") == ["2027-01-06 10:00"]


def test_at_one_instant_delays_come_before_overdue(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, wait(until="00:00"), remind("1"), stop_when=["invoice.overdue"])
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-06 10:00")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-06 00:00"]
    assert lines.times("message", subject="1") == ["2027-01-06 00:00"]


def test_at_one_instant_events_come_before_merges(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-06 10:00")
    order = shop.books("zoe", "colour", at="2027-01-05 10:00", when="2027-02-07 10:00")
    shop.cancels(order.booking, at="2027-01-06 09:00")
    assert shop.run().of("invoice").each("total") == [4500]


def test_nothing_happens_before_the_start_nor_at_the_end_of_a_story(shop: Story) -> None:
    shop.automation("now", "session.booked", mail("1"), wait(days=1), mail("2"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-06 10:00")
    shop.span("2027-01-05 09:00", "2027-01-06 09:00")
    assert shop.run().times("message") == ["2027-01-05 09:00"]


def test_a_condition_between_two_levels_does_not_let_both_out(shop: Story) -> None:
    big = {"property": "invoice.amount_due", "operator": "greater_than", "value": 10}
    shop.automation("ask", "session.booked", ASK)
    shop.automation(
        "dun",
        "invoice.overdue",
        *(wait(days=1), remind("1"), wait(days=7)),
        {"if": big, "then": [remind("2")], "else": [mail("petit")]},
        late={"tolerance": "60d"},
    )
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.books("ada", "yoga", at="2027-01-05 09:00", when="2027-02-05 10:00")
    shop.pays("ada", 1000, at="2027-01-05 10:00", order="o2")
    shop.does("outage", at="2027-01-06 20:00", hours=24 * 10)
    lines = shop.run()
    assert lines.of("message", "zoe").each("subject")[1:] == ["2"]
    assert sorted(lines.of("message", "ada").each("subject")[1:]) == ["1", "petit"]


def test_at_one_instant_session_ends_come_before_delays(shop: Story) -> None:
    shop.automation("tag", "session.ended", {"add_tag": {"tag": "left"}})
    gone = {"property": "contact.tags", "operator": "includes", "value": "left"}
    shop.automation("later", "session.booked", wait(until="session.ends_at"), {"if": gone, "then": [mail("Parti")]})
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-01-06 10:00")
    assert shop.run().times("message", subject="Parti") == ["2027-01-06 11:00"]


def test_at_one_instant_overdue_comes_before_merges(shop: Story) -> None:
    late = {"property": "contact.tags", "operator": "includes", "value": "late"}
    step = {"if": late, "then": [mail("Déjà en retard")], "else": [mail("À l'heure")]}
    shop.automation("tag", "invoice.overdue", {"add_tag": {"tag": "late"}})
    shop.automation("ask", "session.booked", ASK, step, limit={"times": 1, "per": "day"})
    for hour in (9, 10):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when="2027-02-05 10:00")
    lines = shop.run()
    assert lines.times("message", subject="Déjà en retard") == ["2027-01-06 00:00"]
    assert lines.times("message", subject="À l'heure") == ["2027-01-05 09:00"]
