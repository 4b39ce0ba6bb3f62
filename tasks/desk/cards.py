"""What a person does with cards: charge a client's saved card for a document or a booking (R5, R12)."""

from dataclasses import replace

from models.card_charging import charge_alone, charge_document
from models.card_settings import cards_of
from models.collecting import settings_of
from models.invoice import Invoice
from models.refusals import RefusedError
from models.shop import Shop
from tasks.checkouts import require
from tasks.desk.acting import Desk, Done, act, card_line, noted
from tasks.desk.bookings import booking_named
from tasks.desk.documents import document_named, on_document
from tasks.gateways.cards import Capability, CardProviders
from tasks.lines import Line
from tasks.seeds import Seeds

CHARGED = "charged to the saved card"


def charge_card(desk: Desk, number: str, providers: CardProviders) -> Done:
    """Plan to charge the saved card of a document's payer; what its provider can't do is refused before.

    Workers carry it out at once; what comes of it is seen among the attempts.
    """
    found = document_named(desk, number)
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [found.contact_id]))
    _require_saved_cards(shop, providers, found.currency)
    planned: list[Line] = []

    def plan(shop: Shop, invoice: Invoice) -> None:
        attempt = charge_document(shop, invoice)
        if attempt not in shop.attempts.fresh:  # planned before, for later
            planned.append(card_line(shop, attempt))

    done = on_document(desk, "charge_card", number, CHARGED, plan, amount=found.amount_due, currency=found.currency)
    return replace(done, lines=[*done.lines, *planned])


def charge_card_for_booking(desk: Desk, booking_id: str, providers: CardProviders) -> Done:
    """Plan to charge the saved card for what a booking still owes, billed or not (R17); what is paid is a deposit."""
    shop, booking = booking_named(desk, booking_id)
    charge = shop.charges.get(booking.id)
    if charge is None or charge.open <= 0:
        raise RefusedError(f"No card can be charged for booking {booking_id}: nothing of it is open.")
    _require_saved_cards(shop, providers, charge.currency)
    planned: list[Line] = []

    def plan(shop: Shop) -> None:
        attempt = charge_alone(shop, shop.charges[charge.id])
        if attempt not in shop.attempts.fresh:  # planned before, for later
            planned.append(card_line(shop, attempt))

    def name(seeds: Seeds) -> None:
        seeds.add("bookings", desk.business_id, [booking.id])

    note = noted("booking", booking_id, CHARGED, amount=charge.open, currency=charge.currency)
    done = act(desk, "charge_card", note, name, plan)
    return replace(done, lines=[*done.lines, *planned])


def _require_saved_cards(shop: Shop, providers: CardProviders, currency: str) -> None:
    settings = cards_of(shop.business) or settings_of(shop)
    require(providers.of(settings.provider), Capability.SAVED_CARDS, currency)
