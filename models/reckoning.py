"""Reckoning: brings charges and the money on them in line with what is known, in any order of arrival (R17, R20, R28).

`models.apportioning` says where all money of some charges belongs; here the difference from where it is becomes
allocations, credit notes and refunds, appended like everything in the books.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.apportioning import Debt, Money, Part, Rest, Shares, apportion
from models.balancing import credit, restate
from models.cancelling import cancellation_of, ending_of, returns_of
from models.charge import Charge
from models.depositing import document_money
from models.deposits import deposited, deposits_on
from models.giving_up import enter_given_up, given_up
from models.identifiers import moment_of, stamp
from models.invoice import DocumentStatus, Invoice
from models.payer import known_contact
from models.payment import Payment, PaymentStatus
from models.pricing import describe, due_day
from models.receiving import Told, payment_of, receive, rest_of
from models.refunding import refund, withdraw
from models.releasing import tell_too_late
from models.settling import Notes, Settlement, allocate, charges_on, document_of, invoice_named, restate_charge
from models.shop import Shop, skip, tell_owner
from models.vouchers import credit_vouchers


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a reckoning wrote: the credit notes that take something off charges, and what goes back, by charge."""

    notes: Sequence[tuple[str, Invoice]] = ()
    refunds: Mapping[str, int] = field(default_factory=dict)

    def documents(self, of: Container[str] | None = None) -> list[Invoice]:
        """Return the credit notes, of some charges or of all, each once."""
        return list({note.id: note for id_, note in self.notes if of is None or id_ in of}.values())


def reckon(shop: Shop, charges: Iterable[Charge]) -> Reckoned:
    """Give charges, and those that share their order or their money, what is meant for them; end what is ended."""
    together = _together(shop, charges)
    debts = [_debt_of(shop, charge) for charge in together]
    held, refunded = _held(shop, together), _refunded(shop, together)
    moneys, rests = _moneys(shop, together, held, refunded), _rests(shop, together)
    if not (
        moneys
        or rests
        or any(debt.ending or debt.returns for debt in debts)
        or any(c.kept is not None for c in together)
    ):
        return Reckoned()
    shares = apportion(debts, moneys, rests)
    _correct_rests(shop, shares, rests)
    taken_off = [
        (charge.id, note)
        for charge in together
        if charge.invoice_id and _says_too_little(shop, charge, shares, held) and (note := take_off(shop, charge))
    ]
    settlement = Settlement(shop)
    by_id = {charge.id: charge for charge in together}
    for part in [*held, *(part for part in shares.given if part not in held)]:
        change = shares.given.get(part, 0) - held.get(part, 0)
        if change < 0:
            settlement.move(shop.payments[part[0]], by_id[part[1]], change)
    notes = [*taken_off, *settlement.notes, *_end(shop, together, shares, settlement)]
    for part, amount in shares.given.items():
        change = amount - held.get(part, 0)
        if change > 0:
            settlement.move(shop.payments[part[0]], by_id[part[1]], change)
    refunds = _refund(shop, by_id, shares, refunded, notes)
    for charge in together:
        restate_charge(charge)
    for payment in {part[0]: shop.payments[part[0]] for part in held}.values():
        if payment.status == PaymentStatus.REVERSED:
            payment.available = 0
    credit_vouchers(shop, together)
    document_money(shop, settlement.moved.values())
    settlement.tell()
    return Reckoned(notes, refunds)


def _says_too_little(shop: Shop, charge: Charge, shares: Shares, held: Mapping[Part, int]) -> bool:
    """Whether a charge's document asks for less than is owed: it is worth more, or loses money of a deposit."""
    if shares.kept.get(charge.id, charge.owed) > charge.worth:
        return True
    lost = {part[0] for part, amount in held.items() if part[1] == charge.id and shares.given.get(part, 0) < amount}
    deposits = deposits_on(shop, charge) if lost else {}
    on_charge = shop.allocations.by("charge_id", charge.id) if deposits else ()
    return any(one.payment_id in lost and one.invoice_id in deposits for one in on_charge)


def charges_of_target(shop: Shop, payment: Payment) -> list[Charge] | None:
    """Return the charges that a payment's target names, in order; None where it names nothing, [] where unknown.

    A document that was made after the money had come is none that its payer can have meant.
    """
    if payment.target is None:
        return None
    kind, _, name = payment.target.partition(":")
    if kind == "order":
        order = shop.orders.get(name)
        if order is None:
            return []
        return sorted(
            shop.charges.by("order_id", name),
            key=lambda charge: (due_day(shop, charge), _position(shop, charge), charge.id),
        )
    if kind == "invoice" and not payment.charge_ids:
        invoice = invoice_named(shop, name)
        if invoice is None or invoice.created_at > payment.recorded_at:
            return []
        return charges_on(shop, invoice)
    return [charge for id_ in payment.charge_ids if (charge := shop.charges.get(id_))]


def charges_under(shop: Shop, payment: Payment) -> list[Charge]:
    """Return the charges that a payment names, that it is on, or was refunded from."""
    ids = [use.charge_id for use in shop.allocations.by("payment_id", payment.id)]
    ids += [refund.charge_id for refund in shop.refunds.by("payment_id", payment.id)]
    return [*(charges_of_target(shop, payment) or ()), *(shop.charges[id_] for id_ in dict.fromkeys(ids) if id_)]


def _position(shop: Shop, charge: Charge) -> int:
    booking = shop.bookings.get(charge.booking_id) if charge.booking_id else None
    return booking.position if booking else charge.position


def take_off(shop: Shop, charge: Charge) -> Invoice | None:
    """Take a charge off its document, which said too little of it: credited there, it awaits a document again (R20).

    Return the credit note. The charge's money stays with it. Of what has ended, and was credited before, the owner need
    not be told.
    """
    invoice = document_of(shop, charge)
    if invoice is None:
        return None
    held = _held_on(shop, charge, invoice)
    for payment_id, amount in held.items():
        allocate(shop, shop.payments[payment_id], charge, -amount, invoice)
    note = _credit(shop, invoice, [(charge, charge.worth - deposited(shop, charge))])
    restate(shop, invoice)
    shop.charges.rehang(charge, "invoice_id", None)
    if charge.booking_id:
        describe(shop, charge, shop.bookings[charge.booking_id])
    for payment_id, amount in held.items():
        allocate(shop, shop.payments[payment_id], charge, amount, None)
    restate_charge(charge)
    if note is None and ending_of(shop, charge) is not None:
        return None
    tell_owner(
        shop,
        "taken_off_invoice",
        f"Charge {charge.id} is not what {invoice.number} said any more: it was told otherwise, or money went back. "
        f"It was taken off{' by a credit note' if note else ''}; what is still owed of it waits to be billed again.",
        contact_id=charge.contact_id,
        charge=charge.id,
        invoice=invoice.id,
    )
    return note


def _debt_of(shop: Shop, charge: Charge) -> Debt:
    booking = shop.bookings.get(charge.booking_id) if charge.booking_id else None
    born = booking.first_stamp if booking else charge.first_stamp
    return Debt(charge.id, charge.owed, charge.currency, ending_of(shop, charge), returns_of(charge), born)


def _together(shop: Shop, charges: Iterable[Charge]) -> list[Charge]:
    """Return charges with all that must be reckoned with them: their whole orders, and what their payments name."""
    found: dict[str, Charge] = {}
    ahead = list(charges)
    while ahead:
        charge = ahead.pop(0)
        if charge.id not in found:
            members = shop.charges.by("order_id", charge.order_id) if charge.order_id else [charge]
            found |= {member.id: member for member in members}
            for payment in {payment.id: payment for member in members for payment in _naming(shop, member)}.values():
                ahead += charges_of_target(shop, payment) or ()
                ahead += [shop.charges[use.charge_id] for use in shop.allocations.by("payment_id", payment.id)]
    return sorted(found.values(), key=lambda charge: (charge.order_id or "", charge.position, charge.id))


def _naming(shop: Shop, charge: Charge) -> list[Payment]:
    """Return the payments that name a charge, or its order."""
    named = [shop.payments[named.payment_id] for named in shop.named.by("charge_id", charge.id)]
    return [*named, *(shop.payments.by("target", f"order:{charge.order_id}") if charge.order_id else ())]


def _held(shop: Shop, charges: Iterable[Charge]) -> dict[Part, int]:
    """Return what of each payment is on each charge now, in an order that does not hang on how rows were loaded."""
    held: dict[Part, int] = {}
    for charge in charges:
        for allocation in shop.allocations.by("charge_id", charge.id):
            part = (allocation.payment_id, charge.id)
            held[part] = held.get(part, 0) + allocation.amount
    return {part: amount for part, amount in sorted(held.items()) if amount}


def _held_on(shop: Shop, charge: Charge, invoice: Invoice) -> dict[str, int]:
    """Return what of each payment is on a charge by its document."""
    held: dict[str, int] = {}
    for one in shop.allocations.by("charge_id", charge.id):
        if one.invoice_id == invoice.id:
            held[one.payment_id] = held.get(one.payment_id, 0) + one.amount
    return {payment_id: amount for payment_id, amount in held.items() if amount}


def _refunded(shop: Shop, charges: Iterable[Charge]) -> dict[Part, int]:
    back: dict[Part, int] = {}
    for charge in charges:
        for record in shop.refunds.by("charge_id", charge.id):
            if record.payment_id and record.actor is None:
                part = (record.payment_id, charge.id)
                back[part] = back.get(part, 0) + record.amount
    return back


def _moneys(
    shop: Shop, charges: Iterable[Charge], held: Mapping[Part, int], refunded: Mapping[Part, int]
) -> list[Money]:
    """Return the money that is meant for these charges, or on them: what it has for them, and where it goes.

    It goes first to what it names; what is on another charge was the client's credit, and stays there since then.
    """
    by_id = {charge.id: charge for charge in charges}
    spent = {part: held.get(part, 0) + refunded.get(part, 0) for part in {**held, **refunded}}
    moneys: list[Money] = []
    for payment in _payments(shop, by_id.values(), spent):
        own = {debt_id: amount for (payment_id, debt_id), amount in spent.items() if payment_id == payment.id}
        reversed_at = payment.reverse_stamp if payment.status == PaymentStatus.REVERSED else ""
        named = [charge.id for charge in charges_of_target(shop, payment) or () if charge.id in by_id]
        amount = payment.amount if reversed_at else payment.available + sum(own.values())
        uses = {
            debt_id: (_since(shop, payment, debt_id), part)
            for debt_id, part in own.items()
            if debt_id not in named and not reversed_at and _is_credit_for(shop, payment, by_id[debt_id])
        }
        moneys.append(Money(payment.id, payment.stamp, amount, payment.currency, named, uses, reversed_at))
    return moneys


def _is_credit_for(shop: Shop, payment: Payment, charge: Charge) -> bool:
    """Whether a document that is the payer's own asks for a charge: only there is credit used."""
    invoice = document_of(shop, charge)
    if invoice is None or payment.contact_id is None:
        return False
    return known_contact(shop, payment.contact_id) is known_contact(shop, invoice.contact_id)


def _payments(shop: Shop, charges: Iterable[Charge], spent: Iterable[Part]) -> list[Payment]:
    """Return the payments that name these charges or their orders, and those that are on them."""
    found = {payment.id: payment for charge in charges for payment in _naming(shop, charge)}
    found |= {id_: payment for id_, _ in spent if (payment := shop.payments.get(id_))}
    return [payment for _, payment in sorted(found.items()) if payment.stamp and not _is_rest(payment)]


def _since(shop: Shop, payment: Payment, charge_id: str) -> str:
    """Return since when money that names no charge is on one, as a stamp; a stay that it came back from is over."""
    moved: dict[datetime, int] = {}
    for one in shop.allocations.by("charge_id", charge_id):
        if one.payment_id == payment.id:
            moved[one.at] = moved.get(one.at, 0) + one.amount
    since, held = payment.recorded_at, 0
    for at, amount in sorted(moved.items()):
        since = at if held <= 0 < held + amount else since
        held += amount
    return stamp(since, "", payment.id)


def _is_rest(payment: Payment) -> bool:
    order = (payment.target or "").removeprefix("order:")
    first = rest_of(order, payment.currency)
    return payment.id == first or payment.id.startswith(f"{first}:")


def _rests(shop: Shop, charges: Iterable[Charge]) -> list[Rest]:
    rests: list[Rest] = []
    by_order: dict[str, list[Charge]] = {}
    for charge in charges:
        if charge.order_id:
            by_order.setdefault(charge.order_id, []).append(charge)
    for order_id, members in by_order.items():
        order = shop.orders[order_id]
        if not order.stamp:
            continue
        for before, rest_stamp in enumerate(order.rest_stamps):
            ids = {charge.currency: rest_of(order_id, charge.currency, before) for charge in members}
            payments = [payment for id_ in ids.values() if (payment := shop.payments.get(id_))]
            reversals = {payment.id: payment.reverse_stamp for payment in payments if payment.reverse_stamp}
            rests.append(Rest(rest_stamp, ids, [charge.id for charge in members], reversals))
    return rests


def _correct_rests(shop: Shop, shares: Shares, rests: Iterable[Rest]) -> None:
    """Book what upstream collected, or correct it where something older came late."""
    for rest in rests:
        order = shop.orders[shop.charges[rest.debts[0]].order_id or ""]
        for currency, id_ in rest.payment_ids.items():
            known, amount = shop.payments.get(id_), shares.rests.get(id_, 0)
            if not amount and (known is None or not known.stamp):
                continue
            told = Told(order.contact_id or "", amount, currency, "upstream", moment_of(rest.stamp), rest.stamp)
            receive(shop, known or payment_of(shop, id_), told, f"order:{order.id}")


def _end(shop: Shop, charges: Iterable[Charge], shares: Shares, settlement: Settlement) -> Notes:
    """Reduce what ended to what is kept of it; issued documents are credited. Returns the credit notes with charges."""
    shrunk: dict[str, list[tuple[Charge, int]]] = {}
    for charge in charges:
        before, charge.kept = charge.worth, shares.kept.get(charge.id)
        if charge.id in shares.ended:
            _leave_requests(shop, charge)
        invoice = document_of(shop, charge)
        if invoice is not None and invoice.status != DocumentStatus.DRAFT and charge.worth < before:
            shrunk.setdefault(invoice.id, []).append((charge, before - charge.worth))
    notes: Notes = []
    for invoice_id, parts in shrunk.items():
        invoice = shop.invoices[invoice_id]
        note = _credit(shop, invoice, parts)
        settlement.touch(invoice)
        notes += [(charge.id, note) for charge, _ in parts if note]
    return notes


def _credit(shop: Shop, invoice: Invoice, parts: Sequence[tuple[Charge, int]]) -> Invoice | None:
    """Credit parts of a document; what was given up of it is so much less (R13)."""
    before = given_up(shop, invoice)
    note = credit(shop, invoice, parts)
    enter_given_up(shop, invoice, before, "credit note")
    return note


def _leave_requests(shop: Shop, charge: Charge) -> None:
    """Take a charge out of the requests that wait for the end of a window; one that holds nothing more is over (R7)."""
    for note in list(shop.noted.by("charge_id", charge.id)):
        shop.noted.drop(note)
        others = shop.noted.by("automation_id", note.automation_id)
        if not any(other.event_id == note.event_id for other in others):
            skip(
                shop,
                "cancelled",
                contact_id=note.contact_id,
                automation_id=note.automation_id,
                version=note.version,
                fact_id=note.event_id,
            )


def _refund(
    shop: Shop,
    charges: Mapping[str, Charge],
    shares: Shares,
    refunded: Mapping[Part, int],
    notes: Notes,
) -> dict[str, int]:
    """Record what goes back to the client, or withdraw what does not any more; return what goes back, by charge."""
    back: dict[str, int] = {}
    newest = dict(notes)
    for part in {**refunded, **shares.refunded}:
        payment, charge = shop.payments.get(part[0]), charges[part[1]]
        change = shares.refunded.get(part, 0) - refunded.get(part, 0)
        if payment is None or change == 0:
            continue
        if change < 0:
            withdraw(shop, payment, charge, -change)
            continue
        seat = shop.bookings.get(charge.booking_id) if charge.booking_id else None
        cancelled = cancellation_of(shop, seat) if seat else None
        note = newest.get(charge.id)
        refund(shop, payment, charge, change, cancelled.reason if cancelled else None, note.id if note else None)
        if shares.late.get(part):
            tell_too_late(shop, payment, charge, change)
        back[charge.id] = back.get(charge.id, 0) + change
    return back
