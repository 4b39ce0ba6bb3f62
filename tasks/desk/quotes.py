"""What is done with quotes: drafted and sent by a person, accepted or declined by the client, made an order once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from models.errors import NotFoundError
from models.quote import QuoteLine, answer, draft, order_of_quote, require_open, send
from models.quote_row import Quote
from models.shop import Shop
from tasks.desk.acting import Desk, Done, act, noted, tell
from tasks.desk.documents import contact_named
from tasks.seeds import Seeds


def draft_quote(
    desk: Desk, contact: str, title: str, lines: Sequence[QuoteLine], currency: str, valid_until: date
) -> Done:
    """Draft a quote for a client; nobody is told."""
    client = contact_named(desk, contact)
    made: list[Quote] = []

    def work(shop: Shop) -> None:
        made.append(draft(shop, client, title, list(lines), currency, valid_until))

    done = act(
        desk,
        "quote",
        noted("contact", client, "quoted", title=title),
        lambda seeds: seeds.add("contacts", desk.business_id, [client]),
        work,
    )
    return replace(done, note=noted("quote", made[0].id, "drafted", contact=client, title=title))


def send_quote(desk: Desk, id_: str) -> Done:
    """Send a quote to its client, or send it again."""
    return _on_quote(desk, id_, "sent", send)


def decline_quote(desk: Desk, id_: str) -> Done:
    """Note that the client does not want it."""
    return _on_quote(desk, id_, "declined", lambda shop, quote: answer(shop, quote, accepted=False))


def accept_quote(desk: Desk, id_: str) -> Done:
    """Place the order that the quote becomes, and note that the client agrees."""
    shop = desk.look(lambda seeds: seeds.add("quotes", desk.business_id, [id_]))
    quote = _named(shop, id_)
    require_open(quote, shop.today)
    note = noted("order", id_, "placed", quote=id_)
    ordered = tell(desk, "quote", note, "order.placed", f"quote:{id_}", order_of_quote(quote))
    done = _on_quote(desk, id_, "accepted", lambda shop, quote: answer(shop, quote, accepted=True))
    return replace(done, lines=[*ordered.lines, *done.lines])


def _named(shop: Shop, id_: str) -> Quote:
    quote = shop.quotes.get(id_)
    if quote is None:
        raise NotFoundError(f"{shop.id} has no quote {id_!r}. `relance quotes list` shows them.")
    return quote


def _on_quote(desk: Desk, id_: str, done: str, work: Callable[[Shop, Quote], None]) -> Done:
    def on_shop(shop: Shop) -> None:
        work(shop, _named(shop, id_))

    def name(seeds: Seeds) -> None:
        seeds.add("quotes", desk.business_id, [id_])
        seeds.add("orders", desk.business_id, [id_])

    return act(desk, "quote", noted("quote", id_, done), name, on_shop)
