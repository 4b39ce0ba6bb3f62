"""Run the local SMS gateway until a signal ends it."""

import argparse
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.home import prepare, secret
from deploy.local.ports import LOOPBACK
from deploy.local.sms.api import Api
from deploy.local.sms.pages import Pages

KEY = "RELANCE_SMS_KEY"


def site(file: Path, key: str, webhooks: str = "") -> Starlette:
    """Return the application over what is in `file`; it answers this machine's own names only."""
    api, pages = Api(file, key), Pages(file, webhooks, key)
    routes: tuple[tuple[str, str, Callable[[Request], Response | Awaitable[Response]]], ...] = (
        ("GET", "/", pages.index),
        ("GET", "/sms.css", pages.style),
        ("GET", "/messages.json", pages.list_json),
        ("DELETE", "/messages.json", pages.clear),
        ("POST", "/messages/{number:int}/replies", pages.reply),
        ("GET", "/health", api.health),
        ("POST", "/v1/faults", api.order_faults),
        ("POST", "/v1/messages", api.take),
        ("GET", "/v1/messages", api.find),
    )
    return Starlette(
        routes=[Route(path, answer, methods=[method]) for method, path, answer in routes],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])],
    )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.sms", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhooks", default="")
    options = parser.parse_args()
    home = prepare(options.home)
    key = os.environ.get(KEY) or secret(home, "sms")
    folder = home / "sms"
    folder.mkdir(mode=0o700, exist_ok=True)
    uvicorn.run(
        site(folder / "sms.sqlite", key, options.webhooks),
        host=LOOPBACK,
        port=options.port,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
