"""`relance coupons`: codes that take something off what is ordered."""

from typing import Annotated

import typer

from models.coupon import Coupon, code_of
from models.errors import BadInputError
from models.money import is_currency, major
from models.tax import parse_rate
from tasks.desk import coupons as desk
from tasks.desk.acting import Desk, Done
from tasks.reading.coupons import coupons
from worker.cli.acting import Sure, do
from worker.cli.amounts import minor
from worker.cli.dates import date_of
from worker.cli.desk import Business, By, Json, Limit, listed, read
from worker.cli.output import Cell, Line

app = typer.Typer(no_args_is_help=True, help="Look at coupons; create, revoke and apply them.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="As clients type it; case does not matter.")]


def _takes(line: Line) -> str:
    if line["percent"] is not None:
        return f"{line['percent']} %"
    return f"{major(line['amount'], line['currency'])} {line['currency']}"


COLUMNS: dict[str, str | Cell] = {
    "coupon": "id",
    "takes off": _takes,
    "of": lambda line: ", ".join(line["services"]) or "everything",
    "from": "valid_from",
    "until": "expires_on",
    "used": lambda line: f"{line['used']} of {line['most_uses']}" if line["most_uses"] else line["used"],
    "a client": "most_per_client",
    "revoked": "revoked_at",
}


@app.command("list")
def list_(limit: Limit = None, business: Business = None, as_json: Json = False) -> None:
    """List coupons with how often they were used."""
    nothing = "There is no coupon yet. Create one with `relance coupons create CODE --percent 10`."
    listed(
        lambda most: read(business, lambda office: coupons(office, limit=most)),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        nothing=nothing,
    )


@app.command()
def create(
    code: Code,
    percent: Annotated[str | None, typer.Option("--percent", metavar="10", help="Takes off so much of each.")] = None,
    amount: Annotated[str | None, typer.Option("--amount", metavar="10.00", help="Takes off a sum, once.")] = None,
    currency: Annotated[str, typer.Option("--currency", metavar="EUR", help="Of the amount.")] = "EUR",
    services: Annotated[str, typer.Option("--services", metavar="cut,colour", help="Only of these.")] = "",
    valid_from: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Holds from this day on.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", metavar="DATE", help="The last day.")] = None,
    uses: Annotated[int | None, typer.Option("--uses", min=1, help="At most so often in all.")] = None,
    per_client: Annotated[int | None, typer.Option("--per-client", min=1, help="At most so often a client.")] = None,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Create a coupon: per cents of what is ordered, or an amount of it."""
    if (percent is None) is (amount is None):
        raise BadInputError("Say what it takes off: --percent 10 or --amount 10.00.")
    if not code_of(code) or not code.isprintable():
        raise BadInputError(f"{code!r} is no code that a client could type.")
    if not is_currency(currency):
        raise BadInputError(f"{currency!r} is no currency in use. Write its ISO 4217 code, as in EUR.")
    rate = parse_rate(percent) if percent is not None else None
    sum_ = minor(amount, currency) if amount is not None else None
    named = [name.strip() for name in services.split(",") if name.strip()]

    def work(at: Desk) -> Done:
        coupon = Coupon(
            at.business_id, code_of(code), at.now, rate, sum_, currency if sum_ is not None else None, named,
            date_of(valid_from) if valid_from else None,
            date_of(expires) if expires else None, uses, per_client, actor=at.actor,
        )  # fmt: skip
        return desk.create(at, coupon)

    do(work, business=business, by=by, as_json=as_json)


@app.command()
def revoke(code: Code, yes: Sure = False, by: By = None, business: Business = None, as_json: Json = False) -> None:
    """Let a coupon hold no more; what it took off stays. It can't be undone."""
    question = f"Revoke {code_of(code)}? It can't be undone."
    do(lambda at: desk.revoke(at, code), business=business, by=by, as_json=as_json, question=question, yes=yes)


@app.command()
def apply(
    code: Code,
    charge: Annotated[str, typer.Option("--charge", metavar="ID", help="The due charge.")],
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Take a coupon off a charge that no document holds yet; money that paid for more becomes credit."""
    do(lambda at: desk.apply(at, code, charge), business=business, by=by, as_json=as_json)
