"""`relance simulate` as a command: what it prints where, how it ends, and that it leaves nothing behind."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.system.local_helpers import PYTHON, environment, relance

SCENARIO = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris}
contacts: [{id: zoe, name: Zoé, email: zoe@example.org}]
automations: [ask.yaml]
start: 2027-01-01T00:00:00+01:00
until: 2027-02-01T00:00:00+01:00
events:
  - at: 2027-01-05T10:00:00+01:00
    type: charge.added
    data:
      contact: {id: zoe}
      charge: {id: c1, kind: other, description: Coupe, price: {amount: 4500, currency: EUR}}
  - {at: 2027-01-06T10:00:00+01:00, type: order.placed, data: {contact: {id: zoe}}}
  - {at: 2027-01-07T10:00:00+01:00, do: void, contact: nobody}
  - {at: 2027-02-01T00:00:00+01:00, do: void, number: "2027-0001"}
"""
ASK = """\
automation: ask
trigger: {on: charge.added}
steps: [{request_payment: {document: invoice}}]
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Lend a folder with a scenario, and with the place for all that a run may need meanwhile."""
    with TemporaryDirectory(prefix="relance-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "scenario.yaml").write_text(SCENARIO)
        (folder / "ask.yaml").write_text(ASK)
        (folder / "tmp").mkdir(mode=0o711)
        yield folder


def simulate(folder: Path, *options: str, file: str = "scenario.yaml") -> "subprocess.CompletedProcess[str]":
    """Run a scenario from another directory, with no system and no home."""
    settings = {"TMPDIR": str(folder / "tmp")}
    return relance("simulate", str(folder / file), *options, home=folder / "nowhere", settings=settings)


def test_objects_on_standard_output_logs_on_standard_error_and_nothing_left(folder: Path) -> None:
    result = simulate(folder, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert [line["number"] for line in lines if line["kind"] == "invoice"] == ["2027-0001"]
    assert [line["cause"] for line in lines if line["kind"] == "skipped"] == [{"act": "void"}]
    assert result.stderr.splitlines() == [
        "relance: 1 of the file's events are not between start and until: left out.",
        "relance: event 2 (order.placed) was not understood: data.order is missing.",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["ask.yaml", "scenario.yaml", "tmp"]
    assert not any((folder / "tmp").iterdir())


def test_several_side_by_side_print_the_same(folder: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        results = list(threads.map(lambda _: simulate(folder, "--json"), range(3)))
    assert [result.returncode for result in results] == [0, 0, 0]
    assert len({result.stdout for result in results}) == 1
    assert not any((folder / "tmp").iterdir())


def test_a_table_for_people(folder: Path) -> None:
    assert "2027-0001" in simulate(folder).stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SCENARIO.replace("start:", "begin:"), ":1:1: the file lacks 'start'"),
        (SCENARIO.replace("ask.yaml", "other.yaml"), "other.yaml can't be read: No such file or directory."),
        (SCENARIO.replace("ask.yaml", "scenario.yaml"), "the file lacks 'automation'"),
        ("", ":1:1: the file is empty"),
    ],
)
def test_a_wrong_file_is_exit_code_2_and_no_object(folder: Path, text: str, problem: str) -> None:
    (folder / "scenario.yaml").write_text(text)
    result = simulate(folder, "--json")
    assert (result.returncode, result.stdout) == (2, "")
    assert problem in result.stderr
    assert "Traceback" not in result.stderr
    assert not any((folder / "tmp").iterdir())


def test_a_reader_that_goes_away_is_no_failure_to_talk_about(folder: Path) -> None:
    command = [*PYTHON, "worker.cli", "simulate", str(folder / "scenario.yaml"), "--json"]
    reader, writer = os.pipe()
    os.close(reader)
    settings = {"TMPDIR": str(folder / "tmp")}
    result = subprocess.run(
        command,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment(folder / "nowhere", settings),
    )
    os.close(writer)
    assert "Traceback" not in result.stderr
    assert not any((folder / "tmp").iterdir())
