"""Files that people name on the command line: read, and written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.errors import BadInputError


def read_file(path: Path) -> str:
    """Return a file's text, or say plainly why not."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = (
            f"{error.strerror}. Check its name and that you may read it."
            if isinstance(error, OSError)
            else "it is not UTF-8. Save it in that encoding."
        )
        raise BadInputError(f"{path} can't be read: {told}") from error


def beside(path: Path) -> Callable[[Any, str], tuple[str, str]]:
    """Return how a file reads another one that it names, relative to itself."""

    def read(_node: Any, name: str) -> tuple[str, str]:
        file = path.parent / name
        return str(file), read_file(file)

    return read


def write_file(path: Path, text: str) -> None:
    """Write a text to a file whose folder is made, letter by letter; or say plainly why not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadInputError(f"{path} can't be written: {error.strerror}.") from error
