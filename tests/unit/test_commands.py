"""The command line as a whole: every command can be loaded and explains itself, and none is loaded for nothing."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tasks.settings import ROOT
from worker.cli import COMMANDS, app

HEAVY = ("alembic", "celery", "jinja2", "psycopg", "pydantic", "redis", "rich", "sqlalchemy")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], prog_name="relance")
    assert result.exit_code == 0, result.output
    assert f"Usage: relance {name}" in result.output


def test_the_help_shows_each_command_with_a_whole_line() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    for name, entry in COMMANDS.items():
        assert name in shown
        assert entry.help in shown


def test_the_help_loads_no_library_of_a_command() -> None:
    code = (
        "import sys, worker.cli\n"
        "sys.argv = ['relance', '--help']\n"
        "try: worker.cli.main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "[]\n")


def test_what_is_no_text_is_refused_by_one_message() -> None:
    command: list[str | bytes] = [sys.executable, "-m", "worker.cli", "contacts", "change", "zoe", "--name", b"Zo\xff"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.splitlines() == [r"relance: 'Zo\udcff' is no UTF-8: type it in a terminal that speaks UTF-8."]
