"""`relance automations lint`: what is odd in files, or in all that a business has."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from models.business import Business as Tenant
from models.errors import BadInputError
from models.languages import Language, language_of
from models.linting.findings import Remark
from models.linting.lint import lint_text
from models.yamlfile import BadFileError, Problem
from tasks.reading.automations import texts
from worker.cli.desk import Business, Json, Lang, office
from worker.cli.files import read_file
from worker.cli.output import show_json

Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Automation files (YAML or JSON).")]
All = Annotated[bool, typer.Option("--all", help="All that the business has: live texts and drafts.")]

Told = Remark | Problem


def lint(
    files: Files = None,
    everything: All = False,
    lang: Lang = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Tell what is odd in automations: a line FILE:LINE:COLUMN: CODE for each finding, and exit code 1.

    Files need no system; with --business its channels, quiet hours and language count too. A file that can't be read
    at all has its problems told instead, and the exit code is 2.
    """
    if bool(files) is everything:
        raise BadInputError("Name the files to look at, or say --all for what the business has.")
    told = list(_of_business(business, lang) if everything else _of_files(files or (), business, lang))
    for one in told:
        if as_json:
            show_json(asdict(one))
        else:
            typer.echo(str(one))
    if not told and not as_json:
        typer.echo("Nothing odd.")
    raise typer.Exit(2 if any(isinstance(one, Problem) for one in told) else int(bool(told)))


def _of_files(files: Sequence[Path], business: str | None, lang: Language | None) -> Iterator[Told]:
    tenant = None
    if business is not None:
        with office(business) as seen:
            tenant = seen.business
    for file in files:
        yield from _told(str(file), read_file(file), tenant, lang)


def _of_business(business: str | None, lang: Language | None) -> Iterator[Told]:
    with office(business) as seen:
        for name, text in texts(seen):
            yield from _told(name, text, seen.business, lang)


def _told(name: str, text: str, tenant: Tenant | None, lang: Language | None) -> Sequence[Told]:
    spoken = language_of(tenant.locale) if tenant else Language.EN
    try:
        return lint_text(text, name, tenant, lang or spoken)
    except BadFileError as error:
        return error.problems
