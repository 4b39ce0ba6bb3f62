"""`relance automations recipes`: look through the suggestions, make one the business's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.languages import Language
from models.recipes import recipe_named, shelf
from tests.database.conftest import Relance

NAME = "payment-request-on-booking"


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open a French shop without automations."""
    path = tmp_path / "shop.yaml"
    path.write_text("business: {id: atelier, name: Atelier, timezone: Europe/Paris, locale: fr}\n")
    assert relance("business", "apply", path, "--yes").code == 0
    return relance


def test_recipes_are_listed_without_any_system(command: Callable[[str], Relance]) -> None:
    nowhere = command("postgresql://nobody@127.0.0.1:1/nothing")
    assert [line["recipe"] for line in nowhere("automations", "recipes", "--json").lines] == [
        recipe.name for recipe in shelf()
    ]
    listed = nowhere("automations", "recipes").out
    assert "Reminders of an unpaid invoice" in listed
    assert "Forgotten draft invoice" in listed
    assert "Relances d'une facture impayée" in nowhere("automations", "recipes", "list", "--lang", "fr").out


def test_recipes_are_searched_by_words_and_category(on_nothing: Relance) -> None:
    (line,) = on_nothing(
        "automations", "recipes", "list", "IMPAYE", "dunning", "--category", "relances", "--json"
    ).lines
    assert (line["recipe"], line["category"]) == ("unpaid-invoice-reminders", "reminders")
    assert line["title"] == {"fr": "Relances d'une facture impayée", "en": "Reminders of an unpaid invoice"}
    nothing = on_nothing("automations", "recipes", "list", "xyzzy")
    assert (nothing.code, "No recipe speaks of that." in nothing.out) == (0, True)


def test_a_recipe_is_shown_with_its_text(on_nothing: Relance) -> None:
    shown = on_nothing("automations", "recipes", "show", "draft-reminder").out
    assert "trigger: {on: invoice.drafted}" in shown
    shown = on_nothing("automations", "recipes", "show", "no-show-fee", "--lang", "fr").out
    assert "\nautomation: no-show-fee\nname: Frais d'absence\n" in shown
    line = on_nothing("automations", "recipes", "show", NAME, "--json").line
    assert line["text"]["en"] == recipe_named(NAME).text(Language.EN)


def test_a_recipe_becomes_a_draft_in_the_language_of_the_business(shop: Relance) -> None:
    assert shop("automations", "recipes", "use", NAME).out == f"{NAME}: draft saved.\n"
    shown = shop("automations", "show", NAME, "--json").line
    assert (shown["state"], shown["draft_text"]) == ("draft", recipe_named(NAME).text(Language.FR))
    assert shop("automations", "publish", NAME).out == f"{NAME}: published as version 1.\n"


def test_a_recipe_is_published_at_once_under_an_id_of_its_own(shop: Relance) -> None:
    said = shop("automations", "recipes", "use", NAME, "--as", "ask", "--lang", "en", "--publish", "--json")
    assert said.line == {"automation": "ask", "done": "published as version 1"}
    assert shop("automations", "show", "ask", "--json").line["text"] == recipe_named(NAME).text(Language.EN, "ask")


def test_a_recipe_takes_no_other_automations_place(shop: Relance) -> None:
    shop("automations", "recipes", "use", NAME)
    answer = shop("automations", "recipes", "use", NAME)
    assert answer.code == 2
    assert answer.error == f"atelier has an automation {NAME} already. Choose another id with --as."


def test_a_recipe_that_needs_what_came_later_is_published_like_any_other(shop: Relance) -> None:
    answer = shop("automations", "recipes", "use", "draft-reminder", "--publish")
    assert (answer.code, answer.out) == (0, "draft-reminder: published as version 1.\n")
    assert answer.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["use", "no-show"], "There is no recipe 'no-show'. Did you mean no-show-fee?"),
        (["show", "no-show"], "There is no recipe 'no-show'. Did you mean no-show-fee?"),
        (["list", "--category", "feas"], "There is no category 'feas'. Did you mean fees"),
        (["list", "--lang", "de"], "'de'"),
        (["use", NAME, "--as", "a b"], "'a b' can't be an automation's id"),
    ],
)
def test_what_can_not_be_done_is_one_message(in_salon: Relance, arguments: list[str], message: str) -> None:
    answer = in_salon("automations", "recipes", *arguments)
    assert answer.code == 2
    assert message in answer.error
