"""`relance bookings`: who booked what, who pays and who comes, and what a back office does with it."""

import typer

from worker.cli.bookings.acts import attendance, cancel, reschedule
from worker.cli.bookings.day import day, report
from worker.cli.bookings.looking import list_

app = typer.Typer(no_args_is_help=True, help="Look at bookings and a day's appointments; cancel, move, note who came.")
app.command("list")(list_)
app.command()(day)
app.command()(cancel)
app.command()(attendance)
app.command()(reschedule)
app.command()(report)
