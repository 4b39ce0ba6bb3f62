"""The lint as a person reads it: each finding at its line, with what, why and how to mend it; what is ignored."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.languages import Language
from models.linting.codes import Code
from models.linting.findings import SAID, Finding, remark
from models.linting.lint import lint, lint_text
from models.shop_file import load_shop
from tests.unit.automations import EXAMPLE, complaint
from tests.unit.linted import MAIL, REMIND, odd

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
ODD = """\
automation: unpaid
trigger: {on: invoice.overdue}
steps:
  - delay:
      until: invoice.due_on
  - if: {property: invoice.amount_due, operator: greater_than, value: 50}
    then:
      - send_reminder:
          subject: Rappel
          message: |
            Bonjour,

            {{ contact.name }}
    else:
      - {delay: {days: 3}}
"""


def test_each_finding_has_its_place() -> None:
    assert [(one.line, one.column, str(one.code)) for one in lint_text(ODD, "a.yaml")] == [
        (5, 7, "A020"),
        (8, 9, "A001"),
        (8, 9, "A002"),
        (13, 1, "A030"),
        (15, 17, "A022"),
    ]


def test_a_finding_is_whole_sentences_with_what_why_and_how_to_mend() -> None:
    *_, fallback, _ = map(str, lint_text(ODD, "a.yaml"))
    assert fallback == (
        "a.yaml:13:1: A030 contact.name may be missing and has no fallback. "
        "A message with a missing value is not sent. "
        "(Write {{ contact.name | default: '…' }}, or ask for it with {% if contact.name %}.)"
    )


def test_the_example_of_all_keys_has_two_odd_things() -> None:
    assert [str(one.code) for one in lint_text(EXAMPLE, "a.yaml")] == ["A004", "A023"]


def test_what_a_file_ignores_is_not_told() -> None:
    assert odd(REMIND, lint={"ignore": ["A001", "A002"]}) == []
    assert odd(REMIND, lint={"ignore": ["A001"]}) == [("A002", "steps.0")]
    assert odd(REMIND, lint={"ignore": ["A030"]}) == [("A001", "steps.0"), ("A002", "steps.0")]
    assert "ignore takes one of A001" in complaint(MAIL, lint={"ignore": ["A999"]})
    assert "lint lacks 'ignore'" in complaint(MAIL, lint={})


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", Code)
def test_every_code_says_what_why_and_how_to_mend(code: Code, language: Language) -> None:
    advice = SAID[language][code]
    said = f"{advice.what} {advice.why} {advice.mend}"
    words = {name: f"<{name}>" for name in re.findall(r"{(\w+)}", said)}
    told = remark(Finding(code, "steps", tuple(words.items())), "a.yaml", 1, 1, language)
    assert not told.what.endswith(".")
    assert all(word in str(told) for word in words.values())


def test_nothing_is_odd_in_the_demo_shop_and_in_the_first_example() -> None:
    shop = load_shop((ROOT / "deploy/demo/salon.yaml").read_text(), "salon.yaml", lambda *_: ("", ""), NOW)
    assert [finding for one in shop.automations for finding in lint(one.automation, shop.business)] == []
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert lint_text(example, "README.md") == []
