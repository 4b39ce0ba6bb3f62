"""`relance drafts`: what waits for a yes before it is issued: looked at, edited, confirmed, thrown away (R14)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from models.drafting import Edit
from models.errors import BadInputError
from tasks.desk import drafts as desk
from tasks.reading.drafts import draft, drafts, numbers_of
from tasks.reading.office import Line
from worker.cli.acting import DryRun, Sure, do
from worker.cli.desk import Business, By, Contact, Json, Limit, listed, read
from worker.cli.output import Cell, amount, money, show_facts, show_json, show_lines

app = typer.Typer(no_args_is_help=True, help="Look at drafts; edit, confirm, delete them.")


def _cause(line: Mapping[str, Any]) -> str:
    cause = line.get("cause") or {}
    return str(cause.get("automation") or cause.get("billing") or cause.get("act") or "")


COLUMNS: dict[str, str | Cell] = {
    "draft": "id",
    "since": "at",
    "contact": "contact",
    "total": money("total"),
    "for": lambda line: ", ".join(part["description"] for part in line["lines"]),
    "because of": _cause,
    "changed": lambda line: line["changed"] or "",
    "": lambda line: "month over" if line["warnings"] else "",
}
LINES: Mapping[str, str | Cell] = {
    "charge": "charge",
    "what": "description",
    "quantity": "quantity",
    "amount": money("amount"),
    "VAT %": "tax_rate",
    "from": "from",
    "since then": lambda line: ", ".join(line["changed"]),
}
Ids = Annotated[list[str] | None, typer.Argument(metavar="DRAFT", help="Drafts by their ids.")]
All = Annotated[bool, typer.Option("--all", help="All drafts there are, or all of a --contact.")]
Id = Annotated[str, typer.Argument(metavar="DRAFT", help="The draft's id.")]


@app.command("list")
def list_(
    contact: Contact = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only those of which something has changed.")] = False,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List drafts in the order in which they were made; `changed` counts lines that say what no longer holds."""

    def lines(most: int | None) -> list[Line]:
        return read(business, lambda office: drafts(office, contact=contact, changed=changed, limit=most))

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such drafts.")


@app.command()
def show(draft_id: Id, business: Business = None, as_json: Json = False) -> None:
    """Show one draft: of each line where it is from, and what has changed since."""
    (found,) = read(business, lambda office: [draft(office, draft_id)])
    if as_json:
        show_json(found)
        return
    show_facts(found | {"cause": _cause(found)}, ("id", "contact", "at", "cause", "revision"))
    typer.echo()
    show_lines([line | {"currency": found["currency"]} for line in found["lines"]], LINES)
    sums = {key: money(key)(found) for key in ("net", "tax", "total")}
    typer.echo()
    show_facts(sums, sums)
    for warning in found["warnings"]:
        typer.echo(f"\n{warning}")


@app.command()
def edit(
    draft_id: Id,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="CHARGE", help="Take it off.")] = None,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="CHARGE", help="Put it on.")] = None,
    words: Annotated[list[str] | None, typer.Option("--line", metavar="CHARGE=TEXT", help="Call its line so.")] = None,
    seen: Annotated[
        int | None, typer.Option("--seen", metavar="N", help="The revision that you saw: another one is refused.")
    ] = None,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Change the lines of a draft; what is taken off is due again, without a line it is thrown away."""
    if not (remove or add or words):
        raise BadInputError("Say what changes: --remove CHARGE, --add CHARGE, or --line CHARGE=TEXT.")
    change = Edit(tuple(remove or ()), tuple(add or ()), dict(_named(text) for text in words or ()))
    do(
        lambda at: desk.change_draft(at, draft_id, change, seen),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
    )


def _named(text: str) -> tuple[str, str]:
    charge, found, words = text.partition("=")
    if not found or not words.strip():
        raise BadInputError(f"{text!r} names no line. Write it as CHARGE=What it is called.")
    return charge, words.strip()


@app.command()
def confirm(
    ids: Ids = None,
    every: All = False,
    contact: Contact = None,
    send: Annotated[bool, typer.Option("--send/--no-send", help="Send them to their payers.")] = True,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Issue drafts, with number and dates of today, and send them: all or none. It can't be undone."""
    waiting = _waiting(ids or [], business, as_json=as_json)
    if ids and not waiting:
        return
    chosen = _chosen(waiting, every, contact, business)
    for line in chosen:
        for warning in line["warnings"]:
            typer.echo(f"Warning: {line['id']}: {warning}", err=True)
    do(
        lambda at: desk.confirm_drafts(at, _seen(chosen), notify=send),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Confirm {_in_all(chosen)}? It can't be undone.",
        yes=yes,
    )


@app.command()
def delete(
    ids: Ids = None,
    every: All = False,
    contact: Contact = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Throw drafts away, all or none; what they hold is due again."""
    chosen = _chosen(ids, every, contact, business)
    do(
        lambda at: desk.delete_drafts(at, _seen(chosen)),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Delete {_in_all(chosen)}?",
        yes=yes,
    )


def _waiting(ids: Sequence[str], business: str | None, *, as_json: bool) -> list[str]:
    """Return those that still wait; of one that is confirmed already it is said, and nothing is done again."""
    (numbers,) = read(business, lambda office: [numbers_of(office, ids)])
    for id_ in dict.fromkeys(ids):
        if as_json and id_ in numbers:
            show_json({"draft": id_, "done": "confirmed already", "number": numbers[id_]})
        elif id_ in numbers:
            typer.echo(f"{id_}: confirmed already, as {numbers[id_]}.")
    return [id_ for id_ in ids if id_ not in numbers]


def _chosen(ids: list[str] | None, every: bool, contact: str | None, business: str | None) -> list[Line]:
    """Return the drafts that are named, or all of them; neither or both is an error, and so is none."""
    if bool(ids) is (every or contact is not None):
        raise BadInputError("Name drafts, or say --all, or whose with --contact ID.")
    if ids:
        return read(business, lambda office: [draft(office, id_) for id_ in dict.fromkeys(ids)])
    found = read(business, lambda office: drafts(office, contact=contact))
    if not found:
        raise BadInputError("There are no such drafts.")
    return found


def _seen(chosen: Sequence[Line]) -> Mapping[str, int | None]:
    return {line["id"]: line["revision"] for line in chosen}


def _in_all(chosen: Sequence[Line]) -> str:
    """Return how many drafts these are, and what they come to in each currency."""
    sums: dict[str, int] = {}
    for line in chosen:
        sums[line["currency"]] = sums.get(line["currency"], 0) + line["total"]
    total = " and ".join(amount(minor, currency) for currency, minor in sums.items())
    return f"{len(chosen)} draft{'s' if len(chosen) > 1 else ''} of {total} in all"
