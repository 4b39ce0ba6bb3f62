"""`relance invoices`: look at documents, and do with them what a back office does."""

import typer

from worker.cli.invoices.acts import create, credit, hold, release, set_due, void, write_off
from worker.cli.invoices.asking import formal_notice, remind
from worker.cli.invoices.looking import list_, show

app = typer.Typer(no_args_is_help=True, help="Look at invoices, credit notes and receipts; act on them.")
app.command("list")(list_)
app.command()(show)
app.command()(create)
app.command()(void)
app.command()(credit)
app.command("write-off")(write_off)
app.command()(remind)
app.command("formal-notice")(formal_notice)
app.command("set-due")(set_due)
app.command()(hold)
app.command()(release)
