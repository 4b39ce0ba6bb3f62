"""What the running system tells others: its processes and addresses, written under RELANCE_HOME."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from deploy.local import lock
from deploy.local.home import write_private
from models.errors import ConfigurationError
from tasks.settings import Settings

KINDS = ("redis", "database", "smtp", "mailbox", "sms", "provider", "flower", "web")
"""Every kind of address, in the order in which they are shown."""


class Phase(StrEnum):
    """How far a process, or the whole system, is."""

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class ProcessState:
    """One process; it has no pid while it waits to be started again."""

    name: str
    pid: int | None
    state: Phase


@dataclass(frozen=True, slots=True)
class Login:
    """Who may enter one of the addresses."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class SystemState:
    """The running system as its supervisor wrote it down last."""

    pid: int
    phase: Phase
    processes: tuple[ProcessState, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    logins: Mapping[str, Login] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers are. Asking for one that is neither set nor running raises `ConfigurationError`."""

    home: Path
    known: Mapping[str, str]

    @property
    def database(self) -> str:
        return self._get("database", "PostgreSQL")

    @property
    def redis(self) -> str:
        return self._get("redis", "Redis")

    @property
    def smtp(self) -> str:
        return self._get("smtp", "mail server")

    @property
    def provider(self) -> str | None:
        """The sandbox card provider, where one is set or runs."""
        return self.known.get("provider")

    def _get(self, kind: str, server: str) -> str:
        if kind not in self.known:
            raise ConfigurationError(
                f"No {server} is known: RELANCE_{kind.upper()}_URL is not set and no system runs in {self.home}. "
                f"Start one with `relance up --detach`, or set RELANCE_{kind.upper()}_URL."
            )
        return self.known[kind]


def configured(settings: Settings) -> dict[str, str]:
    """Return the addresses that the settings give; what they give is not embedded."""
    given = {
        "redis": settings.redis_url,
        "database": settings.database_url,
        "smtp": settings.smtp_url,
        "sms": settings.sms_url,
        "provider": settings.sandbox_url,
    }
    return {kind: url for kind, url in given.items() if url}


def discover(settings: Settings) -> Addresses:
    """Return where the servers are: what the settings say, else what the running system of this home says."""
    home = settings.home.resolve()
    given = configured(settings)
    running = None if len(given) == len(("redis", "database", "smtp", "sms", "provider")) else read(home)
    return Addresses(home, {**(running.addresses if running else {}), **given})


def supervisor_lock(home: Path) -> Path:
    """Return the file that the supervisor of this home holds locked while it lives."""
    return home / "supervisor.lock"


def read(home: Path) -> SystemState | None:
    """Return the state of the system that runs in this home, None if none does (a killed one does not count)."""
    file = _file(home)
    try:
        if not lock.is_held(supervisor_lock(home)) or not file.exists():
            return None
        return _decode(json.loads(file.read_text()))
    except PermissionError as error:
        raise ConfigurationError(
            f"The state of the system in {home} can't be read: {error.filename} belongs to another user. "
            "Run this as that user, or set RELANCE_HOME to a folder of yours."
        ) from error


def write(home: Path, state: SystemState) -> None:
    """Replace what is known of the system."""
    write_private(_file(home), json.dumps(asdict(state), indent=1))


def remove(home: Path) -> None:
    """Forget the system: it has stopped."""
    _file(home).unlink(missing_ok=True)


def _file(home: Path) -> Path:
    return home / "system.json"


def _decode(content: dict[str, Any]) -> SystemState:
    return SystemState(
        pid=content["pid"],
        phase=Phase(content["phase"]),
        processes=tuple(ProcessState(p["name"], p["pid"], Phase(p["state"])) for p in content["processes"]),
        addresses=content["addresses"],
        logins={name: Login(**login) for name, login in content["logins"].items()},
    )
