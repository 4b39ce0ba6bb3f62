"""SMS on the whole system: real workers, the embedded gateway, clients of all kinds, and a worker that is killed."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.local import state
from deploy.local.home import secret
from deploy.local.sms.numbers import NUMBERS
from tests.samples import encoded
from tests.system.local_helpers import home_folder, relance
from tests.system.patience import eventually

NOBODY, BUSY, _, FAILING, CUT = NUMBERS
ZOE, HELD = "+33612345678", "+33687654321"
CLIENTS = {
    "zoe": ZOE,
    "nobody": NOBODY,
    "busy": BUSY,
    "held": HELD,
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


def owes(home: Path, *clients: str, nth: int = 1) -> None:
    """Let clients owe something, of which they are to be told."""
    lines = [
        encoded(
            "charge.added",
            {
                "contact": {"id": name, "name": name, "email": f"{name}@clients.example", "phone": CLIENTS[name]},
                "charge": {
                    "id": f"c-{name}-{nth}",
                    "kind": "other",
                    "description": "Divers",
                    "price": {"amount": 1000, "currency": "EUR"},
                },
            },
            id=f"e-{name}-{nth}",
            business="sms",
            time=None,
        )
        for name in clients
    ]
    file = home / "events.jsonl"
    file.write_bytes(b"\n".join(lines))
    published = relance("events", "publish", str(file), home=home)
    assert published.returncode == 0, published.stderr


def running(home: Path) -> state.SystemState:
    found = state.read(home)
    assert found
    return found


def asked(home: Path, kind: str, path: str, body: Any = None) -> Any:
    """Speak to the gateway or the mailbox; return its answer."""
    key = {"Authorization": f"Bearer {secret(home, 'sms')}"}
    with closing(HTTPConnection(urlsplit(running(home).addresses[kind]).netloc, timeout=30)) as connection:
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, key)
        with connection.getresponse() as answer:
            assert answer.status == 200
            return json.load(answer)


def visited(home: Path, method: str, path: str, form: str | None = None) -> tuple[int, str]:
    """Visit the gateway's page; return status and content."""
    with closing(HTTPConnection(urlsplit(running(home).addresses["sms"]).netloc, timeout=30)) as connection:
        connection.request(method, path, form, {"Accept-Language": "fr"})
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def caught(home: Path, kind: str) -> list[dict[str, Any]]:
    """Return what the gateway or the mailbox was given."""
    found = asked(home, kind, "/messages.json")
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


def test_who_answers_stop_on_the_page_gets_no_sms_any_more(home: Path) -> None:
    number = texts(home)[FAILING][0]["id"].removeprefix("sms_")
    assert visited(home, "POST", f"/messages/{number}/replies", "text=STOP")[0] == 303
    page = visited(home, "GET", "/")[1]
    assert "Réponse: STOP" in page
    assert "non transmise" not in page
    owes(home, "failing", nth=2)
    shown = relance("contacts", "show", "failing", "--business", "sms", "--json", home=home).stdout
    said = [(one["purpose"], one["state"]) for one in json.loads(shown)["consents"]]
    assert sorted(said) == [("marketing", "no"), ("service", "no")]
    eventually(lambda: "failing@clients.example" in [mail["to"] for mail in caught(home, "mailbox")], seconds=30)
    assert len(texts(home)[FAILING]) == 1


def test_a_busy_gateway_takes_it_later_and_of_a_killed_worker_nothing_is_doubled(home: Path) -> None:
    owes(home, "busy")
    eventually(lambda: states(home).get("busy") == ("sms", "prepared"), seconds=30)
    assert asked(home, "sms", "/v1/faults", {"faults": ["hang_after"]}) == {"planned": 1}
    owes(home, "held")
    eventually(lambda: HELD in texts(home), seconds=30)
    workers = [one.pid for one in running(home).processes if one.name == "worker" and one.pid]
    os.killpg(workers[0], signal.SIGKILL)
    done = {"busy": ("sms", "sent"), "held": ("sms", "sent")}
    eventually(lambda: done.items() <= states(home).items(), seconds=150)
    found = texts(home)
    assert [one["calls"] for one in found[BUSY]] == [1]
    assert [one["calls"] for one in found[HELD]] == [2]
