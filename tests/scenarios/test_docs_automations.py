"""docs/automations.md keeps its word: every example is read, linted and run, every table is complete."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from models.acts import ACTS
from models.flow import LATER
from models.linting.codes import Code
from models.linting.lint import lint_text
from models.money import Money
from models.operators import Operator
from models.periods import zone
from models.recipes import shelf
from models.scenario_file import OTHER_ACTS, load_scenario
from models.vocabulary import PROPERTIES, SUPPLIES, Action
from models.wording import render
from models.yamlfile import read
from tasks.simulate import Simulation
from tests.scenarios.story import Databases
from worker.cli.output import in_cell
from worker.cli.simulate import COLUMNS, in_row

PAGE = (Path(__file__).parents[2] / "docs" / "automations.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r'\$ relance simulate (?P<file>\S+)(?P<quiet> \| grep -v " event ")?\n')
CODES = re.compile(r"# ((?:A\d{3} ?)+)$")
SPACES = re.compile(r"[ \u00a0\u202f]+")

BLOCKS = [(found[1], found[2]) for found in FENCE.finditer(PAGE)]
YAML = [text for language, text in BLOCKS if language == "yaml"]
AUTOMATIONS = [text for text in YAML if "automation" in read(text, "block").keys]
SCENARIOS = [text for text in YAML if "events" in read(text, "block").keys]
RUNS = [(command, text[command.end() :]) for language, text in BLOCKS if (command := COMMAND.match(text))]


def file_name(text: str) -> str:
    """Return the name that an example gives itself in its first line."""
    return text.partition("\n")[0].removeprefix("# ")


FILES = {file_name(text): text for text in YAML}


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this heading."""
    rows = PAGE.partition(f"\n| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def named(heading: str, column: int = 0) -> list[str]:
    """Return what stands in backquotes in a column of a table."""
    return [name for row in table(heading) for name in re.findall(r"`([^`]+)`", row[column])]


# Examples


def test_every_example_is_an_automation_or_a_scenario_that_is_run() -> None:
    assert len(YAML) == len(AUTOMATIONS) + len(SCENARIOS)
    assert [file_name(text) for text in SCENARIOS] == [command["file"] for command, _ in RUNS]
    assert len(AUTOMATIONS) >= 15


@pytest.mark.parametrize("text", AUTOMATIONS)
def test_an_automation_is_sound_and_odd_only_where_it_says_so(text: str) -> None:
    expected = [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := CODES.search(line))
        for code in found[1].split()
    ]
    assert [(one.line, str(one.code)) for one in lint_text(text, "example")] == expected


@pytest.mark.parametrize(("command", "expected"), RUNS, ids=lambda value: value["file"] if hasattr(value, "re") else "")
def test_a_scenario_prints_what_stands_below_it(databases: Databases, command: re.Match[str], expected: str) -> None:
    scenario = load_scenario(FILES[command["file"]], command["file"], lambda _node, name: (name, FILES[name]))
    with databases() as engine:
        lines = list(Simulation(engine, scenario).run())
    shown = [" ".join(map(in_cell, in_row(line))).split() for line in lines]
    kept = [words for words in shown if not (command["quiet"] and words[1] == "event")]
    assert [list(COLUMNS), *kept] == [line.split() for line in expected.splitlines()]


# Tables


def triggers() -> Iterator[str]:
    yield from SUPPLIES.keys()


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("operator", lambda: Operator),
        ("action", lambda: Action),
        ("code", lambda: Code),
        ("recipe", lambda: (recipe.name for recipe in shelf())),
        ("property", lambda: (f"{group}.{name}" for group, names in PROPERTIES.items() for name in names)),
        ("`on`", triggers),
        ("`do`", lambda: (*ACTS, *OTHER_ACTS)),
    ],
)
def test_a_table_names_all_there_is(heading: str, names: Callable[[], Iterator[Any]]) -> None:
    plain = [row[0] for row in table(heading)] if heading == "code" else named(heading)
    assert sorted(set(plain) - {"case.opened"}) == sorted(map(str, names()))


def test_what_is_not_carried_out_yet_is_said() -> None:
    sentence = PAGE.partition("refused at publication with the reason: ")[2].partition("\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", sentence)) == set(LATER)
    assert {row[0].strip("`"): row[2] for row in table("recipe") if row[2]} == {
        recipe.name: ", ".join(f"`{need}`" for need in recipe.missing) for recipe in shelf() if recipe.missing
    }


VALUES = {
    "invoice": {"total": Money(123_450, "EUR"), "due_on": date(2027, 4, 9)},
    "session": {"starts_at": datetime(2027, 3, 26, 13, tzinfo=UTC)},
}


@pytest.mark.parametrize("row", table("written"))
def test_a_value_reads_as_the_page_shows_it(row: list[str]) -> None:
    template = row[0].strip("`").replace("\\|", "|")
    read_as = [render(template, VALUES, locale, zone("Europe/Paris")) for locale in ("fr", "en")]
    assert [SPACES.sub(" ", text) for text in read_as] == row[1:]
