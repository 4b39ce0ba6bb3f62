"""The upstream door: no entry is lost, whatever happens to its readers or to Redis."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from tasks.gateways.stream import RedisStream, arrival


@pytest.fixture
def stream(redis: Redis) -> RedisStream:
    return RedisStream(redis)


def raws(stream: RedisStream, count: int = 10) -> list[bytes]:
    return [entry.raw for entry in stream.read(count)]


def test_events_are_read_once_in_their_order_and_forgotten_when_acknowledged(stream: RedisStream, redis: Redis) -> None:
    stream.append([b"one", b"two"])
    stream.append([b"three"])
    entries = stream.read(2)

    assert [entry.raw for entry in entries] == [b"one", b"two"]
    assert raws(stream) == [b"three"]
    assert raws(stream) == []
    stream.acknowledge([entry.id for entry in entries])
    assert redis.xlen("relance:events") == 1


def test_what_a_dead_reader_left_is_read_again_before_new_events(redis: Redis) -> None:
    stream = RedisStream(redis, patience=0)
    stream.append([b"old"])
    assert raws(stream) == [b"old"]
    stream.append([b"new"])

    assert raws(stream, 1) == [b"old"]
    assert raws(stream, 2) == [b"old", b"new"]


def test_the_oldest_unread_entry_is_one_that_is_not_acknowledged(stream: RedisStream) -> None:
    assert stream.oldest_unread() is None
    stream.append([b"one", b"two"])
    one, two = stream.read(2)

    assert stream.oldest_unread() == arrival(one.id)
    assert abs(arrival(one.id) - datetime.now(UTC)) < timedelta(minutes=1)
    stream.acknowledge([one.id, two.id])
    assert stream.oldest_unread() is None


def test_reading_goes_on_when_redis_has_been_emptied(stream: RedisStream, redis: Redis) -> None:
    assert raws(stream) == []
    redis.flushall()
    stream.append([b"one"])

    assert raws(stream) == [b"one"]


def test_an_entry_without_an_event_shows_what_it_holds(stream: RedisStream, redis: Redis) -> None:
    redis.xadd("relance:events", {"evnt": "{}", "né": b"\xff"})

    assert [json.loads(raw) for raw in raws(stream)] == [{"evnt": "{}", "né": "\\xff"}]


def test_an_id_from_the_far_future_is_a_late_instant(stream: RedisStream, redis: Redis) -> None:
    redis.xadd("relance:events", {"event": "{}"}, id="18446744073709551615-1")

    oldest = stream.oldest_unread()
    assert oldest
    assert oldest.year == 9999
