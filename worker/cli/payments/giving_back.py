"""`relance payments refund | reverse | unmark`: money that goes back, or never came."""

from collections import Counter
from typing import Annotated

import typer

from models.errors import BadInputError, NotFoundError
from models.invoice import Invoice
from models.payment import Payment
from tasks.desk import payments as desk
from tasks.desk.acting import Desk, Done
from tasks.desk.documents import document_named
from tasks.reading.documents import document
from worker.cli.acting import DryRun, Reason, Sure, do
from worker.cli.amounts import minor
from worker.cli.desk import Business, By, Json, office


def refund(
    name: Annotated[
        str | None, typer.Argument(metavar="PAYMENT|NUMBER", help="A payment's id, or a document's number or id.")
    ] = None,
    order: Annotated[str | None, typer.Option("--order", metavar="ID", help="Of this order instead.")] = None,
    amount: Annotated[
        str | None,
        typer.Option(
            "--amount",
            metavar="45.00",
            help="Only so much; without it all that was paid, and what was paid for in part is owed no more.",
        ),
    ] = None,
    notify: Annotated[bool, typer.Option("--notify", help="Write to the client.")] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Also money by card that can't go back there any more: you pay it out.")
    ] = False,
    reason: Reason = None,
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Give money back, of a payment, a document or an order, up to what was paid; a document gets a credit note.

    Bookings are cancelled by `relance bookings cancel`. Money that came by card goes back by card where the provider
    can; all other is recorded, and you are told to pay it out. It can't be undone.
    """
    how = desk.GivingBack(notify=notify, reason=reason, by_hand=by_hand)
    if (name is None) is (order is None):
        raise BadInputError("Say what to give back: a payment, a document, or --order ID.")

    def work(at: Desk) -> Done:
        if order is not None:
            back = _sum(amount, _currency_of_order(at, order))
            return desk.refund_order(at, order, back, how)
        found = _named(at, name or "")
        back = _sum(amount, found.currency)
        if isinstance(found, Payment):
            return desk.refund_payment(at, found.id, back, how)
        return desk.refund_document(at, found.id, back, how)

    question = "Give this money back? It can't be undone."
    do(work, business=business, by=by, as_json=as_json, dry_run=dry_run, question=question, yes=yes)


def _named(at: Desk, name: str) -> Payment | Invoice:
    """Return a payment by its id, else a document; what is neither is one error."""
    try:
        return desk.payment_named(at, name)
    except NotFoundError:
        pass
    try:
        return document_named(at, name)
    except NotFoundError as error:
        raise NotFoundError(f"{error} Nor has it such a payment: `relance payments list` shows them.") from None


def _sum(amount: str | None, currency: str) -> desk.Sum:
    return desk.Sum(minor(amount, currency) if amount is not None else None, currency)


def _currency_of_order(at: Desk, order_id: str) -> str:
    row = at.connection.execute(
        "SELECT currency FROM charges WHERE business_id = %s AND order_id = %s"
        " ORDER BY settled > 0 DESC, position LIMIT 1",
        (at.business_id, order_id),
    ).fetchone()
    if row is None:
        raise NotFoundError(
            f"{at.business_id} has no order {order_id!r} with anything to pay. `relance bookings list` shows orders."
        )
    return str(row[0])


def reverse(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="The payment's id.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: the cheque bounced, a chargeback …")],
    dry_run: DryRun = False,
    yes: Sure = False,
    by: By = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Take back a payment that proves not to exist; what it had closed is owed again. It can't be undone."""
    do(
        lambda at: desk.reverse_payment(at, payment, reason),
        business=business,
        by=by,
        as_json=as_json,
        dry_run=dry_run,
        question=f"Reverse {payment}? It can't be undone.",
        yes=yes,
    )


def unmark(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")],
    business: Business = None,
) -> None:
    """Say why what was marked as paid stays so, and which ways lead back."""
    with office(business) as seen:
        found = document(seen, number)
    held: Counter[str] = Counter()
    for part in found["payments"]:
        held[part["id"]] += part["amount"]
    paid_by = ", ".join(id_ for id_, amount in held.items() if amount > 0)
    if not paid_by:
        raise BadInputError(f"{number} can't be unmarked: nothing of it is paid.")
    raise BadInputError(
        f"{number} can't be unmarked: a payment is never taken away. To give the money back: `relance payments refund "
        f"{number}`. If less was owed: `relance invoices credit {number} --amount …`. If the money never came (a "
        f"cheque bounced): `relance payments reverse PAYMENT --reason …`; it was paid by {paid_by}."
    )
