"""The JSON Schema of automation files is the one in the docs, and agrees with the reader."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from models.automation_schema import automation_schema, schema_text
from models.vocabulary import Action
from models.yamlfile import read
from tests.unit.automations import EXAMPLE, problems_of, written
from tests.unit.test_automation_file_malformed import RICH

FILE = Path(__file__).parents[2] / "docs" / "schemas" / "automation.schema.json"
VALIDATOR = Draft202012Validator(automation_schema())
EURO = {"amount": 100, "currency": "EUR"}


def fits(text: str) -> bool:
    return bool(VALIDATOR.is_valid(read(text, "a").plain()))


def test_the_schema_in_the_docs_is_the_one_that_the_tables_make() -> None:
    command = "from models.automation_schema import schema_text; print(schema_text(), end='')"
    assert FILE.read_text(encoding="utf-8") == schema_text(), f"write it anew with python -c {command!r}"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(automation_schema())


SOUND = [
    EXAMPLE,
    RICH,
    *(written(action) for action in ("request_payment", "send_reminder", "send_email", "notify_staff", "end")),
    *(written({action: None}) for action in ("charge_card", "refund", "send_sms", "end")),
    written({"request_payment": {"document": "draft", "due_in": {"days": 3}}}),
    written({"add_tag": "x"}, {"add_tag": {"tag": "x"}}, {"call_webhook": {"url": "https://x.org"}}),
    written({"add_charge": {"description": "d", "price": EURO, "fee": "price_kept"}}, on="booking.no_show"),
    written({"refund": {"amount": EURO}}, {"refund": {"amount": "full"}}),
    written({"delay": {"until": "9:00", "on": ["mon"]}}, {"delay": {"until": "2027-01-01"}}),
    written({"delay": {"until": "2027-01-01T09:00:00Z"}}, {"delay": {"until": "event.data.at", "minus": {"hours": 1}}}),
    written(trigger={"services": "all"}, stop_when="invoice.paid", limit={"per": "ever", "over": "skip"}),
    written(on="com.example.thing", trigger={"where": {"property": "event.data.x", "operator": "is_true"}}),
    written(trigger={"where": {"property": "invoice.due_on", "operator": "between", "value": ["2027-01-01"] * 2}}),
    written(trigger={"where": {"property": "invoice.due_on", "operator": "within_next", "value": {"days": 2}}}),
    written(trigger={"where": {"property": "contact.id", "operator": "one_of", "value": ["a", 1]}}),
]

WRONG: list[Any] = [
    "{}",
    "[]",
    written({"sned_email": None}),
    written("sned_email"),
    written({"send_email": None, "delay": {"days": 1}}),
    written({"send_email": {"subjct": "x"}}),
    written({"send_email": {"channels": ["sms"]}}),
    written({"delay": {}}),
    written({"delay": {"days": -1}}),
    written({"delay": {"weeks": 1}}),
    written({"delay": {"until": "09:00", "on": ["monday"]}}),
    written(
        {"delay": {"until": "session.starts_at", "plus": {"hours": 1}, "minus": {"hours": 1}}}, on="session.booked"
    ),
    written({"if": {"all": []}, "then": []}),
    written({"if": {"property": "contact.id", "operator": "is_empty"}}),
    written({"if": {"property": "contact.id", "operator": "is_empty", "value": 1}, "then": []}),
    written({"if": {"property": "contact.nme", "operator": "is_empty"}, "then": []}),
    written({"if": {"property": "invoice.total", "operator": "greater_than", "value": "5"}, "then": []}),
    written({"if": {"property": "invoice.total", "operator": "between", "value": [1]}, "then": []}),
    written({"if": {"property": "invoice.due_on", "operator": "before", "value": "soon"}, "then": []}),
    written({"add_tag": None}),
    written({"refund": {"amount": 5}}),
    written(on="overdue"),
    written(on=""),
    written(limit={"times": 1}),
    written(limit={"per": "48h"}),
    written(limit={"per": "day", "times": 0}),
    written(late={"tolerance": "2 days"}),
    written(colour="red"),
    written(automation="a b"),
    written(keep_on_cancel="no"),
    written(*["end"] * 51),
]


@pytest.mark.parametrize("text", SOUND)
def test_what_the_reader_takes_fits_the_schema(text: str) -> None:
    assert problems_of(text) == []
    assert [error.message for error in VALIDATOR.iter_errors(read(text, "a").plain())] == []


@pytest.mark.parametrize("text", WRONG)
def test_what_the_schema_refuses_the_reader_refuses(text: str) -> None:
    assert problems_of(text)
    assert not fits(text)


def test_every_action_is_in_the_schema() -> None:
    assert set(Action) <= set(automation_schema()["$defs"])
