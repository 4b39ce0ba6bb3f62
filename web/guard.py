"""What stands before every page: headers for the browser, a cookie and a proof for forms."""

import secrets
from hmac import compare_digest

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.pages import Pages

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Robots-Tag": "noindex, nofollow",
}
VISIT = "relance_visit"
"""The cookie by which a form knows that it was sent from a page of ours."""


class SafeHeaders:
    """Adds what browsers must know to every answer; pages are stored nowhere."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", "no-store")
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def visitor(request: Request) -> str:
    """Return who asks, as far as that can be told."""
    return request.client.host if request.client else "nobody"


def visit_of(request: Request) -> str:
    """Return the visit that a browser is on, a new one if it has none."""
    known = request.cookies.get(VISIT, "")
    return known if len(known) == 32 and known.isalnum() else secrets.token_hex(16)


def proof_of(pages: Pages, visit: str, path: str) -> str:
    """Return what a form carries to prove that it came from the page at a path, in this visit."""
    return pages.seal("form", visit, path)


def is_ours(pages: Pages, request: Request, proof: str) -> bool:
    """Whether a form was sent from a page of ours, by the browser that was shown it."""
    visit = request.cookies.get(VISIT)
    return bool(visit) and compare_digest(proof_of(pages, visit or "", request.url.path).encode(), proof.encode())


def remember(response: Response, visit: str, *, https: bool) -> Response:
    """Let a browser keep its visit for an hour."""
    response.set_cookie(VISIT, visit, max_age=3600, httponly=True, secure=https, samesite="lax")
    return response
