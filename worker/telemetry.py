"""Logs: one JSON object a line on standard error, without personal data.

An exception is told by its type and the places it passed, never by its message: messages of libraries quote values.
Only messages of our own errors, which are written for people, are shown.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from models.errors import RelanceError

QUIET = ("celery.worker.strategy", "celery.app.trace", "celery.pool", "alembic.runtime.migration")
"""Loggers that tell what we tell better, some of Celery's with the arguments of every message."""

QUOTING = "celery.worker.consumer.consumer"
"""The logger that prints whole messages it can't use."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: int | str) -> None:
    """Send all logs of this process through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(QUOTING).addFilter(without_quotes)


def tell_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by what may be known of it."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[1] is not None:
        event.update(described(exc_info[1]))
    return event


def described(error: BaseException) -> dict[str, Any]:
    """Return an error's type, code and places; its message only if it is ours."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    code = getattr(getattr(error, "orig", error), "sqlstate", None)
    return {"error": summary(error), "places": places[-12:]} | ({"sqlstate": code} if code else {})


def summary(error: BaseException) -> str:
    """Say in a few words what happened, in words that may be shown anywhere."""
    return str(error) if isinstance(error, RelanceError) else type(error).__name__


def without_quotes(record: logging.LogRecord) -> bool:
    """Cut a record down to its first line, where it would go on with the contents of a message."""
    if "body" in str(record.msg):
        record.msg = str(record.msg).strip().splitlines()[0].partition("%")[0].rstrip(": ")
        record.args = record.exc_info = None
    return True
