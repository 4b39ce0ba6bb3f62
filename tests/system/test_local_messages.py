"""What goes wrong around the system is one message that says how to mend it, never a traceback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.postgres import Postgres
from tests.system.local_helpers import home_folder, ordinary_python, relance

NOWHERE = "127.0.0.1:1"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with home_folder() as home:
        yield home


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with throwaway_postgres() as server:
        yield server


def refusal(home: Path, *arguments: str, **settings: str) -> str:
    """Run a command that must fail, and return its one line."""
    result = relance(
        *arguments, home=home, settings={f"RELANCE_{name.upper()}": value for name, value in settings.items()}
    )
    assert result.returncode == 1, result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith("relance: ")
    return line


def test_nothing_to_work_on(home: Path) -> None:
    assert "`relance up --detach`, or set RELANCE_DATABASE_URL" in refusal(home, "migrate")


def test_wrong_password(home: Path, server: Postgres) -> None:
    wrong = server.url.replace("relance:", "relance:not", 1)
    said = refusal(home, "migrate", database_url=wrong)
    assert 'password authentication failed for user "relance"' in said
    assert "Correct user and password in RELANCE_DATABASE_URL." in said


def test_missing_database(home: Path, server: Postgres) -> None:
    said = refusal(home, "migrate", database_url=server.url_of("nowhere"))
    assert 'database "nowhere" does not exist' in said
    assert "Create it" in said


def test_missing_postgres(home: Path) -> None:
    said = refusal(home, "migrate", database_url=f"postgresql://{NOWHERE}/relance")
    assert "Start the server" in said


def test_missing_redis(home: Path) -> None:
    said = refusal(home, "up", redis_url=f"redis://{NOWHERE}", database_url=f"postgresql://{NOWHERE}/relance")
    assert "Redis can't be used" in said
    assert "RELANCE_REDIS_URL" in said


def test_a_mail_server_that_is_none(home: Path) -> None:
    assert "Write smtp://user:password@host:port" in refusal(home, "up", smtp_url="nonsense")


def test_a_setting_that_is_no_number(home: Path) -> None:
    assert "RELANCE_BATCH_SIZE: Input should be a valid integer" in refusal(home, "migrate", batch_size="many")


def test_an_address_that_is_none(home: Path) -> None:
    assert "postgresql://user:password@host:port/database" in refusal(home, "migrate", database_url="a database")


def test_a_folder_that_can_not_be_written(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "file").touch()
    assert "Set RELANCE_HOME to a folder that you may write to" in refusal(home / "file" / "home", "up")


def test_a_folder_without_rights() -> None:
    python = ordinary_python()
    with home_folder(mode=0o555) as home:
        result = relance("up", home=home, python=python, cwd="/")
    assert result.returncode == 1
    assert f"The folder {home} can't be written (Permission denied)" in result.stderr


def test_a_command_that_does_not_exist(home: Path) -> None:
    result = relance("upp", home=home)
    assert result.returncode == 2
    assert "No such command 'upp'. Did you mean 'up'?" in result.stderr


def test_the_doctor_tells_each_finding_with_its_mend(home: Path) -> None:
    result = relance(
        "doctor", home=home, settings={"RELANCE_DATABSE_URL": "", "RELANCE_REDIS_URL": f"redis://{NOWHERE}"}
    )
    assert result.returncode == 1
    for part in ("Is RELANCE_DATABASE_URL meant?", "Redis can't be used", "Start it, or correct host and port"):
        assert part in result.stdout


def test_a_traceback_for_who_asks_for_it(home: Path) -> None:
    assert "Traceback" in relance("migrate", home=home, settings={"RELANCE_DEBUG": "1"}).stderr
