"""The HTTP side for people: what the gateway was given, newest first; the same as JSON for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse

from deploy.local.sms.numbers import NUMBERS
from deploy.local.sms.store import Store
from deploy.local.sms.words import words_for

TEMPLATES = Path(__file__).with_name("templates")
PAGE_LENGTH = 100
NEWEST = 2**62
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"


class Pages:
    """The answers to people. Each request opens the store anew: it runs in a thread of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)

    def index(self, request: Request) -> Response:
        """Show the newest SMS, a hundred a page."""
        told = request.query_params.get("before", "")
        before = min(int(told), NEWEST) if told.isascii() and told.isdigit() else NEWEST
        with Store(self._file) as store:
            found, total = store.newest(PAGE_LENGTH, before), store.count()
        words = words_for(request.headers.get("accept-language", ""))
        content = self._templates.get_template("index.html").render(
            all=found,
            total=total,
            older=found[-1].id if len(found) == PAGE_LENGTH else None,
            first=before == NEWEST,
            words=words,
            numbers=NUMBERS.values(),
        )
        headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Language", "Cache-Control": "no-store"}
        return HTMLResponse(content, headers=headers)

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
