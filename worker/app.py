"""The Celery app of `celery -A worker.app worker`, `beat` and `flower`, in any directory; importing opens nothing."""

import os
from importlib import import_module
from typing import Any

from celery import Celery

from deploy.local import discover
from models.errors import ConfigurationError
from tasks.gateways.redis_client import connect
from tasks.registry import REGISTRY
from tasks.settings import ROOT, load
from worker import transport
from worker.celery_settings import configuration
from worker.runner import register
from worker.signals import connect_signals

MODULES = (
    "tasks.events",
    "tasks.automations",
    "tasks.sessions",
    "tasks.bookings",
    "tasks.invoices",
    "tasks.payments",
    "tasks.cycles",
    "tasks.cards",
    "tasks.webhooks",
    "tasks.forgetting",
    "tasks.messages",
    "tasks.pauses",
    "tasks.housekeeping",
    "tasks.checking",
    "tasks.listening",
)
"""Every module that holds tasks."""


def _configuration() -> dict[str, Any]:
    """Configure on first use; whatever process asks ends with the message if there is no Redis to use."""
    try:
        url = discover(load()).redis
        connect(url).close()  # opens nothing, but reads the URL as strictly as everywhere else
        return configuration(url)
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None


def _build() -> Celery:
    os.environ.setdefault("FLOWER_CONF", str(ROOT / "deploy" / "flowerconfig.py"))
    for module in MODULES:
        import_module(module)
    transport.install()
    app = Celery("relance")
    app.add_defaults(_configuration)
    for spec in REGISTRY.values():
        register(app, spec)
    connect_signals(app)
    return app


app = _build()
