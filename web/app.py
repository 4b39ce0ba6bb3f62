"""The pages as one application."""

from collections.abc import Callable, Mapping

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from web.direct import DirectPages
from web.guard import SafeHeaders
from web.hooks import Hooks
from web.paying import PayPages
from web.quotes import QuotePages
from web.rendering import TEMPLATES, Renderer
from web.replies import Replies
from web.room import Room
from web.way_out import WayOutPages

log = structlog.get_logger("web")
STYLE_SECONDS = 3600


def site(room: Room) -> Starlette:
    """Return the application over a room."""
    renderer = Renderer(room)
    way_out = WayOutPages(room, renderer)
    pay, direct, hooks = PayPages(room, renderer), DirectPages(room, renderer), Hooks(room)
    quotes = QuotePages(room, renderer)
    routes = [
        Route("/invoice/{token}", pay.show, methods=["GET"]),
        Route("/invoice/{token}", pay.submit, methods=["POST"]),
        Route("/pay/{token}", pay.show, methods=["GET"]),
        Route("/pay/{token}", pay.submit, methods=["POST"]),
        Route("/unsubscribe/{token}", way_out.show, methods=["GET"]),
        Route("/unsubscribe/{token}", way_out.leave, methods=["POST"]),
        Route("/quote/{token}", quotes.show, methods=["GET"]),
        Route("/quote/{token}", quotes.submit, methods=["POST"]),
        Route("/p/{business:path}", direct.show, methods=["GET"]),
        Route("/p/{business:path}", direct.submit, methods=["POST"]),
        Route("/webhooks/sms/{business:path}", Replies(room).take, methods=["POST"]),
        Route("/webhooks/{provider}/{business:path}", hooks.take, methods=["POST"]),
        Route("/pages.css", _style, methods=["GET"]),
        Route("/health/live", _live, methods=["GET"]),
        Route("/health/ready", lambda _: _ready(room), methods=["GET"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders, https=renderer.https)],
        exception_handlers=_failures(renderer),
    )


def _style(_request: Request) -> Response:
    return FileResponse(TEMPLATES / "pages.css", headers={"Cache-Control": f"public, max-age={STYLE_SECONDS}"})


def _live(_request: Request) -> Response:
    return PlainTextResponse("live")


def _ready(room: Room) -> Response:
    """Tell whether the database answers."""
    try:
        room.look(lambda c: c.execute("SELECT 1").fetchone())
    except Exception as error:  # noqa: BLE001  # whatever it is, nothing can be shown now
        log.warning("not ready", error=type(error).__name__)
        return PlainTextResponse("The database does not answer.", 503)
    return PlainTextResponse("ready")


def _failures(renderer: Renderer) -> Mapping[type[Exception] | int, Callable[[Request, Exception], Response]]:
    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return renderer.note(request, status, "unknown", "unknown_how")

    def broken(request: Request, error: Exception) -> Response:
        log.error("page failed", page=request.url.path.split("/")[1], error=type(error).__name__)
        return renderer.note(request, 500, "broken")

    return {HTTPException: http, Exception: broken}
