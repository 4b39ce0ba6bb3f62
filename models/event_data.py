"""The data of each type of event that upstream sends, and which entities it names."""

from msgspec import Struct, field

from models.event_checks import check_text
from models.event_shapes import (
    Amount,
    AttendanceData,
    ChargeData,
    ContactData,
    Ending,
    Id,
    NewTimes,
    Notify,
    OrderData,
    PaymentData,
    RecurringPaymentData,
    Reference,
    RefundChoice,
    ServiceData,
    SessionTimes,
    Shape,
    Target,
)
from models.undecodable import Flaw, Refusal

Ids = tuple[str, ...]


class Named(Struct, frozen=True, gc=False):
    """The upstream ids that an event names, for loading a batch's state at once; some may stand twice.

    A booking's charge has the booking's id and is not named apart; `invoices` are numbers or ids.
    """

    contacts: Ids = ()
    services: Ids = ()
    sessions: Ids = ()
    orders: Ids = ()
    bookings: Ids = ()
    charges: Ids = ()
    payments: Ids = ()
    invoices: Ids = ()
    recurring_payments: Ids = ()


class EventData(Shape, frozen=True, gc=False):
    """Base of the data of all types of events."""

    def named(self) -> Named:
        """Return the ids of the entities that the event names."""
        return Named()


class ContactUpdated(EventData, frozen=True, gc=False):
    """`contact.updated`: the keys that the contact carries change."""

    contact: ContactData

    def named(self) -> Named:
        return Named(contacts=_people(self.contact))


class ContactMerged(EventData, frozen=True, gc=False):
    """`contact.merged`: the contact goes on as the one with the id `into`."""

    contact: ContactData
    into: Id

    def __post_init__(self) -> None:
        check_text(self.into, "into")
        if self.into == self.contact.id:
            raise Refusal(Flaw.DUPLICATE_ID, "is the contact itself", "into")

    def named(self) -> Named:
        return Named(contacts=(*_people(self.contact), self.into))


class ServiceUpdated(EventData, frozen=True, gc=False):
    """`service.updated`: a service is known or changes."""

    service: ServiceData

    def named(self) -> Named:
        return Named(services=(self.service.id,))


class OrderPlaced(EventData, frozen=True, gc=False):
    """`order.placed`: a client booked sessions and bought items; the contact pays."""

    contact: ContactData
    order: OrderData

    def named(self) -> Named:
        bookings = self.order.bookings
        participants = [_people(booking.contact) for booking in bookings if booking.contact]
        return Named(
            contacts=sum(participants, _people(self.contact)),
            services=tuple([booking.session.service for booking in bookings]),
            sessions=tuple([booking.session.id for booking in bookings]),
            orders=(self.order.id,),
            bookings=tuple([booking.id for booking in bookings]),
            charges=tuple([item.id for item in self.order.items]),
        )


class OrderPaid(EventData, frozen=True, gc=False):
    """`order.paid`: the open rest was paid upstream."""

    order: Reference

    def named(self) -> Named:
        return Named(orders=(self.order.id,))


class BookingRescheduled(EventData, frozen=True, gc=False):
    """`booking.rescheduled`: the booking moves to another session, or its appointment to a new time."""

    booking: Reference
    session: NewTimes

    def named(self) -> Named:
        return Named(bookings=(self.booking.id,), sessions=(self.session.id,) if self.session.id else ())


class SessionRescheduled(EventData, frozen=True, gc=False):
    """`session.rescheduled`: the session has a new time for all its bookings."""

    session: SessionTimes

    def named(self) -> Named:
        return Named(sessions=(self.session.id,))


class Cancellation(EventData, frozen=True, gc=False, kw_only=True):
    """What every cancellation may say (R28): what of the money received is given back, and who is told."""

    refund: RefundChoice | Amount = RefundChoice.NONE
    notify: Notify = Notify()


class BookingCancelled(Cancellation, frozen=True, gc=False, kw_only=True):
    """`booking.cancelled`: one booking ends."""

    booking: Ending

    def named(self) -> Named:
        return Named(bookings=(self.booking.id,))


class SessionCancelled(Cancellation, frozen=True, gc=False, kw_only=True):
    """`session.cancelled`: each live booking of the session ends."""

    session: Ending

    def named(self) -> Named:
        return Named(sessions=(self.session.id,))


class BookingAttendance(EventData, frozen=True, gc=False):
    """`booking.attendance`: the client came, or did not."""

    booking: AttendanceData

    def named(self) -> Named:
        return Named(bookings=(self.booking.id,))


class ChargeAdded(EventData, frozen=True, gc=False):
    """`charge.added`: the client owes something outside any order."""

    contact: ContactData
    charge: ChargeData

    def named(self) -> Named:
        return Named(contacts=_people(self.contact), charges=(self.charge.id,))


class ChargeCancelled(EventData, frozen=True, gc=False):
    """`charge.cancelled`: the charge is no longer owed."""

    charge: Ending

    def named(self) -> Named:
        return Named(charges=(self.charge.id,))


class PaymentReceived(EventData, frozen=True, gc=False):
    """`payment.received`: money arrived; without a target (`for`) it is credit."""

    contact: ContactData
    payment: PaymentData
    target: Target | None = field(default=None, name="for")

    def named(self) -> Named:
        target = self.target
        order, invoice, charges = (target.order, target.invoice, target.charges) if target else (None, None, None)
        return Named(
            contacts=_people(self.contact),
            orders=(order,) if order else (),
            charges=charges or (),
            payments=(self.payment.id,),
            invoices=(invoice,) if invoice else (),
        )


class PaymentReversed(EventData, frozen=True, gc=False):
    """`payment.reversed`: a payment proved not to exist (R15)."""

    payment: Ending

    def named(self) -> Named:
        return Named(payments=(self.payment.id,))


class RecurringPaymentStarted(EventData, frozen=True, gc=False):
    """`recurring_payment.started`: a charge comes back every week, month or year."""

    contact: ContactData
    recurring_payment: RecurringPaymentData

    def named(self) -> Named:
        return Named(contacts=_people(self.contact), recurring_payments=(self.recurring_payment.id,))


class RecurringPaymentCancelled(EventData, frozen=True, gc=False):
    """`recurring_payment.cancelled`: no further charge is made."""

    recurring_payment: Ending

    def named(self) -> Named:
        return Named(recurring_payments=(self.recurring_payment.id,))


class OtherData(EventData, frozen=True, gc=False):
    """Any other type: kept, and with a contact usable as a trigger."""

    contact: ContactData | None = None

    def named(self) -> Named:
        return Named(contacts=_people(self.contact)) if self.contact else Named()


def _people(contact: ContactData) -> Ids:
    """Return the contact's id and that of whom it names as its payer."""
    return (contact.id, contact.bill_to) if contact.bill_to else (contact.id,)


def named(_type: str, data: EventData) -> Named:
    """Return the ids of the entities that an event names."""
    return data.named()
