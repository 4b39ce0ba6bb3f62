"""How a client is billed, key by key: its own setting, its first group's, the business's, or the default."""

from pathlib import Path

import pytest

from tests.database.conftest import Relance

SHOP = """\
business:
  id: atelier
  name: Atelier
  timezone: Europe/Paris
  billing:
    enabled: true
    anchor: 31
    minimum: 1000
    groups: {vip: {minimum: 0, mode: draft}, staff: {mode: payment_link, enabled: false}}
contacts:
  - {id: zoe, tags: [staff, vip], billing: {channels: [sms], anchor: last}}
  - {id: ada}
  - {id: kim, billing: {cycle: weekly}}
"""


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open a shop that bills by cycles."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    assert relance("business", "apply", file, "--yes").code == 0
    return relance


def test_the_nearest_setting_holds_and_it_is_said_whose_it_is(shop: Relance) -> None:
    lines = shop("billing", "explain", "--contact", "zoe", "--json").lines
    assert {line["setting"]: (line["value"], line["from"]) for line in lines} == {
        "enabled": (False, "group staff"),
        "mode": ("draft", "group vip"),
        "cycle": ("monthly", "default"),
        "anchor": ("last", "client"),
        "at": ("08:00", "default"),
        "channels": (["sms"], "client"),
        "minimum": (0, "group vip"),
    }


def test_who_has_no_word_of_its_own_follows_the_business(shop: Relance) -> None:
    lines = shop("billing", "explain", "--contact", "ada", "--json").lines
    whose = {line["setting"]: line["from"] for line in lines}
    assert (whose["enabled"], whose["anchor"], whose["mode"]) == ("business", "business", "default")
    assert "group" not in " ".join(whose.values())
    assert '"08:00"' in shop("billing", "explain", "--contact", "ada").out


def test_a_cycle_has_a_day_of_its_own(relance: Relance, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP.replace("    anchor: 31\n", ""))
    assert relance("business", "apply", file, "--yes").code == 0
    for client, day in (("ada", 1), ("kim", "mon")):
        lines = relance("billing", "explain", "--contact", client, "--json").lines
        assert [line["value"] for line in lines if line["setting"] == "anchor"] == [day]


def test_an_unknown_client_is_an_error(shop: Relance) -> None:
    answer = shop("billing", "explain", "--contact", "zoee")
    assert answer.code == 2
    assert "zoe" in answer.error
