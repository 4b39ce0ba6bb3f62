"""The life of an automation on the command line: archived, duplicated, renamed, with who did what and when."""

from pathlib import Path
from typing import Any

import pytest

from models.change_words import ACTS, said
from models.languages import Language
from tests.database.conftest import SHOP, THANKS, Relance
from tests.database.upstream import Upstream
from tests.samples import charge_added, encoded


def automation(shop: Relance, name: str = "thanks") -> dict[str, Any]:
    return shop("automations", "show", name, "--json").line


def acts(shop: Relance, *options: str) -> list[tuple[str, str, str]]:
    """Return who did what to what, oldest first."""
    lines = shop("changes", "--json", *options).lines
    return [(line["actor"], line["act"], line["subject"]) for line in lines]


@pytest.mark.parametrize(
    ("options", "said", "states"),
    [
        ([], "thanks: archived; waiting runs to finish: 1.\n", {"waiting": 1}),
        (["--waiting", "cancel"], "thanks: archived; waiting runs to cancel: 1.\n", {"cancelled": 1}),
    ],
)
def test_archiving_keeps_runs_and_says_what_becomes_of_waiting_ones(
    shop: Relance, upstream: Upstream, options: list[str], said: str, states: dict[str, int]
) -> None:
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    assert shop("automations", "archive", "thanks", *options).out == said
    shown = automation(shop)
    assert (shown["state"], shown["runs"], shown["text"]) == ("archived", states, THANKS)
    assert shop("automations", "archive", "thanks").out == "thanks: was archived already.\n"
    upstream.sends(encoded("charge.added", charge_added("c2"), id="2", time=None))
    assert automation(shop)["runs"] == states


def test_what_is_archived_is_published_again_but_neither_paused_nor_resumed(shop: Relance) -> None:
    shop("automations", "archive", "thanks")
    for verb in ("pause", "resume"):
        assert shop("automations", verb, "thanks").error == "Automation thanks is archived: publish it again instead."
    assert shop("automations", "publish", "thanks").out == "thanks: published as version 2.\n"
    assert automation(shop)["state"] == "active"


def test_a_draft_is_archived_and_lives_again(shop: Relance, file: Path) -> None:
    file.write_text(THANKS.replace("thanks", "later"))
    shop("automations", "apply", file)
    assert shop("automations", "archive", "later").out == "later: archived.\n"
    assert shop("automations", "publish", "later").out == "later: published as version 1.\n"


def test_archiving_lets_held_runs_finish(shop: Relance, upstream: Upstream) -> None:
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    shop("automations", "pause", "thanks")
    shop("automations", "archive", "thanks")
    shown = automation(shop)
    assert (shown["state"], shown["paused_at"]) == ("archived", None)
    assert shown["next_due"] is not None


def test_a_duplicate_is_a_draft_that_says_the_same(shop: Relance) -> None:
    assert shop("automations", "duplicate", "thanks", "again").out == "again: draft saved, a copy of thanks.\n"
    copy = automation(shop, "again")
    assert (copy["state"], copy["name"], copy["version"]) == ("draft", "Merci (2)", None)
    assert copy["draft_text"] == THANKS.replace("automation: thanks", "automation: again").replace(
        "name: Merci", 'name: "Merci (2)"'
    )
    shop("automations", "duplicate", "again", "third", "--name", "Troisième")
    assert automation(shop, "third")["name"] == "Troisième"
    assert automation(shop)["draft"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["duplicate", "thanks", "thanks"], "atelier has an automation thanks already."),
        (["duplicate", "thankss", "b"], "Did you mean thanks?"),
        (["duplicate", "thanks", "not an id"], "'not an id' can't be an automation's id."),
        (["duplicate", "thanks", "b", "--name", " "], "An automation's name is one line of 200 characters at most"),
        (["rename", "thanks", "a\nb"], "An automation's name is one line of 200 characters at most"),
        (["rename", "thankss", "b"], "Did you mean thanks?"),
        (["archive", "thankss"], "Did you mean thanks?"),
        (["archive", "thanks", "--waiting", "move"], "'move'"),
        (["history", "thankss"], "Did you mean thanks?"),
        (["pause", "thanks", "--by", "a\nb"], "--by takes a name"),
    ],
)
def test_what_can_not_be_done_is_one_message(shop: Relance, arguments: list[str], message: str) -> None:
    answer = shop("automations", *arguments)
    assert answer.code == 2
    assert message in answer.error


def test_a_new_name_changes_nothing_else(shop: Relance, file: Path) -> None:
    before = automation(shop)
    assert shop("automations", "rename", "thanks", "Danke").out == "thanks: renamed to Danke.\n"
    assert shop("automations", "rename", "thanks", " Danke ").out == "thanks: was called Danke already.\n"
    after = automation(shop)
    assert (after.pop("name"), after.pop("changes")[-1]["act"]) == ("Danke", "renamed")
    assert after == {key: value for key, value in before.items() if key not in {"name", "changes"}}
    assert shop("automations", "apply", file, "--publish").out == "thanks: unchanged.\n"


def test_a_name_given_stays_until_a_text_says_another(shop: Relance, file: Path) -> None:
    shop("automations", "rename", "thanks", "Danke")
    file.write_text(THANKS.replace("days: 3", "days: 4"))
    shop("automations", "apply", file, "--publish")
    assert automation(shop)["name"] == "Danke"
    file.write_text(THANKS.replace("Merci", "Grazie"))
    shop("automations", "apply", file, "--publish")
    assert automation(shop)["name"] == "Grazie"


def test_every_act_leaves_one_row_and_what_did_nothing_none(shop: Relance, file: Path) -> None:
    for arguments in (
        ["pause", "thanks"],
        ["pause", "thanks"],
        ["resume", "thanks"],
        ["resume", "thanks"],
        ["rename", "thanks", "Danke"],
        ["rename", "thanks", "Danke"],
        ["duplicate", "thanks", "again"],
        ["apply", file, "--publish"],
    ):
        assert shop("automations", *arguments, "--by", "ivan").code == 0
    file.write_text(THANKS.replace("days: 3", "days: 4"))
    shop("automations", "apply", file, "--by", "ivan")
    file.write_text(THANKS)
    shop("automations", "apply", file, "--by", "ivan")
    shop("automations", "archive", "thanks", "--by", "ivan")
    assert acts(shop) == [
        ("olga", "created", "atelier"),
        ("olga", "published", "thanks"),
        ("ivan", "paused", "thanks"),
        ("ivan", "resumed", "thanks"),
        ("ivan", "renamed", "thanks"),
        ("ivan", "duplicated", "again"),
        ("ivan", "draft saved", "thanks"),
        ("ivan", "draft dropped", "thanks"),
        ("ivan", "archived", "thanks"),
    ]


def test_changes_are_chosen(shop: Relance) -> None:
    shop("automations", "pause", "thanks", "--by", "ivan")
    assert acts(shop, "--by", "ivan") == acts(shop, "--act", "paused") == acts(shop, "--limit", "1")
    assert acts(shop, "--kind", "business") == acts(shop, "--subject", "atelier") == [("olga", "created", "atelier")]
    assert acts(shop, "--since", "2100-01-01") == []
    assert shop("changes", "--since", "2100-01-01").out == "There are no such changes.\n"
    assert acts(shop, "--since", "2000-01-01") == acts(shop)
    assert "automation thanks" in shop("changes").out


def test_the_history_of_an_automation_tells_how(shop: Relance, upstream: Upstream, file: Path) -> None:
    upstream.sends(encoded("charge.added", charge_added(), time=None))
    shop("automations", "pause", "thanks")
    file.write_text(THANKS.replace("days: 3", "days: 4"))
    shop("automations", "apply", file)
    shop("automations", "publish", "thanks", "--waiting", "cancel")
    lines = shop("automations", "history", "thanks", "--json").lines
    assert [(line["act"], line["detail"]) for line in lines] == [
        ("published", {"version": 1}),
        ("paused", {}),
        ("draft saved", {}),
        ("published", {"version": 2, "was": "paused", "waiting": "cancel", "runs": 1}),
    ]
    assert automation(shop)["changes"] == lines
    words = shop("automations", "history", "thanks", "--limit", "1").out
    assert "was: paused, runs: 1, version: 2, waiting: cancel" in words
    assert "Changes" in shop("automations", "show", "thanks").out


def test_who_acts_is_whoever_is_named_or_logged_in(shop: Relance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "lena")
    shop("automations", "pause", "thanks")
    monkeypatch.setenv("RELANCE_ACTOR", "the deployment")
    shop("automations", "resume", "thanks")
    shop("automations", "pause", "thanks", "--by", "ivan")
    assert [who for who, *_ in acts(shop)[-3:]] == ["lena", "the deployment", "ivan"]


def test_of_a_shop_file_settings_are_kept_and_people_are_counted(shop: Relance, file: Path) -> None:
    path = file.with_name("shop.yaml")
    path.write_text(
        SHOP.replace("Paris}", "Paris, payment_terms: {days: 14}}")
        + "contacts: [{id: zoe, email: zoe@example.org}, {id: ada}]\nservices: [{id: cut}]\nautomations: [more.yaml]\n"
    )
    path.with_name("more.yaml").write_text(THANKS.replace("thanks", "more"))
    shop("business", "apply", path, "--yes", "--by", "ivan")
    changed, published = shop("changes", "--by", "ivan", "--json").lines
    assert (published["act"], published["subject"]) == ("published", "more")
    assert changed["detail"] == {
        "settings": [{"key": "payment_terms_days", "old": 0, "new": 14}],
        "contacts": 2,
        "services": ["cut"],
        "automations": ["more"],
    }
    assert "zoe@example.org" not in shop("changes").out
    assert "réglages: réglage: payment_terms_days, après: 14, avant: 0" in " ".join(
        shop("changes", "--act", "changed", "--lang", "fr").out.split()
    )


def test_history_and_changes_speak_the_language_that_is_chosen(shop: Relance) -> None:
    shop("automations", "pause", "thanks", "--by", "eve")
    french = shop("automations", "history", "thanks", "--lang", "fr").out
    assert "mis en pause" in french
    assert french.split()[:4] == ["quand", "par", "fait", "comment"]
    assert "paused" in shop("automations", "history", "thanks", "--lang", "en").out
    assert "automation thanks  mis en pause" in shop("changes", "--act", "paused", "--lang", "fr").out
    shown = shop("automations", "show", "thanks", "--lang", "fr").out
    assert "Changements" in shown
    assert "quand" in shown.split("Changements")[1]
    assert "Changes" in shop("automations", "show", "thanks", "--lang", "en").out
    assert said(ACTS, "postponed to 2027-01-05 10:00", Language.FR) == "reporté au 2027-01-05 10:00"
    assert shop("changes", "--act", "flown", "--lang", "fr").out == "Il n'y a pas de tels changements.\n"
    assert shop("changes", "--act", "paused", "--lang", "fr", "--json").line["act"] == "paused"
