"""What an automation sees: properties by their dotted names, read from the shop at the instant of use."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from models.addressing import address_of
from models.booking import Booking, Order, Session
from models.catalogue import ServiceVersion
from models.contact import Contact
from models.deadlines import pay_by
from models.document_text import balance_line, details, late_terms
from models.invoice import DocumentStatus, Invoice
from models.linking import charges_of_link, due_on
from models.money import Money
from models.notes import note_in_words, note_of
from models.notice import address_of_document, in_full, listed, listed_briefly, summed
from models.payer import known_contact, language_of
from models.payment import Payment
from models.payment_link import PaymentLink
from models.periods import local_date
from models.pricing import service_of
from models.quote import total_of
from models.quote_row import Quote
from models.recurrence import RecurringPayment
from models.settling import charges_on, live_documents
from models.shop import Shop


class FailedPayment(NamedTuple):
    """A payment that did not come, as its fact tells of it."""

    amount: int
    currency: str
    method: str
    failure_reason: str | None


class Scope:
    """The values that one run, or one fact, can supply. Implements `models.conditions.Facts`."""

    __slots__ = ("_known", "contact_id", "data", "made", "now", "shop", "subjects", "trigger", "zone")

    def __init__(
        self,
        shop: Shop,
        contact_id: str | None,
        subjects: dict[str, Any],
        made: list[str],
        data: Any = None,
        trigger: str | None = None,
    ) -> None:
        self.shop = shop
        self.contact_id = contact_id
        self.subjects = subjects
        self.made = made
        self.data = data
        self.trigger = trigger
        self.now: datetime = shop.now
        self.zone: ZoneInfo = shop.zone
        self._known: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return the value of a property, or None where there is none; a scope reads each once."""
        if name in self._known:
            return self._known[name]
        value = self._known[name] = self._read(name)
        return value

    def _read(self, name: str) -> Any:
        head, _, rest = name.partition(".")
        if name == "event.type":
            return self.trigger
        if head == "event":
            return _dig(self.data, rest.split(".")[1:])
        reader = _READERS.get(name)
        if reader is not None:
            thing = _THINGS[head](self)
            return None if thing is None else reader(thing, self)
        if name.startswith("contact.custom."):
            contact = self.contact
            return _dig(contact.custom, name.split(".")[2:]) if contact else None
        return None

    @property
    def known(self) -> Mapping[str, Any]:
        """The values that were read so far."""
        return self._known

    @property
    def contact(self) -> Contact | None:
        """The client that the run is for."""
        return self.shop.contacts.get(self.contact_id) if self.contact_id else None

    @property
    def booking(self) -> Booking | None:
        """The booking, or the earliest matching one of several."""
        return self.shop.bookings.get(self.subjects.get("booking"))

    @property
    def session(self) -> Session | None:
        """The booking's session."""
        booking = self.booking
        return self.shop.sessions.get(booking.session_id if booking else self.subjects.get("session"))

    @property
    def service(self) -> ServiceVersion | None:
        """The session's service, as agreed."""
        booking = self.booking
        return service_of(self.shop, booking) if booking else None

    @property
    def order(self) -> Order | None:
        """The order."""
        booking = self.booking
        return self.shop.orders.get(self.subjects.get("order") or (booking.order_id if booking else None))

    @property
    def invoice(self) -> Invoice | None:
        """The document that the run is about, else the last one that it made."""
        return self.shop.invoices.get(self.subjects.get("invoice") or (self.made[-1] if self.made else None))

    @property
    def notice(self) -> list[Invoice] | None:
        """All documents that a message brings."""
        return [self.shop.invoices[id_] for id_ in self.subjects.get("documents", ())] or None

    @property
    def payment(self) -> "Payment | FailedPayment | None":
        """The payment that the fact tells of, also one that failed."""
        if self.trigger == "payment.failed" and isinstance(self.data, dict):
            return FailedPayment._make(self.data.get(name) for name in FailedPayment._fields)
        return self.shop.payments.get(self.subjects.get("payment"))

    @property
    def payment_link(self) -> PaymentLink | None:
        """The payment link that the run or message is about, else the last one that the run made."""
        return self.shop.links.get(self.subjects.get("link") or (self.made[-1] if self.made else None))

    @property
    def quote(self) -> Quote | None:
        """The quote that a message brings."""
        return self.shop.quotes.get(self.subjects.get("quote"))

    @property
    def recurring_payment(self) -> RecurringPayment | None:
        """The recurring payment."""
        return self.shop.recurring.get(self.subjects.get("recurring"))


def _dig(value: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _order_sum(attribute: str) -> Callable[[Order, Scope], Money | None]:
    def total(order: Order, scope: Scope) -> Money | None:
        charges = [c for c in scope.shop.charges.by("order_id", order.id) if c.state != "cancelled"]
        if not charges:
            return Money(0, scope.shop.business.currency)
        currency = charges[0].currency
        return Money(sum(getattr(c, attribute) for c in charges if c.currency == currency), currency)

    return total


def _days_overdue(invoice: Invoice, scope: Scope) -> int | None:
    if invoice.due_on is None:
        return None
    return max(0, (local_date(scope.now, scope.zone) - invoice.due_on).days)


def _read(attribute: str) -> Callable[[Any, Scope], Any]:
    return lambda thing, _scope: getattr(thing, attribute)


def _utc(attribute: str) -> Callable[[Any, Scope], datetime | None]:
    def read(thing: Any, _scope: Scope) -> datetime | None:
        return _in_utc(getattr(thing, attribute))

    return read


def _invoice_pay_by(invoice: Invoice, scope: Scope) -> datetime | None:
    return _in_utc(pay_by(scope.shop, charges_on(scope.shop, invoice)))


def _link_pay_by(link: PaymentLink, scope: Scope) -> datetime | None:
    return _in_utc(pay_by(scope.shop, charges_of_link(scope.shop, link)))


def _booking_pay_by(booking: Booking, scope: Scope) -> datetime | None:
    charge = scope.shop.charges.get(booking.id)
    return _in_utc(pay_by(scope.shop, [charge] if charge else ()))


def _in_utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant else None


def _pay_url(invoice: Invoice, scope: Scope) -> str | None:
    """Return where a document is paid, as long as anything is to be paid on it."""
    asked = invoice.status == DocumentStatus.ISSUED and invoice.amount_due > 0
    return address_of_document(scope.shop, invoice) if asked else None


def _link_url(link: PaymentLink, scope: Scope) -> str | None:
    return address_of(scope.shop, link)


def _link_details(link: PaymentLink, scope: Scope) -> str:
    lines = note_of(charges_of_link(scope.shop, link))
    return note_in_words(scope.shop, lines, language_of(scope.shop, known_contact(scope.shop, link.contact_id)))


def _link_invoices(link: PaymentLink, scope: Scope) -> str | None:
    """Return the open documents on which a link's charges stand by now, a line each."""
    shop = scope.shop
    documents = live_documents(shop, charges_of_link(shop, link))
    open_ = [document for document in documents if document.status == DocumentStatus.ISSUED]
    return "\n".join(balance_line(shop, document) for document in open_) or None


def _payment_details(payment: Payment, scope: Scope) -> str | None:
    """Return the detailed note of what a payment is on (R17)."""
    shop = scope.shop
    ids = dict.fromkeys(part.charge_id for part in shop.allocations.by("payment_id", payment.id) if part.amount > 0)
    charges = [charge for id_ in ids if (charge := shop.charges.get(id_)) and charge.worth > 0]
    client = known_contact(shop, payment.contact_id) if payment.contact_id else None
    return note_in_words(shop, note_of(charges), language_of(shop, client)) if charges else None


def _price(thing: RecurringPayment, _scope: Scope) -> Money | None:
    return Money(thing.price, thing.currency) if thing.price is not None and thing.currency else None


def _refunded(scope: Scope) -> Money | None:
    """Return what goes back to the client: as a message about it remembers, or as its fact tells."""
    told = scope.data if scope.trigger == "payment.refunded" else scope.subjects.get("refunded")
    return Money(told["amount"], told["currency"]) if isinstance(told, dict) else None


_THINGS: dict[str, Callable[[Scope], Any]] = {
    "contact": lambda scope: scope.contact,
    "service": lambda scope: scope.service,
    "session": lambda scope: scope.session,
    "booking": lambda scope: scope.booking,
    "order": lambda scope: scope.order,
    "invoice": lambda scope: scope.invoice,
    "notice": lambda scope: scope.notice,
    "payment": lambda scope: scope.payment,
    "payment_link": lambda scope: scope.payment_link,
    "quote": lambda scope: scope.quote,
    "recurring_payment": lambda scope: scope.recurring_payment,
    "refund": _refunded,
    "business": lambda scope: scope.shop.business,
}

_READERS: dict[str, Callable[[Any, Scope], Any]] = {
    **{f"contact.{name}": _read(name) for name in ("id", "name", "email", "phone", "locale", "kind", "tags")},
    **{f"service.{name}": _read(name) for name in ("id", "name", "category")},
    **{f"session.{name}": _read(name) for name in ("id", "kind", "place")},
    "session.starts_at": _utc("starts_at"),
    "session.ends_at": _utc("ends_at"),
    **{f"booking.{name}": _read(name) for name in ("id", "status", "attendance", "quantity")},
    "booking.cancellation_reason": _read("cancel_reason"),
    "booking.pay_by": _booking_pay_by,
    "order.id": _read("id"),
    "order.total": _order_sum("worth"),
    "order.paid": _order_sum("settled"),
    "order.amount_due": _order_sum("open"),
    **{f"invoice.{name}": _read(name) for name in ("number", "status", "issued_on", "due_on")},
    "invoice.total": lambda invoice, _scope: Money(invoice.total, invoice.currency),
    "invoice.amount_due": lambda invoice, _scope: Money(invoice.amount_due, invoice.currency),
    "invoice.days_overdue": _days_overdue,
    "invoice.details": lambda invoice, scope: details(scope.shop, invoice),
    "invoice.pay_url": _pay_url,
    "invoice.pay_by": _invoice_pay_by,
    "invoice.late_terms": lambda invoice, _scope: late_terms(invoice),
    "notice.count": lambda documents, _scope: len(documents),
    "notice.list": lambda documents, scope: listed(scope.shop, documents),
    "notice.brief": lambda documents, scope: listed_briefly(scope.shop, documents),
    "notice.amount_due": lambda documents, _scope: summed(documents),
    "notice.details": lambda documents, scope: in_full(scope.shop, documents),
    "payment.amount": lambda payment, _scope: Money(payment.amount, payment.currency),
    "payment.method": _read("method"),
    "payment.details": _payment_details,
    "payment_link.url": _link_url,
    "payment_link.pay_by": _link_pay_by,
    "quote.title": _read("title"),
    "quote.valid_until": _read("valid_until"),
    "quote.total": lambda quote, _scope: Money(total_of(quote), quote.currency),
    "quote.url": lambda quote, scope: address_of(scope.shop, quote),
    "payment_link.purpose": _read("purpose"),
    "payment_link.details": _link_details,
    "payment_link.invoices": _link_invoices,
    "payment_link.amount_due": lambda link, scope: Money(due_on(scope.shop, link), link.currency),
    "payment.failure_reason": lambda payment, _scope: getattr(payment, "failure_reason", None),
    **{f"recurring_payment.{name}": _read(name) for name in ("id", "description")},
    "recurring_payment.amount": _price,
    "refund.amount": lambda refunded, _scope: refunded,
    "business.name": _read("name"),
    "business.timezone": _read("timezone"),
}
