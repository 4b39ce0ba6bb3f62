"""What a person does with documents: issue, void, credit, write off, set due, hold and release (R8-R13, R25)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.asking import ask_for, issue_all
from models.contact import HoldKind
from models.crediting import credit_part, void, write_off
from models.dunning import set_due
from models.errors import NotFoundError
from models.holding import hold, release
from models.holding import hold_document as stop_dunning
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.messaging import queue_document
from models.payer import known_contact
from models.refusals import RefusedError
from models.requesting import to_bill
from models.rows import columns_of
from models.settling import invoice_named
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.desk.acting import Desk, Done, Noted, act, noted
from tasks.seeds import Seeds


def document_named(desk: Desk, name: str) -> Invoice:
    """Return a document by its number or id; an unknown one is an error that lists the nearest."""
    columns = ", ".join(columns_of(Invoice))
    rows = desk.connection.execute(
        f"SELECT {columns} FROM invoices WHERE business_id = %s AND (number = %s OR id = %s)".encode(),  # noqa: S608  # ours
        (desk.business_id, name, name),
    ).fetchall()
    if not rows:
        numbers = desk.connection.execute(
            "SELECT number FROM invoices WHERE business_id = %s AND number IS NOT NULL LIMIT 5000", (desk.business_id,)
        )
        near = did_you_mean(name, [row[0] for row in numbers])
        raise NotFoundError(
            f"{desk.business_id} has no document {name!r}.{near or ' `relance invoices list` shows them.'}"
        )
    return Invoice(*rows[0])


def contact_named(desk: Desk, id_: str) -> str:
    """Return the id of a contact as it goes on since it was merged; an unknown one is an error."""
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [id_]))
    if id_ not in shop.contacts:
        ids = desk.connection.execute("SELECT id FROM contacts WHERE business_id = %s LIMIT 5000", (desk.business_id,))
        near = did_you_mean(id_, [row[0] for row in ids])
        raise NotFoundError(
            f"{desk.business_id} has no contact {id_!r}.{near or ' `relance contacts list` shows them.'}"
        )
    return known_contact(shop, id_).id


def on_document(
    desk: Desk, name: str, number: str, done: str, work: Callable[[Shop, Invoice], object], **detail: Any
) -> Done:
    """Do something to one document, which is named by its number or id."""
    found = document_named(desk, number)
    note = noted("invoice", found.number or found.id, done, **detail)

    def on_shop(shop: Shop) -> None:
        invoice = invoice_named(shop, found.id)
        assert invoice is not None
        work(shop, invoice)

    return act(desk, name, note, lambda seeds: seeds.add("invoices", desk.business_id, [found.id]), on_shop)


def void_document(desk: Desk, number: str, reason: str | None = None, *, notify: bool = False) -> Done:
    """Take a document back by a full credit note (R13), and send that if wanted."""

    def take_back(shop: Shop, invoice: Invoice) -> None:
        _require_no_money(invoice, "voided")
        notes = void(shop, invoice)
        _bring(shop, notes if notify else ())

    return on_document(desk, "void", number, "voided", take_back, reason=reason)


def _require_no_money(invoice: Invoice, done: str, *, deposits_only: bool = False) -> None:
    """Refuse what can't be done to a document because money holds it, saying what can be done instead (R13, R26)."""
    number, back = invoice.number, f"`relance payments refund {invoice.number}`"
    if invoice.status != DocumentStatus.PAID:
        return
    if invoice.kind == DocumentKind.DEPOSIT:
        raise RefusedError(
            f"{number} can't be {done}: it is a deposit invoice, and its money is there. Give that back ({back}): a "
            "credit note makes it so much smaller. Where the money never came: `relance payments reverse PAYMENT`."
        )
    if invoice.kind == DocumentKind.INVOICE and not deposits_only:
        raise RefusedError(
            f"{number} can't be {done}: it is paid. To give the money back: {back}. If less was owed: `relance "
            f"invoices credit {number} --amount …`. If the money never came: `relance payments reverse PAYMENT`."
        )


def _bring(shop: Shop, notes: Iterable[Invoice]) -> None:
    """Send credit notes to their payers."""
    for note in notes:
        queue_document(shop, note, template="credit_note", payer=known_contact(shop, note.contact_id))


@dataclass(frozen=True, slots=True)
class Part:
    """What of a document: a sum in minor units of a currency, or a line of it by its place (from 1)."""

    amount: int | None = None
    currency: str | None = None
    line: int | None = None


def credit_document(desk: Desk, number: str, part: Part, reason: str | None = None, *, notify: bool = False) -> Done:
    """Credit a part of a document by a credit note (R18), and send that if wanted."""
    charge_id = _charge_of_line(desk, document_named(desk, number), part.line) if part.line is not None else None

    def credit(shop: Shop, invoice: Invoice) -> None:
        _require_no_money(invoice, "credited", deposits_only=True)
        notes = credit_part(shop, invoice, part.amount, charge_id, part.currency)
        _bring(shop, notes if notify else ())

    money = {"amount": part.amount, "currency": part.currency} if part.amount is not None else {}
    return on_document(desk, "credit", number, "credited", credit, **money, line=part.line, reason=reason)


def _charge_of_line(desk: Desk, invoice: Invoice, position: int) -> str:
    row = desk.connection.execute(
        "SELECT charge_id FROM invoice_lines WHERE business_id = %s AND invoice_id = %s AND position = %s",
        (desk.business_id, invoice.id, position),
    ).fetchone()
    if row is None or row[0] is None:
        raise RefusedError(f"{invoice.number} has no line {position}. `relance invoices show {invoice.number}` counts.")
    return str(row[0])


def write_document_off(desk: Desk, number: str, reason: str, proof: str | None = None) -> Done:
    """Give a debt up; it stays a debt (R13)."""

    def give_up(shop: Shop, invoice: Invoice) -> None:
        _require_no_money(invoice, "written off")
        write_off(shop, invoice, reason, desk.actor, proof)

    return on_document(desk, "write_off", number, "written off", give_up, reason=reason, proof=proof)


def move_due_date(desk: Desk, number: str, due_on: date) -> Done:
    """Move the due date of a document (R11)."""
    before = document_named(desk, number).due_on
    detail = {"due_on": str(due_on), "was": str(before)}
    return on_document(
        desk, "set_due", number, "due date set", lambda shop, invoice: set_due(shop, invoice, due_on), **detail
    )


def hold_document(desk: Desk, number: str, kind: HoldKind, until: date | None, note: str | None = None) -> Done:
    """Stop dunning of a document (R25)."""

    def stop(shop: Shop, invoice: Invoice) -> None:
        stop_dunning(shop, invoice, kind, until)

    end = str(until) if until else None
    return on_document(desk, "hold", number, "held", stop, why=str(kind), until=end, note=note)


def release_document(desk: Desk, number: str) -> Done:
    """Let a document be asked for again."""
    return on_document(
        desk, "release", number, "released", lambda shop, invoice: release(shop, invoice.contact_id, invoice.id)
    )


def hold_contact(desk: Desk, contact_id: str, kind: HoldKind, until: date | None, note: str | None = None) -> Done:
    """Stop dunning of all documents of a payer (R25)."""
    id_ = contact_named(desk, contact_id)
    end = str(until) if until else None
    told = noted("contact", id_, "held", why=str(kind), until=end, note=note)
    return act(desk, "hold", told, _payer(desk, id_), lambda shop: _ignore(hold(shop, id_, None, kind, until)))


def release_contact(desk: Desk, contact_id: str) -> Done:
    """Let a payer be asked again."""
    id_ = contact_named(desk, contact_id)
    told = noted("contact", id_, "released")
    return act(desk, "release", told, _payer(desk, id_), lambda shop: release(shop, id_, None))


def _ignore(_value: object) -> None:
    return None


def _payer(desk: Desk, contact_id: str) -> Callable[[Seeds], None]:
    def seed(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [contact_id])
        seeds.payers.add((desk.business_id, contact_id))

    return seed


def issue_for_booking(desk: Desk, booking_id: str, *, send: bool = True) -> Done:
    """Issue the document of what a booking owes (R8), and send it."""
    shop = desk.look(lambda seeds: seeds.add("bookings", desk.business_id, [booking_id]))
    if booking_id not in shop.bookings:
        raise NotFoundError(f"{desk.business_id} has no booking {booking_id!r}. `relance bookings list` shows them.")
    return _issue(desk, noted("booking", booking_id, "invoiced"), [booking_id], {"booking": booking_id}, send=send)


def issue_for_contact(desk: Desk, contact_id: str, *, send: bool = True) -> Done:
    """Issue the documents of everything that a payer owes and no document holds, one for each group (R9)."""
    id_ = contact_named(desk, contact_id)
    return _issue(desk, noted("contact", id_, "invoiced"), _owed_by(desk, id_), {}, send=send)


def _owed_by(desk: Desk, contact_id: str) -> list[str]:
    """Return the charges that a payer owes, with what a deposit has covered of the same orders (R26)."""
    rows = desk.connection.execute(
        "WITH RECURSIVE whose AS (SELECT id FROM contacts WHERE business_id = %(tenant)s AND id = %(payer)s UNION"
        " SELECT c.id FROM contacts c JOIN whose w ON w.id IN (c.bill_to, c.merged_into)"
        " WHERE c.business_id = %(tenant)s),"
        " owed AS (SELECT id, order_id FROM charges WHERE business_id = %(tenant)s AND NOT closed AND state = 'due'"
        " AND contact_id IN (SELECT id FROM whose))"
        " SELECT id FROM owed UNION SELECT c.id FROM charges c JOIN owed o ON o.order_id = c.order_id"
        " WHERE c.business_id = %(tenant)s AND c.invoice_id IS NULL ORDER BY 1",
        {"tenant": desk.business_id, "payer": contact_id},
    )
    return [row[0] for row in rows]


def _issue(desk: Desk, note: Noted, charge_ids: list[str], subjects: dict[str, Any], *, send: bool) -> Done:
    def issue(shop: Shop) -> None:
        charges = to_bill(charge for id_ in charge_ids if (charge := shop.charges.get(id_)))
        documents = ask_for(shop, charges, subject_ids=subjects) if send else issue_all(shop, charges)
        if not documents:
            raise RefusedError(
                f"Nothing is to be invoiced for {note.kind} {note.subject}: nothing is open, or it is "
                "on a document already. `relance invoices list --linked-to` finds that."
            )

    def seed(seeds: Seeds) -> None:
        seeds.add("charges", desk.business_id, charge_ids)
        seeds.add("bookings", desk.business_id, charge_ids if "booking" in subjects else ())

    return act(desk, "issue", note, seed, issue)
