"""The shelves of a shop: a place for the rows of each kind, with the columns by which the rules look for them."""

from collections.abc import Iterator
from typing import Any

from models.automation import DailyCount, Decision, LimitSlot, Run, RunSubject
from models.billing_rows import BillingOccurrence, BillingSchedule
from models.booking import Attended, Booking, Order, Session
from models.business import Alert
from models.card import CardAttempt
from models.catalogue import ServiceVersion
from models.changes import Change
from models.charge import Charge, NotedCharge
from models.contact import Consent, Contact, Hold, Mandate
from models.coupon import Coupon, CouponUse
from models.event_rows import FactRow
from models.invoice import Counter, Invoice, InvoiceLine, InvoiceTax, WriteOff
from models.journal import JournalEntry, JournalHead
from models.message import Message
from models.occurrence import Occurrence
from models.payment import Allocation, Payment, PaymentCharge, Refund
from models.payment_link import PaymentLink
from models.quote_row import Quote
from models.recurrence import RecurringPayment
from models.shelf import Shelf


class Shelves:
    """Everything that a batch works on, in the order in which rows may be written (parents first)."""

    def __init__(self) -> None:
        self.contacts, self.consents = Shelf(Contact), Shelf(Consent)
        self.holds = Shelf(Hold, by=("contact_id",))
        self.mandates = Shelf(Mandate, by=("contact_id",))
        self.services = Shelf(ServiceVersion, by=("id",), key=("id", "stamp"))
        self.sessions = Shelf(Session, by=("service_id",))
        self.orders = Shelf(Order)
        self.bookings = Shelf(Booking, by=("order_id", "session_id"))
        self.attended = Shelf(Attended, key=("booking_id", "stamp"))
        self.coupons = Shelf(Coupon)
        self.coupon_uses = Shelf(CouponUse, by=("contact_id",), key=("coupon_id", "subject"))
        self.charges = Shelf(Charge, by=("order_id", "invoice_id", "recurring_id", "draft_id"), in_order=True)
        self.recurring, self.quotes = Shelf(RecurringPayment), Shelf(Quote)
        self.links = Shelf(PaymentLink, by=("contact_id",))
        self.invoices = Shelf(Invoice, by=("contact_id", "number"))
        self.lines = Shelf(InvoiceLine, by=("invoice_id",), key=("invoice_id", "position"))
        self.taxes = Shelf(InvoiceTax, by=("invoice_id",), key=("invoice_id", "position"), in_order=True)
        self.write_offs = Shelf(WriteOff)
        self.counters = Shelf(Counter, key=("series", "year"))
        self.payments = Shelf(Payment, by=("contact_id", "target"), in_order=True)
        self.named = Shelf(
            PaymentCharge, by=("charge_id", "payment_id"), key=("charge_id", "payment_id"), in_order=True
        )
        self.allocations = Shelf(Allocation, by=("payment_id", "charge_id", "invoice_id"), in_order=True)
        self.refunds = Shelf(Refund, by=("charge_id", "payment_id"), in_order=True)
        self.attempts = Shelf(CardAttempt, by=("contact_id", "payment_id", "refund_id"))
        self.journal = Shelf(JournalEntry, key=("sequence",))
        self.heads = Shelf(JournalHead, key=("business_id",))
        self.occurrences = Shelf(Occurrence, by=("automation_id",))
        self.schedules, self.billings = Shelf(BillingSchedule), Shelf(BillingOccurrence)
        self.runs = Shelf(Run)
        self.subjects = Shelf(RunSubject, by=("subject", "run_id"), key=("subject", "run_id"))
        self.slots = Shelf(LimitSlot, by=("automation_id",), key=("automation_id", "group_key", "slot"))
        self.noted = Shelf(NotedCharge, by=("charge_id", "automation_id"), key=("automation_id", "charge_id"))
        self.daily = Shelf(DailyCount, key=("contact_id", "day"))
        self.messages = Shelf(Message, by=("invoice_id",))
        self.facts, self.decisions = Shelf(FactRow), Shelf(Decision)
        self.alerts = Shelf(Alert)
        self.changes = Shelf(Change, key=("subject", "act", "at"))

    def shelves(self) -> Iterator[Shelf[Any]]:
        """Yield every shelf, in the order in which rows may be written (parents first)."""
        for value in vars(self).values():
            if isinstance(value, Shelf):
                yield value
