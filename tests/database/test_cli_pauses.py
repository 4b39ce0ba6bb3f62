"""`relance pause` and `resume`: what they say, what they refuse, and who did it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.database.conftest import Relance, url_after
from tests.scenarios.story import ASK, Databases, Story

SHOP = "business: {id: %s, name: Atelier, timezone: Europe/Paris}\n"


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open two businesses."""
    for name in ("atelier", "studio"):
        (tmp_path / "shop.yaml").write_text(SHOP % name)
        relance("business", "apply", tmp_path / "shop.yaml", "--yes")
    return relance


def paused(relance: Relance) -> list[tuple[str | None, str, str | None, str | None]]:
    lines = relance("status", "--json").line["pauses"]
    return [(line["business"], line["stops"], line["channel"], line["until"]) for line in lines]


def test_everything_a_business_a_channel_and_money_can_be_paused_and_resumed(shop: Relance) -> None:
    kinds: list[tuple[str, ...]] = [
        (),
        ("--business", "atelier"),
        ("--channel", "sms"),
        ("--business", "studio", "--channel", "email"),
        ("--money",),
        ("--business", "studio", "--money"),
    ]
    for options in kinds:
        assert shop("pause", *options).code == 0
    assert paused(shop) == [
        (None, "everything", None, None),
        ("atelier", "everything", None, None),
        (None, "channel", "sms", None),
        ("studio", "channel", "email", None),
        (None, "money", None, None),
        ("studio", "money", None, None),
    ]
    for options in kinds:
        assert shop("resume", *options).code == 0
    assert paused(shop) == []


def test_it_says_what_it_did(shop: Relance) -> None:
    assert shop("pause", "--money").out == "all money of all businesses: paused.\n"
    assert shop("pause", "--money").out == "all money of all businesses: was paused already.\n"
    assert shop("pause", "--business", "atelier", "--until", "2190-01-31").out == (
        "everything of atelier: paused until 2190-01-31 00:00.\n"
    )
    assert shop("resume", "--money").out == "all money of all businesses: resumed.\n"
    done = shop("pause", "--channel", "sms", "--json").line
    assert done == {"business": None, "stops": "channel", "channel": "sms", "done": "paused"}


def test_a_date_is_of_the_business_and_may_be_moved(shop: Relance) -> None:
    shop("pause", "--business", "atelier", "--until", "2190-01-31")
    assert paused(shop)[0][3] == "2190-01-31T00:00:00+01:00"
    assert "paused until 2190-03-01" in shop("pause", "--business", "atelier", "--until", "2190-03-01").out
    shop("pause", "--business", "atelier", "--until", "2190-03-01T09:00:00Z")
    assert paused(shop) == [("atelier", "everything", None, "2190-03-01T10:00:00+01:00")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pause", "--channel", "fax"), "There is no channel 'fax'. Name one of email, sms."),
        (("pause", "--channel", "sms", "--money"), "--channel and --money stop different things"),
        (("pause", "--until", "soon"), "'soon' is no date."),
        (("pause", "--until", "2020-01-01"), "A pause can't end before it begins."),
        (("pause", "--business", "ateleir"), "Did you mean atelier?"),
        (("resume", "--money"), "All money of all businesses is not paused. Nothing is."),
    ],
)
def test_what_makes_no_sense_is_refused(shop: Relance, words: tuple[str, ...], told: str) -> None:
    answer = shop(*words)
    assert answer.code == 2
    assert told in answer.error
    assert paused(shop) == []


def test_resuming_something_else_tells_what_is_paused(shop: Relance) -> None:
    shop("pause", "--business", "atelier", "--channel", "sms")
    assert shop("resume").error == "Everything of all businesses is not paused. Paused now: sms of atelier."


def test_status_and_doctor_tell_people(shop: Relance) -> None:
    shop("pause", "--business", "atelier", "--channel", "sms", "--until", "2190-01-31")
    shown = shop("status").out
    assert "Paused" in shown
    for word in ("atelier", "sms", "2190-01-31 00:00"):
        assert word in shown
    found = {finding["check"]: finding for finding in shop_findings(shop)}
    assert found["pauses"]["ok"]
    assert found["pauses"]["detail"] == "Paused: sms of atelier until 2190-01-31 00:00."
    assert "relance resume" in found["pauses"]["mend"]


def test_status_counts_the_card_charges_that_are_held(databases: Databases, command: Callable[[str], Relance]) -> None:
    def tell(shop: Story) -> None:
        shop.automation("collect", "session.booked", ASK, {"charge_card": None})
        shop.business["cards"] = {"provider": "sandbox", "retry_days": [1]}
        shop.does("save_card", at="2027-01-01 00:00", contact="zoe", card="no_funds")
        shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
        shop.does("pause", at="2027-01-05 12:00", money=True)
        shop.run(until="2027-01-08 00:00")

    shop = command(url_after(databases, tell))
    (line,) = shop("status", "--json").line["pauses"]
    assert line["held"] == {"runs": 0, "messages": 0, "cards": 1}
    assert "cards: 1" in shop("status").out


def shop_findings(shop: Relance) -> list[dict[str, str]]:
    findings: list[dict[str, str]] = json.loads(shop("doctor", "--json").out)
    return findings


def test_who_paused_what_is_kept(shop: Relance) -> None:
    shop("pause", "--business", "atelier", "--money", "--by", "Zoé", "--until", "2190-01-31")
    shop("resume", "--business", "atelier", "--money", "--by", "Ada")
    lines = shop("changes", "--business", "atelier", "--kind", "pause", "--json").lines
    assert [(line["actor"], line["subject"], line["act"]) for line in lines] == [
        ("Zoé", "money", "paused"),
        ("Ada", "money", "resumed"),
    ]
