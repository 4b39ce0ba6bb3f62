#!/usr/bin/env python3
"""Build the wheel and check it: every file of the packages is in it, nothing else is, and its command starts."""

import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a program of ours and return what it prints."""
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


def build(folder: Path) -> Path:
    """Build the wheel into a folder."""
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def expected() -> set[str]:
    """List the files of the packages, as git knows them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *packages)
    return {name for name in listed.splitlines() if (ROOT / name).exists()}


def check_content(wheel: Path) -> int:
    """Compare the files in the wheel with those of the packages; return how many there are."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    if packed != expected():
        sys.exit(f"Missing in the wheel: {sorted(expected() - packed)}. Too much: {sorted(packed - expected())}.")
    return len(packed)


def check_start(wheel: Path, folder: Path) -> None:
    """Unpack the wheel away from the checkout and ask its command for help."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    shown = run(sys.executable, "-m", "worker.cli", "--help", cwd=folder)
    if "doctor" not in shown:
        sys.exit(f"`relance --help` from the wheel shows no commands: {shown}")


def main() -> None:
    """Build, check, and leave nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        count = check_content(wheel)
        check_start(wheel, folder / "unpacked")
        print(f"{wheel.name}: {count} files, all that belong in it.")  # noqa: T201  # its answer


if __name__ == "__main__":
    main()
