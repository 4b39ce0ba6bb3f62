"""`relance events dead`: what could not be understood is listed, corrected and replayed (R22)."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from models.db import make_engine
from tests.database.conftest import Relance
from tests.database.upstream import Upstream
from tests.samples import contact, encoded, order_paid
from worker.cli.dead import app

SHOP = "business: {id: atelier, name: Atelier, timezone: Europe/Paris}\n"
NO_JSON = b"hello \xff"
NO_ORDER = encoded("order.paid", {"order": {}}, time=None)
NO_TENANT = encoded("contact.updated", {"contact": contact("ada", name="Ada")}, time=None, business="salon")


@pytest.fixture
def upstream(upstream: Upstream, relance: Relance, tmp_path: Path) -> Upstream:
    """Open a shop, and let three events arrive that can't be understood."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    assert relance("business", "apply", file, "--yes").code == 0
    upstream.sends(NO_JSON, NO_ORDER, NO_TENANT)
    return upstream


def replay(upstream: Upstream, *arguments: object) -> Result:
    """Run `relance events dead replay` with the test's own stream."""
    return CliRunner().invoke(app, ["replay", *map(str, arguments)], obj=upstream.stream)


def letters(relance: Relance, *options: str) -> dict[str, Any]:
    """Return the listed letters by their codes."""
    return {line["code"]: line for line in relance("events", "dead", "list", "--json", *options).lines}


def contacts(relance: Relance) -> list[str]:
    return [line["id"] for line in relance("contacts", "list", "--business", "atelier", "--json").lines]


def test_dead_letters_are_listed_and_shown(upstream: Upstream, relance: Relance) -> None:
    assert upstream.works() == {"stored": 0, "repeated": 0, "dead": 0}
    found = letters(relance)
    assert set(found) == {"not_utf8", "missing", "unknown_business"}
    assert (found["missing"]["business"], found["missing"]["type"]) == ("atelier", "order.paid")
    assert list(letters(relance, "--business", "atelier")) == ["missing"]
    shown = relance("events", "dead", "show", found["not_utf8"]["id"], "--json").line
    assert (shown["raw"], shown["raw_base64"]) == ("hello \\xff", "aGVsbG8g/w==")
    words = relance("events", "dead", "show", found["missing"]["id"]).out
    assert "data.order.id is missing." in words
    assert NO_ORDER.decode() in words
    assert "unknown_business" in relance("events", "dead", "list").out


def test_what_still_can_not_be_understood_stays(upstream: Upstream, relance: Relance) -> None:
    answer = replay(upstream, "--all")
    assert answer.exit_code == 1
    assert "is refused: It still can't be understood: data.order.id is missing." in answer.output
    assert "is refused: There is no business 'salon'." in answer.output
    assert answer.output.endswith("0 replayed, 3 refused.\n")
    assert len(letters(relance)) == 3


def test_what_can_be_understood_by_now_is_replayed_once(upstream: Upstream, relance: Relance, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOP.replace("atelier", "salon"))
    relance("business", "apply", tmp_path / "shop.yaml", "--yes")
    id_ = letters(relance)["unknown_business"]["id"]
    answer = replay(upstream, id_)
    assert (answer.exit_code, answer.output) == (0, "1 replayed, 0 refused.\n")
    assert upstream.works() == {"stored": 1, "repeated": 0, "dead": 0}
    assert [line["id"] for line in relance("contacts", "list", "--business", "salon", "--json").lines] == ["ada"]
    assert set(letters(relance)) == {"not_utf8", "missing"}
    assert letters(relance, "--all")["unknown_business"]["replayed_at"]
    again = replay(upstream, id_)
    assert (again.exit_code, "It was replayed already" in again.output) == (1, True)


def test_an_event_is_corrected_though_it_was_stored_before(
    upstream: Upstream, relance: Relance, tmp_path: Path
) -> None:
    id_ = letters(relance)["missing"]["id"]
    file = tmp_path / "corrected.json"
    file.write_text(json.dumps(json.loads(NO_ORDER) | {"data": order_paid("o7")}, indent=1))
    assert replay(upstream, id_, "--file", file, "--json").output == f'{{"id": {id_}, "status": "replayed"}}\n'
    assert upstream.works() == {"stored": 1, "repeated": 0, "dead": 0}
    assert "missing" not in letters(relance)
    told = relance("explain", "--event", "event-order.paid", "--business", "atelier", "--lang", "en").out
    assert "not understood at first: data.order.id is missing. Replayed on " in told


def test_poison_is_replayed_as_it_is_when_the_program_is_mended(upstream: Upstream, relance: Relance, url: str) -> None:
    sound = encoded("contact.updated", {"contact": contact("leo")}, time=None)
    assert upstream.sends(sound)["stored"] == 1
    engine = make_engine(url)
    with engine.begin() as connection:  # as if deciding it had failed
        connection.exec_driver_sql("DELETE FROM contacts")
        connection.exec_driver_sql(
            "INSERT INTO dead_letters (business_id, arrived_at, code, reason, raw, source, event_id, type)"
            " SELECT business_id, now(), 'poison', 'It failed.', convert_to(raw, 'UTF8'), source, id, type FROM inbox"
            " WHERE type = 'contact.updated'"
        )
    engine.dispose()
    id_ = letters(relance)["poison"]["id"]
    assert replay(upstream, id_).exit_code == 0
    assert upstream.works()["stored"] == 1
    assert contacts(relance) == ["leo"]


def test_another_body_needs_an_id_of_its_own(upstream: Upstream, relance: Relance, tmp_path: Path) -> None:
    first = encoded("contact.updated", {"contact": contact("leo")}, time=None)
    other = encoded("contact.updated", {"contact": contact("eva")}, time=None)
    assert upstream.sends(first, other) == {"stored": 1, "repeated": 0, "dead": 1}
    id_ = letters(relance)["other_body"]["id"]
    assert "Give it a new id." in replay(upstream, id_).output
    file = tmp_path / "corrected.json"
    file.write_bytes(other.replace(b"event-contact.updated", b"event-2"))
    assert replay(upstream, id_, "--file", file).exit_code == 0
    assert upstream.works()["stored"] == 1
    assert contacts(relance) == ["eva", "leo"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Say which ones"),
        (["1", "--all"], "Say which ones"),
        (["1", "2", "--file", "x.json"], "--file corrects one event"),
        (["--all", "--file", "x.json"], "--file corrects one event"),
        (["1", "--file", "nowhere.json"], "nowhere.json can't be read: No such file or directory."),
        (["77"], "There is no dead letter 77."),
        (["one"], "Invalid value for 'ID'"),
    ],
)
def test_what_can_not_be_replayed_is_one_message(on_nothing: Relance, arguments: list[str], message: str) -> None:
    answer = on_nothing("events", "dead", "replay", *arguments)
    assert answer.code == 2
    assert message in answer.error


def test_nothing_to_replay_is_no_failure(on_nothing: Relance) -> None:
    assert on_nothing("events", "dead", "replay", "--all").out == "0 replayed, 0 refused.\n"
    assert on_nothing("events", "dead", "list").out == "There are no dead letters.\n"
