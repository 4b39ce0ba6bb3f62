"""`relance contacts`: the clients of a business, and what a back office keeps of them."""

import typer

from worker.cli.contacts import documents, notes
from worker.cli.contacts.changing import change
from worker.cli.contacts.consents import consent
from worker.cli.contacts.leaving import erase, export
from worker.cli.contacts.looking import list_, show
from worker.cli.contacts.merging import merge
from worker.cli.contacts.sending import send

app = typer.Typer(no_args_is_help=True, help="Look at clients, change them, keep their records.")
app.command("list")(list_)
app.command()(show)
app.command()(change)
app.command()(notes.note)
app.command()(consent)
app.command()(send)
app.command()(merge)
app.command()(export)
app.command()(erase)
app.add_typer(notes.app, name="notes")
app.add_typer(documents.app, name="file")
