"""The shell of this process: what its tasks may touch, made on first use and never carried over a fork."""

from functools import cache

from celery import Celery
from redis import Redis

from deploy.local import discover
from deploy.local.cards import SettledProviders
from deploy.local.pages import pages_of
from deploy.local.texting import sms_gateway
from models.db import make_engine
from tasks.gateways.clock import SystemClock
from tasks.gateways.redis_client import connect
from tasks.gateways.smtp import SmtpGateway
from tasks.gateways.stream import RedisStream
from tasks.settings import load
from tasks.shell import Shell
from worker.bells import CeleryBells

QUICK = 1.0
"""Seconds that a bell or a sign of life may take."""


@cache
def redis_client() -> Redis:
    """Return the client for what may fail quickly."""
    return connect(discover(load()).redis, timeout=QUICK)


@cache
def bells(app: Celery) -> CeleryBells:
    """Return the bells of this process."""
    return CeleryBells(app, redis_client())


@cache
def shell(app: Celery) -> Shell:
    """Return the shell of this process."""
    settings = load()
    servers = discover(settings)
    return Shell(
        database=make_engine(servers.database),
        clock=SystemClock(),
        settings=settings,
        bells=bells(app),
        stream=RedisStream(servers.redis, settings.events_key),
        mail=SmtpGateway(servers.smtp),
        cards=SettledProviders(settings),
        pages=pages_of(settings),
        sms=sms_gateway(settings),
    )


def forget(app: Celery) -> None:
    """Let a forked child make its own shell; the parent's connections are left to the parent."""
    if shell.cache_info().currsize:
        shell(app).database.dispose(close=False)
    for made in (shell, bells, redis_client):
        made.cache_clear()
