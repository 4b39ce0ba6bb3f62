"""`relance payments`: money received, where it went, and what a back office does with it."""

import typer

from worker.cli.payments import webhooks
from worker.cli.payments.charging import attempts, charge_card
from worker.cli.payments.giving_back import refund, reverse, unmark
from worker.cli.payments.looking import list_
from worker.cli.payments.taking import allocate, mark_paid, record

app = typer.Typer(no_args_is_help=True, help="Look at payments; take money, give it back.")
app.command("list")(list_)
app.add_typer(webhooks.app, name="webhooks")
app.command("mark-paid")(mark_paid)
app.command("charge-card")(charge_card)
app.command()(attempts)
app.command()(record)
app.command()(allocate)
app.command()(refund)
app.command()(reverse)
app.command()(unmark)
