"""A page with a form: what stands between a browser and what a page does with its answer, once for all pages."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from web.guard import is_ours, visitor
from web.rendering import Renderer
from web.room import FORMS, STRANGE, Room

Found = TypeVar("Found")


class FormPages(ABC, Generic[Found]):
    """Pages of one kind: `_find` says what an address names, `_take` does what a form asks for it.

    Before a form is taken its sender must not have tried too often, its address must name something, and it must come
    from a page of ours in the browser that was shown it.
    """

    def __init__(self, room: Room, renderer: Renderer) -> None:
        self._room = room
        self._renderer = renderer

    async def submit(self, request: Request) -> Response:
        """Take what a form says."""
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return await run_in_threadpool(self._submit, request, form)

    def _submit(self, request: Request, form: Mapping[str, str]) -> Response:
        if not self._room.may_try(FORMS, "forms", visitor(request)):
            return self._renderer.note(request, 429, "too_often")
        found = self._find(request)
        if isinstance(found, Response):
            return found
        if not is_ours(self._room.pages, request, form.get("proof", "")):
            return self._forged(request)
        return self._take(request, found, form)

    @abstractmethod
    def _find(self, request: Request) -> Found | Response:
        """Return what the address names, or the answer that it names nothing."""

    @abstractmethod
    def _take(self, request: Request, found: Found, form: Mapping[str, str]) -> Response:
        """Do what the form says."""

    def _forged(self, request: Request) -> Response:
        return self._renderer.note(request, 403, "forged")

    def _unknown(self, request: Request) -> Response:
        """Answer an address that names nothing; who tries many has to wait."""
        if not self._room.may_try(STRANGE, "tokens", visitor(request)):
            return self._renderer.note(request, 429, "too_often")
        return self._renderer.note(request, 404, "unknown", "unknown_how")
