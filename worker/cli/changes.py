"""`relance changes`: who changed what and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from models.change_words import ACTS, DETAILS, HEADINGS, KINDS, said
from models.explanations import LINES, say
from models.languages import Language, language_of
from tasks.reading.changes import changes as changes_of
from worker.cli.desk import Business, Json, Lang, Limit, at_most, listed, office
from worker.cli.output import Cell, amount


def columns_of_changes(language: Language, *, subjects: bool) -> dict[str, str | Cell]:
    """Return the columns of a table of changes in a language, with what was changed or without."""
    columns: dict[str, str | Cell] = {
        "at": "at",
        "by": "actor",
        "what": lambda line: f"{said(KINDS, line['kind'], language)} {line['subject']}",
        "did": lambda line: said(ACTS, line["act"], language),
        "how": lambda line: _in_words(_how(line["detail"]), language),
    }
    return {said(HEADINGS, name, language): cell for name, cell in columns.items() if subjects or name != "what"}


def _how(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a change with its amount as people say it."""
    shown = {key: value for key, value in detail.items() if key != "currency" or "amount" not in detail}
    return shown | ({"amount": amount(detail["amount"], detail["currency"])} if "currency" in detail else {})


def _in_words(detail: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Return details with their names in a language, those of changed settings as well, and sums as people say them."""
    return {said(DETAILS, key, language): _value(value, language) for key, value in detail.items()}


def _value(value: Any, language: Language) -> Any:
    match value:
        case {"amount": int(minor), "currency": str(currency), **more} if not more:
            return amount(minor, currency)
        case list():
            return [_in_words(one, language) if isinstance(one, dict) else one for one in value]
        case _:
            return value


def changes(
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="Only of this kind: automation, business.")
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="ID", help="Only of this thing.")] = None,
    act: Annotated[str | None, typer.Option("--act", metavar="ACT", help="Only this act, as in published.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only what this one did.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Only from this day on.")
    ] = None,
    limit: Limit = None,
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List who changed what and when; what relance did by itself is by relance."""
    day, most = since.date() if since else None, at_most(limit, as_json=as_json)
    with office(business) as seen:
        language = lang or language_of(seen.business.locale)
        found = changes_of(seen, kind=kind, subject=subject, act=act, actor=by, since=day, limit=most)
    columns, nothing = columns_of_changes(language, subjects=True), say(LINES, "no_changes", language)
    listed(lambda _: found, columns, as_json=as_json, limit=limit, nothing=nothing)
