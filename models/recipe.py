"""A recipe: a suggested automation with its title, category and keywords, and its text in one of two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from models.automation_file import load_automation
from models.flow import LATER
from models.languages import SPOKEN, Language, Words, words
from models.searching import plain
from models.yamlfile import Node, decode

RECIPE_KEYS = ("category", "title", "description", "keywords", "needs")
WIDE = 10_000
"""Columns of a text: no line is folded."""


CATEGORIES: Mapping[str, Words] = {
    "requests": words("Demandes de paiement", "Payment requests"),
    "reminders": words("Relances", "Reminders"),
    "invoices": words("Factures", "Invoices"),
    "fees": words("Frais", "Fees"),
    "subscriptions": words("Abonnements", "Subscriptions"),
    "clients": words("Relation client", "Clients"),
    "team": words("Équipe", "Team"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One suggestion; `source` is its file, `needs` the actions and triggers that came later than others."""

    name: str
    category: str
    title: Words
    description: Words
    keywords: Mapping[Language, tuple[str, ...]]
    needs: tuple[str, ...]
    source: str

    @property
    def missing(self) -> tuple[str, ...]:
        """What it needs and nothing here can do yet; as long as there is any it can't be published."""
        return tuple(need for need in self.needs if need in LATER)

    def text(self, language: Language, id_: str | None = None) -> str:
        """Return the automation file in a language, under an id of its own where one is given."""
        yaml = _yaml()
        automation = _spoken(yaml.load(self.source)["automation"], language)
        automation["automation"] = id_ or self.name
        out = StringIO()
        yaml.dump(automation, out)
        return out.getvalue()

    def speaks_of(self, word: str) -> bool:
        """Whether a word stands in it in either language; case and accents don't count."""
        return plain(word) in self._haystack()

    def _haystack(self) -> str:
        words = [self.name, *CATEGORIES[self.category].values(), *self.title.values(), *self.description.values()]
        return plain("\n".join([*words, *(word for listed in self.keywords.values() for word in listed)]))


def read_recipe(name: str, text: str) -> Recipe:
    """Return the recipe in the text of a file, or raise `BadFileError`; its automation is sound in both languages."""
    recipe = decode(text, name, lambda node: _recipe(node, name, text))
    for language in Language:
        load_automation(recipe.text(language), f"{name} ({language})")
    return recipe


def _recipe(node: Node, name: str, text: str) -> Recipe:
    node = node.mapping(("recipe", "automation"), required=("recipe", "automation"))
    about, needs = node.at("recipe").mapping(RECIPE_KEYS, required=RECIPE_KEYS[:4]), node.at("recipe").get("needs")
    keywords = about.at("keywords").mapping(SPOKEN, required=SPOKEN)
    return Recipe(
        name,
        about.at("category").choice(CATEGORIES),
        _words(about.at("title")),
        _words(about.at("description")),
        {language: tuple(item.text() for item in keywords.at(language).items()) for language in Language},
        tuple(item.text() for item in needs.items()) if needs is not None else (),
        text,
    )


def _words(node: Node) -> Words:
    node = node.mapping(SPOKEN, required=SPOKEN)
    return {language: node.at(language).text() for language in Language}


def _yaml() -> YAML:
    """Return a reader and writer that keeps the author's layout."""
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _spoken(data: Any, language: Language) -> Any:
    """Return data in which each text that is written in every language stands in one."""
    if isinstance(data, dict):
        if data.keys() == set(Language):
            return data[language]
        for key in data:
            data[key] = _spoken(data[key], language)
    elif isinstance(data, list):
        data[:] = [_spoken(item, language) for item in data]
    return data
