"""A simulated year: `relance simulate` as a command, from reading its file to its last line."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import psutil

from tasks.settings import ROOT
from tests.benchmarks.year import DAYS, scenario

CLIENTS = 200


def measure(bookings: int) -> dict[str, Any]:
    """Simulate a year of a shop with 200 clients and ten automations; return how long it took and how much it told."""
    told = scenario(bookings, CLIENTS)
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder = Path(name)
        (folder / "year.json").write_bytes(msgspec.json.encode(told))
        started = time.perf_counter()
        with (folder / "lines").open("wb") as lines:
            command = [sys.executable, "-m", "worker.cli", "simulate", str(folder / "year.json"), "--json"]
            process = subprocess.Popen(command, cwd=ROOT, stdout=lines)
            mebibytes = peak_memory(process)
        seconds = time.perf_counter() - started
        if process.returncode:
            raise RuntimeError(f"relance simulate ended with {process.returncode}.")
        count = sum(1 for _ in (folder / "lines").open("rb"))
    return {
        "benchmark": "simulated_year",
        "bookings": bookings,
        "clients": CLIENTS,
        "automations": len(told["automations"]),
        "days": DAYS,
        "happenings": len(told["events"]),
        "lines": count,
        "seconds": round(seconds, 1),
        "peak_mib": mebibytes,
    }


def peak_memory(process: "subprocess.Popen[bytes]") -> int:
    """Wait until a process has ended; return the most memory that it held, its server not counted."""
    watched, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.1)
    process.wait()
    return most // 2**20
