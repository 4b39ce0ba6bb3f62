"""A text under another id and name: nothing else of it changes, not a letter."""

import pytest

from models.automation_file import load_automation
from models.automation_text import retitled
from models.errors import BadInputError
from tests.unit.automations import EXAMPLE

STEPS = "trigger: {on: invoice.overdue}\nsteps: [send_reminder: {}]\n"


def test_comments_and_everything_else_stay() -> None:
    assert retitled(EXAMPLE, "second", "Second one") == EXAMPLE.replace(
        "automation: unpaid-invoice ", "automation: second "
    ).replace("name: Unpaid invoice", 'name: "Second one"')


@pytest.mark.parametrize(
    ("head", "edited"),
    [
        ("automation: a  # id\n", 'automation: b  # id\nname: "Bé"\n'),
        ('"automation": "a"\n', '"automation": "b"\nname: "Bé"\n'),
        ("name: 'A'\nautomation: 'a'\n", 'name: "Bé"\nautomation: "b"\n'),
        ("name: >-\n  A long\n  name\nautomation: a\n", 'name: "Bé"\nautomation: b\n'),
    ],
)
def test_however_the_head_is_written(head: str, edited: str) -> None:
    assert retitled(head + STEPS, "b", "Bé") == edited + STEPS


def test_a_text_in_braces() -> None:
    text = '{"automation":"a","trigger":{"on":"invoice.overdue"},"steps":[{"end":{}}]}'
    assert retitled(text, "b", "B") == text.replace('"automation":"a"', '"automation":"b", "name": "B"')


def test_an_indented_text_without_an_end_of_line() -> None:
    text = "  trigger: {on: invoice.overdue}\n  steps: [end: {}]\n  automation: a"
    assert retitled(text, "b", "B") == text.removesuffix("a") + 'b\n  name: "B"'


@pytest.mark.parametrize("id_", ["true", "12", "été", "a.b"])
def test_ids_that_need_quotes(id_: str) -> None:
    assert load_automation(retitled(f"automation: a\n{STEPS}", id_, id_), "").id == id_


@pytest.mark.parametrize(
    "head",
    [
        "automation: &id a\nname: *id\n",
        "automation: &id a\n",
    ],
)
def test_an_id_that_stands_elsewhere_too_is_left_to_a_person(head: str) -> None:
    text = f"{head}trigger: {{on: invoice.overdue}}\nsteps: [add_tag: {{tag: *id}}]\n"
    with pytest.raises(BadInputError, match="The text of a can't be given another id"):
        retitled(text, "b", "B")
