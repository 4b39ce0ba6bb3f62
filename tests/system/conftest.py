"""A broker, a database and a worker, all of them real processes of this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery import Celery
from kombu import pools
from pytest_celery import CeleryBrokerCluster, CeleryTestSetup, RedisTestBroker
from redis import Redis

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.valkey import Valkey
from models.db import migrate
from tasks.gateways.redis_client import connect
from tasks.registry import QUEUES
from tests.system.nodes import CELERY, LocalRedis, LocalWorker, Node, Processes, says

WORKER = (
    *CELERY,
    "worker",
    f"--queues={','.join(QUEUES)}",
    "--concurrency=2",
    "--without-mingle",
    "--without-gossip",
)


class Setup(CeleryTestSetup):
    """The parts of a test; its app is that of an upstream service, which knows no more than the broker's prefix."""

    @classmethod
    def update_app_config(cls, app: Celery) -> None:
        app.conf.update(
            broker_transport_options={"global_keyprefix": "relance:celery:"},
            task_queues=None,
            task_default_queue="events",
            task_ignore_result=True,
        )


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with throwaway_postgres() as server:
        migrate(server.url)
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE probes (number integer NOT NULL)")
        yield server.url


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE probes")
        yield connection


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(valkey: Valkey) -> Iterator[Redis]:
    client = connect(valkey.url)
    client.flushall()
    yield client
    client.close()
    pools.reset()  # type: ignore[no-untyped-call]  # kombu keeps connections, also those that a test has cut


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all processes are started and log: not the project's directory."""
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="session")
def environment(database_url: str, valkey: Valkey, folder: Path) -> dict[str, str]:
    return {
        "RELANCE_HOME": str(folder),
        "RELANCE_DATABASE_URL": database_url,
        "RELANCE_REDIS_URL": valkey.url,
        "RELANCE_SMTP_URL": "smtp://127.0.0.1:1",
    }


@pytest.fixture(scope="session")
def processes(environment: dict[str, str], folder: Path) -> Iterator[Processes]:
    started = Processes(folder, environment)
    yield started
    started.stop()


@pytest.fixture
def queues(processes: Processes, redis: Redis) -> Redis:
    """A Redis whose queues nobody empties."""
    processes.stop("worker")
    redis.flushall()
    return redis


@pytest.fixture
def default_redis_broker(valkey: Valkey, redis: Redis) -> LocalRedis:
    assert redis.dbsize() == 0
    return LocalRedis(valkey)


@pytest.fixture
def celery_broker_cluster(celery_redis_broker: RedisTestBroker) -> Iterator[CeleryBrokerCluster]:
    cluster = CeleryBrokerCluster(celery_redis_broker)
    yield cluster
    cluster.teardown()


@pytest.fixture
def celery_backend_cluster() -> None:
    """Keep no results."""


@pytest.fixture
def celery_setup_cls() -> type[Setup]:
    return Setup


@pytest.fixture
def default_worker_container(processes: Processes, default_redis_broker: LocalRedis) -> LocalWorker:
    assert default_redis_broker.ready()
    return LocalWorker(Node(processes.running("worker", *WORKER, ready=says("ready."))))
