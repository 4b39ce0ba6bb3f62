"""The page of a quote: what is offered, and the client's answer, once."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from psycopg import Connection
from starlette.requests import Request
from starlette.responses import Response

from models.pages import Named, Page
from models.payer import known_contact
from models.periods import local_date
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
from web.speech import speech_for

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
        if named is not None and found is not None and found[1].state != QuoteState.DRAFT:
            now, (shop, _) = self._room.clock.now(), found
            if local_date(now, shop.zone) <= named.until:
                return found
        return self._unknown(request)

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
        zone: ZoneInfo = shop.zone
        speech = speech_for(request, zone, contact.locale, shop.business.locale)
        return self._renderer.page(
            request,
            "quote.html",
            speech,
            business=shop.business,
            contact=contact,
            quote=quote,
            lines=note_of_quote(shop, quote),
            standing=how_it_stands(quote, shop.today),
        )
