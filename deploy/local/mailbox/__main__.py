"""Run the mailbox until a signal ends it."""

import argparse
import asyncio
from pathlib import Path

import uvicorn

from deploy.local.home import prepare
from deploy.local.mailbox.pages import site
from deploy.local.mailbox.sink import listen
from deploy.local.mailbox.store import Store
from deploy.local.ports import LOOPBACK


async def run(folder: Path, smtp_port: int, http_port: int) -> None:
    """Serve both ports."""
    file = folder / "mails.sqlite"
    with Store(file) as store:
        smtp = await listen(store, LOOPBACK, smtp_port)
        async with smtp:
            config = uvicorn.Config(
                site(file), LOOPBACK, http_port, log_level="warning", lifespan="off", timeout_graceful_shutdown=2
            )
            await uvicorn.Server(config).serve()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mailbox", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    options = parser.parse_args()
    folder = prepare(options.home) / "mailbox"
    folder.mkdir(mode=0o700, exist_ok=True)
    asyncio.run(run(folder, options.smtp_port, options.http_port))


if __name__ == "__main__":
    main()
