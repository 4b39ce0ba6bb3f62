"""What a person does with cards: charge a client's saved card for a document (R5, R12)."""

from dataclasses import replace

from models.card_charging import charge_document
from models.card_settings import cards_of
from models.collecting import settings_of
from models.invoice import Invoice
from models.shop import Shop
from tasks.checkouts import require
from tasks.desk.acting import Desk, Done, card_line
from tasks.desk.documents import document_named, on_document
from tasks.gateways.cards import Capability, CardProviders
from tasks.lines import Line


def charge_card(desk: Desk, number: str, providers: CardProviders) -> Done:
    """Plan to charge the saved card of a document's payer; what its provider can't do is refused before.

    Workers carry it out at once; what comes of it is seen among the attempts.
    """
    found = document_named(desk, number)
    shop = desk.look(lambda seeds: seeds.add("contacts", desk.business_id, [found.contact_id]))
    settings = cards_of(shop.business) or settings_of(shop)
    require(providers.of(settings.provider), Capability.SAVED_CARDS, found.currency)
    planned: list[Line] = []

    def plan(shop: Shop, invoice: Invoice) -> None:
        attempt = charge_document(shop, invoice)
        if attempt not in shop.attempts.fresh:  # planned before, for later
            planned.append(card_line(shop, attempt))

    done = on_document(
        desk, "charge_card", number, "charged to the saved card", plan, amount=found.amount_due, currency=found.currency
    )
    return replace(done, lines=[*done.lines, *planned])
