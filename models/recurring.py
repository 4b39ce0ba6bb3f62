"""Recurring payments as events tell of them; their occurrences are made when they fall due (R1)."""

from models.charge import RecurringPayment
from models.contacts import Event, know_contact
from models.event_shapes import RecurringPaymentData
from models.facts import raise_fact
from models.periods import local_date
from models.shop import Shop


def start_recurring(shop: Shop, event: Event) -> None:
    """`recurring_payment.started`: keep the agreement; told once."""
    data: RecurringPaymentData = event.data.recurring_payment
    contact = know_contact(shop, event.data.contact, event.stamp)
    agreement = _known(shop, data.id)
    if event.stamp <= agreement.stamp:
        return
    agreement.stamp, agreement.contact_id, agreement.description = event.stamp, contact.id, data.description
    agreement.price, agreement.currency, agreement.every = data.price.amount, data.price.currency, data.every
    agreement.anchor = None if data.anchor is None else str(data.anchor)
    agreement.starts_on = data.starts_on or local_date(event.time, shop.zone)
    agreement.ends_on, agreement.collect = data.ends_on, data.collect
    if not agreement.started:
        agreement.started = True
        raise_fact(shop, "recurring_payment.started", contact_id=contact.id, recurring=agreement.id)
        if agreement.cancel_stamp:
            _tell_cancelled(shop, agreement)


def cancel_recurring(shop: Shop, event: Event) -> None:
    """`recurring_payment.cancelled`: no further occurrence; told once, when the agreement is known."""
    agreement = _known(shop, event.data.recurring_payment.id)
    first = not agreement.cancel_stamp
    if event.stamp <= agreement.cancel_stamp:
        return
    agreement.cancel_stamp, agreement.cancel_reason = event.stamp, event.data.recurring_payment.reason
    if first and agreement.started:
        _tell_cancelled(shop, agreement)


def _tell_cancelled(shop: Shop, agreement: RecurringPayment) -> None:
    raise_fact(shop, "recurring_payment.cancelled", contact_id=agreement.contact_id, recurring=agreement.id)


def _known(shop: Shop, id_: str) -> RecurringPayment:
    return shop.recurring.get(id_) or shop.recurring.add(RecurringPayment(shop.id, id_))
