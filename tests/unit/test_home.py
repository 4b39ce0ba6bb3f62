"""The secrets of a home: made on first use, also where nobody has made the home before, for this user only."""

import stat
from pathlib import Path

import pytest

from deploy.local.home import secret
from models.errors import ConfigurationError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_together_with_the_folders_that_are_missing_and_stays(tmp_path: Path) -> None:
    home = tmp_path / "srv" / "relance"
    made = secret(home, "web")
    assert made
    assert secret(home, "web") == made
    assert mode(home) & 0o066 == 0
    assert mode(home / "secrets") == 0o700
    assert mode(home / "secrets" / "web") == 0o600


def test_a_home_that_can_not_be_made_is_refused_with_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Set RELANCE_HOME to a folder that you may write to"):
        secret(tmp_path / "file" / "relance", "web")
