"""The gateway's API: JSON over HTTP, a key of ours in `Authorization`, a key of the caller's for every SMS."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from deploy.local.sms.numbers import NUMBERS
from deploy.local.sms.store import ACCEPTED, REFUSED, Store, StoredSms
from deploy.local.stand_in import Door, locked_out, refused
from models.phones import mobile

WISH = ("business", "key", "to", "text")
SLOW_SECONDS, HANG_SECONDS = 5.0, 30.0
FAULTS = ("busy", "slow", "hang", "error", "drop", "hang_after", "error_after", "drop_after")
"""What may go wrong with a call: before the SMS is taken, or after."""


class Dropped(Response):
    """No answer: the connection is cut. The server that runs this has no other way to hang up without a word."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut it."""
        del scope, send
        cycle: Any = getattr(receive, "__self__", None)
        cycle.transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class Api(Door):
    """The answers to programs."""

    async def take(self, request: Request) -> Response:
        """Take an SMS once for its key; ordered faults, and those of numbers for trying, come before or after."""
        if not self._admitted(request):
            return locked_out()
        try:
            told = json.loads(await request.body())
            wish = {name: str(told[name]) for name in WISH} | {"sender": str(told.get("sender") or "")}
        except (ValueError, KeyError, TypeError) as error:
            return refused(422, "malformed", f"The call can't be read: {error!r}.")
        fault = await asyncio.to_thread(self._fault, wish)
        if fault and not fault.endswith("_after") and (answer := await _break(fault)):
            return answer
        answer = await asyncio.to_thread(self._keep, wish)
        return (await _break(fault.removesuffix("_after")) or answer) if fault and fault != "slow" else answer

    def _fault(self, wish: dict[str, str]) -> str | None:
        with Store(self._file) as store:
            ordered = store.next_fault()
            number = NUMBERS.get(wish["to"])
            if ordered or number is None or number.fault is None:
                return ordered
            first = store.by_key(wish["business"], wish["key"]) is None
            if number.fault == "busy":
                first = store.turns_away(wish["key"])
            return number.fault if first else None

    def _keep(self, wish: dict[str, str]) -> Response:
        number = NUMBERS.get(wish["to"])
        unknown = mobile(wish["to"], None) != wish["to"] or (number is not None and number.unknown)
        with Store(self._file) as store:
            return _answered(store.take(wish, REFUSED if unknown else ACCEPTED), wish["to"])

    def find(self, request: Request) -> Response:
        """Return the SMS that came with a key (`?business=&key=`)."""
        if not self._admitted(request):
            return locked_out()
        asked = request.query_params
        with Store(self._file) as store:
            found = store.by_key(asked.get("business", ""), asked.get("key", ""))
        return _answered(found, found.recipient) if found else refused(404, "unknown_key", "No SMS has this key.")

    async def order_faults(self, request: Request) -> Response:
        """Let the next calls go wrong: `{"faults": ["busy", "drop_after"]}`."""
        if not self._admitted(request):
            return locked_out()
        faults = json.loads(await request.body()).get("faults", [""])
        if not set(faults) <= set(FAULTS):
            return refused(422, "malformed", f"Faults are {', '.join(FAULTS)}.")
        await asyncio.to_thread(self._plan, faults)
        return JSONResponse({"planned": len(faults)})

    def _plan(self, faults: list[str]) -> None:
        with Store(self._file) as store:
            store.plan(faults)


def _answered(sms: StoredSms, wanted: str) -> Response:
    if sms.recipient != wanted:
        return refused(409, "key_reused", "This key stands for an SMS to another number already.")
    if sms.status == REFUSED:
        return refused(422, "no_such_number", f"Nobody has the number {sms.recipient}.")
    return JSONResponse(sms.as_json())


async def _break(fault: str) -> Response | None:
    """Answer as ordered: not now, an error, nothing for long, or a connection that is cut; `slow` only takes time."""
    if fault in {"slow", "hang"}:
        await asyncio.sleep(SLOW_SECONDS if fault == "slow" else HANG_SECONDS)
    if fault == "slow":
        return None
    if fault == "drop":
        return Dropped()
    if fault == "busy":
        return refused(503, "busy", "Too much to do, try again later.")
    return refused(500, "error", "Something went wrong here.")
