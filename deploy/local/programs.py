"""Our own processes: mailbox, SMS gateway, sandbox card provider, Celery worker, intake, beat, pages and Flower."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.local.ports import LOOPBACK, answers
from deploy.local.process import Command, Program
from deploy.local.state import Login
from tasks.registry import QUEUES

CELERY = ("-m", "celery", "--app=worker.app", "--quiet")
CHILDREN = 2
"""Processes of the worker that run tasks."""
SETTLED_SECONDS = 15.0
"""A process that logs too little to say that it is ready is believed after so long."""


def mailbox(home: Path, smtp_port: int, http_port: int) -> Program:
    """Return the mailbox, ready when both its ports answer."""
    ports = (f"--smtp-port={smtp_port}", f"--http-port={http_port}")
    return Program(
        Command(
            name="mailbox",
            arguments=(sys.executable, "-m", "deploy.local.mailbox", f"--home={home}", *ports),
            log=_log(home, "mailbox"),
            ready=lambda: answers(smtp_port) and answers(http_port),
        )
    )


def sms(home: Path, port: int, webhooks: str = "") -> Program:
    """Return the local SMS gateway, ready when its port answers; it tells replies to `webhooks/{business}`."""
    options = (f"--home={home}", f"--port={port}", f"--webhooks={webhooks}")
    return Program(
        Command(
            name="sms",
            arguments=(sys.executable, "-m", "deploy.local.sms", *options),
            log=_log(home, "sms"),
            ready=lambda: answers(port),
        )
    )


def provider(home: Path, port: int, webhooks: str = "") -> Program:
    """Return the sandbox card provider, ready when its port answers; it sends its messages to `webhooks/{account}`."""
    options = (f"--home={home}", f"--port={port}", f"--webhooks={webhooks}")
    return Program(
        Command(
            name="provider",
            arguments=(sys.executable, "-m", "deploy.local.provider", *options),
            log=_log(home, "provider"),
            ready=lambda: answers(port),
        )
    )


def flower(home: Path, environment: Mapping[str, str], port: int, login: Login) -> Program:
    """Return Flower, ready when its port answers."""
    return Program(
        Command(
            name="flower",
            arguments=(sys.executable, *CELERY, "flower", f"--address={LOOPBACK}", f"--port={port}"),
            log=_log(home, "flower"),
            ready=lambda: answers(port),
            environment={
                **environment,
                "RELANCE_FLOWER_USER": login.user,
                "RELANCE_FLOWER_PASSWORD": login.password,
            },
        )
    )


def web(home: Path, environment: Mapping[str, str], port: int) -> Program:
    """Return the pages, ready when their port answers."""
    return Program(
        Command(
            name="web",
            arguments=(sys.executable, "-m", "web", f"--host={LOOPBACK}", f"--port={port}"),
            log=_log(home, "web"),
            ready=lambda: answers(port),
            environment=environment,
        )
    )


def worker(home: Path, environment: Mapping[str, str]) -> Program:
    """Return a Celery worker on all queues; when stopped, it gives running batches some seconds."""
    options = (f"--queues={','.join(QUEUES)}", f"--concurrency={CHILDREN}", "--hostname=worker@%h", "--loglevel=INFO")
    quiet = ("--without-mingle", "--without-gossip")
    return _talkative("worker", home, environment, (*CELERY, "worker", *options, *quiet), says=" ready")


def intake(home: Path, environment: Mapping[str, str]) -> Program:
    """Return the intake, which rings when events arrive."""
    return _talkative("intake", home, environment, ("-m", "worker.intake"), says=" ready")


def beat(home: Path, environment: Mapping[str, str]) -> Program:
    """Return beat, which rings when something is due."""
    return _talkative("beat", home, environment, (*CELERY, "beat", "--loglevel=INFO"), says="beat: Starting")


def _talkative(
    name: str, home: Path, environment: Mapping[str, str], arguments: tuple[str, ...], *, says: str
) -> Program:
    """Return a program that is ready when its log says so."""

    def ready() -> bool:
        child = program.child
        return says in child.log_of_this_run() or time.monotonic() - child.started > SETTLED_SECONDS

    program = Program(
        Command(
            name=name,
            arguments=(sys.executable, *arguments),
            log=_log(home, name),
            ready=ready,
            environment={**environment, "REMAP_SIGTERM": "SIGQUIT"},
            patience=20,
        )
    )
    return program


def _log(home: Path, name: str) -> Path:
    return home / "logs" / f"{name}.log"
