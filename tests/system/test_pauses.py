"""A pause on a running system: nothing goes out while it lasts, everything once afterwards, and it ends by itself."""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.system.local_helpers import home_folder, relance
from tests.system.patience import eventually

SHOP = """
business: {id: pauses, name: Pauses, timezone: Europe/Paris, locale: fr, currency: EUR, tax_rate: "20"}
services: [{id: cut, name: Coupe, price: {amount: 4500, currency: EUR}}]
automations:
  - {automation: ask, trigger: {on: session.booked}, steps: [{request_payment: {document: invoice}}]}
"""


def order(name: str) -> str:
    span = {"starts_at": "2190-01-01T10:00:00Z", "ends_at": "2190-01-01T11:00:00Z"}
    booking = {"id": f"b-{name}", "session": {"id": f"s-{name}", "service": "cut"} | span}
    data = {"contact": {"id": name, "email": f"{name}@clients.example"}, "order": {"id": name, "bookings": [booking]}}
    envelope = {"specversion": "1.0", "id": name, "source": "/booking", "type": "order.placed", "business": "pauses"}
    return json.dumps(envelope | {"data": data})


def books(home: Path, name: str) -> None:
    (home.parent / "event.jsonl").write_text(order(name))
    assert relance("events", "publish", str(home.parent / "event.jsonl"), home=home).returncode == 0


def status(home: Path) -> dict[str, Any]:
    shown = json.loads(relance("status", "--json", home=home).stdout)
    assert isinstance(shown, dict)
    return shown


def recipients(mailbox: str) -> list[str]:
    with urllib.request.urlopen(f"{mailbox}/messages.json", timeout=5) as answer:  # noqa: S310  # our own mailbox
        return sorted(one["to"] for one in json.load(answer))


def is_held(home: Path, runs: int) -> bool:
    return [pause["held"]["runs"] for pause in status(home)["pauses"]] == [runs]


def test_a_pause_of_everything_on_a_running_system() -> None:
    with home_folder() as home:
        assert relance("up", "--detach", home=home).returncode == 0
        try:
            it_holds_and_lets_go(home, status(home)["addresses"]["mailbox"])
        finally:
            relance("down", home=home)


def it_holds_and_lets_go(home: Path, mailbox: str) -> None:
    (home.parent / "shop.yaml").write_text(SHOP)
    assert relance("business", "apply", str(home.parent / "shop.yaml"), "--yes", home=home).returncode == 0
    books(home, "before")
    eventually(lambda: recipients(mailbox) == ["before@clients.example"])
    assert relance("pause", home=home).stdout == "everything of all businesses: paused.\n"
    books(home, "during")
    eventually(lambda: is_held(home, 1))
    time.sleep(2)
    assert recipients(mailbox) == ["before@clients.example"]
    assert relance("resume", home=home).returncode == 0
    eventually(lambda: recipients(mailbox) == ["before@clients.example", "during@clients.example"])
    soon = (datetime.now(UTC) + timedelta(seconds=20)).isoformat(timespec="seconds")
    assert relance("pause", "--business", "pauses", "--until", soon, home=home).returncode == 0
    books(home, "until")
    eventually(lambda: is_held(home, 1))
    eventually(lambda: "until@clients.example" in recipients(mailbox), seconds=60)
    assert len(recipients(mailbox)) == 3
    assert status(home)["pauses"] == []
