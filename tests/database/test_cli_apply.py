"""Applying and exporting automations: what changes is shown first, a person is asked, and nothing is done twice."""

from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import THANKS, Relance, Terminal
from tests.database.upstream import Upstream
from tests.samples import charge_added, encoded

LATER = THANKS.replace("days: 3", "days: 4")


def state(shop: Relance) -> tuple[object, ...]:
    line = shop("automations", "show", "thanks", "--json").line
    return line["version"], line["draft"]


def test_what_changes_is_shown_before_it_is_done(shop: Relance, upstream: Upstream, file: Path) -> None:
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    file.write_text(LATER)
    answer = shop("automations", "apply", file, "--publish")
    assert (answer.code, answer.out) == (0, "thanks: published as version 2.\n")
    assert answer.err.splitlines() == [
        f"thanks: version 1 → {file}",
        "  ~ step 0 changed: wait 3 days → wait 4 days",
        "  waiting runs: 1, which finish as they began",
        "--- version 1",
        f"+++ {file}",
        "@@ -2,5 +2,5 @@",
        " name: Merci",
        " trigger: {on: charge.added}",
        " steps:",
        "-  - delay: {days: 3}  # not at once",
        "+  - delay: {days: 4}  # not at once",
        "   - send_email: {}",
    ]


def test_programs_are_told_what_changed(shop: Relance, file: Path) -> None:
    file.write_text(LATER)
    told = shop("automations", "apply", file, "--json").line
    assert (told["done"], told["waiting_runs"]) == ("draft saved", 0)
    assert told["diff"].splitlines()[-3:-1] == [
        "-  - delay: {days: 3}  # not at once",
        "+  - delay: {days: 4}  # not at once",
    ]
    assert told["changes"] == [{"part": "step 0", "act": "changed", "old": "wait 3 days", "new": "wait 4 days"}]


def test_a_person_is_asked_and_may_refuse(shop: Relance, file: Path) -> None:
    file.write_text(LATER)
    refused = shop("automations", "apply", file, "--publish", typed=Terminal("n\n"))
    assert (refused.code, "Nothing was changed." in refused.err) == (1, True)
    assert state(shop) == (1, False)
    agreed = shop("automations", "apply", file, typed=Terminal("y\n"))
    assert (agreed.code, agreed.out.strip()) == (0, "thanks: draft saved.")
    assert shop("automations", "apply", file, "--publish", "--yes", typed=Terminal()).code == 0
    assert state(shop) == (2, False)


@pytest.mark.parametrize("options", [[], ["--publish"]])
def test_where_nothing_changes_nobody_is_asked_and_nothing_shown(shop: Relance, file: Path, options: list[str]) -> None:
    answer = shop("automations", "apply", file, *options, typed=Terminal())
    assert (answer.code, answer.out, answer.err) == (0, "thanks: unchanged.\n", "")


def test_what_only_a_person_would_notice_is_told(shop: Relance, file: Path) -> None:
    shop("automations", "pause", "thanks")
    assert "state changed: paused → active" in shop("automations", "apply", file, "--publish").err
    file.write_text(LATER)
    shop("automations", "apply", file)
    file.write_text(THANKS)
    assert "draft removed: another text" in shop("automations", "apply", file, "--publish").err


def test_what_was_agreed_to_is_what_happens_or_nothing(shop: Relance, url: str, file: Path) -> None:
    class Slow(Terminal):
        """A person who thinks for so long that somebody else is faster."""

        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # the stubs' bases disagree
            with psycopg.connect(url) as connection:
                connection.execute("UPDATE automations SET draft = 'another' WHERE id = 'thanks'")
            return super().readline(-1 if size is None else size)

    file.write_text(LATER)
    answer = shop("automations", "apply", file, "--publish", typed=Slow("y\n"))
    assert (answer.code, "something else has changed meanwhile" in answer.err) == (1, True)
    assert state(shop) == (1, True)


def test_waiting_runs_move_when_a_file_is_applied(shop: Relance, upstream: Upstream, file: Path) -> None:
    file.write_text(THANKS.replace("- delay: {days: 3}", "- {id: pause, delay: {days: 3}}"))
    shop("automations", "apply", file, "--publish")
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    file.write_text(file.read_text().replace("days: 3", "days: 4"))
    shop("automations", "apply", file, "--publish", "--waiting", "move")
    assert [run["version"] for run in shop("runs", "list", "--json").lines] == [3]


# Versions side by side


def test_versions_and_the_draft_are_compared(shop: Relance, file: Path) -> None:
    file.write_text(LATER)
    shop("automations", "apply", file, "--publish")
    file.write_text(LATER.replace("Merci", "Danke"))
    shop("automations", "apply", file)

    def compared(*versions: str) -> tuple[str, str, list[str]]:
        line = shop("automations", "diff", "thanks", *versions, "--json").line
        return line["from"], line["to"], [edit["part"] for edit in line["changes"]]

    assert compared() == ("version 2", "draft", ["name"])
    assert compared("1") == ("version 1", "draft", ["name", "step 0"])
    assert compared("1", "2") == ("version 1", "version 2", ["step 0"])
    assert compared("2", "1") == ("version 2", "version 1", ["step 0"])
    words = shop("automations", "diff", "thanks", "1", "2").out
    assert "~ step 0 changed: wait 3 days → wait 4 days" in words
    assert "+  - delay: {days: 4}  # not at once" in words
    assert shop("automations", "diff", "thanks", "1", "1").out == "thanks: version 1 and version 1 say the same.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["diff", "thankss"], "Did you mean thanks?"),
        (["diff", "thanks", "7"], "thanks has no version 7. It has version 1."),
        (["diff", "thanks", "1", "1", "1"], "Name two versions at most."),
        (["export", "thankss"], "Did you mean thanks?"),
        (["export", "thanks", "--version", "7"], "thanks has no version 7."),
        (["export"], "Name automations, or say --all."),
        (["export", "thanks", "--all"], "Name automations, or say --all."),
    ],
)
def test_what_can_not_be_shown_is_one_message(shop: Relance, arguments: list[str], message: str) -> None:
    answer = shop("automations", *arguments)
    assert answer.code == 2
    assert message in answer.error


# Out to files and back


def test_what_is_exported_is_what_was_saved_and_applying_it_changes_nothing(shop: Relance, file: Path) -> None:
    assert shop("automations", "export", "thanks").out == THANKS
    shop("automations", "duplicate", "thanks", "again")
    folder = file.parent / "out" / "automations"
    answer = shop("automations", "export", "--all", "--to", folder)
    assert answer.out == f"{folder}/again.yaml: written.\n{folder}/thanks.yaml: written.\n"
    assert (folder / "thanks.yaml").read_text() == THANKS
    applied = shop("automations", "apply", *sorted(folder.iterdir()))
    assert (applied.out, applied.err) == ("again: unchanged.\nthanks: unchanged.\n", "")
    assert "thanks.yaml: unchanged." in shop("automations", "export", "thanks", "--to", folder).out


def test_a_draft_is_exported_and_so_is_any_version(shop: Relance, file: Path) -> None:
    file.write_text(LATER)
    shop("automations", "apply", file)
    assert shop("automations", "export", "thanks").out == LATER
    assert shop("automations", "export", "thanks", "--version", "1").out == THANKS
    assert shop("automations", "export", "thanks", "--json").line == {
        "automation": "thanks",
        "version": None,
        "draft": True,
        "text": LATER,
    }


def test_several_texts_need_a_folder(shop: Relance, file: Path) -> None:
    shop("automations", "duplicate", "thanks", "again")
    assert "These are 2 texts: say --to FOLDER, or --json." in shop("automations", "export", "--all").error
    assert len(shop("automations", "export", "--all", "--json").lines) == 2
    file.parent.joinpath("taken").write_text("")
    assert "can't be written" in shop("automations", "export", "thanks", "--to", file.parent / "taken").error
