"""What still comes is never taken for what comes no more, however few the slots."""

from tasks.backtest.mentions import Mentions


def test_a_name_is_still_to_come_until_its_last_mention() -> None:
    known = Mentions(1_000)
    known.note(3, ["o1", "b1"])
    known.note(7, ["o1"])
    assert known.still(7, ["b1", "o1"])
    assert not known.still(8, ["o1"])
    assert known.still(3, ["b1"])
    assert not known.still(4, ["b1"])
    assert not known.still(0, ["unheard"])


def test_with_too_few_slots_names_are_kept_longer_never_shorter() -> None:
    crowded = Mentions(1)
    for place in range(100):
        crowded.note(place, [f"o{place}"])
    assert all(crowded.still(place, [f"o{place}"]) for place in range(100))


def test_what_comes_in_bulk_is_mostly_told_apart() -> None:
    known = Mentions(5_000)
    for place in range(5_000):
        known.note(place, [f"o{place}", f"b{place}"])
    kept = sum(known.still(2_500, [f"o{place}"]) for place in range(2_500))
    assert kept < 125
