"""The whole system on this machine: servers, schema, worker, intake, beat and Flower under one supervisor."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.local import lock, programs, state
from deploy.local.home import prepare, secret
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.postgres import Postgres
from deploy.local.process import Service
from deploy.local.shop import load_demo_shop
from deploy.local.state import Login, Phase, SystemState
from deploy.local.supervisor import Supervisor
from deploy.local.valkey import Valkey
from models.db import migrate
from models.errors import ConfigurationError
from tasks.gateways.redis_client import connect, require_noeviction
from tasks.gateways.smtp_server import SmtpServer
from tasks.settings import Settings

LOOK_SECONDS = 0.2
"""Time between two looks at the processes."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FLOWER_USER = "relance"

Tell = Callable[[str], None]


class System:
    """The system of one home. Servers that the settings name are used, the others run embedded."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self.home = prepare(settings.home)
        self._settings = settings
        self._tell = tell
        self._ports = Ports(self.home)
        self._addresses = state.configured(settings)
        self._logins: dict[str, Login] = {}
        self._phase = Phase.STARTING
        self._supervisor = Supervisor(tell, changed=self._write)

    def run(self, ready: Callable[[SystemState], None]) -> None:
        """Start everything, call `ready`, and keep it running until SIGINT, SIGTERM or SIGHUP; then stop everything."""
        with self._alone(), _interruptible():
            try:
                self._start()
                self._enter(Phase.RUNNING)
                ready(self._state())
                self._keep()
            except KeyboardInterrupt:
                self._tell("Stopping.")
            finally:
                _ignore_interrupts()
                self._enter(Phase.STOPPING)
                self._supervisor.stop()
                state.remove(self.home)

    def erase(self) -> None:
        """Remove all data of this home: database, Redis, mails, SMS, passwords."""
        with self._alone():
            Postgres(self.home).erase()
            for name in ("valkey", "mailbox", "sms", "provider", "secrets"):
                shutil.rmtree(self.home / name, ignore_errors=True)

    def _start(self) -> None:
        self._enter(Phase.STARTING)
        self._supervisor.start(self._servers())
        self._prepare_servers()
        self._supervisor.start(self._programs())

    def _servers(self) -> list[Service]:
        servers: list[Service] = []
        if "redis" not in self._addresses:
            valkey = Valkey(self.home, port=self._ports.of("redis"))
            self._addresses["redis"] = valkey.url
            servers.append(valkey)
        if "database" not in self._addresses:
            postgres = Postgres(self.home, port=self._ports.of("database"))
            self._addresses["database"] = postgres.url
            servers.append(postgres)
        if "smtp" not in self._addresses:
            smtp, http = self._ports.of("smtp"), self._ports.of("mailbox")
            self._addresses |= {"smtp": f"smtp://{LOOPBACK}:{smtp}", "mailbox": f"http://{LOOPBACK}:{http}"}
            servers.append(programs.mailbox(self.home, smtp, http))
        if "sms" not in self._addresses:
            port, web = self._ports.of("sms"), self._ports.of("web")
            self._addresses["sms"] = f"http://{LOOPBACK}:{port}"
            servers.append(programs.sms(self.home, port, f"http://{LOOPBACK}:{web}/webhooks/sms"))
        if "provider" not in self._addresses:
            port, web = self._ports.of("provider"), self._ports.of("web")
            self._addresses["provider"] = f"http://{LOOPBACK}:{port}"
            servers.append(programs.provider(self.home, port, f"http://{LOOPBACK}:{web}/webhooks/sandbox"))
        return servers

    def _prepare_servers(self) -> None:
        """Bring the schema up to date, and give an embedded database its shop."""
        redis = connect(self._addresses["redis"])
        redis.ping()
        require_noeviction(redis)
        redis.close()
        SmtpServer.parse(self._addresses["smtp"])
        migrate(self._addresses["database"])
        if self._settings.database_url is None:
            load_demo_shop(self._addresses["database"])

    def _programs(self) -> list[Service]:
        home, port = self.home, self._ports.of("flower")
        login = Login(FLOWER_USER, secret(home, "flower"))
        self._addresses["flower"] = f"http://{LOOPBACK}:{port}"
        self._logins["flower"] = login
        environment = {"RELANCE_HOME": str(home)} | {
            f"RELANCE_{kind.upper()}_URL": self._addresses[kind] for kind in ("database", "redis", "smtp")
        }
        environment["RELANCE_SMS_URL"] = self._addresses["sms"]
        environment["RELANCE_SANDBOX_URL"] = self._addresses["provider"]
        web = self._ports.of("web")
        self._addresses["web"] = f"http://{LOOPBACK}:{web}"
        environment["RELANCE_WEB_URL"] = self._settings.web_url or self._addresses["web"]
        return [
            programs.worker(home, environment),
            programs.intake(home, environment),
            programs.beat(home, environment),
            programs.web(home, environment, web),
            programs.flower(home, environment, port, login),
        ]

    def _keep(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self._supervisor.tend()

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._write()

    def _write(self) -> None:
        state.write(self.home, self._state())

    def _state(self) -> SystemState:
        return SystemState(os.getpid(), self._phase, self._supervisor.states(), self._addresses, self._logins)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Make sure that no other system runs in this home meanwhile."""
        held = lock.take(state.supervisor_lock(self.home), seconds=1)
        if held is None:
            running = state.read(self.home)
            process = f" (process {running.pid})" if running else ""
            raise ConfigurationError(
                f"A system runs in {self.home} already{process}. `relance status` shows it, `relance down` stops it; "
                "a second one needs another folder in RELANCE_HOME."
            )
        try:
            yield
        finally:
            os.close(held)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let every polite way to stop this process raise KeyboardInterrupt while the block runs."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_interrupts() -> None:
    """Stopping is bounded; another Ctrl-C must not leave it half done."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
