"""What a shop file wants paid and won't be: seats that nobody gives back."""

from collections.abc import Iterator, Sequence

from models.business import Business
from models.event_shapes import PaymentChoice, ServiceData


def window_warnings(business: Business, services: Sequence[ServiceData]) -> Iterator[str]:
    """Yield that services are to be paid at booking where no window says by when: such seats are kept unpaid."""
    named = [service.id for service in services if service.payment == PaymentChoice.AT_BOOKING]
    if named and business.payment_window_minutes is None:
        yield (
            f"payment at_booking of {', '.join(named)} does nothing: bookings that are not paid are kept. "
            "Say at payment_window of the business how long they are."
        )
