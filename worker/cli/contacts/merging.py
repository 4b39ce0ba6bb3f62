"""`relance contacts merge`: one client goes on as another."""

from typing import Annotated

import typer

from tasks.desk.clients import merge_clients
from tasks.reading.card import card
from tasks.reading.office import Line
from worker.cli.acting import DryRun, Sure, do
from worker.cli.contacts.looking import Id
from worker.cli.desk import Business, By, Json, read
from worker.cli.output import Cell, amount, show_lines


def _sums(key: str) -> Cell:
    return lambda line: [amount(total, currency) for currency, total in line[key].items()]


def _count(*keys: str) -> Cell:
    return lambda line: sum(len(line[key]) for key in keys)


BOTH: dict[str, str | Cell] = {
    "contact": "id",
    "name": "name",
    "e-mail": "email",
    "owes": _sums("owes"),
    "credit": _sums("credit"),
    "bookings": _count("bookings_past", "bookings_coming"),
    "documents": _count("documents"),
    "notes": _count("notes"),
    "files": _count("files"),
}


def merge(
    id_: Id,
    into: Annotated[str, typer.Option("--into", metavar="ID", help="The contact that is left.")],
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let a client go on as another: debts, credit, saved cards, consents, notes and files; it can't be undone."""
    if not as_json and not yes:
        both: list[Line] = read(business, lambda office: [card(office, id_), card(office, into)])
        show_lines(both, BOTH)
    do(
        lambda desk: merge_clients(desk, id_, into),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Merge {id_} into {into}? It can't be undone.",
        yes=yes,
    )
