"""What a shop file wants paid and won't be: seats that nobody gives back, currencies that the card provider refuses."""

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


def currency_warnings(
    business: Business, services: Sequence[ServiceData], provider: str, taken: frozenset[str] | None
) -> Iterator[str]:
    """Yield in what currencies prices are that a card provider does not take; `taken` is None where it takes all."""
    priced: dict[str, list[str]] = {}
    for service in services:
        priced.setdefault(service.price.currency if service.price else business.currency, []).append(service.id)
    for currency, named in priced.items():
        if taken is not None and currency not in taken:
            yield f"the card provider {provider} does not take {currency}: no card pays for {', '.join(named)}."
