"""From upstream events to the shop: which rule takes which event."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models import charging, ordering, paying
from models.consents import inherit
from models.contacts import Event, know_contact, know_service
from models.facts import raise_fact
from models.invoice import DocumentStatus
from models.matching import work_off
from models.payer import MERGED, known_contact
from models.recurring import cancel_recurring, start_recurring
from models.shelf import Shelf
from models.shop import Shop


def decide(shop: Shop, event: Event) -> None:
    """Take one event in, and do everything that follows from it at once."""
    projector = PROJECTORS.get(event.type)
    if projector is None:
        custom(shop, event)
    else:
        projector(shop, event)
    work_off(shop)


def _contact_updated(shop: Shop, event: Event) -> None:
    know_contact(shop, event.data.contact, event.stamp)


def _contact_merged(shop: Shop, event: Event) -> None:
    """`contact.merged`: what is open goes on with the contact that is left: money, holds, cards, consents."""
    contact = know_contact(shop, event.data.contact, event.stamp)
    if event.stamp <= contact.stamps.get(MERGED, ""):
        return
    contact.merged_into, contact.stamps = event.data.into, contact.stamps | {MERGED: event.stamp}
    left = known_contact(shop, contact.id)
    inherit(left, contact)
    for shelf, goes_on in _what_goes_on(shop):
        for row in list(shelf.by("contact_id", contact.id)):
            if goes_on(row):
                shelf.rehang(row, "contact_id", left.id)


def _what_goes_on(shop: Shop) -> Iterator[tuple[Shelf[Any], Callable[[Any], bool]]]:
    """Yield what goes on with another contact; what is settled stays where it was."""
    yield shop.payments, lambda payment: payment.available > 0
    yield shop.invoices, lambda invoice: invoice.status == DocumentStatus.ISSUED and invoice.amount_due > 0
    yield shop.holds, lambda hold: hold.ended_at is None
    yield shop.mandates, lambda mandate: mandate.ended_at is None
    yield shop.attempts, lambda attempt: attempt.live or attempt.card_is_dead


def _service_updated(shop: Shop, event: Event) -> None:
    know_service(shop, event.data.service, event.stamp)
    ordering.complete_waiting(shop, event.data.service.id)


def custom(shop: Shop, event: Event) -> None:
    """Make an event of upstream's own a fact, if it tells of a contact."""
    if event.data.contact is not None:
        contact = know_contact(shop, event.data.contact, event.stamp)
        raise_fact(shop, event.type, contact_id=contact.id, data=event.plain)


PROJECTORS: Mapping[str, Callable[[Shop, Event], None]] = {
    "contact.updated": _contact_updated,
    "contact.merged": _contact_merged,
    "service.updated": _service_updated,
    "order.placed": ordering.place_order,
    "order.paid": paying.rest_was_paid,
    "booking.rescheduled": ordering.reschedule_booking,
    "session.rescheduled": ordering.reschedule_session,
    "booking.cancelled": ordering.cancel_booking,
    "session.cancelled": ordering.cancel_session,
    "booking.attendance": ordering.note_attendance,
    "charge.added": charging.add_charge,
    "charge.cancelled": charging.cancel_added_charge,
    "payment.received": paying.receive_payment,
    "payment.reversed": paying.reverse_payment,
    "recurring_payment.started": start_recurring,
    "recurring_payment.cancelled": cancel_recurring,
}
