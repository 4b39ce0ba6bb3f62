"""The folder where the embedded system keeps its state (`RELANCE_HOME`), and its secrets."""

import os
import secrets
from pathlib import Path

from models.errors import ConfigurationError


def prepare(home: Path) -> Path:
    """Make the folder and return its absolute path; raise if nothing can be written there.

    Others may pass through it (the user that runs PostgreSQL for root must), but read none of its private folders.
    """
    try:
        home = home.resolve()
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        probe = home / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"The folder {home} can't be written ({error.strerror}). "
            "Set RELANCE_HOME to a folder that you may write to, or run as its owner."
        ) from error
    return home


def secret(home: Path, name: str) -> str:
    """Return the random password `name` of this home, made on first use; only this user may read its file."""
    path = home / "secrets" / name
    if path.exists():
        return path.read_text()
    prepare(home)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    value = secrets.token_urlsafe(18)
    write_private(path, value)
    return value


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, all of it or nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
