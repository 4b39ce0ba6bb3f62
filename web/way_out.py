"""The way out `/unsubscribe/{token}`: opening it changes nothing, one button or one click of a mail program does."""

from typing import Any
from zoneinfo import ZoneInfo

from limits import RateLimitItemPerMinute
from psycopg import Connection
from starlette.requests import Request
from starlette.responses import Response

from models.db import transact
from tasks.desk.consents import subscribed, unsubscribe
from tasks.engine import lock
from web.guard import visitor
from web.rendering import Renderer
from web.room import FORMS, STRANGE, Room
from web.speech import speech_for


class WayOutPages:
    """The page by which a client gets no more marketing."""

    def __init__(self, room: Room, renderer: Renderer) -> None:
        self._room = room
        self._renderer = renderer

    def show(self, request: Request) -> Response:
        """Show the button; programs that only look at links leave everything as it is."""
        if not self._may(request, STRANGE):
            return self._renderer.note(request, 429, "too_often")
        token, now = request.path_params["token"], self._room.clock.now()
        found = self._room.look(lambda c: subscribed(c, self._room.pages, token, now))
        if found is None:
            return self._renderer.note(request, 404, "unknown", "unknown_how")
        return self._renderer.page(request, "unsubscribe.html", speech_for(request, ZoneInfo("UTC")))

    def leave(self, request: Request) -> Response:
        """Take the client at his word: the token is the proof, also for a mail program (RFC 8058)."""
        if not self._may(request, FORMS):
            return self._renderer.note(request, 429, "too_often")
        token, now = request.path_params["token"], self._room.clock.now()

        def work(connection: Connection[Any]) -> bool:
            found = subscribed(connection, self._room.pages, token, now)
            if found is not None:
                lock(connection, [found.business_id])
                unsubscribe(connection, found, now)
            return found is not None

        if not transact(self._room.engine, work):
            return self._renderer.note(request, 404, "unknown", "unknown_how")
        return self._renderer.note(request, 200, "unsubscribed", "unsubscribed_how")

    def _may(self, request: Request, limit: RateLimitItemPerMinute) -> bool:
        return self._room.may_try(limit, "unsubscribe", visitor(request))
