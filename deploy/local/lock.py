"""Folder locks that no kill -9 leaves behind: the kernel drops them with the last process that holds them open."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ConfigurationError

PAUSE = 0.05


def take(path: Path, seconds: float = 0) -> int | None:
    """Take the lock `path`, waiting for at most `seconds`; return its file descriptor, or None if others hold it.

    A child process that is given the descriptor holds the lock as well, until it ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    while not _locked(descriptor, fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(PAUSE)
    return descriptor


@contextmanager
def hold(path: Path, seconds: float) -> Iterator[int]:
    """Hold the lock `path` while the block runs, and after it as long as a child does that was given it."""
    descriptor = take(path, seconds)
    if descriptor is None:
        raise ConfigurationError(f"Another process still uses {path.with_suffix('')}. Stop it first (`relance down`).")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether some process holds the lock `path` now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
