"""R21: an automation that usually fires and has fallen silent is told of once, until it fires again."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.database.at_work import AtWork
from tests.scenarios.story import Databases, Story, mail

DAYS = range(1, 11)
BACK = "2027-01-25 11:00"


@pytest.fixture
def story(databases: Databases) -> Story:
    """Tell of a shop that is greeted on each of the first ten days of January, and again on the 25th."""
    story = Story(databases)
    story.automation("hello", "client.said_hello", mail("Bonjour"))
    story.automation("seldom", "client.said_goodbye", mail("Adieu"))
    for day in DAYS:
        for hour in ("09", "10"):
            at = f"2027-01-{day:02} {hour}:00"
            story.event("client.said_hello", at, {"contact": {"id": "zoe"}}, id=at)
    story.event("client.said_goodbye", "2027-01-02 10:00", {"contact": {"id": "zoe"}})
    story.event("client.said_hello", BACK, {"contact": {"id": "zoe"}}, id="back")
    return story


@pytest.fixture
def work(databases: Databases, story: Story) -> Iterator[AtWork]:
    """Give the shop as it is after the ten days."""
    with databases() as engine:
        at_work = AtWork(engine, story)
        for day in DAYS:
            at_work.drains(f"2027-01-{day:02} 10:00")
        yield at_work


def listens(work: AtWork, instant: str) -> dict[str, int]:
    work.comes(instant)
    return work.rings("housekeeping.listen")


def alerts(work: AtWork) -> list[tuple[str, bool]]:
    """Return of which automations there are alerts, and whether it is over."""
    return [
        (row[0], row[1])
        for row in work.sql("SELECT data->>'automation', seen_at IS NOT NULL FROM alerts WHERE reason = 'silent'")
    ]


def test_it_is_told_of_once_and_ops_can_watch_for_it(work: AtWork) -> None:
    assert listens(work, "2027-01-13 23:00")["silent"] == 0
    with capture_logs() as logs:
        assert listens(work, "2027-01-14 00:10")["silent"] == 1
        assert listens(work, "2027-01-20 12:00")["silent"] == 0
    assert alerts(work) == [("hello", False)]
    ((text,),) = work.sql("SELECT text FROM alerts")
    assert "hello has fallen silent. It has not fired for 4 open days; usually it fires again after 1." in text
    assert [(line["log_level"], line["business"], line["automation"]) for line in logs] == [
        ("warning", "atelier", "hello")
    ]


def test_it_is_over_when_it_fires_again_and_the_next_silence_is_another(work: AtWork) -> None:
    listens(work, "2027-01-16 12:00")
    work.drains(BACK)
    assert listens(work, "2027-01-25 12:00") == {"silent": 0, "over": 1, "more": 0}
    assert alerts(work) == [("hello", True)]
    assert listens(work, "2027-02-09 12:00")["silent"] == 0
    assert listens(work, "2027-02-10 12:00")["silent"] == 1
    assert alerts(work) == [("hello", True), ("hello", False)]


def test_what_a_person_has_paused_is_not_silent_and_begins_anew_when_resumed(work: AtWork) -> None:
    listens(work, "2027-01-14 12:00")
    work.sql("UPDATE automations SET state = 'paused' WHERE id = 'hello'")
    assert listens(work, "2027-01-15 12:00") == {"silent": 0, "over": 1, "more": 0}
    work.sql("UPDATE automations SET state = 'active' WHERE id = 'hello'")
    work.sql(
        "INSERT INTO changes (business_id, at, actor, kind, subject, act)"
        " VALUES ('atelier', '2027-01-18 12:00+01', 'eve', 'automation', 'hello', 'resumed')"
    )
    assert listens(work, "2027-01-21 12:00")["silent"] == 0
    assert listens(work, "2027-01-22 12:00")["silent"] == 1


def test_while_a_business_is_paused_nothing_of_it_is_silent_and_it_begins_anew_after_that(work: AtWork) -> None:
    for whose in ("atelier", ""):
        work.sql(
            "INSERT INTO pauses (business_id, id, scope, since) VALUES (%s, 'p', 'everything', '2027-01-11')", whose
        )
        assert listens(work, "2027-01-18 12:00")["silent"] == 0
        work.sql("UPDATE pauses SET ended_at = '2027-01-18 12:00+01'")
    assert listens(work, "2027-01-21 12:00")["silent"] == 0
    assert listens(work, "2027-01-22 12:00")["silent"] == 1


def test_days_off_do_not_count(work: AtWork) -> None:
    work.sql("""UPDATE businesses SET holidays = '["2027-01-11", "2027-01-12", "2027-01-13"]'""")
    assert listens(work, "2027-01-16 12:00")["silent"] == 0
    assert listens(work, "2027-01-17 12:00")["silent"] == 1


def test_days_are_the_business_s_own(work: AtWork) -> None:
    work.sql("UPDATE businesses SET timezone = 'Pacific/Honolulu'")
    assert listens(work, "2027-01-13 10:30")["silent"] == 0
    assert listens(work, "2027-01-13 12:00")["silent"] == 1


def test_after_an_outage_what_is_still_to_be_decided_is_no_silence(work: AtWork) -> None:
    listens(work, "2027-01-14 12:00")
    work.sql("INSERT INTO waiting VALUES (1, 'atelier', '2027-01-13')")
    work.sql("UPDATE automations SET state = 'paused'")
    assert listens(work, "2027-01-15 12:00") == {"silent": 0, "over": 0, "more": 0}
    work.sql("UPDATE automations SET state = 'active'")
    work.sql("DELETE FROM alerts")
    assert listens(work, "2027-01-15 12:00")["silent"] == 0
    work.sql("DELETE FROM waiting")
    assert listens(work, "2027-01-15 12:00")["silent"] == 1


def test_while_the_stream_is_behind_time_stands_still(work: AtWork) -> None:
    work.stream.put(b"{}", work.clock.at)
    assert listens(work, "2027-01-20 12:00")["silent"] == 0


def test_a_year_later_nobody_expects_it(work: AtWork) -> None:
    listens(work, "2027-01-14 12:00")
    work.drains(BACK)
    assert listens(work, "2028-01-24 12:00")["silent"] == 1
    assert listens(work, "2028-01-26 12:00") == {"silent": 0, "over": 1, "more": 0}
