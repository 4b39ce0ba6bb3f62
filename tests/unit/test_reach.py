"""How much a text would touch, when only some of many cases are looked at."""

from datetime import UTC, datetime

from models.event_rows import FactRow
from models.reach import Sample

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def fact(number: int, contact: str) -> FactRow:
    return FactRow("atelier", f"evt_{number}", "session.booked", NOW, contact, {})


def test_what_the_cases_looked_at_show_holds_for_the_others() -> None:
    cases = [fact(1, "zoe"), fact(2, "zoe"), fact(3, "ada"), fact(4, "leo"), fact(5, "mia")]
    sample = Sample(cases, all_cases=50, all_contacts=24)
    assert sample.contacts(cases[:2]) == 6
    assert sample.contacts(cases) == 24
    assert sample.scaled(4500) == 45_000


def test_where_nothing_was_looked_at_there_is_nothing() -> None:
    assert Sample().contacts([]) == Sample().scaled(0) == 0
