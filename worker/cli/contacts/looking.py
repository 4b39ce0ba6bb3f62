"""`relance contacts list | show`: the clients of a business, and the card of one."""

from collections.abc import Mapping
from typing import Annotated

import typer

from models.document_text import address_text
from tasks.reading.card import card
from tasks.reading.clients import contacts
from worker.cli.desk import Business, Json, Limit, listed, read
from worker.cli.output import Cell, Line, amount, money, show_facts, show_json, show_lines

Id = Annotated[str, typer.Argument(metavar="ID", help="The contact's id.")]

COLUMNS: dict[str, str | Cell] = {
    "contact": "id",
    "name": "name",
    "e-mail": "email",
    "phone": "phone",
    "mobile": "mobile",
    "locale": "locale",
    "kind": "kind",
    "tags": "tags",
}
SUMS = ("owes", "unbilled", "credit")
FEW = 10
"""So many lines a part of a card shows; JSON has them all."""
BOOKINGS: dict[str, str | Cell] = {
    "booking": "id",
    "starts": "starts_at",
    "service": "service",
    "status": "status",
    "attendance": "attendance",
    "price": money("price"),
    "paid": money("paid"),
    "money": "standing",
    "document": "document",
}
NOTES: dict[str, str | Cell] = {"note": "id", "at": "at", "by": "actor", "text": "text"}
FILES: dict[str, str | Cell] = {
    "file": "id",
    "at": "at",
    "by": "actor",
    "name": "name",
    "type": "media_type",
    "bytes": "size",
}
PARTS: Mapping[str, dict[str, str | Cell]] = {
    "bookings_coming": BOOKINGS,
    "bookings_past": BOOKINGS,
    "documents": {
        "number": "number",
        "kind": "kind",
        "issued": "issued_on",
        "due": "due_on",
        "total": money("total"),
        "open": money("amount_due"),
        "standing": "standing",
    },
    "payments": {
        "payment": "id",
        "received": "at",
        "amount": money("amount"),
        "method": "method",
        "standing": "standing",
        "documents": "documents",
    },
    "recurring_payments": {
        "recurring payment": "id",
        "for": "description",
        "price": money("price"),
        "every": "every",
        "on": "anchor",
        "collected by": "collect",
        "next": "next",
    },
    "saved_cards": {"card": "label", "provider": "provider", "since": "since", "charged no more": "dead"},
    "messages": {
        "at": "at",
        "channel": "channel",
        "to": "to",
        "subject, or answer": lambda line: line.get("text") or line["subject"],
        "template": "template",
        "state": "state",
    },
    "coupons": {"coupon": "coupon", "at": "at", "used for": "of", "off": money("amount")},
    "notes": NOTES,
    "files": FILES,
    "holds": {"hold": "kind", "since": "since", "until": "until", "document": "invoice"},
    "consents": {"at": "at", "purpose": "purpose", "channel": "channel", "said": "state", "source": "source"},
}
"""The parts of a card that are tables."""


def list_(
    search: Annotated[
        str | None, typer.Option("--search", metavar="WORDS", help="Only whose id, name, e-mail or phone has them.")
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = None,
    without_mobile: Annotated[
        bool, typer.Option("--without-mobile", help="Only those without a number that takes SMS.")
    ] = False,
    limit: Limit = None,
    business: Business = None,
    as_json: Json = False,
) -> None:
    """List contacts by their id."""
    listed(
        lambda most: read(
            business,
            lambda office: contacts(office, search=search, tag=tag, without_mobile=without_mobile, limit=most),
        ),
        COLUMNS,
        as_json=as_json,
        limit=limit,
        latest=False,
        nothing="There are no such contacts." if search or tag or without_mobile else "There are no contacts yet.",
    )


def show(id_: Id, business: Business = None, as_json: Json = False) -> None:
    """Show a contact's card: who it is, what it booked, owes, paid and was sent, and what was noted of it."""
    (found,) = read(business, lambda office: [card(office, id_)])
    if as_json:
        show_json(found)
        return
    sums = {key: [amount(total, currency) for currency, total in found[key].items()] for key in SUMS}
    company = {key: value for key, value in found["company"].items() if value}
    told = {"company": company, "address": address_text(found["address"])}
    show_facts(found | told | sums, [key for key in found if key not in PARTS])
    for name, shown in PARTS.items():
        _show_part(name.replace("_", " "), found[name], shown)


def _show_part(name: str, lines: list[Line], shown: dict[str, str | Cell]) -> None:
    if lines:
        typer.echo()
        of_all = f" (the latest {FEW} of {len(lines)})" if len(lines) > FEW else ""
        show_lines(lines[-FEW:], shown, f"{name.capitalize()}{of_all}")
