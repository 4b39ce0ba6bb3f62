"""`relance bookings day | report`: who pays and who comes on a day; how many came in a period."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from tasks.reading.days import attendance_report, day_of
from worker.cli.dates import date_of
from worker.cli.desk import Business, Contact, Json, listed, office, read
from worker.cli.output import Cell, money

COLUMNS: dict[str, str | Cell] = {
    "from": lambda line: f"{line['starts_at']:%H:%M}" if line["starts_at"] else "",
    "to": lambda line: f"{line['ends_at']:%H:%M}" if line["ends_at"] else "",
    "service": "service",
    "session": "session",
    "booking": "booking",
    "seats": "quantity",
    "participant": lambda line: line["participant_name"] or line["participant"],
    "payer": lambda line: line["payer_name"] or line["payer"],
    "attendance": "attendance",
    "price": money("price"),
    "paid": money("paid"),
    "open": money("open"),
    "pay by": "pay_by",
    "document": "document",
}


def day(
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Which day; without it today.")] = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show who pays and who comes on a day, session by session."""
    chosen = date_of(on) if on else None

    listed(
        lambda _most: read(business, lambda seen: day_of(seen, chosen or seen.today)),
        COLUMNS,
        as_json=as_json,
        latest=False,
        nothing="Nobody is booked on that day.",
    )


class By(StrEnum):
    """What a report counts by."""

    CLIENT = "client"
    SERVICE = "service"
    DAY = "day"
    MONTH = "month"


def report(
    by: Annotated[By, typer.Option("--per", help="One line for each of these.")] = By.CLIENT,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; without it 30 days back.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day; without it today.")] = None,
    contact: Contact = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Count who came, who did not and who was not noted, of sessions in a period, by client, service, day or month."""
    with office(business) as seen:
        last = date_of(until) if until else seen.today
    first = date_of(since) if since else last - timedelta(days=30)
    columns: dict[str, str | Cell] = {
        str(by): str(by),
        "booked": "booked",
        "came": "checked_in",
        "no show": "no_show",
        "not noted": "not_noted",
        "cancelled": "cancelled",
        "came %": "came_percent",
    }
    listed(
        lambda _most: read(business, lambda seen: attendance_report(seen, str(by), first, last, contact)),
        columns,
        as_json=as_json,
        latest=False,
        nothing="There were no sessions in that period.",
    )
