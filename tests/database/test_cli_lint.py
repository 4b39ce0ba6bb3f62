"""`relance automations lint`: findings with their codes, in files and in all that a business has."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.database.conftest import Relance

SHOP = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris, quiet_hours: {from: "21:00", to: "08:00"}}
"""
SOUND = """\
automation: remind
trigger: {on: invoice.overdue}
limit: {times: 1, per: 24h, by: [invoice]}
stop_when: [invoice.paid, invoice.voided]
late: {tolerance: 2h}
steps:
  - send_reminder: {}
"""
ODD = SOUND.replace("limit: {times: 1, per: 24h, by: [invoice]}\n", "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write an automation in which nothing is odd, unless the business sleeps."""
    path = tmp_path / "remind.yaml"
    path.write_text(SOUND)
    return path


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open a shop with quiet hours."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    assert relance("business", "apply", path, "--yes").code == 0
    return relance


def test_linting_files_needs_no_system(command: Callable[[str], Relance], file: Path) -> None:
    nowhere = command("postgresql://nobody@127.0.0.1:1/nothing")
    answer = nowhere("automations", "lint", file)
    assert (answer.code, answer.out) == (0, "Nothing odd.\n")
    file.write_text(ODD)
    answer = nowhere("automations", "lint", file)
    assert answer.code == 1
    assert answer.out.startswith(f"{file}:6:5: A002 send_reminder has no limit. ")
    assert "(Write limit: {times: 1, per: 24h, by: [invoice]}, " in answer.out


def test_linting_for_programs(on_nothing: Relance, file: Path) -> None:
    assert on_nothing("automations", "lint", file, "--json").lines == []
    file.write_text(ODD)
    answer = on_nothing("automations", "lint", file, "--json")
    assert answer.code == 1
    assert answer.out.startswith(f'{{"file": "{file}", "line": 6, "column": 5, "code": "A002", "what": "send_reminder')


def test_with_a_business_its_quiet_hours_count(shop: Relance, file: Path) -> None:
    assert shop("automations", "lint", file).out == "Nothing odd.\n"
    assert f"{file}:5:19: A024 " in shop("automations", "lint", file, "--business", "atelier").out


def test_linting_all_that_a_business_has(shop: Relance, file: Path) -> None:
    assert shop("automations", "lint", "--all").out == "Nothing odd.\n"
    shop("automations", "apply", file, "--publish")
    file.write_text(ODD)
    shop("automations", "apply", file)
    answer = shop("automations", "lint", "--all")
    assert answer.code == 1
    assert [line.split(" ")[0] for line in answer.out.splitlines()] == ["remind:5:19:", "remind", "remind"]
    assert "remind (draft):6:5: A002 " in answer.out


def test_warnings_stand_beside_what_validate_and_apply_say(shop: Relance, file: Path) -> None:
    file.write_text(ODD)
    said = shop("automations", "validate", file)
    assert (said.code, len(said.out.splitlines())) == (0, 2)
    assert f"{file}:6:5: A002 " in said.out
    assert shop("automations", "validate", file, "--json").line["warnings"][0]["code"] == "A002"
    applied = shop("automations", "apply", file)
    assert applied.out == "remind: draft saved.\n"
    assert f"{file}:6:5: A002 " in applied.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name the files to look at, or say --all"),
        (["--all", "a.yaml"], "Name the files to look at, or say --all"),
        (["nowhere.yaml"], "nowhere.yaml can't be read: No such file or directory."),
    ],
)
def test_what_can_not_be_linted_is_one_message(on_nothing: Relance, arguments: list[str], message: str) -> None:
    answer = on_nothing("automations", "lint", *arguments)
    assert answer.code == 2
    assert message in answer.error


def test_a_file_that_is_not_sound_has_its_problems_told(on_nothing: Relance, file: Path) -> None:
    file.write_text("automation: a\n")
    answer = on_nothing("automations", "lint", file)
    assert answer.code == 2
    assert f"{file}:1:1: the file lacks 'trigger'" in answer.out


def test_it_speaks_the_language_that_is_chosen_or_that_of_the_business(
    shop: Relance, file: Path, tmp_path: Path
) -> None:
    file.write_text(ODD)
    assert "A002 send_reminder n'a pas de limite. " in shop("automations", "lint", file, "--lang", "fr").out
    french = tmp_path / "french.yaml"
    french.write_text(SHOP.replace("atelier, name", "salon, locale: fr, name"))
    assert shop("business", "apply", french, "--yes").code == 0
    assert "pour que chaque facture compte à part" in shop("automations", "lint", file, "--business", "salon").out
    assert "has no limit" in shop("automations", "lint", file, "--business", "salon", "--lang", "en").out
