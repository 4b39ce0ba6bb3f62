"""Serve the pages until a signal ends it: `python -m web --port 8080`."""

import argparse

import uvicorn
from limits.storage import RedisStorage

from deploy.local import discover
from deploy.local.cards import SettledProviders
from deploy.local.pages import pages_of
from deploy.local.texting import sms_key
from models.db import make_engine
from tasks.gateways.bells import NotedBells
from tasks.gateways.clock import SystemClock
from tasks.gateways.redis_client import connect
from tasks.settings import load
from web.app import site
from web.room import Room

QUICK = 1.0
"""Seconds that a bell may take."""


def main() -> None:
    """Read the command line and the settings, and serve."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    settings = load()
    servers = discover(settings)
    room = Room(
        make_engine(servers.database),
        SystemClock(),
        pages_of(settings),
        SettledProviders(settings),
        NotedBells(connect(servers.redis, timeout=QUICK)),
        RedisStorage(servers.redis, key_prefix="relance:web"),
        sms_key=sms_key(settings),
    )
    uvicorn.run(
        site(room), host=options.host, port=options.port, log_level="warning", server_header=False, lifespan="off"
    )


if __name__ == "__main__":
    main()
