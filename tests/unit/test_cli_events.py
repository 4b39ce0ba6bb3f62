"""`relance events publish` and `schema`, with a stream that remembers."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tasks.shell import StreamEntry
from tests.samples import MINIMAL, Json, encoded, order_paid, order_placed
from worker.cli.events import BATCH, app

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "events.schema.json"


def line(type_: str, data: Json, **attributes: Any) -> bytes:
    """Return an event that happens as it arrives."""
    return encoded(type_, data, time=None, **attributes)


GOOD = line("order.placed", order_placed())
ALSO_GOOD = line("order.paid", order_paid())
BAD_ENVELOPE = b"hello"
BAD_DATA = line("order.paid", {"order": {}})


class RememberedStream:
    """A stream whose publications can be looked at."""

    def __init__(self) -> None:
        self.published: list[bytes] = []

    def append(self, raws: Sequence[bytes]) -> None:
        self.published += raws

    def read(self, count: int) -> Sequence[StreamEntry]:
        raise NotImplementedError

    def acknowledge(self, ids: Sequence[str]) -> None:
        raise NotImplementedError

    def oldest_unread(self) -> datetime | None:
        raise NotImplementedError


@pytest.fixture
def stream() -> RememberedStream:
    return RememberedStream()


def publish(stream: RememberedStream, *lines: bytes, options: Sequence[str] = ()) -> Result:
    return CliRunner().invoke(app, ["publish", "-", *options], input=b"\n".join(lines), obj=stream)


def test_every_sample_can_be_published(stream: RememberedStream) -> None:
    lines = [line(type_, data) for type_, data in MINIMAL.items()]
    result = publish(stream, *lines)
    assert (result.exit_code, result.output) == (0, "16 accepted, 0 refused.\n")
    assert stream.published == lines


def test_what_can_not_be_understood_is_refused_by_line_and_the_rest_is_published(stream: RememberedStream) -> None:
    result = publish(stream, GOOD, BAD_ENVELOPE, b"", BAD_DATA, ALSO_GOOD)
    assert result.exit_code == 1
    assert stream.published == [GOOD, ALSO_GOOD]
    assert result.output.splitlines() == [
        "Line 2 is refused: The event is not JSON at byte 0.",
        "Line 4 is refused: data.order.id is missing.",
        "2 accepted, 2 refused.",
    ]


def test_json_has_an_object_for_each_line(stream: RememberedStream) -> None:
    result = publish(stream, GOOD, BAD_ENVELOPE, options=["--json"])
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"line": 1, "status": "accepted", "id": "event-order.placed", "type": "order.placed"},
        {"line": 2, "status": "refused", "code": "not_json", "reason": "The event is not JSON at byte 0."},
    ]


def test_long_files_are_published_in_order(stream: RememberedStream, tmp_path: Path) -> None:
    lines = [line("order.paid", order_paid(), id=str(number)) for number in range(2 * BATCH + 1)]
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\r\n".join(lines) + b"\r\n")
    result = CliRunner().invoke(app, ["publish", str(file)], obj=stream)
    assert result.output == f"{len(lines)} accepted, 0 refused.\n"
    assert stream.published == lines


def test_nothing_is_nothing(stream: RememberedStream) -> None:
    assert publish(stream).output == "0 accepted, 0 refused.\n"


def test_a_missing_file_is_named(stream: RememberedStream) -> None:
    result = CliRunner().invoke(app, ["publish", "nowhere.jsonl"], obj=stream)
    assert result.exit_code == 2
    assert "nowhere.jsonl" in result.output


def test_the_published_schema_is_what_the_command_prints() -> None:
    assert CliRunner().invoke(app, ["schema"]).output == SCHEMA.read_text()
