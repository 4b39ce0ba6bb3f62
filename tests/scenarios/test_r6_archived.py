"""R6: an archived automation begins nothing more; its runs and what they did stay, and it can live again."""

import pytest

from tests.scenarios.story import ASK, Story, automation, mail, wait


def archive(shop: Story, at: str, waiting: str | None = None, name: str = "hello") -> None:
    shop.does("archive_automation", at=at, automation=name, **({"waiting": waiting} if waiting else {}))


def booked_before_and_after(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(days=10), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.books("ada", "cut", at="2027-01-11 09:00", when="2027-02-21 10:00")


@pytest.mark.parametrize("waiting", [None, "finish"])
def test_waiting_runs_finish_and_no_new_ones_begin(shop: Story, waiting: str | None) -> None:
    booked_before_and_after(shop)
    archive(shop, "2027-01-10 12:00", waiting)
    assert shop.run().times("message") == ["2027-01-15 09:00"]


def test_waiting_runs_are_cancelled_once_and_say_why(shop: Story) -> None:
    booked_before_and_after(shop)
    archive(shop, "2027-01-10 12:00", "cancel")
    lines = shop.run()
    assert lines.of("message") == []
    skipped = lines.one("skipped")
    assert (skipped["contact"], skipped["reason"], skipped["at"]) == ("zoe", "archived", "2027-01-10T12:00:00+01:00")


def test_held_runs_finish_within_their_tolerance_and_flood_nobody(shop: Story) -> None:
    steps = [wait(days=1), mail("1"), wait(days=1), mail("2"), wait(days=7), mail("3")]
    shop.automation("hello", "session.booked", *steps)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="hello")
    archive(shop, "2027-01-07 12:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["2", "3"]
    assert lines.reasons() == ["stale"]


def test_it_is_published_again(shop: Story) -> None:
    booked_before_and_after(shop)
    archive(shop, "2027-01-10 12:00")
    again = automation("hello", "session.booked", mail("Bonjour"))
    shop.does("publish", at="2027-01-11 08:00", file=again)
    assert shop.run().times("message", "ada") == ["2027-01-11 09:00"]


def test_an_archived_automation_is_neither_paused_nor_resumed(shop: Story) -> None:
    booked_before_and_after(shop)
    archive(shop, "2027-01-10 12:00")
    shop.does("pause_automation", at="2027-01-10 13:00", automation="hello")
    shop.does("resume_automation", at="2027-01-10 14:00", automation="hello")
    lines = shop.run()
    assert [line["cause"]["act"] for line in lines.of("skipped")] == ["pause_automation", "resume_automation"]
    assert lines.of("message").each("contact") == ["zoe"]


def noted_over_the_limit(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    for _ in range(3):
        shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")


def test_what_was_noted_over_the_limit_is_still_asked_for(shop: Story) -> None:
    noted_over_the_limit(shop)
    archive(shop, "2027-01-05 12:00", name="ask")
    assert shop.run().of("invoice").each("total") == [4500, 9000]


def test_cancelled_what_was_noted_is_asked_for_no_more_and_is_still_owed(shop: Story) -> None:
    noted_over_the_limit(shop)
    archive(shop, "2027-01-05 12:00", "cancel", name="ask")
    shop.automation("later", "session.ended", ASK)
    lines = shop.run()
    assert lines.times("invoice") == ["2027-01-05 09:00", "2027-02-20 11:00", "2027-02-20 11:00"]
    assert lines.times("skipped", "zoe", reason="archived") == ["2027-01-05 12:00"]
