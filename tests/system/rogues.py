"""Envelopes that no worker can use, as a mistaken hand might push them onto one of Celery's lists."""

import base64
import json
from typing import Any

GOOD: dict[str, Any] = {
    "body": base64.b64encode(b"[[], {}, {}]").decode(),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    "headers": {"task": "probe.nothing", "id": "1"},
    "properties": {
        "body_encoding": "base64",
        "delivery_tag": "1",
        "delivery_info": {"exchange": "", "routing_key": "events"},
    },
}


def _with(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def _without(*path: str) -> bytes:
    envelope = json.loads(json.dumps(GOOD))
    place = envelope
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    return json.dumps(envelope).encode()


def _body(raw: bytes) -> bytes:
    return _with(body=base64.b64encode(raw).decode())


ROGUES = {
    "no JSON": b"{not json",
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "a number": b"42",
    "a list": b"[]",
    "null": b"null",
    "deep": b"[" * 100_000,
    "an event": b'{"specversion": "1.0", "id": "1", "type": "order.placed"}',
    "no body": _without("body"),
    "no headers": _without("headers"),
    "no properties": _without("properties"),
    "no id": _without("headers", "id"),
    "no task": _without("headers", "task"),
    "no tag": _without("properties", "delivery_tag"),
    "no delivery info": _without("properties", "delivery_info"),
    "body not base64": _with(body="*** not base64 ***"),
    "body not JSON": _body(b"{"),
    "body a number": _body(b"42"),
    "body without kwargs": _body(b"[[]]"),
    "body deep": _body(b"[" * 100_000),
    "pickle": _with(**{"content-type": "application/x-python-serialize"}),
    "task a list": _with(headers={"task": [], "id": "1"}),
    "time limit a word": _with(headers=GOOD["headers"] | {"timelimit": "soon"}),
    "retries a word": _with(headers=GOOD["headers"] | {"retries": "many"}),
    "stamps a word": _with(headers=GOOD["headers"] | {"stamps": "x", "stamped_headers": 4}),
    "expiry a number": _with(headers=GOOD["headers"] | {"expires": 5}),
    "protocol 1": _with(
        headers={}, body=base64.b64encode(b'{"task": "probe.nothing", "id": "1", "args": []}').decode()
    ),
}
"""What is laid aside with its reason."""

ODD = {
    "NaN": _body(b"[[NaN, -Infinity], {}, {}]"),
    "half a character": _body(b'[["\\ud800"], {}, {}]'),
}
"""What Python can read and is for the task to judge."""

DROPPED = {
    "unknown task": _with(headers={"task": "no.such", "id": "2"}),
    "unknown expiry": _with(headers=GOOD["headers"] | {"expires": "tomorrow"}),
    "unknown eta": _with(headers=GOOD["headers"] | {"eta": "tomorrow"}),
}
"""What Celery itself reports and forgets."""
