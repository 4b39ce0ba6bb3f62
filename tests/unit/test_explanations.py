"""Explanations: everything that can be said can be said in both languages, and every reason has its sentence."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

from models.automation import RunState
from models.explanations import ACTS, LINES, OPERATORS, REASONS, STATES, TESTS, VERDICTS
from models.invoice import DocumentStatus
from models.languages import Language, Words
from models.message import MessageState
from models.operators import Operator
from models.vocabulary import Action

TABLES = {"verdicts": VERDICTS, "reasons": REASONS, "operators": OPERATORS, "tests": TESTS, "lines": LINES}
MODELS = Path(__file__).parents[2] / "models"
REASON = re.compile(r"""(?:[^_]skip\(\s*shop,\s*|_skip\(shop, published, fact, |RunState\.\w+, )"([a-z_]+)\"""")


def sentences() -> Iterator[tuple[str, str, Words]]:
    for name, table in TABLES.items():
        for code, said in table.items():
            yield name, code, said


@pytest.mark.parametrize(("table", "code", "said"), list(sentences()))
def test_a_sentence_has_the_same_gaps_in_both_languages(table: str, code: str, said: Words) -> None:
    gaps = [{name for _, name, _, _ in Formatter().parse(said[language]) if name} for language in Language]
    assert gaps[0] == gaps[1], (table, code)
    assert all(said[language] for language in Language)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (OPERATORS, set(Operator)),
        (ACTS, set(Action) - {Action.END}),
        (STATES, {*RunState, *MessageState, *DocumentStatus}),
    ],
)
def test_every_word_of_an_enum_is_told(table: Mapping[str, Words], codes: set[str]) -> None:
    assert set(table) >= codes


def test_every_reason_in_the_rules_is_told() -> None:
    found = {match for file in MODELS.glob("*.py") for match in REASON.findall(file.read_text())}
    assert found >= {"goal", "cancelled", "condition", "nothing_due"}
    assert found - {"skipped"} <= set(REASONS)
