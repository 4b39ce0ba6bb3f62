"""`relance payments webhooks`: what card providers told, and what of it could not be read."""

from typing import Annotated, Any

import typer

from models.errors import BadInputError
from tasks.desk.webhooks import replay_webhook
from tasks.reading.webhooks import webhook, webhooks
from worker.cli.acting import DryRun, do
from worker.cli.desk import Business, By, Json, Limit, listed, office, read
from worker.cli.output import harmless, show_facts, show_json

app = typer.Typer(no_args_is_help=True, help="Look at what card providers told, and read again what failed.")

COLUMNS = {
    "message": "id",
    "came": "at",
    "provider": "provider",
    "event": "event",
    "state": "state",
    "next": "next",
    "error": "error",
}


@app.command("list")
def list_(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that could not be read yet.")] = False,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List the messages of card providers in the order in which they came."""

    def lines(most: int | None) -> list[dict[str, Any]]:
        return read(business, lambda seen: webhooks(seen, failed=failed, limit=most))

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such messages.")


@app.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Its id, as the list shows it.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one of them as it came."""
    with office(business) as seen:
        found = webhook(seen, id_)
    if as_json:
        show_json(found)
        return
    show_facts(found, [key for key in found if not key.startswith("raw")])
    typer.echo(f"\n{harmless(found['raw'])}")


@app.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Their ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that could not be read.")] = False,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Let messages be read again, once what kept them from it is mended; what was read already stays so."""
    if bool(ids) is everything:
        raise BadInputError(
            "Say which ones: their ids, or --all. `relance payments webhooks list --failed` shows them."
        )
    if everything:
        ids = [line["id"] for line in read(business, lambda seen: webhooks(seen, failed=True)) if line["next"] is None]
    for id_ in dict.fromkeys(ids or ()):
        do(lambda at, one=id_: replay_webhook(at, one), business=business, by=by, as_json=as_json, dry_run=dry_run)  # type: ignore[misc]
