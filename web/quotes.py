"""The page of a quote: what is offered, and the client's answer, once."""

from collections.abc import Mapping

from psycopg import Connection
from starlette.requests import Request
from starlette.responses import Response

from models.pages import Named, Page
from models.payer import known_contact
from models.quote import how_it_stands, note_of_quote
from models.quote_row import Quote, QuoteState
from models.refusals import RefusedError
from models.shop import Shop
from tasks.desk.acting import Desk
from tasks.desk.quotes import accept_quote, decline_quote
from tasks.engine import lock
from tasks.loading import Loader
from tasks.seeds import Seeds
from web.forms import FormPages
from web.speech import Speech, speech_for

CLIENT = "client"
"""Who is noted as having answered."""
ANSWERS = {"accept": accept_quote, "decline": decline_quote}


class QuotePages(FormPages[tuple[Shop, Quote]]):
    """`/quote/{token}`."""

    def show(self, request: Request) -> Response:
        """Show the quote and how it stands."""
        found = self._find(request)
        return found if isinstance(found, Response) else self._page(request, *found)

    def _take(self, request: Request, found: tuple[Shop, Quote], form: Mapping[str, str]) -> Response:
        """Take the client's answer."""
        shop, quote = found
        said = form.get("answer", "")
        if said not in ANSWERS:
            return self._forged(request)
        if quote.state == QuoteState.SENT:
            self._room.look(lambda c: self._note(c, shop.id, quote.id, said))
            self._room.ring()
        return self.show(request)

    def _note(self, connection: Connection[object], business_id: str, quote_id: str, said: str) -> None:
        """Note the answer under the tenant's lock; who answered first has answered."""
        lock(connection, [business_id])
        try:
            with connection.transaction():
                ANSWERS[said](Desk(connection, business_id, self._room.clock.now(), CLIENT), quote_id)
        except RefusedError:
            return

    def _find(self, request: Request) -> tuple[Shop, Quote] | Response:
        named = self._room.pages.read(Page.QUOTE, request.path_params["token"])
        found = self._room.look(lambda c: self._load(c, named)) if named else None
        if named is None or found is None or found[1].state == QuoteState.DRAFT:
            return self._unknown(request)
        shop, quote = found
        if named.serial < (quote.page_serial or 0):
            return self._revoked(request, shop, quote)
        return found if shop.today <= named.until else self._unknown(request)

    def _revoked(self, request: Request, shop: Shop, quote: Quote) -> Response:
        speech, business = _speech(request, shop, quote), shop.business
        told = speech.say("address_revoked", name=business.name)
        return self._renderer.page(request, "note.html", speech, 410, title=business.name, told=told)

    def _load(self, connection: Connection[object], named: Named) -> tuple[Shop, Quote] | None:
        loader = Loader(connection, self._room.clock.now(), [named.business_id])
        if named.business_id not in loader.shops:
            return None
        seeds = Seeds()
        seeds.add("quotes", named.business_id, [named.id])
        shop = loader.load(seeds)[named.business_id]
        quote = shop.quotes.get(named.id)
        return (shop, quote) if quote else None

    def _page(self, request: Request, shop: Shop, quote: Quote) -> Response:
        contact = known_contact(shop, quote.contact_id)
        return self._renderer.page(
            request,
            "quote.html",
            _speech(request, shop, quote),
            business=shop.business,
            contact=contact,
            quote=quote,
            lines=note_of_quote(shop, quote),
            standing=how_it_stands(quote, shop.today),
        )


def _speech(request: Request, shop: Shop, quote: Quote) -> Speech:
    return speech_for(request, shop.zone, known_contact(shop, quote.contact_id).locale, shop.business.locale)
