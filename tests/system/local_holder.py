"""A process that holds embedded servers until it is stopped: `python -m tests.system.local_holder HOME`.

It prints one JSON line with the servers' URLs and pids.
"""

import json
import signal
import sys
from pathlib import Path

from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey


def main(home: Path) -> None:
    """Start, tell, wait, stop."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    postgres, valkey = Postgres(home), Valkey(home)
    urls = {"database": postgres.start(), "redis": valkey.start()}
    print(json.dumps(urls | {"pids": [postgres.child.pid, valkey.child.pid]}), flush=True)  # noqa: T201  # its answer
    signal.sigwait([signal.SIGTERM])
    postgres.stop()
    valkey.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
