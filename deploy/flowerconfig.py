"""Flower's configuration: a login is required, and by default only this machine may look, and nobody may touch.

`worker.app` names this file to Flower. Its options may be overridden on the command line
(`celery -A worker.app flower --address=0.0.0.0 --read_only=False`), the login can't be left out.
"""

import os
from typing import Any

from tornado.options import options

from tasks.registry import REGISTRY

HIDDEN = "(hidden)"


def _logins() -> list[str]:
    """Return the logins as `user:password`: those given to Flower itself, else ours from the environment."""
    if options.basic_auth or options.auth:
        return list(options.basic_auth or [])
    user, password = (os.environ.get(f"RELANCE_FLOWER_{part}", "") for part in ("USER", "PASSWORD"))
    if not user or not password:
        raise SystemExit(
            "Flower shows and steers the workers, so it does not start without a login. "
            "Set RELANCE_FLOWER_USER and RELANCE_FLOWER_PASSWORD, or give --basic_auth=USER:PASSWORD."
        )
    return [f"{user}:{password}"]


def format_task(task: Any) -> Any:
    """Show the arguments of our tasks (ids) and of no other."""
    spec = REGISTRY.get(task.name)
    if spec is None or spec.hide_arguments:
        task.args = task.kwargs = HIDDEN
    return task


basic_auth = _logins()
address = options.address or "127.0.0.1"
read_only = True
persistent = False
