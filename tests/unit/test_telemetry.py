"""Logs tell what happened and where, never to whom."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
import structlog
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from models.errors import NotFoundError
from worker import telemetry

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Give what was logged, line by line."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    telemetry.configure("INFO")
    written = StringIO()
    assert isinstance(root.handlers[0], logging.StreamHandler)
    root.handlers[0].setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_foreign_exception_is_told_by_type_code_and_places(lines: Lines) -> None:
    def insert() -> None:
        raise IntegrityError("INSERT", {"email": "zoe@example.org"}, UniqueViolation("zoe@example.org"))

    try:
        insert()
    except IntegrityError:
        logging.getLogger("any").exception("It failed")

    (line,) = lines()
    assert "zoe" not in str(line)
    assert (line["event"], line["error"], line["sqlstate"]) == ("It failed", "IntegrityError", "23505")
    assert str(line["places"]).endswith(" insert']")


def test_an_error_of_ours_is_told_in_its_words(lines: Lines) -> None:
    structlog.get_logger("any").warning("not done", exc_info=NotFoundError("There is no business nowhere."))

    (line,) = lines()
    assert line["error"] == "There is no business nowhere."


def test_what_celery_quotes_of_a_message_is_cut(lines: Lines) -> None:
    template = "Received unregistered task of type %s.\nThe full contents of the message body was:\n%s\n"
    logging.getLogger(telemetry.QUOTING).error(template, "x.y", "Zoe")

    (line,) = lines()
    assert line["event"] == "Received unregistered task of type"
