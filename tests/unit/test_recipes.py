"""The suggested automations: sound and not odd in both languages, honest about what they need, easy to find."""

import re
from dataclasses import replace
from typing import Any

import pytest

from models.automation_file import Automation, load_automation
from models.errors import NotFoundError
from models.flow import not_runnable
from models.languages import Language
from models.linting.lint import lint
from models.recipe import Recipe, read_recipe
from models.recipes import find, recipe_named, shelf
from models.steps import ActStep, IfStep, Step
from models.yamlfile import BadFileError

ALL = [pytest.param(recipe, id=recipe.name) for recipe in shelf()]
PENALTIES = re.compile(r"40 €|indemnité forfaitaire|frais de relance|pénalité|penalty|late fee|huissier|tribunal")

SMALL = """\
recipe:
  category: team
  title: {fr: Un œuf, en: An egg}
  description: {fr: Déjà prêt, en: Done}
  keywords: {fr: [Élan], en: [verve]}
automation:
  automation: egg
  name: {fr: Œuf, en: Egg}
  trigger: {on: session.booked}
  steps:
    - send_email:
        subject: {fr: "Voilà", en: Here}
        message:
          fr: |
            Bonjour {{ contact.name | default: 'vous' }},
            à bientôt.
          en: Hello
"""


def in_language(recipe: Recipe, language: Language) -> Automation:
    return load_automation(recipe.text(language), recipe.name)


def texts(recipe: Recipe, language: Language) -> list[str]:
    """Return all that a recipe writes to anybody."""
    return re.findall(r"(?:subject|message|description): .*|^ {8}.*", recipe.text(language), re.MULTILINE)


def bare(step: Step) -> Any:
    """Return a step without its words."""
    if isinstance(step, IfStep):
        return (step.condition, [bare(one) for one in step.then], [bare(one) for one in step.otherwise])
    if isinstance(step, ActStep):
        words = {key: None for key in ("subject", "message", "description") if hasattr(step.settings, key)}
        return replace(step, settings=replace(step.settings, **words))  # type: ignore[arg-type]
    return step


@pytest.mark.parametrize("recipe", ALL)
@pytest.mark.parametrize("language", Language)
def test_nothing_is_odd_in_a_recipe(recipe: Recipe, language: Language) -> None:
    assert [finding.code for finding in lint(in_language(recipe, language))] == []


@pytest.mark.parametrize("recipe", ALL)
def test_a_recipe_does_the_same_in_both_languages(recipe: Recipe) -> None:
    french, english = (in_language(recipe, language) for language in Language)
    assert [bare(step) for step in french.steps] == [bare(step) for step in english.steps]
    assert replace(french, name="", steps=()) == replace(english, name="", steps=())
    assert french.name != english.name


@pytest.mark.parametrize("recipe", ALL)
def test_a_recipe_says_what_it_needs(recipe: Recipe) -> None:
    automation = in_language(recipe, Language.EN)
    assert bool(recipe.missing) is bool(not_runnable(automation))
    assert all(need in recipe.text(Language.EN) for need in recipe.needs)


@pytest.mark.parametrize("recipe", ALL)
@pytest.mark.parametrize("language", Language)
def test_no_recipe_threatens_anybody(recipe: Recipe, language: Language) -> None:
    assert texts(recipe, language)
    assert not PENALTIES.findall("\n".join(texts(recipe, language)).lower())


def test_these_recipes_wait_for_what_is_still_to_come() -> None:
    assert not [recipe.name for recipe in shelf() if recipe.missing]
    waiting = replace(recipe_named("draft-reminder"), needs=("invoice.drafted", "call_webhook"))
    assert waiting.missing == ("call_webhook",)


# Their text


def test_a_text_is_in_one_language_and_keeps_its_layout() -> None:
    recipe = read_recipe("egg", SMALL)
    assert recipe.text(Language.FR, "oeuf") == (
        "automation: oeuf\n"
        "name: Œuf\n"
        "trigger: {on: session.booked}\n"
        "steps:\n"
        "  - send_email:\n"
        '      subject: "Voilà"\n'
        "      message: |\n"
        "        Bonjour {{ contact.name | default: 'vous' }},\n"
        "        à bientôt.\n"
    )
    assert "subject: Here" in recipe.text(Language.EN)
    assert recipe.text(Language.EN).startswith("automation: egg\n")


def test_a_recipe_that_is_not_sound_in_one_language_is_refused() -> None:
    with pytest.raises(BadFileError, match=r"egg \(en\):7:.*no filter 'defualt'"):
        read_recipe("egg", SMALL.replace("en: Hello", "en: \"{{ contact.name | defualt: 'x' }}\""))
    with pytest.raises(BadFileError, match="title lacks 'en'"):
        read_recipe("egg", SMALL.replace(", en: An egg", ""))
    with pytest.raises(BadFileError, match="category takes one of"):
        read_recipe("egg", SMALL.replace("team", "teem"))


# Finding them


@pytest.mark.parametrize("words", ["impaye", "IMPAYÉ", "overdue", "Relances", "reminders échéance", "echeance dunning"])
def test_words_are_found_in_both_languages_without_case_and_accents(words: str) -> None:
    assert "unpaid-invoice-reminders" in [recipe.name for recipe in find(words.split())]


def test_all_words_must_be_found() -> None:
    assert [recipe.name for recipe in find(["absence"])] == ["no-show-fee"]
    assert find(["absence", "abonnement"]) == []
    assert find() == list(shelf())
    assert read_recipe("egg", SMALL).speaks_of("OEUF")
    assert read_recipe("egg", SMALL).speaks_of("elan")


@pytest.mark.parametrize("category", ["fees", "Frais", "FEES"])
def test_a_category_has_its_name_in_both_languages(category: str) -> None:
    assert [recipe.name for recipe in find(category=category)] == ["late-cancellation-fee", "no-show-fee"]
    assert [recipe.name for recipe in find(["absence"], category)] == ["no-show-fee"]


def test_what_is_not_there_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"There is no category 'feas'\. Did you mean fees"):
        find(category="feas")
    with pytest.raises(NotFoundError, match=r"There is no recipe 'no-show'\. Did you mean no-show-fee\?"):
        recipe_named("no-show")
