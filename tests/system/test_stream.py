"""The upstream door: no entry is lost, whatever happens to its readers or to Redis."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from tasks.gateways.stream import RedisStream
from tasks.shell import arrival


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
    stream.append([b"one", b"two"])
    assert raws(stream) == [b"one", b"two"]
    stream.append([b"new"])

    left = stream.read(10)
    assert [(entry.raw, entry.deliveries) for entry in left] == [(b"one", 2), (b"two", 2)]
    stream.acknowledge([entry.id for entry in left])
    assert [(entry.raw, entry.deliveries) for entry in stream.read(10)] == [(b"new", 1)]


def test_what_was_left_twice_comes_alone_so_that_it_kills_nobody_else(redis: Redis) -> None:
    stream = RedisStream(redis, patience=0)
    stream.append([b"one", b"two"])
    for _ in range(2):
        assert raws(stream) == [b"one", b"two"]

    (one,) = stream.read(10)
    assert (one.raw, one.deliveries) == (b"one", 3)
    stream.acknowledge([one.id])
    assert raws(stream) == [b"two"]


def test_what_is_given_back_is_read_again_at_once_as_if_for_the_first_time(redis: Redis) -> None:
    stream = RedisStream(redis, patience=60)
    stream.append([b"one", b"two"])
    entries = stream.read(10)
    assert raws(stream) == []
    stream.give_back(entries)
    assert stream.read(10) == entries
    stream.acknowledge([entries[0].id])
    stream.give_back(entries)
    assert stream.read(10) == entries[1:]


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
