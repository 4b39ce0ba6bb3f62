"""A PostgreSQL server for one test run or simulation: ready within a second, and gone without a trace."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.local import lock
from deploy.local.postgres import Postgres
from models.errors import ConfigurationError

PREFIX = "relance-throwaway-"
DRAFT = ".relance-throwaway-"


@contextmanager
def throwaway_postgres(folder: Path | None = None) -> Iterator[Postgres]:
    """Run a server in a folder of its own, in `folder` or among temporary files; any number may run side by side.

    A run that was killed can't tidy up: its server ends with it, and the next run removes its folder.
    """
    place = folder or Path(tempfile.gettempdir())
    _sweep(place)
    home, held = _reserve(place)
    server = Postgres(home, durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        _remove(home)
        os.close(held)


def _reserve(place: Path) -> tuple[Path, int]:
    """Make a folder that no sweep takes for an abandoned one: it gets its name only when its lock is held."""
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=place))
    draft.chmod(0o711)
    held = lock.take(draft / "lock")
    assert held is not None
    return draft.rename(draft.with_name(PREFIX + draft.name.removeprefix(DRAFT))), held


def _sweep(place: Path) -> None:
    """Remove the folders of runs that were killed; one that goes, or whose server ends meanwhile, is left to others."""
    for home in place.glob(f"{PREFIX}*"):
        with suppress(OSError, ConfigurationError):
            if home.lstat().st_uid == os.geteuid():
                _clear(home)


def _clear(home: Path) -> None:
    """Remove a folder, unless its run lives or somebody else removes it."""
    held = lock.take(home / "lock")
    if held is None:
        return
    try:
        _remove(home, patience=0)
    finally:
        os.close(held)


def _remove(home: Path, patience: float = 30) -> None:
    Postgres(home, patience=patience).erase()
    shutil.rmtree(home, ignore_errors=True)
