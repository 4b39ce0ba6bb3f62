"""Recipes: suggested automations in French and English, each a YAML file of this folder.

A file holds `recipe` (what it is for, where it is found) and `automation`, the file that a business gets, in which a
text may be written once in each language as `{fr: …, en: …}`.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from models.errors import NotFoundError
from models.recipe import CATEGORIES, Recipe, read_recipe
from models.searching import plain
from models.suggestions import did_you_mean


@cache
def shelf() -> tuple[Recipe, ...]:
    """Return every recipe, in the order of categories and names."""
    order = list(CATEGORIES)
    texts = {path.name: path.read_text(encoding="utf-8") for path in files(__name__).iterdir()}
    recipes = [read_recipe(name.removesuffix(".yaml"), text) for name, text in texts.items() if name.endswith(".yaml")]
    return tuple(sorted(recipes, key=lambda recipe: (order.index(recipe.category), recipe.name)))


def find(words: Sequence[str] = (), category: str | None = None) -> list[Recipe]:
    """Return the recipes that speak of all these words, of one category where one is named in either language."""
    kept = _category(category) if category else None
    return [
        recipe
        for recipe in shelf()
        if kept in {None, recipe.category} and all(recipe.speaks_of(word) for word in words)
    ]


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name, or raise `NotFoundError` with the nearest."""
    names = {recipe.name: recipe for recipe in shelf()}
    if name not in names:
        raise NotFoundError(f"There is no recipe {name!r}.{did_you_mean(name, names)} `list` shows them all.")
    return names[name]


def _category(wanted: str) -> str:
    names = {plain(said): category for category, words in CATEGORIES.items() for said in (category, *words.values())}
    if plain(wanted) not in names:
        known = ", ".join(CATEGORIES)
        raise NotFoundError(f"There is no category {wanted!r}.{did_you_mean(wanted, names)} Known are: {known}.")
    return names[plain(wanted)]
