"""R3: what arrived while nothing ran comes first, for ten minutes at most; a tenant's waiting events hold only it."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from tasks.catching_up import STREAM, CatchUp, Horizon, View

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_without_unread_entries_ticks_decide_up_to_now() -> None:
    assert CatchUp().horizon(STREAM, None, NOON) == Horizon(NOON)


def test_what_arrived_within_five_seconds_is_not_waited_for() -> None:
    assert CatchUp().horizon(STREAM, NOON - 5 * SECOND, NOON) == Horizon(NOON)


def test_ticks_stop_at_the_oldest_entry_however_long_nothing_ran() -> None:
    for age in (6 * SECOND, 11 * MINUTE, timedelta(days=2)):
        assert CatchUp().horizon(STREAM, NOON - age, NOON) == Horizon(NOON - age)


def test_ticks_go_on_after_ten_minutes_of_a_stream_that_does_not_run_dry_and_say_so_once() -> None:
    catch_up = CatchUp()
    with capture_logs() as said:
        for minute in range(11):
            now = NOON + minute * MINUTE
            assert catch_up.horizon(STREAM, now - MINUTE, now) == Horizon(now - MINUTE)
        assert said == []
        for second in (1, 2):
            late = NOON + 10 * MINUTE + second * SECOND
            assert catch_up.horizon(STREAM, late - MINUTE, late) == Horizon(late, beside=late - MINUTE)
    (line,) = said
    assert line["log_level"] == "error"


def test_another_backlog_is_waited_for_anew() -> None:
    catch_up = CatchUp()
    catch_up.horizon(STREAM, NOON - MINUTE, NOON)
    catch_up.horizon(STREAM, None, NOON + MINUTE)
    later = NOON + 15 * MINUTE
    assert catch_up.horizon(STREAM, later - MINUTE, later) == Horizon(later - MINUTE)
    much_later = NOON + 90 * MINUTE
    assert catch_up.horizon(STREAM, much_later - MINUTE, much_later) == Horizon(much_later - MINUTE)


def test_waiting_events_hold_back_only_their_own_tenant() -> None:
    catch_up = CatchUp()
    horizons = View(NOON, Horizon(NOON), catch_up).of({"flooded": NOON - MINUTE, "calm": None})
    assert horizons == {"flooded": Horizon(NOON - MINUTE), "calm": Horizon(NOON)}


def test_of_stream_and_waiting_events_the_older_holds() -> None:
    stream = Horizon(NOON - 2 * MINUTE)
    horizons = View(NOON, stream, CatchUp()).of({"a": NOON - MINUTE, "b": NOON - 3 * MINUTE, "c": None})
    assert [horizon.until for horizon in horizons.values()] == [NOON - 2 * MINUTE, NOON - 3 * MINUTE, NOON - 2 * MINUTE]


def test_a_tenant_of_which_ticks_go_on_is_still_held_by_the_stream() -> None:
    catch_up = CatchUp()
    for minute in range(12):
        now = NOON + minute * MINUTE
        view = View(now, Horizon(now - SECOND), catch_up)
        horizon = view.of({"flooded": NOON - MINUTE})["flooded"]
    assert horizon == Horizon(now - SECOND, beside=NOON - MINUTE)
