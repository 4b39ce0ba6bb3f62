"""`relance contacts`: the clients of a business, and what a back office keeps of them."""

import typer

from worker.cli.contacts.looking import list_, show

app = typer.Typer(no_args_is_help=True, help="Look at clients and keep their records.")
app.command("list")(list_)
app.command()(show)
