"""The provider's API: JSON over HTTP, a key of ours in `Authorization`, a key of the caller's for every call."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.local.provider.bank import Bank, RefusedError
from deploy.local.provider.store import Store, Thing
from deploy.local.stand_in import Door, locked_out, refused

KINDS = {"checkouts": "checkout", "charges": "charge", "refunds": "refund", "removals": "removal"}
WISHES = {
    "checkout": ("amount", "currency", "description", "return_url", "customer", "email", "locale", "save_card"),
    "charge": ("amount", "currency", "description", "card"),
    "refund": ("amount", "currency", "charge"),
    "removal": ("card",),
}
HANG_SECONDS = 30.0
FAULTS = ("refuse", "hang", "hang_after", "error", "error_after")
"""Close the door, answer never (before or after the call is carried out), answer 500 (before or after)."""


class Api(Door):
    """The answers to programs."""

    async def call(self, request: Request) -> Response:
        """Carry out a call once for its key; ordered faults come before or after."""
        if not self._admitted(request):
            return locked_out()
        kind = KINDS.get(request.path_params["kinds"])
        if kind is None:
            return refused(404, "no_such_door", f"There are {', '.join(KINDS)}.")
        raw = await request.body()
        fault = await asyncio.to_thread(self._fault, kind)
        if fault in {"refuse", "hang", "error"}:
            return await _break(fault)
        answer = await asyncio.to_thread(self._carry_out, kind, raw, str(request.base_url))
        return await _break(fault) if fault else answer

    def _fault(self, kind: str) -> str | None:
        with Store(self._file) as store, store.alone():
            return store.next_fault(kind)

    def _carry_out(self, kind: str, raw: bytes, base: str) -> Response:
        try:
            body = json.loads(raw)
            account, key = str(body["account"]), str(body["key"])
            wish = {name: body.get(name) for name in WISHES[kind]}
        except (ValueError, KeyError, TypeError) as error:
            return refused(422, "malformed", f"The call can't be read: {error!r}.")
        if "amount" in wish and (type(wish["amount"]) is not int or wish["amount"] <= 0):
            return refused(422, "amount", "The amount is a positive integer of minor units.")
        with Store(self._file) as store:
            return _answered(lambda: _WORK[kind](Bank(store), base, account, key, wish))

    def find(self, request: Request) -> Response:
        """Return what a call with a key made (`?account=&key=`), or all of a kind of an account."""
        if not self._admitted(request):
            return locked_out()
        kind, asked = KINDS.get(request.path_params["kinds"]), request.query_params
        if kind is None:
            return refused(404, "no_such_door", f"There are {', '.join(KINDS)}.")
        with Store(self._file) as store:
            if "key" not in asked:
                return JSONResponse({kind + "s": store.all(kind, asked.get("account", ""))})
            found = store.by_key(kind, asked.get("account", ""), asked["key"])
            if found is not None and kind == "checkout":
                found = Bank(store).page(found["id"])
        return JSONResponse(found) if found else refused(404, "unknown_key", "No call with this key has come.")

    def expire(self, request: Request) -> Response:
        """Close a page on which nobody paid."""
        if not self._admitted(request):
            return locked_out()
        with Store(self._file) as store:
            return _answered(lambda: Bank(store).expire(request.path_params["page"]))

    async def order_faults(self, request: Request) -> Response:
        """Let the next calls go wrong: `{"call": "charge", "faults": ["refuse", "hang", "error", "hang_after"]}`."""
        if not self._admitted(request):
            return locked_out()
        body = json.loads(await request.body())
        if body.get("call") not in WISHES or not set(body.get("faults", [""])) <= set(FAULTS):
            return refused(422, "malformed", f"Calls are {', '.join(WISHES)}; faults are {', '.join(FAULTS)}.")
        await asyncio.to_thread(self._plan, body)
        return JSONResponse({"planned": len(body["faults"])})

    def _plan(self, body: dict[str, Any]) -> None:
        with Store(self._file) as store:
            store.plan(body["call"], body["faults"])


Work = Callable[[Bank, str, str, str, dict[str, Any]], Thing]
_WORK: dict[str, Work] = {
    "checkout": lambda bank, base, account, key, wish: bank.open_page(base, account, key, wish),
    "charge": lambda bank, _base, account, key, wish: bank.charge(account, key, wish),
    "refund": lambda bank, _base, account, key, wish: bank.refund(account, key, wish),
    "removal": lambda bank, _base, account, key, wish: bank.remove(account, key, wish),
}


def _answered(work: Callable[[], Thing]) -> Response:
    try:
        return JSONResponse(work())
    except RefusedError as error:
        return refused(409, error.code, str(error))


async def _break(fault: str) -> Response:
    """Answer as ordered: an error, nothing for long, or an answer that breaks off."""
    if fault.startswith("hang"):
        await asyncio.sleep(HANG_SECONDS)
    if fault == "refuse":
        return Response(b"", 503, headers={"Connection": "close"})
    return refused(500, "error", "Something went wrong here.")
