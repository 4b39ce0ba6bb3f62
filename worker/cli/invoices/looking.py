"""`relance invoices list | show`: documents as things are now."""

from typing import Annotated, Any

import typer

from models.standing import Standing
from tasks.reading.documents import Kind, document, documents
from worker.cli.desk import Business, Contact, Json, Limit, listed, read
from worker.cli.output import Cell, Line, money, show_facts, show_json, show_lines


def _cause(line: Line) -> str:
    cause = line.get("cause") or {}
    return str(cause.get("automation") or cause.get("billing") or cause.get("act") or "")


COLUMNS: dict[str, str | Cell] = {
    "number": lambda line: line["number"] or "draft",
    "contact": "contact",
    "standing": "standing",
    "issued": "issued_on",
    "due": "due_on",
    "total": money("total"),
    "to pay": money("amount_due"),
    "for": lambda line: ", ".join(part["description"] for part in line["lines"]) or line.get("of"),
    "because of": _cause,
}
FACTS = (
    "number",
    "id",
    "kind",
    "contact",
    "standing",
    "at",
    "issued_on",
    "due_on",
    "sent_at",
    "reminders",
    "reminded_at",
    "order",
    "of",
    "cause",
)


def list_(
    status: Annotated[Standing | None, typer.Option("--status", help="Only those that stand so today.")] = None,
    contact: Contact = None,
    kind: Annotated[Kind, typer.Option("--kind", help="Which documents.")] = Kind.INVOICE,
    linked_to: Annotated[
        str | None,
        typer.Option("--linked-to", metavar="ID", help="Only those of this booking, order, payment …; or booking:ID."),
    ] = None,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List invoices in the order in which they were made.

    `status` is draft, issued, paid or void; `standing` tells more: pending, overdue or partially paid. An invoice that
    is overdue and paid in part is found as either. `--linked-to` takes the id of a booking, order, session, charge,
    payment, payment link, recurring payment, automation or another document, with its kind before a colon or without.
    """

    def lines(most: int | None) -> list[dict[str, Any]]:
        return read(
            business,
            lambda office: list(
                documents(office, kind=kind, standing=status, contact=contact, linked=linked_to, limit=most)
            ),
        )

    listed(lines, COLUMNS, as_json=as_json, limit=limit, nothing="There are no such documents.")


def show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The document's number, or its id.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Show one document: its lines, VAT, payments, credit notes and messages."""
    (found,) = read(business, lambda office: [document(office, number)])
    if as_json:
        show_json(found)
        return
    show_facts({"of": None, "cause": None} | found, FACTS)
    for part, columns in _parts(found["currency"]).items():
        rows = [line | {"currency": found["currency"]} for line in found[part]]
        if rows:
            show_lines(rows, columns, title=f"\n{part.replace('_', ' ').capitalize()}")
    sums = {key: money(key)(found) for key in ("net", "tax", "total", "prepaid", "credited", "amount_due")}
    typer.echo()
    show_facts(sums, sums)


def _parts(currency: str) -> dict[str, dict[str, str | Cell]]:
    return {
        "lines": {"description": "description", "quantity": "quantity", "amount": money("amount"), "VAT %": "tax_rate"},
        "taxes": {"VAT %": "rate", "net": money("net"), f"VAT in {currency}": money("tax")},
        "payments": {"at": "at", "amount": money("amount"), "method": "method", "payment": "id"},
        "credit_notes": {"number": "number", "total": money("total")},
        "messages": {"sent": "sent_at", "to": "to", "subject": "subject", "state": "state"},
    }
