"""Where databases of tests are kept: in memory where there is room, as each copy of one is hundreds of small files."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # only what makes a folder of its own there uses it
ROOM = 4 << 30
"""So many bytes must be free: the servers of two workers were seen to take 1.1 GB together."""


def roomy_memory() -> Path | None:
    """Return a folder in memory that has room and runs programs, if this machine has one."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM else None
