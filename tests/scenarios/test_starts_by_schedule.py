"""Starts by schedule: the calendar starts an automation for each client that its condition chooses (R1, R2, R3)."""

from tests.scenarios.story import Data, Story, holds, mail, wait

NEWS = mail("Des nouvelles")
VIP = holds("contact.tags", "includes", "vip")


def monthly(shop: Story, *steps: Data, **keys: object) -> None:
    shop.automation("news", "schedule.due", *(steps or (NEWS,)), **{"every": "month", "at": "09:00"} | keys)


def test_it_starts_on_its_dates_for_every_client(shop: Story) -> None:
    monthly(shop, anchor=[1, "last"])
    lines = shop.run(until="2027-03-02 00:00")
    dates = ["2027-01-01 09:00", "2027-01-31 09:00", "2027-02-01 09:00", "2027-02-28 09:00", "2027-03-01 09:00"]
    assert lines.times("message", "zoe") == lines.times("message", "ada") == dates
    assert lines.times("event", "zoe", type="schedule.due") == dates


def test_a_condition_chooses_the_clients_on_each_date(shop: Story) -> None:
    shop.client("zoe", tags=["vip"])
    monthly(shop, where=VIP)
    shop.event("contact.updated", "2027-01-20 10:00", {"contact": {"id": "ada", "tags": ["vip"]}})
    lines = shop.run(until="2027-02-02 00:00")
    assert lines.times("message", "zoe") == ["2027-01-01 09:00", "2027-02-01 09:00"]
    assert lines.times("message", "ada") == ["2027-02-01 09:00"]
    assert lines.reasons() == []


def test_who_is_let_through_by_none_is_told_with_all(shop: Story) -> None:
    monthly(shop, where=VIP)
    assert shop.run(until="2027-01-02 00:00", everything=True).reasons("zoe") == ["filter"]


def test_the_wall_time_stays_when_the_clock_changes(shop: Story) -> None:
    shop.span("2027-03-20 00:00", "2027-04-05 00:00")
    shop.automation("news", "schedule.due", NEWS, every="week", anchor="sun", at="02:30")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-03-21 02:30", "2027-03-28 03:00", "2027-04-04 02:30"]


def test_a_day_of_the_year_and_every_day(shop: Story) -> None:
    shop.automation("birthday", "schedule.due", mail("Un an"), every="year", anchor="01-03")
    shop.automation("daily", "schedule.due", mail("Bonjour"), every="day", at="07:00")
    lines = shop.run(until="2027-01-04 00:00")
    assert lines.times("message", "zoe", subject="Un an") == ["2027-01-03 08:00"]
    assert lines.times("message", "zoe", subject="Bonjour") == [f"2027-01-0{day} 07:00" for day in (1, 2, 3)]


def test_dates_missed_in_an_outage_are_made_up_for_once(shop: Story) -> None:
    shop.automation("daily", "schedule.due", mail("Bonjour"), every="day", at="09:00")
    shop.does("outage", at="2027-01-02 00:00", hours=24 * 4 + 10)
    lines = shop.run(until="2027-01-08 00:00")
    assert lines.times("message", "zoe") == ["2027-01-01 09:00", "2027-01-06 10:00", "2027-01-07 09:00"]
    assert lines.of("skipped", reason="merged").each("contact") == [None]


def test_a_date_missed_for_longer_than_the_tolerance_is_stale_unless_the_file_says_otherwise(shop: Story) -> None:
    monthly(shop)
    shop.automation("patient", "schedule.due", mail("Patience"), every="month", late={"tolerance": "7d"})
    shop.does("outage", at="2027-01-31 00:00", hours=24 * 4)
    lines = shop.run(until="2027-02-10 00:00")
    assert lines.times("message", "zoe", subject="Patience") == ["2027-01-01 08:00", "2027-02-04 00:00"]
    assert lines.times("message", "zoe", subject="Des nouvelles") == ["2027-01-01 09:00"]
    assert lines.reasons("zoe") == ["stale"]


def test_waits_count_from_the_date_itself(shop: Story) -> None:
    monthly(shop, wait(days=2), NEWS)
    assert shop.run(until="2027-01-10 00:00").times("message", "zoe") == ["2027-01-03 09:00"]


def test_paused_it_lets_its_dates_pass_with_one_word_and_goes_on(shop: Story) -> None:
    monthly(shop)
    shop.does("pause_automation", at="2027-01-20 00:00", automation="news")
    shop.does("resume_automation", at="2027-02-20 00:00", automation="news")
    lines = shop.run(until="2027-03-02 00:00")
    assert lines.times("message", "zoe") == ["2027-01-01 09:00", "2027-03-01 09:00"]
    assert [(line["reason"], line["contact"]) for line in lines.of("skipped")] == [("paused", None)]


def test_published_anew_it_starts_on_the_new_dates_and_on_no_date_twice(shop: Story) -> None:
    monthly(shop)
    other = {
        "automation": "news",
        "trigger": {"on": "schedule.due", "every": "month", "anchor": 1, "at": "18:00"},
        "steps": [NEWS],
    }
    shop.does("publish", at="2027-01-01 12:00", file=other)
    lines = shop.run(until="2027-02-02 00:00")
    assert lines.times("message", "zoe") == ["2027-01-01 09:00", "2027-02-01 18:00"]


def test_a_schedule_taken_away_starts_nothing_more(shop: Story) -> None:
    monthly(shop)
    other = {"automation": "news", "trigger": {"on": "invoice.paid"}, "steps": [NEWS]}
    shop.does("publish", at="2027-01-20 12:00", file=other)
    assert shop.run(until="2027-03-02 00:00").times("message", "zoe") == ["2027-01-01 09:00"]


def test_more_clients_than_fit_into_one_portion_are_all_written_to_once(shop: Story) -> None:
    for number in range(450):
        shop.client(f"c{number:03}")
    monthly(shop)
    lines = shop.run(until="2027-01-02 00:00")
    assert len(lines.of("message")) == len({line["contact"] for line in lines.of("message")}) == 452


def test_whoever_goes_on_as_another_client_gets_nothing(shop: Story) -> None:
    monthly(shop)
    shop.event("contact.merged", "2027-01-20 10:00", {"contact": {"id": "ada"}, "into": "zoe"})
    lines = shop.run(until="2027-02-02 00:00")
    assert lines.times("message", "ada") == ["2027-01-01 09:00"]
    assert len(lines.times("message", "zoe")) == 2


def test_a_limit_counts_its_dates(shop: Story) -> None:
    shop.automation("daily", "schedule.due", NEWS, every="day", limit={"times": 1, "per": "week"})
    lines = shop.run(until="2027-01-12 00:00")
    assert lines.times("message", "zoe") == ["2027-01-01 08:00", "2027-01-04 08:00", "2027-01-11 08:00"]
