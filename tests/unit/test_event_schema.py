"""The published JSON Schema of events is that of their shapes, and agrees with what is read."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from models.event_schema import event_schema
from tests.poison import POISON_ENVELOPES
from tests.samples import FULL, MINIMAL, Json, event, order_paid

schema = Draft202012Validator(event_schema())


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(event_schema())


@pytest.mark.parametrize("samples", [MINIMAL, FULL], ids=["minimal", "full"])
def test_every_sample_is_valid(samples: dict[str, Json]) -> None:
    for type_, data in samples.items():
        schema.validate(event(type_, data))


@pytest.mark.parametrize(
    "attributes",
    [
        {"specversion": "0.3"},
        {"id": ""},
        {"type": "invoice.paid"},
        {"data": {"order": {"id": 7}}},
        {"data": {}},
        {"data_base64": "e30="},
        {"time": 5},
    ],
)
def test_what_is_refused_is_invalid(attributes: dict[str, Any]) -> None:
    assert not schema.is_valid(event("order.paid", order_paid()) | attributes)


@pytest.mark.parametrize("name", [name for name in POISON_ENVELOPES if name.startswith(("no ", "empty ", "long "))])
def test_poison_that_a_schema_can_see_is_invalid(name: str) -> None:
    assert not schema.is_valid(json.loads(POISON_ENVELOPES[name][0]))
