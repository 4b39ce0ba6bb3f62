"""What was measured on: without it a figure says nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tasks.gateways.redis_client import connect
from tests.benchmarks.stage import Stage

LIBRARIES = ("celery", "kombu", "psycopg", "redis", "msgspec")
CPUINFO = Path("/proc/cpuinfo")


def describe(stage: Stage) -> dict[str, Any]:
    """Return the machine, how busy others keep it, the servers with their promises to the disk, and the versions."""
    redis: Any = connect(stage.redis_url, timeout=5).info("server")
    return {
        "benchmark": "machine",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": [round(load, 1) for load in os.getloadavg()],
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "postgresql": stage.query("SHOW server_version")[0],
        "fsync": stage.query("SHOW fsync")[0],
        "synchronous_commit": stage.query("SHOW synchronous_commit")[0],
        "shared_buffers": stage.query("SHOW shared_buffers")[0],
        "redis_server": redis.get("valkey_version") or redis["redis_version"],
        **{name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    """Return the processor's name where the system tells it."""
    lines = CPUINFO.read_text().splitlines() if CPUINFO.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
