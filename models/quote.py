"""Quotes: what a client may agree to pay, before anything is owed; accepted, it becomes an order, once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.facts import raise_fact
from models.message import MessagePurpose
from models.messaging import queue
from models.money import times
from models.notes import NoteLine
from models.payer import known_contact
from models.quote_row import Quote, QuoteState
from models.refusals import RefusedError
from models.shop import Shop
from models.tax import Priced, check_rate, compute
from models.taxing import borne

SOURCE = "/quotes"
"""Where the orders of accepted quotes come from, as the source of an event."""


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line: what, for how much a unit with VAT in it, how often; `rate` None is the business's."""

    description: str
    price: int
    quantity: int = 1
    rate: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        rate = None if self.rate is None else str(self.rate)
        return {"description": self.description, "price": self.price, "quantity": self.quantity, "rate": rate}


def lines_of(quote: Quote) -> list[QuoteLine]:
    """Return the lines of a quote."""
    told: Any = quote.lines
    return [
        QuoteLine(one["description"], one["price"], one["quantity"], Decimal(one["rate"]) if one["rate"] else None)
        for one in told
    ]


def note_of_quote(shop: Shop, quote: Quote) -> list[NoteLine]:
    """Return what each line comes to: net, VAT and gross (R18)."""
    lines = lines_of(quote)
    regime = shop.business.regime_on(quote.created_on)
    taxes = [borne(regime, shop.business.tax_rate if line.rate is None else line.rate) for line in lines]
    amounts = [times(line.price, Decimal(line.quantity)) for line in lines]
    totals = compute([Priced(amount, True, tax.category, tax.rate) for amount, tax in zip(amounts, taxes, strict=True)])
    return [
        NoteLine(
            line.description, Decimal(line.quantity), quote.created_on, share.net, share.tax, share.gross, tax.rate,
            0, quote.currency,
        )
        for line, tax, share in zip(lines, taxes, totals.lines, strict=True)
    ]  # fmt: skip


def total_of(quote: Quote) -> int:
    """Return what a quote comes to with VAT."""
    return sum(times(line.price, Decimal(line.quantity)) for line in lines_of(quote))


def draft(shop: Shop, contact_id: str, title: str, lines: list[QuoteLine], currency: str, valid_until: date) -> Quote:
    """Draft a quote; nobody is told."""
    for line in lines:
        if line.rate is not None:
            check_rate(shop.business.country, line.rate)
    if valid_until < shop.today:
        raise RefusedError("A quote that is over already can't be accepted: choose a later day.")
    id_ = shop.key("quo", contact_id, title, shop.next_serial())
    plain = [line.plain() for line in lines]
    return shop.quotes.add(Quote(shop.id, id_, contact_id, title, currency, shop.now, shop.today, valid_until, plain))


def send(shop: Shop, quote: Quote) -> None:
    """Send a quote, or send it again, as long as it waits for an answer."""
    if quote.state not in {QuoteState.DRAFT, QuoteState.SENT} or is_over(quote, shop.today):
        raise RefusedError(f"Quote {quote.id} can't be sent: it is {how_it_stands(quote, shop.today)}.")
    quote.state, quote.sent_at = QuoteState.SENT, quote.sent_at or shop.now
    contact = known_contact(shop, quote.contact_id)
    purpose = MessagePurpose.SERVICE
    queue(shop, contact, template="quote", purpose=purpose, documents=[], subject_ids={"quote": quote.id})


def answer(shop: Shop, quote: Quote, *, accepted: bool) -> None:
    """Note the client's answer, once: a quote that was answered, or that is over, takes none."""
    require_open(quote, shop.today)
    quote.state = QuoteState.ACCEPTED if accepted else QuoteState.DECLINED
    quote.answered_at = shop.now
    order = quote.id if accepted else None
    raise_fact(shop, f"quote.{quote.state}", contact_id=quote.contact_id, quote=quote.id, order=order)


def require_open(quote: Quote, today: date) -> None:
    """Refuse an answer to a quote that does not wait for one."""
    if quote.state != QuoteState.SENT or is_over(quote, today):
        how = how_it_stands(quote, today)
        instead = "Send it first: `relance quotes send`." if how == QuoteState.DRAFT else "Draft another one."
        raise RefusedError(f"Quote {quote.id} takes no answer: it is {how}. {instead}")


def is_over(quote: Quote, today: date) -> bool:
    """Whether the last day on which a quote could be accepted is past."""
    return quote.valid_until < today and quote.state in {QuoteState.DRAFT, QuoteState.SENT}


def how_it_stands(quote: Quote, today: date) -> str:
    """Return `draft`, `sent`, `accepted`, `declined` or `over`."""
    return "over" if is_over(quote, today) else str(quote.state)


def order_of_quote(quote: Quote) -> dict[str, Any]:
    """Return the data of the order that an accepted quote becomes, as `order.placed` tells of it."""
    items = [
        {
            "id": f"{quote.id}-{place}",
            "kind": "other",
            "description": line.description,
            "price": {"amount": line.price, "currency": quote.currency},
            "quantity": line.quantity,
        }
        | ({"tax_rate": str(line.rate)} if line.rate is not None else {})
        for place, line in enumerate(lines_of(quote), 1)
    ]
    return {"contact": {"id": quote.contact_id}, "order": {"id": quote.id, "bookings": [], "items": items}}
