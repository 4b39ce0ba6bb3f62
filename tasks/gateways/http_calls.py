"""Calls to other systems over HTTP that tell what is known afterwards: never arrived, answered, or in doubt (R12)."""

import json
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

LARGEST = 1 << 20


class UnreachableError(Exception):
    """No connection came about: the call was not sent."""


class UnansweredError(Exception):
    """The call was sent and not answered: it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: its status, and its JSON object ({} where it is none)."""

    status: int
    content: dict[str, Any]


def call(
    method: str, url: str, headers: dict[str, str], body: dict[str, Any] | None = None, *, timeout: float = 10
) -> Answered:
    """Make a call with a JSON body; each wait may take `timeout` seconds."""
    to = urlsplit(url)
    kind = HTTPSConnection if to.scheme == "https" else HTTPConnection
    connection = kind(to.hostname or "", to.port, timeout=timeout)
    try:
        try:
            connection.connect()
        except (OSError, ssl.SSLError, socket.gaierror) as error:
            raise UnreachableError(f"{to.netloc} can't be reached: {error}.") from error
        raw = None if body is None else json.dumps(body).encode()
        path = f"{to.path}?{to.query}" if to.query else to.path
        try:
            connection.request(method, path, raw, {"Content-Type": "application/json"} | headers)
            answer = connection.getresponse()
            return Answered(answer.status, _object(answer.read(LARGEST)))
        except (OSError, HTTPException) as error:
            raise UnansweredError(f"{to.netloc} did not answer: {str(error) or type(error).__name__}.") from error
    finally:
        connection.close()


def _object(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
