"""A hundred malformed automation files, drawn from the schema and spoilt: one clear error each, never a traceback."""

import json
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from ruamel.yaml import YAML
from typer.testing import CliRunner

from models.automation_file import load_automation
from models.automation_schema import automation_schema, schema_text
from models.yamlfile import BadFileError
from tests.unit.from_schema import fitting
from tests.unit.test_automation_file_malformed import ODD, places, spoilt, told
from worker.cli.automations import app

VALIDATOR = Draft202012Validator(automation_schema())
FITTING = fitting(json.loads(schema_text()))
WHOLE = settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


@st.composite
def malformed(draw: st.DrawFn) -> str:
    """Draw a file that fits the schema and spoil it once: another value, a key too much, too little or misspelt."""
    data = draw(FITTING)
    path = draw(st.sampled_from(places(data)))
    held = at(data, path)
    ways = [draw(st.sampled_from(ODD)), [held]]
    if isinstance(held, dict) and held:
        key = draw(st.sampled_from(sorted(held)))
        rest = {name: value for name, value in held.items() if name != key}
        ways = [rest, rest | {f"{key}s": held[key]}, held | {"nope": 1}]
    file = spoilt(data, path, draw(st.sampled_from(ways)))
    return as_yaml(file) if draw(st.booleans()) else json.dumps(file)


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """Return what stands at a path."""
    for key in path:
        data = data[key]
    return data


def as_yaml(data: Any) -> str:
    """Return data as people write it: a line for each key."""
    yaml, out = YAML(typ="safe", pure=True), StringIO()
    yaml.default_flow_style = False
    yaml.dump(data, out)
    return out.getvalue()


def refused(text: str) -> bool:
    """Whether a file is malformed; anything but a list of problems fails the test."""
    try:
        load_automation(text, "a.yaml")
    except BadFileError:
        return True
    return False


@WHOLE
@given(FITTING)
def test_what_is_drawn_fits_the_schema_and_is_read_or_told(data: Any) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    assert told(json.dumps(data)) == told(as_yaml(data))


@WHOLE
@given(malformed().filter(refused))
def test_a_malformed_file_has_clear_errors_at_their_places(text: str) -> None:
    assert told(text) > 0


@WHOLE
@given(text=malformed().filter(refused))
def test_a_malformed_file_is_a_list_of_places_on_the_command_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "malformed.yaml"
    file.write_text(text, encoding="utf-8")
    said = CliRunner().invoke(app, ["validate", str(file)])
    assert said.exit_code == 2
    assert said.output.startswith(f"{file}:")
    assert "Traceback" not in said.output
