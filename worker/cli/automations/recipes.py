"""`relance automations recipes`: look through the suggested automations, and make one the business's own."""

from datetime import datetime
from typing import Annotated, Any

import psycopg
import typer

from models.automation_file import load_automation
from models.errors import BadInputError
from models.languages import Language, language_of
from models.recipe import CATEGORIES, Recipe
from models.recipes import find, recipe_named
from models.shop_file import PublishedText
from tasks.automation_rows import find as find_row
from tasks.publishing import Waiting, publish, save_draft
from worker.cli.automations.desk import Done, change, tell, told
from worker.cli.desk import Business, By, Json, office
from worker.cli.output import Line, show_facts, show_json, show_lines

app = typer.Typer(help="Look through suggested automations; make one the business's own.")

Words = Annotated[list[str] | None, typer.Argument(metavar="WORD", help="Only those that speak of all these words.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The recipe's name.")]
Category = Annotated[str | None, typer.Option("--category", metavar="NAME", help="Only those of this category.")]
Shown = Annotated[Language, typer.Option("--lang", help="The language to show.")]
Spoken = Annotated[Language | None, typer.Option("--lang", help="Of its messages; else the business's language.")]
Id = Annotated[str | None, typer.Option("--as", metavar="ID", help="The automation's id; else the recipe's name.")]
Publish = Annotated[bool, typer.Option("--publish", help="Publish it, instead of saving a draft.")]

COLUMNS = {"recipe": "recipe", "category": "category", "title": "title", "needs": "needs"}


@app.callback(invoke_without_command=True)
def recipes(context: typer.Context, as_json: Json = False) -> None:
    """Look through suggested automations; make one the business's own."""
    if context.invoked_subcommand is None:
        list_(as_json=as_json)


@app.command("list")
def list_(words: Words = None, category: Category = None, lang: Shown = Language.EN, as_json: Json = False) -> None:
    """List the recipes; words are looked for in both languages, without regard to case and accents."""
    found = find(words or (), category)
    if as_json:
        for recipe in found:
            show_json(_plain(recipe))
    elif found:
        show_lines([_line(recipe, lang) for recipe in found], COLUMNS)
    else:
        typer.echo("No recipe speaks of that. `relance automations recipes` lists them all.")


@app.command()
def show(name: Name, lang: Shown = Language.EN, as_json: Json = False) -> None:
    """Show one recipe: what it is for, what it needs, and its text."""
    recipe = recipe_named(name)
    if as_json:
        show_json({**_plain(recipe), "text": {language: recipe.text(language) for language in Language}})
        return
    line = {**_line(recipe, lang), "description": recipe.description[lang]}
    show_facts(line, ("recipe", "title", "category", "description", "needs"))
    typer.echo(f"\n{recipe.text(lang).rstrip()}")


@app.command()
def use(
    name: Name,
    id_: Id = None,
    lang: Spoken = None,
    publish_now: Publish = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Save a recipe as a draft of the business, to be edited as any other, or publish it at once."""
    recipe = recipe_named(name)
    if publish_now and recipe.missing:
        raise BadInputError(f"{name} can't be published yet: it needs {', '.join(recipe.missing)}.")
    text = recipe.text(lang or _language(business), id_)
    edited = PublishedText(load_automation(text, name), text)

    def work(connection: psycopg.Connection[Any], tenant: str, now: datetime, who: str) -> Done:
        if find_row(connection, tenant, edited.automation.id) is not None:
            raise BadInputError(
                f"{tenant} has an automation {edited.automation.id} already. Choose another id with --as."
            )
        if publish_now:
            return told(
                edited.automation.id,
                publish(connection, tenant, edited, now, waiting=Waiting.FINISH, actor=who),
            )
        return save_draft(connection, tenant, edited, now, actor=who), {}

    done, more = change(business, by, work)
    tell(edited.automation.id, done, as_json=as_json, **more)
    if recipe.missing:
        typer.echo(f"It can't be published yet: it needs {', '.join(recipe.missing)}.", err=True)


def _language(business: str | None) -> Language:
    with office(business) as seen:
        return language_of(seen.business.locale)


def _line(recipe: Recipe, language: Language) -> Line:
    return {
        "recipe": recipe.name,
        "category": CATEGORIES[recipe.category][language],
        "title": recipe.title[language],
        "needs": recipe.missing,
    }


def _plain(recipe: Recipe) -> Line:
    return {
        "recipe": recipe.name,
        "category": recipe.category,
        "title": recipe.title,
        "description": recipe.description,
        "keywords": recipe.keywords,
        "needs": recipe.missing,
    }
