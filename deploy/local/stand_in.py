"""What the stand-ins for services of others have in common: how they begin, whom they let in, how they refuse.

Each is a program of its own with a folder in the home, a key that callers must know, and pages for people.
"""

import argparse
import hmac
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.home import prepare, secret
from deploy.local.ports import LOOPBACK

Answer = Callable[[Request], Response | Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a stand-in is told at its start: its folder, port and key, and where it tells what happens."""

    folder: Path
    port: int
    key: str
    webhooks: str


def orders(name: str, key: str, description: str | None) -> Orders:
    """Read the command line of a stand-in; its key is the environment's of this name, or the home's own."""
    parser = argparse.ArgumentParser(prog=f"python -m deploy.local.{name}", description=description)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhooks", default="")
    options = parser.parse_args()
    home = prepare(options.home)
    folder = home / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return Orders(folder, options.port, os.environ.get(key) or secret(home, name), options.webhooks)


def site_of(routes: Sequence[tuple[str, str, Answer]]) -> Starlette:
    """Return an application of methods, paths and answers; it answers this machine's own names only."""
    return Starlette(
        routes=[Route(path, answer, methods=[method]) for method, path, answer in routes],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])],
    )


def serve(site: Starlette, port: int) -> None:
    """Run until a signal ends it."""
    uvicorn.run(site, host=LOOPBACK, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=2)


class Door:
    """Where programs knock: who has the key comes in. Each request opens the file anew, in a thread of its own."""

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self._key = key

    def _admitted(self, request: Request) -> bool:
        told = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(told.encode(), self._key.encode())

    def health(self, request: Request) -> Response:
        """Say that it is there, and whether the caller's key is right."""
        return JSONResponse({"time": time.time()}) if self._admitted(request) else locked_out()


def refused(status: int, code: str, reason: str) -> Response:
    """Return why a call is not carried out."""
    return JSONResponse({"code": code, "reason": reason}, status)


def locked_out() -> Response:
    """Return the answer to who does not have the key."""
    return refused(401, "no_access", "The key is not the right one.")
