"""`relance contacts send`: write to a client, with the link of a service or a coupon."""

from typing import Annotated

import typer

from models.by_hand import Said
from models.coupon import code_of
from models.errors import BadInputError
from tasks.desk.clients import write_to
from worker.cli.acting import DryRun, do
from worker.cli.contacts.looking import Id
from worker.cli.desk import Business, By, Json


def send(
    id_: Id,
    text: Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What is said.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="TEXT", help="Its subject.")] = None,
    service: Annotated[str | None, typer.Option("--service", metavar="ID", help="Send this service's link.")] = None,
    coupon: Annotated[str | None, typer.Option("--coupon", metavar="CODE", help="Send this coupon.")] = None,
    marketing: Annotated[
        bool, typer.Option("--marketing", help="It is an offer: only with the client's consent, with the way out.")
    ] = False,
    dry_run: DryRun = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Write to a client; the message stands on the client's card."""
    if not (text or service or coupon):
        raise BadInputError("There is nothing to send. Say --text, --service or --coupon.")
    said = Said(text, subject, service, code_of(coupon) if coupon else None, marketing)
    do(lambda desk: write_to(desk, id_, said), business=business, by=by, as_json=as_json, dry_run=dry_run)
