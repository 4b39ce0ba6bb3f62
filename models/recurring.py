"""Recurring payments: as events tell of them, and the charges that their occurrences make (R1, R3, R20)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from models.asking import ask_for
from models.billing import is_billed_by_cycle
from models.card_charging import charge_or_tell
from models.charge import Charge
from models.charging import Agreed, agree
from models.contacts import Event, know_contact
from models.event_shapes import Collect, RecurringPaymentData
from models.facts import raise_fact
from models.identifiers import stamp
from models.payer import payer_of
from models.periods import local_date
from models.pricing import new_charge
from models.reckoning import reckon
from models.recurrence import Occurrence, RecurringPayment, charge_id, next_after, occurrences_due, occurrences_until
from models.shop import Cause, Shop
from models.taxing import tax_of

SOURCE = "/recurring"
"""Where occurrences come from, as the source of an event."""


def start_recurring(shop: Shop, event: Event) -> None:
    """`recurring_payment.started`: keep what is told; what has fallen due under it is charged at once."""
    data: RecurringPaymentData = event.data.recurring_payment
    contact = know_contact(shop, event.data.contact, event.stamp)
    agreement = _known(shop, data.id)
    told = _telling(data, contact.id, event.stamp)
    agreement.tellings = sorted([*agreement.tellings, told], key=lambda one: str(one["stamp"]))
    if event.stamp > agreement.stamp:
        _take(agreement, told)
        agreement.starts_on = data.starts_on or local_date(event.time, shop.zone)
        agreement.ends_on = data.ends_on
    first = not agreement.started
    agreement.started = True
    if first:
        raise_fact(shop, "recurring_payment.started", contact_id=contact.id, recurring=agreement.id)
    if first and agreement.cancel_stamp:
        _tell_cancelled(shop, agreement)
    _follow(shop, agreement, event.stamp)


def _telling(data: RecurringPaymentData, contact_id: str, stamp_: str) -> dict[str, Any]:
    """Return a telling as it is kept."""
    return {
        "stamp": stamp_,
        "contact": contact_id,
        "description": data.description,
        "price": data.price.amount,
        "currency": data.price.currency,
        "every": str(data.every),
        "anchor": None if data.anchor is None else str(data.anchor),
        "starts_on": data.starts_on.isoformat() if data.starts_on else None,
        "ends_on": data.ends_on.isoformat() if data.ends_on else None,
        "collect": str(data.collect),
    }


def _take(agreement: RecurringPayment, told: dict[str, Any]) -> None:
    """Let an agreement be what its newest telling says."""
    agreement.stamp, agreement.contact_id, agreement.description = told["stamp"], told["contact"], told["description"]
    agreement.price, agreement.currency, agreement.every = told["price"], told["currency"], told["every"]
    agreement.anchor, agreement.collect = told["anchor"], told["collect"]


def cancel_recurring(shop: Shop, event: Event) -> None:
    """`recurring_payment.cancelled`: no further occurrence; told once, when the agreement is known."""
    agreement = _known(shop, event.data.recurring_payment.id)
    first = not agreement.cancel_stamp
    if event.stamp <= agreement.cancel_stamp:
        return
    before, agreement.cancel_stamp = agreement.cancel_stamp, event.stamp
    agreement.cancel_reason = event.data.recurring_payment.reason
    if first and agreement.started:
        _tell_cancelled(shop, agreement)
    _follow(shop, agreement, event.stamp, before)


def _tell_cancelled(shop: Shop, agreement: RecurringPayment) -> None:
    raise_fact(shop, "recurring_payment.cancelled", contact_id=agreement.contact_id, recurring=agreement.id)


def _known(shop: Shop, id_: str) -> RecurringPayment:
    return shop.recurring.get(id_) or shop.recurring.add(RecurringPayment(shop.id, id_))


def fall_due(shop: Shop, agreement: RecurringPayment) -> None:
    """Charge what has fallen due since the last time; what was missed meanwhile is asked for together (R3)."""
    _charge(shop, agreement, occurrences_due(agreement, shop.now, shop.zone))
    agreement.next_run_at = next_after(agreement, shop.now, shop.zone)


def _follow(shop: Shop, agreement: RecurringPayment, news: str, before: str = "") -> None:
    """Bring the charges made so far in line with what is known now: made, priced anew or ended (R20)."""
    found = occurrences_until(agreement, shop.now, shop.zone)
    wanted = {charge_id(agreement, one.day) for one in found}
    ended = [one for one in shop.charges.by("recurring_id", agreement.id) if one.id not in wanted]
    for charge in ended:
        charge.cancel_stamp = charge.cancel_stamp or news
    reckon(shop, ended)
    _charge(shop, agreement, found, _ours(agreement) | {before})
    agreement.next_run_at = next_after(agreement, shop.now, shop.zone)


def _ours(agreement: RecurringPayment) -> set[str]:
    """Return the stamps by which the agreement itself, and nobody else, may have ended a charge."""
    return {agreement.cancel_stamp, *(one["stamp"] for one in agreement.tellings)}


def _charge(
    shop: Shop, agreement: RecurringPayment, occurrences: Iterable[Occurrence], ended_by: Iterable[str] = ()
) -> None:
    """Make the charge of each occurrence, or bring it up to date, and ask for it as its own terms say.

    A card is charged for what is new or was changed, not again for what was asked for before.
    """
    touched: list[Charge] = []
    to_invoice: list[Charge] = []
    by_card: list[Charge] = []
    for one in occurrences:
        charge = shop.charges.get(charge_id(agreement, one.day))
        before = (charge.owed, charge.cancel_stamp) if charge else None
        if charge is None:
            charge = shop.charges.add(new_charge(shop, charge_id(agreement, one.day), "recurring", one.day))
            shop.charges.rehang(charge, "recurring_id", agreement.id)
            charge.stamp = charge.first_stamp = stamp(one.at, SOURCE, charge.id)
        elif charge.cancel_stamp in ended_by:
            charge.cancel_stamp = ""
        _describe(shop, charge, one)
        touched.append(charge)
        if one.terms.collect == Collect.CARD:
            by_card += [charge] if (charge.owed, charge.cancel_stamp) != before else []
        else:
            to_invoice.append(charge)
    reckon(shop, touched)
    _ask(shop, agreement, to_invoice, by_card)


def _describe(shop: Shop, charge: Charge, one: Occurrence) -> None:
    """Let a charge be what the terms of its date say, unless a document says so already."""
    terms = one.terms
    charge.full_rate = shop.business.tax_rate
    rate, category = tax_of(shop, charge, charge.full_rate, one.day)
    if agree(shop, charge, Agreed(terms.contact_id, Decimal(1), terms.price, terms.currency, True, rate, category)):
        charge.description, charge.due_on = terms.description, one.day
        charge.service_from, charge.service_to = one.day, one.last_day


def _ask(shop: Shop, agreement: RecurringPayment, to_invoice: Iterable[Charge], by_card: Iterable[Charge]) -> None:
    """Ask for charges as agreed; those to invoice may wait for consolidated billing."""
    now = [one for one in to_invoice if not is_billed_by_cycle(shop, payer_of(shop, one.contact_id), one.kind)]
    with shop.caused_by(Cause(recurring=agreement.id)):
        charge_or_tell(shop, by_card)
        ask_for(shop, now, subject_ids={"recurring": agreement.id})
