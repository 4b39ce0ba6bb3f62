"""R3: what arrived while nothing ran comes first, for ten minutes at most."""

from datetime import UTC, datetime, timedelta

from tasks.catching_up import CatchUp

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_without_unread_entries_ticks_decide_up_to_now() -> None:
    assert CatchUp().horizon(None, NOON) == NOON


def test_what_arrived_within_five_seconds_is_not_waited_for() -> None:
    assert CatchUp().horizon(NOON - 5 * SECOND, NOON) == NOON


def test_ticks_stop_at_the_oldest_entry_however_long_nothing_ran() -> None:
    for age in (6 * SECOND, 11 * MINUTE, timedelta(days=2)):
        assert CatchUp().horizon(NOON - age, NOON) == NOON - age


def test_ticks_go_on_after_ten_minutes_of_a_stream_that_does_not_run_dry() -> None:
    catch_up = CatchUp()
    for minute in range(11):
        now = NOON + minute * MINUTE
        assert catch_up.horizon(now - MINUTE, now) == now - MINUTE
    late = NOON + 10 * MINUTE + SECOND
    assert catch_up.horizon(late - MINUTE, late) == late


def test_another_backlog_is_waited_for_anew() -> None:
    catch_up = CatchUp()
    catch_up.horizon(NOON - MINUTE, NOON)
    catch_up.horizon(None, NOON + MINUTE)
    later = NOON + 15 * MINUTE
    assert catch_up.horizon(later - MINUTE, later) == later - MINUTE
    much_later = NOON + 90 * MINUTE
    assert catch_up.horizon(much_later - MINUTE, much_later) == much_later - MINUTE
