"""Celery's way to Redis, with a door that keeps malformed envelopes out.

A list that workers pop from may hold anything: a message pushed by hand, by a foreign client, by a mistake. Celery's
own consumer dies of an envelope that it can't unpack, and so does every worker after it. Here an envelope is checked
when it is popped: what is not Celery's task protocol 2 in JSON is laid aside with its reason, and the next one is read.
"""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
import structlog
from kombu.transport import TRANSPORT_ALIASES, redis
from redis import Redis, RedisError

from tasks.registry import QUEUES

ROGUE = "relance:rogue"
"""List of the envelopes laid aside, newest first: queue, reason, instant, base64 of the bytes."""
KEPT = 1_000

log = structlog.get_logger(__name__)

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Seconds = float | None


class Headers(msgspec.Struct):
    """What a worker reads of a task message's headers."""

    id: Text
    task: Text
    root_id: str | None = None
    parent_id: str | None = None
    group: str | None = None
    shadow: str | None = None
    eta: str | None = None
    expires: str | None = None
    retries: int | None = None
    timelimit: tuple[Seconds, Seconds] | None = None
    stamped_headers: list[str] | None = None
    stamps: dict[str, Any] | None = None
    compression: None = None


class DeliveryInfo(msgspec.Struct):
    """Where a message was sent."""

    exchange: str
    routing_key: str


class Properties(msgspec.Struct):
    """What the transport reads of a message's properties."""

    delivery_tag: Text
    delivery_info: DeliveryInfo
    body_encoding: Literal["base64"]
    priority: int | None = None


class Envelope(msgspec.Struct, rename="kebab"):
    """A task message as it lies in Redis."""

    body: str
    headers: Headers
    properties: Properties
    content_type: Literal["application/json"]
    content_encoding: Literal["utf-8"]


Body = tuple[list[Any], dict[str, Any], dict[str, Any] | None]
read_envelope = msgspec.json.Decoder(Envelope).decode


def fault(raw: bytes) -> str | None:
    """Say why an envelope can't be used, or None. Its body is read as Celery does it: NaN is the task's to judge."""
    try:
        envelope = read_envelope(raw)
        msgspec.convert(json.loads(base64.b64decode(envelope.body, validate=True)), Body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return str(error) or type(error).__name__
    return None


class Client(redis.PrefixedStrictRedis):
    """A client whose blocking pop answers "nothing" instead of an envelope that can't be used.

    Only queues of tasks are guarded: answers to remote control come through lists too, in another form.
    """

    def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:
        answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        if command_name != "BRPOP" or not answer:
            return answer
        key, raw = answer
        queue = key.decode().partition(redis.Channel.sep)[0]
        reason = fault(raw) if queue in QUEUES else None
        if reason is None:
            return answer
        self._lay_aside(queue, reason, raw)
        return None

    def _lay_aside(self, queue: str, reason: str, raw: bytes) -> None:
        """Keep what was popped for a person to look at; without Redis the log is all that is left of it."""
        log.error("envelope refused", queue=queue, reason=reason, size=len(raw), kept=ROGUE)
        kept = {
            "queue": queue,
            "reason": reason,
            "at": datetime.now(UTC).isoformat(),
            "raw": base64.b64encode(raw).decode(),
        }
        plain = Redis(connection_pool=self.connection_pool)
        with suppress(RedisError), plain.pipeline(transaction=False) as pipe:
            pipe.lpush(ROGUE, json.dumps(kept))
            pipe.ltrim(ROGUE, 0, KEPT - 1)
            pipe.execute()


class Channel(redis.Channel):
    """A channel that uses `Client`."""

    def _get_client(self) -> Any:
        return partial(Client, global_keyprefix=self.global_keyprefix)


class Transport(redis.Transport):
    """The transport of this process's `redis://` and `rediss://` URLs."""

    Channel = Channel


def install() -> None:
    """Make kombu use this transport; to be called before the first connection."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:Transport"))
