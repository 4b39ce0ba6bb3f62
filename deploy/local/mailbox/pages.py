"""The HTTP side: pages for people, JSON for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse

from deploy.local.mailbox.reading import Letter
from deploy.local.mailbox.store import Store
from deploy.local.stand_in import site_of

TEMPLATES = Path(__file__).with_name("templates")
PAGE_LENGTH = 100
NEWEST = 2**62
PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Pages:
    """The answers of the mailbox. Each request opens the store anew: it runs in a thread of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)

    def index(self, request: Request) -> Response:
        """Show the newest mails, a hundred a page."""
        before = int(request.query_params.get("before", NEWEST))
        with Store(self._file) as store:
            letters = [Letter(mail) for mail in store.newest(PAGE_LENGTH, before)]
            total = store.count()
        older = letters[-1].stored.id if len(letters) == PAGE_LENGTH else None
        return self._page("index.html", letters=letters, total=total, older=older, first=before == NEWEST)

    def show(self, request: Request) -> Response:
        """Show one mail."""
        return self._page("letter.html", letter=self._letter(request))

    def html(self, request: Request) -> Response:
        """Show the HTML of a mail, harmless: it may run nothing and load nothing."""
        return HTMLResponse(self._letter(request).html or "", headers={"Content-Security-Policy": LETTER_POLICY})

    def source(self, request: Request) -> Response:
        """Show a mail as it came."""
        return Response(self._letter(request).stored.raw, media_type="text/plain")

    def attachment(self, request: Request) -> Response:
        """Hand out an attachment."""
        attachments = self._letter(request).attachments
        position = request.path_params["position"]
        if position >= len(attachments):
            raise HTTPException(404, "This mail has fewer attachments.")
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return Response(attachments[position].content, media_type="application/octet-stream", headers=headers)

    def style(self, _request: Request) -> Response:
        return FileResponse(TEMPLATES / "mailbox.css")

    def list_json(self, _request: Request) -> Response:
        """List all mails, oldest first."""
        return StreamingResponse(self._json(), media_type="application/json")

    def clear(self, _request: Request) -> Response:
        """Throw all mails away."""
        with Store(self._file) as store:
            return JSONResponse({"deleted": store.clear()})

    def _json(self) -> Iterator[str]:
        with Store(self._file) as store:
            separator = "["
            for mail in store.oldest_first():
                yield separator + json.dumps(Letter(mail).as_json(), ensure_ascii=False)
                separator = ",\n"
            yield "[]\n" if separator == "[" else "]\n"

    def _letter(self, request: Request) -> Letter:
        with Store(self._file) as store:
            mail = store.find(request.path_params["number"])
        if mail is None:
            raise HTTPException(404, "There is no such mail.")
        return Letter(mail)

    def _page(self, name: str, **values: object) -> Response:
        content = self._templates.get_template(name).render(values)
        return HTMLResponse(content, headers={"Content-Security-Policy": PAGE_POLICY})


def site(file: Path) -> Starlette:
    """Return the application over the mails in `file`."""
    pages = Pages(file)
    return site_of(
        (
            ("GET", "/", pages.index),
            ("GET", "/mailbox.css", pages.style),
            ("GET", "/messages.json", pages.list_json),
            ("DELETE", "/messages.json", pages.clear),
            ("GET", "/messages/{number:int}", pages.show),
            ("GET", "/messages/{number:int}/html", pages.html),
            ("GET", "/messages/{number:int}/source", pages.source),
            ("GET", "/messages/{number:int}/attachments/{position:int}", pages.attachment),
        )
    )
