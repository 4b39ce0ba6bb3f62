"""The standing page `/p/{business}`: any amount, for any purpose, by whoever says who he is."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from models.business import Business
from models.card_settings import cards_of
from models.payment_form import fields_of, read_answers
from models.periods import zone
from tasks.direct import Wish, business_of, is_address, note_wish
from tasks.gateways.cards import Capability
from web.amounts import read_amount
from web.forms import FormPages
from web.provider import attempt_back_from, offered, outcome_of, way_to_provider
from web.speech import Speech, speech_for

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Written:
    """What the form says, and what is wrong with it."""

    wish: Wish
    wrong: Mapping[str, str]


class DirectPages(FormPages[Business]):
    """The standing page of each business."""

    def show(self, request: Request) -> Response:
        """Show the form; back from the provider, what became of the payment."""
        business = self._find(request)
        if isinstance(business, Response):
            return business
        return self._page(request, business, outcome=self._outcome(request, business))

    def _take(self, request: Request, found: Business, form: Mapping[str, str]) -> Response:
        """Go to the provider's page with what the form says."""
        if cards_of(found) is None:
            return self._page(request, found)
        written = _read(form, found, _speech(request, found))
        if written.wrong:
            return self._page(request, found, status=422, written=form, wrong=written.wrong)
        return self._leave(request, found, written.wish)

    def _leave(self, request: Request, business: Business, wish: Wish) -> Response:
        now = self._room.clock.now()
        debt = self._room.look(lambda c: note_wish(c, business.id, wish, now))
        url, why = way_to_provider(self._room, request, business.id, debt)
        if url is None:
            return self._page(request, business, status=409, outcome=why)
        return self._renderer.page(request, "leaving.html", _speech(request, business), url=url)

    def _find(self, request: Request) -> Business | Response:
        name = request.path_params["business"]
        business = self._room.look(lambda c: business_of(c, name))
        return self._unknown(request) if business is None else business

    def _outcome(self, request: Request, business: Business) -> str | None:
        attempt = attempt_back_from(self._room, request, business.id)
        return outcome_of(self._room, attempt) if attempt is not None and attempt.link_id else None

    def _page(
        self,
        request: Request,
        business: Business,
        *,
        status: int = 200,
        outcome: str | None = None,
        written: Mapping[str, str] | None = None,
        wrong: Mapping[str, str] | None = None,
    ) -> Response:
        return self._renderer.page(
            request,
            "direct.html",
            _speech(request, business),
            status,
            business=business,
            takes_cards=Capability.CHECKOUT in offered(self._room, business, business.currency),
            fields=fields_of(business),
            outcome=outcome,
            written=written or {},
            wrong=wrong or {},
        )


def _speech(request: Request, business: Business) -> Speech:
    return speech_for(request, zone(business.timezone), None, business.locale)


def _read(form: Mapping[str, str], business: Business, speech: Speech) -> Written:
    """Read the form; every field is looked at, so that all that is wrong is said at once."""
    said = {name: form.get(name, "").strip() for name in ("amount", "purpose", "name", "email")}
    answers, wrong = read_answers(fields_of(business), form)
    amount = read_amount(said["amount"], business.currency)
    wrong |= {name: "missing" for name, text in said.items() if not text}
    if said["amount"] and not amount:
        wrong["amount"] = "bad_amount"
    if said["email"] and not is_address(said["email"]):
        wrong["email"] = "bad_email"
    wrong |= {name: "bad_value" for name, text in said.items() if len(text) > LONGEST}
    wish = Wish(amount or 0, business.currency, said["purpose"], said["name"], said["email"], speech.tag, answers)
    return Written(wish, wrong)
