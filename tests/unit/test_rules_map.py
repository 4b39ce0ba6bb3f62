"""The map of rules in docs/rules.md leads to files that are there and cite the rule."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "rules.md").read_text()
ROWS = re.findall(r"^\| (R\d+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)
CITED = re.compile(r"\bR(\d+)(?:[–-]R(\d+))?\b")


def cited(path: Path) -> set[str]:
    """Return the rules that a file cites; `R15-R17` cites three."""
    found: set[str] = set()
    for first, last in CITED.findall(path.read_text()):
        found.update(f"R{number}" for number in range(int(first), int(last or first) + 1))
    return found


def test_every_rule_is_on_the_map() -> None:
    defined = set(re.findall(r"^\*\*(R\d+) ", TEXT, re.MULTILINE))
    assert {f"R{number}" for number in range(1, 29)} == defined
    assert [row[0] for row in ROWS] == sorted(defined, key=lambda rule: int(rule[1:]))


@pytest.mark.parametrize(("rule", "code", "stories"), ROWS)
def test_the_map_leads_to_the_rule(rule: str, code: str, stories: str) -> None:
    for name in re.findall(r"`([^`]+)`", f"{code} {stories}"):
        assert rule in cited(ROOT / name), name
