"""The upstream door: events on a Redis stream, read through a consumer group so that none is lost with its reader.

An entry stays in the stream until its event is stored, then it is acknowledged and deleted in one step; so the oldest
entry of the stream is the oldest unread one, and an empty stream owes nothing to anybody.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from redis import Redis
from redis.exceptions import ResponseError

from models.errors import RelanceError
from tasks.gateways.redis_client import connect
from tasks.settings import EVENTS
from tasks.shell import StreamEntry, arrival

GROUP = "relance"
FIELD = b"event"
Fields = Mapping[bytes, bytes]
RawEntry = tuple[bytes, Fields | None]
Names = list[int | bytes | str | memoryview]


class NotOnDiskError(RelanceError):
    """Events were published, but the server did not confirm in time that they are on its disk."""

    def __init__(self, milliseconds: int) -> None:
        super().__init__(
            f"Redis did not confirm within {milliseconds / 1000:g} s that the events are on its disk. "
            "Publish them again: an event with the same source and id is stored once."
        )


class RedisStream:
    """The stream `key` of one Redis, as seen by the readers of `group`.

    All workers share one consumer name: an entry belongs to whoever read it for `patience` seconds, then to whoever
    asks next. Names of their own would only pile up, one for each process that ever lived.
    """

    def __init__(
        self,
        redis: Redis | str,
        key: str = EVENTS,
        group: str = GROUP,
        *,
        consumer: str = "worker",
        patience: float = 10,
        disk_wait: float = 3,
    ) -> None:
        self._redis = connect(redis) if isinstance(redis, str) else redis
        self._key = key
        self._group = group
        self._consumer = consumer
        self._patience = int(patience * 1000)
        self._disk_wait = int(disk_wait * 1000)

    def read(self, count: int) -> Sequence[StreamEntry]:
        """Return up to `count` entries: those that a reader left if there are any, else new ones."""
        try:
            return self._read(count)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            self._create_group()
            return self._read(count)

    def give_back(self, entries: Sequence[StreamEntry]) -> None:
        """Let entries be read again at once, and as if they had not been given out this time."""
        for times in {entry.deliveries for entry in entries}:
            names: Names = [entry.id for entry in entries if entry.deliveries == times]
            self._redis.xclaim(
                self._key,
                self._group,
                self._consumer,
                0,
                names,
                idle=self._patience,
                retrycount=times - 1,
                justid=True,
            )

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Forget entries whose events are stored."""
        if not ids:
            return
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self._key, self._group, *ids)
            pipe.xdel(self._key, *ids)
            pipe.execute()

    def oldest_unread(self) -> datetime | None:
        """Arrival of the oldest entry that is not acknowledged, or None."""
        entries = cast("list[RawEntry]", self._redis.xrange(self._key, count=1))
        return arrival(entries[0][0].decode()) if entries else None

    def length(self) -> int:
        """Count the entries that are not acknowledged."""
        return self._redis.xlen(self._key)

    def append(self, raws: Sequence[bytes]) -> None:
        """Publish events in order and wait until they are on the server's disk, where it can say so.

        `NotOnDiskError` leaves open whether they are there.
        """
        if not raws:
            return
        with self._redis.pipeline(transaction=False) as pipe:
            for raw in raws:
                pipe.xadd(self._key, {FIELD: raw})
            pipe.waitaof(1, 0, self._disk_wait)
            *added, synced = pipe.execute(raise_on_error=False)
        for answer in added:
            if isinstance(answer, Exception):
                raise answer
        self._check_disk(synced)

    def _read(self, count: int) -> list[StreamEntry]:
        return self._take_over(count) or self._fetch(count)

    def _take_over(self, count: int) -> list[StreamEntry]:
        """Take over entries that somebody read long ago and never acknowledged; alone, if it happened twice."""
        pending = self._redis.xpending_range(self._key, self._group, "-", "+", count, idle=self._patience)
        left = {cast("bytes", one["message_id"]): cast("int", one["times_delivered"]) for one in pending}
        if not left:
            return []
        often = [name for name, times in left.items() if times > 1]
        chosen: Names = [*(often[:1] or left)]
        answer = self._redis.xclaim(self._key, self._group, self._consumer, self._patience, chosen)
        entries = cast("list[RawEntry]", answer)
        return [StreamEntry(name.decode(), _raw(fields), left[name] + 1) for name, fields in _whole(entries)]

    def _fetch(self, count: int) -> list[StreamEntry]:
        answer = self._redis.xreadgroup(self._group, self._consumer, {self._key: ">"}, count)
        streams = cast("list[tuple[bytes, list[RawEntry]]]", answer)
        return [StreamEntry(name.decode(), _raw(fields)) for _, entries in streams for name, fields in _whole(entries)]

    def _create_group(self) -> None:
        """Start at the first entry there is: Redis may have been emptied and filled again before we looked."""
        try:
            self._redis.xgroup_create(self._key, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    def _check_disk(self, synced: object) -> None:
        """Accept a server without WAITAOF (before 7.2) or without an append-only file: it promises nothing."""
        if isinstance(synced, ResponseError):
            return
        if isinstance(synced, Exception):
            raise synced
        if not cast("list[int]", synced)[0]:
            raise NotOnDiskError(self._disk_wait)


def _whole(entries: Sequence[RawEntry]) -> list[tuple[bytes, Fields]]:
    """Return those entries that nobody has deleted."""
    return [(name, fields) for name, fields in entries if fields is not None]


def _raw(fields: Fields) -> bytes:
    """Return the event's bytes; an entry without an event shows what it holds instead, and becomes a dead letter."""
    event = fields.get(FIELD)
    if event is not None:
        return event
    shown = {_text(name): _text(value) for name, value in fields.items()}
    return json.dumps(shown, ensure_ascii=False).encode()


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")
