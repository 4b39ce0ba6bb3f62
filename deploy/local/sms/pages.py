"""The HTTP side for people: what the gateway was given, newest first; the same as JSON for programs."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from deploy.local.sms.numbers import NUMBERS
from deploy.local.sms.replying import tell_reply
from deploy.local.sms.store import Store
from deploy.local.sms.words import words_for

TEMPLATES = Path(__file__).with_name("templates")
PAGE_LENGTH = 100
NEWEST = 2**62
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'"
SEE_OTHER = 303


class Pages:
    """The answers to people. Each request opens the store anew: it runs in a thread of its own."""

    def __init__(self, file: Path, webhooks: str, key: str) -> None:
        self._file, self._webhooks, self._key = file, webhooks, key
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)

    def index(self, request: Request) -> Response:
        """Show the newest SMS, a hundred a page."""
        told = request.query_params.get("before", "")
        before = min(int(told), NEWEST) if told.isascii() and told.isdigit() else NEWEST
        with Store(self._file) as store:
            found, total, replies = store.newest(PAGE_LENGTH, before), store.count(), store.replies()
        words = words_for(request.headers.get("accept-language", ""))
        content = self._templates.get_template("index.html").render(
            all=found,
            replies=replies,
            answers=bool(self._webhooks),
            total=total,
            older=found[-1].id if len(found) == PAGE_LENGTH else None,
            first=before == NEWEST,
            words=words,
            numbers=NUMBERS.values(),
        )
        headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Language", "Cache-Control": "no-store"}
        return HTMLResponse(content, headers=headers)

    async def reply(self, request: Request) -> Response:
        """Answer an SMS as its recipient."""
        form = parse_qs((await request.body()).decode())
        text = form.get("text", [""])[0].strip()
        if text:
            await asyncio.to_thread(self._reply, request.path_params["number"], text)
        return RedirectResponse(f"/#sms_{request.path_params['number']}", SEE_OTHER)

    def _reply(self, number: int, text: str) -> None:
        with Store(self._file) as store:
            sms = store.find(number)
            if sms is not None and self._webhooks:
                reply = store.add_reply(number, text)
                if tell_reply(self._webhooks, self._key, sms, reply):
                    store.taken(reply.id)

    def style(self, _request: Request) -> Response:
        return FileResponse(TEMPLATES / "sms.css")

    def list_json(self, _request: Request) -> Response:
        """List all SMS, oldest first."""
        return StreamingResponse(self._json(), media_type="application/json")

    def clear(self, _request: Request) -> Response:
        """Throw all SMS away."""
        with Store(self._file) as store:
            return JSONResponse({"deleted": store.clear()})

    def _json(self) -> Iterator[str]:
        with Store(self._file) as store:
            separator = "["
            for sms in store.oldest_first():
                yield separator + json.dumps(sms.as_json(), ensure_ascii=False)
                separator = ",\n"
            yield "[]\n" if separator == "[" else "]\n"
