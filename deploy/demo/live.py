"""The live half of the demo: the embedded system in a home of its own, its stream, its mailbox, its database."""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import msgspec
from rich.console import Console
from sqlalchemy import text

from deploy.demo.checks import Mail, Seen
from deploy.demo.day import LATEST, Event
from deploy.demo.shop import BUSINESS, ensure_shop
from deploy.demo.surroundings import require_playground
from deploy.local import control
from deploy.local.postgres import Postgres
from deploy.local.state import SystemState
from deploy.local.system import System
from models.db import make_engine
from models.errors import ConfigurationError
from models.money import format_money
from tasks import events, invoices, messages, sessions
from tasks.gateways.memory import MemoryStream, SilentBells, VirtualClock
from tasks.gateways.recording import RecordingMail
from tasks.gateways.stream import RedisStream
from tasks.settings import load
from tasks.shell import Shell

LOOK = 0.25


class Live:
    """The system while the demo runs; at the end it is stopped and its database removed, whatever happens."""

    def __init__(self, console: Console) -> None:
        self.console = console
        settings = load()
        self.settings = settings.model_copy(update={"home": (settings.home / "demo").resolve()})
        self.home: Path = self.settings.home

    def __enter__(self) -> Self:
        require_playground(self.settings)
        System(self.settings, tell=lambda _: None).erase()
        os.environ["RELANCE_HOME"] = str(self.home)
        with self.console.status("starting the servers, mailbox, card provider, worker, intake, beat and Flower …"):
            self.state: SystemState = control.start_detached(self.home, (sys.executable, "-m", "worker.cli", "up"))
        self.engine = make_engine(self.state.addresses["database"])
        ensure_shop(self.engine)
        self.stream = RedisStream(self.state.addresses["redis"], self.settings.events_key)
        names = ", ".join(f"{kind} {self.state.addresses[kind]}" for kind in ("mailbox", "flower"))
        self.console.print(f"Running: {len(self.state.processes)} processes; {names}", soft_wrap=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()
        control.stop(self.home)
        Postgres(self.home).erase()
        self.console.print(f"Stopped. Its mails and logs are in {self.home}.", soft_wrap=True)

    def remember(self, happened: Sequence[Event], at: datetime) -> None:
        """Decide what happened in the past with the same engine and a clock that stands there; no mail leaves."""
        clock, stream = VirtualClock(at), MemoryStream()
        for event in happened:
            stream.put(msgspec.json.encode(event), at)
        shell = Shell(self.engine, clock, self.settings, SilentBells(), stream, RecordingMail())
        for task in (events.drain, sessions.announce, invoices.mark_overdue, messages.deliver):
            task(shell)

    def publish(self, raws: Sequence[bytes]) -> None:
        """Publish on the stream, as any upstream would: XADD relance:events * event <json>."""
        self.stream.append(raws)
        self.console.print(f"Published {len(raws)} entries on the stream.")

    def wait(self, until: Callable[[Seen], bool]) -> Seen:
        """Look until it is so, or long enough."""
        deadline = time.monotonic() + LATEST.total_seconds()
        with self.console.status("waiting for the workers …"):
            while True:
                seen = self.look()
                if until(seen) or time.monotonic() > deadline:
                    return seen
                time.sleep(LOOK)

    def settle(self, quiet: float = 2.0) -> Seen:
        """Look until nothing new comes any more: what must not happen gets its chance."""
        seen, since = self.look(), time.monotonic()
        while time.monotonic() - since < quiet:
            time.sleep(LOOK)
            latest = self.look()
            if len(latest.mails) != len(seen.mails):
                seen, since = latest, time.monotonic()
        return self.look()

    def look(self) -> Seen:
        """Read the mailbox and the books as they are now."""
        with urllib.request.urlopen(f"{self.state.addresses['mailbox']}/messages.json", timeout=5) as answer:  # noqa: S310  # ours
            caught: list[dict[str, Any]] = json.load(answer)
        with self.engine.connect() as connection:
            ids = {
                row.id: row
                for row in connection.execute(
                    text(
                        "SELECT m.id, i.number, i.total, i.amount_due, i.currency FROM messages m LEFT JOIN invoices i"
                        " ON i.business_id = m.business_id AND i.id = m.invoice_id WHERE m.business_id = :b"
                    ),
                    {"b": BUSINESS},
                )
            }

            def number(sql: str) -> int:
                return int(connection.execute(text(sql), {"b": BUSINESS}).scalar_one())

            return Seen(
                mails=[_mail(one, ids) for one in caught],
                dead=number("SELECT count(*) FROM dead_letters WHERE :b <> ''"),
                taken=number("SELECT count(*) FROM inbox WHERE business_id = :b AND id <> 'placed-old'"),
                noted=number("SELECT count(*) FROM noted_charges WHERE business_id = :b"),
                cancelled=bool(
                    number("SELECT count(*) FROM runs WHERE business_id = :b AND reason IN ('cancelled', 'goal')")
                ),
                invoices=number("SELECT count(*) FROM invoices WHERE business_id = :b AND kind = '380'"),
                numbers=[
                    str(row.number)
                    for row in connection.execute(
                        text("SELECT number FROM invoices WHERE business_id = :b AND kind = '380' ORDER BY sequence"),
                        {"b": BUSINESS},
                    )
                ],
            )


def _mail(caught: dict[str, Any], rows: dict[str, Any]) -> Mail:
    key = str(caught["message_id"]).strip("<>").partition("@")[0]
    row = rows.get(key)
    if row is None:
        raise ConfigurationError(f"The mailbox holds a mail that no message row accounts for: {caught['message_id']}.")
    money = row.number is not None
    return Mail(
        to=caught["to"],
        subject=caught["subject"],
        text=caught["text"] or "",
        received_at=str(caught["received_at"]),
        document=row.number,
        total=format_money(row.total, row.currency, "fr") if money else "",
        due=format_money(row.amount_due, row.currency, "fr") if money else "",
    )
