"""What happens when a process of Celery starts, forks, or begins a task."""

import logging
from typing import Any

import structlog
from celery import Celery, signals
from celery.exceptions import WorkerShutdown

from deploy.local import discover
from models.errors import ConfigurationError
from tasks.gateways.redis_client import connect, require_noeviction
from tasks.settings import load
from worker import celery_settings, telemetry
from worker.collecting import collect_seldom
from worker.first_look import look_at_database, look_at_redis
from worker.shell import forget, shell

log = structlog.get_logger(__name__)


def connect_signals(app: Celery) -> None:
    """Listen to Celery on behalf of `app`."""

    def check(**_: Any) -> None:
        try:
            telemetry.configure(load().log_level)
            celery_settings.check(app.conf)
            shell(app)  # opens nothing, but needs every address
            look_at_database(discover(load()).database)
            look_at_redis(app.conf.broker_url)
        except ConfigurationError as error:
            raise SystemExit(str(error)) from None

    def check_redis(**_: Any) -> None:
        try:
            require_noeviction(connect(app.conf.broker_url))
        except ConfigurationError as error:
            log.critical(str(error))
            raise WorkerShutdown(1) from None

    def start_child(**_: Any) -> None:
        forget(app)
        collect_seldom()

    for signal, handler in (
        (signals.setup_logging, _set_up_logging),
        (signals.celeryd_init, check),
        (signals.beat_init, check),
        (signals.worker_ready, check_redis),
        (signals.worker_process_init, start_child),
        (signals.task_prerun, _begin_task),
    ):
        signal.connect(handler, weak=False)


def _set_up_logging(loglevel: int | str | None = None, **_: Any) -> None:
    """Log as much as the more talkative of the setting and `--loglevel` asks for."""
    levels = logging.getLevelNamesMapping()
    asked = loglevel if isinstance(loglevel, int) else levels.get(str(loglevel).upper(), logging.WARNING)
    telemetry.configure(min(asked, levels[load().log_level.upper()]))


def _begin_task(task_id: str, **_: Any) -> None:
    """Forget what the task before said of itself."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id)
