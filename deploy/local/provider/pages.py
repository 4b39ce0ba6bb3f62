"""The page on which a client pays: a card number, perhaps 3-D Secure, and back to where he came from."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from deploy.local.provider.bank import Bank, RefusedError
from deploy.local.provider.store import Store, Thing
from deploy.local.provider.test_cards import CARDS, STRONG, YES, Verdict
from deploy.local.provider.words import words_of
from models.money import format_money

TEMPLATES = Path(__file__).with_name("templates")
SEE_OTHER = 303


class Pages:
    """The answers to clients."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)

    def show(self, request: Request) -> Response:
        """Ask for a card; who has paid already, or comes too late, is told so."""
        with Store(self._file) as store:
            try:
                page = Bank(store).page(request.path_params["page"])
            except RefusedError as error:
                return HTMLResponse(str(error), 404)
        return self._page("pay.html", page)

    async def pay(self, request: Request) -> Response:
        """Take a card, or the answer to 3-D Secure."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        confirmed = {"yes": True, "no": False}.get(form.get("confirmed", ""))
        number, save = form.get("number", ""), form.get("save") == "yes"
        try:
            page, verdict = await asyncio.to_thread(
                self._pay, request.path_params["page"], number, save=save, confirmed=confirmed
            )
        except RefusedError as error:
            return HTMLResponse(str(error), 404)
        if verdict is YES:
            return RedirectResponse(page["return_url"], SEE_OTHER)
        if verdict is STRONG:
            return self._page("confirm.html", page, number=number, save=save)
        return self._page("pay.html", page, refused=verdict, number=number)

    def _pay(self, page_id: str, number: str, *, save: bool, confirmed: bool | None) -> tuple[Thing, Verdict]:
        with Store(self._file) as store:
            return Bank(store).pay(page_id, number, save=save, confirmed=confirmed)

    def style(self, _request: Request) -> Response:
        return FileResponse(TEMPLATES / "provider.css")

    def _page(self, name: str, page: Thing, refused: Verdict | None = None, **values: Any) -> Response:
        locale = str(page.get("locale") or "en")
        content = self._templates.get_template(name).render(
            page=page,
            cards=CARDS.values(),
            words=words_of(locale),
            amount=format_money(page["amount"], page["currency"], locale),
            refused=words_of(locale).refusal(refused) if refused and page["status"] == "open" else None,
            **values,
        )
        return HTMLResponse(content, headers=_headers(page))


def _headers(page: Thing) -> dict[str, str]:
    """Let the page load and send to nothing but itself and where the client came from."""
    back = urlsplit(str(page["return_url"]))
    policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self' {back.scheme}://{back.netloc}"
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
