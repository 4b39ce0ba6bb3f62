"""`relance automations`: files checked, drafts saved, versions published, automations paused and resumed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.database.conftest import SHOP, Relance
from tests.database.upstream import Upstream
from tests.samples import charge_added, encoded

CALL = 'call_webhook: {url: "https://hooks.example.org/late"}'
"""What a file may say, and nothing carries out yet."""
REMIND = """\
automation: remind
trigger: {on: invoice.overdue}
limit: {per: day, by: [invoice]}
stop_when: [invoice.paid]
steps:
  - delay: {days: 3}
  - send_reminder: {}
"""
BROKEN = """\
automation: remind
trigger: {on: invoice.overdu}
steps:
  - send_remainder: {}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a sound automation."""
    path = tmp_path / "remind.yaml"
    path.write_text(REMIND)
    return path


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open a shop without automations."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    assert relance("business", "apply", path, "--yes").code == 0
    return relance


def state(shop: Relance, *keys: str) -> tuple[object, ...]:
    """Return some keys of the only automation."""
    line = shop("automations", "list", "--json").line
    return tuple(line[key] for key in keys)


def test_validating_needs_no_system(command: Callable[[str], Relance], file: Path, tmp_path: Path) -> None:
    nowhere = command("postgresql://nobody@127.0.0.1:1/nothing")
    answer = nowhere("automations", "validate", file)
    assert (answer.code, answer.out) == (0, f"{file}: remind is valid.\n")
    broken = tmp_path / "broken.yaml"
    broken.write_text(BROKEN)
    answer = nowhere("automations", "validate", file, broken)
    assert answer.code == 2
    assert f"{broken}:2:15: " in answer.out
    assert "(Did you mean invoice.overdue?)" in answer.out
    assert f"{broken}:4:5: " in answer.out
    assert f"{file}: remind is valid." in answer.out


def test_validating_for_programs(on_nothing: Relance, file: Path) -> None:
    assert on_nothing("automations", "validate", file, "--json").line == {
        "file": str(file),
        "valid": True,
        "automation": "remind",
        "trigger": "invoice.overdue",
        "not_yet": [],
        "problems": [],
        "warnings": [],
    }
    file.write_text(REMIND.replace("send_reminder: {}", CALL))
    assert "can't be published yet. Step 1: call_webhook" in on_nothing("automations", "validate", file).out
    file.write_text(BROKEN)
    answer = on_nothing("automations", "validate", file, "--json")
    assert answer.code == 2
    assert '"line": 2, "column": 15' in answer.out


def test_a_draft_is_published_and_edited(shop: Relance, file: Path) -> None:
    assert shop("automations", "apply", file).out == "remind: draft saved.\n"
    assert state(shop, "state", "version", "draft", "trigger") == ("draft", None, True, "invoice.overdue")
    assert shop("automations", "apply", file).out == "remind: unchanged.\n"
    assert shop("automations", "publish", "remind").out == "remind: published as version 1.\n"
    assert state(shop, "state", "version", "draft") == ("active", 1, False)

    file.write_text(REMIND.replace("3", "4"))
    assert shop("automations", "apply", file).out == "remind: draft saved.\n"
    assert state(shop, "state", "version", "draft") == ("active", 1, True)
    shown = shop("automations", "show", "remind", "--json").line
    assert (shown["text"], shown["draft_text"]) == (REMIND, REMIND.replace("3", "4"))
    assert "active + draft" in shop("automations", "list").out
    assert shop("automations", "publish", "remind", "--waiting", "move").out == "remind: published as version 2.\n"
    shown = shop("automations", "show", "remind", "--json").line
    assert ([one["version"] for one in shown["versions"]], shown["draft"]) == ([1, 2], False)


@pytest.mark.parametrize(
    ("waiting", "states"),
    [("finish", {"1": "waiting"}), ("move", {"2": "waiting"}), ("cancel", {"1": "cancelled"})],
)
def test_publishing_says_what_happens_to_waiting_runs(
    shop: Relance, upstream: Upstream, file: Path, waiting: str, states: dict[str, str]
) -> None:
    text = "automation: thanks\ntrigger: {on: charge.added}\nsteps: [{delay: {days: 3}, id: pause}, {send_email: {}}]\n"
    file.write_text(text)
    shop("automations", "apply", file, "--publish")
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    file.write_text(text.replace("3", "4"))
    shop("automations", "apply", file)
    said = shop("automations", "publish", "thanks", "--waiting", waiting).out
    assert ("waiting runs" in said) is (waiting != "finish")
    runs = shop("runs", "list", "--json").lines
    assert {str(run["version"]): run["state"] for run in runs} == states


def test_applying_the_live_text_drops_the_draft(shop: Relance, file: Path) -> None:
    assert shop("automations", "apply", file, "--publish").out == "remind: published as version 1.\n"
    assert shop("automations", "apply", file, "--publish").out == "remind: unchanged.\n"
    file.write_text(REMIND.replace("3", "4"))
    shop("automations", "apply", file)
    file.write_text(REMIND)
    assert shop("automations", "apply", file).out == "remind: draft dropped: this is version 1.\n"
    assert state(shop, "version", "draft") == (1, False)
    file.write_text(REMIND.replace("3", "4"))
    shop("automations", "apply", file)
    file.write_text(REMIND)
    told = shop("automations", "apply", file, "--publish", "--json").line
    assert (told["automation"], told["done"], told["diff"]) == ("remind", "unchanged", "")
    assert told["changes"] == [{"part": "draft", "act": "removed", "old": "another text", "new": None}]
    assert state(shop, "version", "draft") == (1, False)


def test_pausing_and_resuming(shop: Relance, file: Path) -> None:
    shop("automations", "apply", file, "--publish")
    assert shop("automations", "pause", "remind").out == "remind: paused.\n"
    assert shop("automations", "pause", "remind").out == "remind: was paused already.\n"
    assert state(shop, "state") == ("paused",)
    assert shop("automations", "resume", "remind").out == "remind: resumed.\n"
    assert shop("automations", "resume", "remind").out == "remind: was active already.\n"
    assert state(shop, "state") == ("active",)


def test_all_files_are_applied_or_none(shop: Relance, file: Path, tmp_path: Path) -> None:
    broken, again = tmp_path / "broken.yaml", tmp_path / "again.yaml"
    broken.write_text(BROKEN)
    again.write_text(REMIND)
    answer = shop("automations", "apply", file, broken, "--publish")
    assert (answer.code, f"{broken}:2:15: " in answer.error) == (2, True)
    assert f"{file} and {again} are both remind" in shop("automations", "apply", file, again).error
    broken.write_text(REMIND.replace("remind", "other").replace("send_otherer: {}", CALL))
    answer = shop("automations", "apply", file, broken, "--publish")
    assert (answer.code, "Automation other can't be published yet." in answer.error) == (2, True)
    assert shop("automations", "list", "--json").lines == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["publish", "remindd"], "atelier has no automation 'remindd'. Did you mean remind?"),
        (["pause", "remindd"], "Did you mean remind?"),
        (["resume", "remindd"], "Did you mean remind?"),
        (["show", "remindd"], "Did you mean remind?"),
        (["publish", "remind"], "Automation remind has no draft."),
        (["publish", "remind", "--waiting", "drop"], "'drop'"),
        (["apply", "nowhere.yaml"], "nowhere.yaml can't be read: No such file or directory."),
        (["validate", "nowhere.yaml"], "nowhere.yaml can't be read: No such file or directory."),
        (["apply"], "FILE"),
    ],
)
def test_what_can_not_be_done_is_one_message(in_salon: Relance, arguments: list[str], message: str) -> None:
    answer = in_salon("automations", *arguments)
    assert answer.code == 2
    assert message in answer.error


def test_what_was_never_published_can_not_pause(shop: Relance, file: Path) -> None:
    shop("automations", "apply", file)
    for verb in ("pause", "resume"):
        answer = shop("automations", verb, "remind")
        assert (answer.code, answer.error) == (2, "Automation remind was never published: publish it instead.")
