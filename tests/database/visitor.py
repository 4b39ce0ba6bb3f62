"""Somebody with a browser without JavaScript, as far as pages of ours go: cookies, forms, one request at a time."""

import asyncio
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def text(self) -> str:
        """What a reader sees, with plain spaces."""
        words = unescape(re.sub(r"<(head|title).*?</\1>|<[^>]+>", " ", self.html, flags=re.DOTALL))
        return re.sub(r"\s+", " ", words).strip()

    @property
    def proof(self) -> str:
        found = re.search(r'name="proof" value="([^"]+)"', self.html)
        return found[1] if found else ""

    @property
    def leads_to(self) -> str:
        """Where the browser is sent."""
        found = re.search(r'content="0;url=([^"]+)"', self.html)
        return unescape(found[1]) if found else self.headers.get("location", "")


class Visitor:
    """Visits an application."""

    def __init__(self, app: ASGIApp, *, language: str = "fr", host: str = "203.0.113.7") -> None:
        self._app = app
        self._language = language
        self._host = host
        self.cookies: dict[str, str] = {}

    def opens(self, url: str) -> Answer:
        """Open an address."""
        return self._asks("GET", url)

    def sends(self, url: str, _page: Answer | None = None, /, **fields: str) -> Answer:
        """Send the form of a page that was opened before, or is opened now."""
        proof = (_page or self.opens(url)).proof
        return self._asks("POST", url, urlencode({"proof": proof} | fields).encode())

    def tells(self, url: str, raw: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send bytes, as a program does."""
        return self._asks("POST", url, raw, headers)

    def _asks(self, method: str, url: str, body: bytes = b"", more: Mapping[str, str] | None = None) -> Answer:
        parts = urlsplit(url)
        sent = {"accept-language": self._language, "content-type": "application/x-www-form-urlencoded"} | dict(
            more or {}
        )
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": (self._host, 1234),
            "server": ("salon.example", 443),
        }
        with ThreadPoolExecutor(1) as elsewhere:  # a test's browser may hold this thread's loop
            return elsewhere.submit(asyncio.run, self._answer(scope, body)).result()

    async def _answer(self, scope: dict[str, Any], body: bytes) -> Answer:
        told: list[dict[str, Any]] = []

        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(asked, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            told.append(message)

        await self._app(scope, receive, send)
        start = next(message for message in told if message["type"] == "http.response.start")
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        for name, morsel in SimpleCookie(headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        html = b"".join(message.get("body", b"") for message in told).decode()
        return Answer(start["status"], headers, html)
