"""Task messages whose arguments nobody may see: not the events of the worker, not its logs, not Flower."""

from typing import Any

from celery.worker.request import Request

HIDDEN = "(hidden)"


class DiscreetRequest(Request):
    """A request that hides its arguments.

    The sender of a message writes how its arguments look (`argsrepr`) and may give it another name (`shadow`), and
    worker, events, remote control and Flower show them; so they are replaced before anything reads them.
    """

    def __init__(self, message: Any, *, headers: dict[str, Any] | None = None, **options: Any) -> None:
        discreet = (headers or message.headers) | {"argsrepr": HIDDEN, "kwargsrepr": HIDDEN, "shadow": None}
        super().__init__(message, headers=discreet, **options)

    def info(self, safe: bool = True) -> dict[str, Any]:  # noqa: ARG002  # what is safe is not the caller's to say
        """Describe the request to remote control."""
        told: dict[str, Any] = super().info(safe=True)
        return told
