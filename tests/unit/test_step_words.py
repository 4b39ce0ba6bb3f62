"""Steps in words, as `relance runs show` prints them."""

from typing import Any

import pytest

from models.flow import Jump, compile_program
from models.step_words import in_words
from tests.unit.automations import automation


def words(*steps: Any, **parts: Any) -> list[str]:
    ops = compile_program(automation(*steps, **parts)).ops
    return [in_words(op) for op in ops if not isinstance(op, Jump)]


@pytest.mark.parametrize(
    ("delay", "said"),
    [
        ({"days": 1}, "wait 1 day"),
        ({"days": 2, "hours": 1, "minutes": 30}, "wait 2 days 1 hour 30 minutes"),
        ({"until": "session.starts_at"}, "wait until session.starts_at"),
        ({"until": "session.starts_at", "minus": {"hours": 24}}, "wait until session.starts_at minus 24 hours"),
        ({"until": "session.ends_at", "plus": {"days": 1}}, "wait until session.ends_at plus 1 day"),
        ({"until": "09:00"}, "wait until 09:00"),
        ({"until": "09:00", "on": ["fri", "mon"]}, "wait until 09:00 on mon, fri"),
        ({"until": "2027-03-26"}, "wait until 2027-03-26"),
    ],
)
def test_waits(delay: dict[str, Any], said: str) -> None:
    assert words({"delay": delay}, on="session.booked") == [said, "end"]


def test_conditions_and_both_their_ways() -> None:
    due = {"property": "invoice.amount_due", "operator": "greater_than", "value": 50}
    known = {"property": "contact.name", "operator": "is_not_empty"}
    tags = {"property": "contact.locale", "operator": "one_of", "value": ["fr", "en"]}
    step = {"if": {"all": [due, {"any": [known, tags]}]}, "then": [{"send_reminder": {}}], "else": [{"end": {}}]}
    assert words(step) == [
        "if invoice.amount_due greater_than 50 and (contact.name is_not_empty or contact.locale one_of ['fr', 'en'])",
        "send_reminder",
        "end",
        "end",
    ]
