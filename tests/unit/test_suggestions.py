"""Error messages offer the nearest known names."""

from models.suggestions import did_you_mean


def test_the_nearest_names_are_offered_best_first() -> None:
    assert did_you_mean("invoce", ["invoice", "voice", "contact"]) == " Did you mean invoice or voice?"


def test_case_does_not_count() -> None:
    assert did_you_mean("europe/paris", ["Europe/Paris", "Asia/Tokyo"]) == " Did you mean Europe/Paris?"


def test_three_names_at_most() -> None:
    assert did_you_mean("aaaa", ["aaab", "aaac", "aaad", "aaae"]).count("aaa") == 3


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["invoice"]) == ""
    assert did_you_mean("zzz", []) == ""
