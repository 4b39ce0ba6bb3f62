"""The page of an invoice or a payment link: what it is for, how it stands, and the way to the provider and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.addressing import page_of
from models.collecting import Debt
from models.pages import LIFETIME, Named, Page
from models.payment_form import fields_of, read_answers
from models.periods import local_date, zone
from tasks.sheets import Sheet, invoice_sheet, link_sheet
from web.amounts import read_amount, show_amount
from web.forms import FormPages
from web.provider import attempt_back_from, offered, outcome_of, way_to_provider
from web.speech import Speech, speech_for

READERS = {Page.INVOICE: invoice_sheet, Page.PAY: link_sheet}
GONE = frozenset({"expired", "revoked"})


class PayPages(FormPages[tuple[Named, Sheet]]):
    """The pages `/invoice/{token}` and `/pay/{token}`."""

    def show(self, request: Request) -> Response:
        """Show what is asked; back from the provider, what became of it, also where nothing else is shown any more."""
        found = self._look_up(request)
        if isinstance(found, Response):
            return found
        named, sheet = found
        outcome = self._outcome(request, named)
        if outcome in {"thanks", "too_late"}:
            _, sheet = self._again(request, named, sheet)
        if gone := self._gone_since(named, sheet):
            return self._gone(request, sheet, gone, outcome)
        if elsewhere := self._led_on(request, sheet):
            return RedirectResponse(elsewhere, 303)
        return self._page(request, sheet, outcome=outcome)

    def _take(self, request: Request, found: tuple[Named, Sheet], form: Mapping[str, str]) -> Response:
        """Go to the provider's page with what the form says."""
        _, sheet = found
        if sheet.standing != "open" or not sheet.takes_cards:
            return self._page(request, sheet)
        amount, wrong = _amount_in(form, sheet)
        answers, flaws = read_answers(fields_of(sheet.business), form)
        if wrong or flaws:
            return self._page(request, sheet, status=422, written=form, wrong={"amount": wrong, **flaws})
        debt = replace(sheet.debt, amount=amount, answers=answers or None)
        return self._leave(request, sheet, debt, save_card=form.get("save") == "yes")

    def _leave(self, request: Request, sheet: Sheet, debt: Debt, *, save_card: bool) -> Response:
        """Open the provider's page and go there; a form may not lead to another site, so a page of ours does."""
        url, why = way_to_provider(self._room, request, sheet.business.id, debt, save_card=save_card)
        if url is None:
            return self._page(request, sheet, status=409, outcome=why)
        return self._renderer.page(request, "leaving.html", _speech(request, sheet), url=url)

    def _find(self, request: Request) -> tuple[Named, Sheet] | Response:
        """Return what a token names; one that is not ours, too old or taken back shows nothing."""
        found = self._look_up(request)
        if isinstance(found, Response):
            return found
        gone = self._gone_since(*found)
        return self._gone(request, found[1], gone) if gone else found

    def _look_up(self, request: Request) -> tuple[Named, Sheet] | Response:
        """Return what a token names, whether it still shows it or not; one that is not ours names nothing."""
        page = Page(request.url.path.split("/")[1])
        named = self._room.pages.read(page, request.path_params["token"])
        now = self._room.clock.now()
        sheet = self._room.look(lambda c: READERS[page](c, named, now)) if named else None
        return self._unknown(request) if named is None or sheet is None else (named, sheet)

    def _again(self, request: Request, named: Named, before: Sheet) -> tuple[Named, Sheet]:
        found = self._look_up(request)
        return (named, before) if isinstance(found, Response) else found

    def _gone_since(self, named: Named, sheet: Sheet) -> str | None:
        return _gone_since(named, sheet, local_date(self._room.clock.now(), zone(sheet.business.timezone)))

    def _gone(self, request: Request, sheet: Sheet, standing: str, outcome: str | None = None) -> Response:
        """Say that an address shows nothing any more; to who was paying meanwhile also what became of the money."""
        speech = _speech(request, sheet)
        told = speech.say(standing, name=sheet.business.name)
        status, title = 200 if outcome else 410, sheet.business.name
        return self._renderer.page(request, "gone.html", speech, status, title=title, told=told, outcome=outcome)

    def _led_on(self, request: Request, sheet: Sheet) -> str | None:
        """Return the page to which a link leads by now: a newer link's, or that of the invoice it moved onto."""
        if sheet.leads_to is None or request.query_params.get("attempt"):
            return None
        until = local_date(self._room.clock.now(), zone(sheet.business.timezone)) + LIFETIME
        page, row = page_of(sheet.leads_to), sheet.leads_to
        return f"/{page}/{self._room.pages.token(page, row.business_id, row.id, until, row.page_serial)}"

    def _outcome(self, request: Request, named: Named) -> str | None:
        """Return what became of the payment from which a client comes back, if it was for this."""
        attempt = attempt_back_from(self._room, request, named.business_id)
        if attempt is None or named.id not in {attempt.invoice_id, attempt.link_id}:
            return None
        return outcome_of(self._room, attempt)

    def _page(
        self,
        request: Request,
        sheet: Sheet,
        *,
        status: int = 200,
        outcome: str | None = None,
        written: Mapping[str, str] | None = None,
        wrong: Mapping[str, str | None] | None = None,
    ) -> Response:
        speech = _speech(request, sheet)
        fields = fields_of(sheet.business)
        return self._renderer.page(
            request,
            "pay.html",
            speech,
            status,
            sheet=sheet,
            fields=fields,
            can=offered(self._room, sheet.business, sheet.currency),
            outcome=outcome,
            written=written or {},
            wrong={name: why for name, why in (wrong or {}).items() if why},
            amount=(written or {}).get("amount") or show_amount(sheet.due, sheet.currency, comma=speech.comma),
        )


def _gone_since(named: Named, sheet: Sheet, today: date) -> str | None:
    """Return why an address shows nothing any more, if that is so."""
    if named.serial < sheet.page_serial:
        return "address_revoked"
    return "expired" if today > named.until else sheet.standing if sheet.standing in GONE else None


def _speech(request: Request, sheet: Sheet) -> Speech:
    return speech_for(request, zone(sheet.business.timezone), sheet.contact.locale, sheet.business.locale)


def _amount_in(form: Mapping[str, str], sheet: Sheet) -> tuple[int, str | None]:
    """Return the amount that the form asks for, all of it where it names none, and what is wrong with it (R16)."""
    if sheet.least >= sheet.due or "amount" not in form:
        return sheet.due, None
    amount = read_amount(form["amount"], sheet.currency)
    if amount is None:
        return 0, "bad_amount"
    if amount > sheet.due:
        return amount, "too_much"
    return amount, "too_little" if amount < sheet.least else None
