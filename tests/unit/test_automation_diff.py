"""What a new text changes, in words: the parts, and the steps wherever they stand."""

from typing import Any

import pytest

from models.automation_diff import edits, text_diff
from tests.unit.automations import automation

WAIT = {"delay": {"days": 3}}
MAIL = {"send_email": {"subject": "Hello"}}
REMIND: dict[str, Any] = {"send_reminder": {}}
TAG = {"add_tag": {"tag": "late"}}
DUE = {"property": "invoice.amount_due", "operator": "greater_than", "value": 50}


def named(name: str, step: dict[str, Any]) -> dict[str, Any]:
    return {"id": name} | step


def told(old: list[Any], new: list[Any]) -> list[str]:
    return list(map(str, edits(automation(*old), automation(*new))))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"name": "B"}, "name changed: a → B"),
        ({"trigger": {"services": ["cut"]}}, "trigger changed: invoice.overdue → invoice.overdue, services cut"),
        (
            {"trigger": {"where": DUE}},
            "trigger changed: invoice.overdue → invoice.overdue, where invoice.amount_due greater_than 50",
        ),
        ({"limit": {"per": "24h"}}, "limit added: 1 per 24h by contact, over it skip"),
        ({"stop_when": ["invoice.paid", "invoice.voided"]}, "stop_when added: invoice.paid, invoice.voided"),
        ({"keep_on_cancel": True}, "keep_on_cancel added: true"),
        ({"late": {"tolerance": "30m", "then": "run"}}, "late added: tolerance 30m, then run"),
        ({"late": {"tolerance": "7d"}}, "late added: tolerance 168h"),
    ],
)
def test_each_part_that_is_no_step(part: dict[str, Any], said: str) -> None:
    (edit,) = edits(automation(MAIL), automation(MAIL, **part))
    assert str(edit) == said
    (back,) = edits(automation(MAIL, **part), automation(MAIL))
    assert (back.old, back.new) == (edit.new, edit.old)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([MAIL], [MAIL], []),
        ([MAIL], [WAIT, MAIL], ["step 0 added: wait 3 days"]),
        ([WAIT, MAIL], [MAIL], ["step 0 removed: wait 3 days"]),
        ([WAIT, MAIL], [{"delay": {"days": 4}}, MAIL], ["step 0 changed: wait 3 days → wait 4 days"]),
        ([MAIL], [{"send_email": {"subject": "Hi"}}], ["step 0 changed: send_email"]),
        ([MAIL, TAG], [MAIL, REMIND], ["step 1 added: send_reminder", "step 1 removed: add_tag"]),
        ([named("m", MAIL), TAG], [TAG, named("m", MAIL)], ["step 0 moved: add_tag"]),
        ([named("m", MAIL)], [named("n", MAIL)], ["step n added: send_email", "step m removed: send_email"]),
        (
            [{"if": DUE, "then": [MAIL]}, REMIND],
            [{"if": DUE, "then": [MAIL], "else": [TAG]}, REMIND],
            ["step 0.else.0 added: add_tag"],
        ),
        ([{"if": DUE, "then": [MAIL]}], [{"if": DUE, "then": [TAG], "else": [MAIL]}],
         ["step 0.then.0 added: add_tag", "step 0.else.0 changed: send_email"]),
    ],
)  # fmt: skip
def test_steps_are_known_by_their_ids_and_by_what_they_say(old: list[Any], new: list[Any], said: list[str]) -> None:
    assert told(old, new) == said


def test_of_a_new_automation_all_is_added() -> None:
    found = edits(None, automation(WAIT, MAIL))
    assert [(edit.part, edit.verb) for edit in found] == [
        ("name", "added"),
        ("trigger", "added"),
        ("step 0", "added"),
        ("step 1", "added"),
    ]


def test_texts_are_compared_line_by_line_also_one_that_was_kept_on_a_single_line() -> None:
    assert text_diff("a\nb\nc\n", "a\nB\nc\n", context=0) == ["@@ -2 +2 @@", "-b", "+B"]
    assert text_diff('{"a":1,"b":2}', '{"a":1,"b":3}', context=0) == ["@@ -3 +3 @@", '-  "b": 2', '+  "b": 3']
    assert text_diff("a", "a") == []
