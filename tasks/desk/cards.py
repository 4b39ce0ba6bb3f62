"""What a person does with cards: charge a client's saved card for a document or a booking (R5, R12)."""

from collections.abc import Callable
from dataclasses import replace

from models.card import CardAttempt
from models.card_charging import charge_alone, charge_document
from models.card_settings import cards_of
from models.collecting import settings_of, still_open, to_be_charged
from models.refusals import RefusedError, show
from models.settling import invoice_named
from models.shop import Shop
from tasks.checkouts import require
from tasks.desk.acting import Desk, Done, act, card_line, local_text, noted
from tasks.desk.bookings import booking_named
from tasks.desk.documents import document_named
from tasks.gateways.cards import Capability, CardProviders
from tasks.lines import Line
from tasks.seeds import Seeds

PLANNED = "planned to be charged to the saved card"


def charge_card(desk: Desk, number: str, providers: CardProviders) -> Done:
    """Plan to charge the saved card of a document's payer; what its provider can't do is refused before.

    Workers carry it out at once; what comes of it is seen among the attempts.
    """
    found = document_named(desk, number)
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [found.contact_id]))
    _require_saved_cards(shop, providers, found.currency)

    def name(seeds: Seeds) -> None:
        seeds.add("invoices", desk.business_id, [found.id])

    def plan(shop: Shop) -> CardAttempt:
        invoice = invoice_named(shop, found.id)
        assert invoice is not None
        return charge_document(shop, invoice)

    return _plan(desk, ("invoice", found.number or found.id), name, plan)


def charge_card_for_booking(desk: Desk, booking_id: str, providers: CardProviders) -> Done:
    """Plan to charge the saved card for what a booking still owes, billed or not (R17); what is paid is a deposit."""
    shop, booking = booking_named(desk, booking_id)
    charge = shop.charges.get(booking.id)
    if charge is None or charge.open <= 0:
        raise RefusedError(f"No card can be charged for booking {booking_id}: nothing of it is open.")
    _require_saved_cards(shop, providers, charge.currency)

    def name(seeds: Seeds) -> None:
        seeds.add("bookings", desk.business_id, [booking.id])

    return _plan(desk, ("booking", booking_id), name, lambda shop: charge_alone(shop, shop.charges[charge.id]))


def _plan(
    desk: Desk, subject: tuple[str, str], name: Callable[[Seeds], None], plan: Callable[[Shop], CardAttempt]
) -> Done:
    """Plan a charge, or bring one forward; what is noted and shown is what that try will charge, and when."""
    note = noted(*subject, PLANNED)
    before: list[Line] = []

    def work(shop: Shop) -> None:
        attempt = plan(shop)
        amount = to_be_charged(shop, attempt)
        if not amount:
            raise RefusedError(_outdated(shop, attempt))
        when = local_text(shop, attempt.due_at)
        note.detail.update(amount=amount, currency=attempt.currency, planned_for=when)
        if attempt not in shop.attempts.fresh:  # planned before, for later
            before.append(card_line(shop, attempt))

    done = act(desk, "charge_card", note, name, work)
    return replace(done, lines=[*done.lines, *before])


def _outdated(shop: Shop, attempt: CardAttempt) -> str:
    """Return why nothing will come of a try whose amount is fixed, as it was sent before (R12)."""
    sent, left = (show(amount, attempt.currency) for amount in (attempt.amount, still_open(shop, attempt)))
    return (
        f"{sent} was sent to the card provider, which was away, and only {left} is open by now: that try is called off "
        "when it is due (`relance payments attempts` says when). Charge the card again then."
    )


def _require_saved_cards(shop: Shop, providers: CardProviders, currency: str) -> None:
    settings = cards_of(shop.business) or settings_of(shop)
    require(providers.of(settings.provider), Capability.SAVED_CARDS, currency)
