"""From a template to an answer: in the visitor's language, with the proof that a form needs."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.guard import proof_of, remember, visit_of
from web.room import Room
from web.speech import Speech, speech_for

TEMPLATES = Path(__file__).with_name("templates")


class Renderer:
    """Renders pages."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=StrictUndefined,
        )  # fmt: skip

    @property
    def https(self) -> bool:
        """Whether clients reach us over TLS."""
        return (self._room.pages.address or "").startswith("https:")

    def page(self, request: Request, name: str, speech: Speech, status: int = 200, **values: Any) -> Response:
        """Return a page; its form, if it has one, is good for this browser for an hour."""
        visit = visit_of(request)
        proof = proof_of(self._room.pages, visit, request.url.path)
        text = self._templates.get_template(name).render(speech=speech, say=speech.say, proof=proof, **values)
        return remember(HTMLResponse(text, status), visit, https=self.https)

    def note(self, request: Request, status: int, title: str, how: str | None = None, **values: object) -> Response:
        """Return a page that says one thing, where nothing is known of a business."""
        speech = speech_for(request, ZoneInfo("UTC"))
        told = speech.say(how, **values) if how else None
        return self.page(request, "note.html", speech, status, title=speech.say(title, **values), told=told)
