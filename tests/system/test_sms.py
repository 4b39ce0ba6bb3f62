"""SMS on the whole system: real workers, the embedded gateway, clients of all kinds, and a worker that is killed."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploy.local import state
from deploy.local.sms.numbers import NUMBERS
from tests.samples import encoded
from tests.system.local_helpers import home_folder, relance
from tests.system.patience import eventually

NOBODY, BUSY, SLOW, FAILING, CUT = NUMBERS
ZOE = "+33612345678"
CLIENTS = {
    "zoe": ZOE,
    "nobody": NOBODY,
    "busy": BUSY,
    "slow": SLOW,
    "failing": FAILING,
    "cut": CUT,
    "landline": "01 42 68 53 00",
}
SHOP = """\
business: {id: sms, name: Atelier, timezone: Europe/Paris, locale: fr, channels: [sms], sms: {sender: ATELIER}}
automations:
  - automation: tell
    name: Tell
    trigger: {on: charge.added}
    steps:
      - request_payment: {document: invoice}
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with home_folder() as home:
        assert relance("up", "--detach", home=home).returncode == 0
        (home / "shop.yaml").write_text(SHOP)
        applied = relance("business", "apply", str(home / "shop.yaml"), "--yes", home=home)
        assert applied.returncode == 0, applied.stderr
        yield home
        relance("down", home=home)


def owes(home: Path, *clients: str) -> None:
    """Let clients owe something, of which they are to be told."""
    lines = [
        encoded(
            "charge.added",
            {
                "contact": {"id": name, "name": name, "email": f"{name}@clients.example", "phone": CLIENTS[name]},
                "charge": {
                    "id": f"c-{name}",
                    "kind": "other",
                    "description": "Divers",
                    "price": {"amount": 1000, "currency": "EUR"},
                },
            },
            id=f"e-{name}",
            business="sms",
            time=None,
        )
        for name in clients
    ]
    file = home / "events.jsonl"
    file.write_bytes(b"\n".join(lines))
    published = relance("events", "publish", str(file), home=home)
    assert published.returncode == 0, published.stderr


def caught(home: Path, kind: str) -> list[dict[str, Any]]:
    """Return what the gateway or the mailbox was given."""
    running = state.read(home)
    assert running
    with urlopen(f"{running.addresses[kind]}/messages.json") as answer:
        found = json.load(answer)
    assert isinstance(found, list)
    return found


def texts(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what was accepted, by number."""
    numbers: dict[str, list[dict[str, Any]]] = {}
    for one in caught(home, "sms"):
        if one["status"] == "accepted":
            numbers.setdefault(one["to"], []).append(one)
    return numbers


def states(home: Path) -> dict[str, tuple[str, str]]:
    """Return the channel and state of each client's message."""
    listed = relance("messages", "list", "--business", "sms", "--json", home=home)
    found = [json.loads(line) for line in listed.stdout.splitlines()]
    assert len({one["contact"] for one in found}) == len(found)
    return {one["contact"]: (one["channel"], one["state"]) for one in found}


def test_each_client_is_told_once_by_the_channel_that_is_open(home: Path) -> None:
    owes(home, "zoe", "nobody", "failing", "cut", "landline")
    done = {
        "zoe": ("sms", "sent"),
        "nobody": ("email", "sent"),
        "failing": ("sms", "sent"),
        "cut": ("sms", "sent"),
        "landline": ("email", "sent"),
    }
    eventually(lambda: states(home) == done, seconds=30)
    found = texts(home)
    assert {number: [one["calls"] for one in all_] for number, all_ in found.items()} == {
        ZOE: [1],
        FAILING: [1],
        CUT: [1],
    }
    (one,) = found[ZOE]
    assert (one["from"], one["business"], one["segments"]) == ("ATELIER", "sms", 1)
    assert one["text"].startswith("Atelier : facture ")
    assert "/invoice/" in one["text"]
    mails = [mail for mail in caught(home, "mailbox") if mail["to"].startswith(("nobody", "landline"))]
    assert sorted(mail["to"] for mail in mails) == ["landline@clients.example", "nobody@clients.example"]
    listed = relance("contacts", "list", "--business", "sms", "--without-mobile", "--json", home=home).stdout
    assert sorted(json.loads(line)["id"] for line in listed.splitlines()) == ["landline", "nobody"]


def test_a_busy_gateway_and_a_killed_worker_double_nothing_and_lose_nothing(home: Path) -> None:
    owes(home, "busy", "slow")
    eventually(lambda: states(home).get("slow") == ("sms", "sending"), seconds=30)
    worker = next(
        one.pid for one in (state.read(home) or pytest.fail("It runs no more.")).processes if one.name == "worker"
    )
    assert worker
    os.killpg(worker, signal.SIGKILL)
    done = {"busy": ("sms", "sent"), "slow": ("sms", "sent")}
    eventually(lambda: done.items() <= states(home).items(), seconds=150)
    found = texts(home)
    assert (len(found[BUSY]), len(found[SLOW])) == (1, 1)
    assert found[SLOW][0]["calls"] == 2
