"""The settings of Celery that are not its defaults, each with its reason; checked when a worker or beat starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kombu.entity import Exchange, Queue

from models.errors import ConfigurationError
from tasks.registry import QUEUES, REGISTRY

KEY_PREFIX = "relance:celery:"
VISIBILITY_TIMEOUT = 300
TIME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, as Celery names it, and why it is as it is."""

    name: str
    value: Any
    reason: str


SETTINGS = (
    Setting(
        "broker_transport_options",
        {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "global_keyprefix": KEY_PREFIX,
        },
        "What a dead worker held comes back after 5 minutes and 10 seconds at most; a silent Redis is noticed within "
        "seconds; Celery's queue `events` must not be the stream `relance:events`.",
    ),
    Setting("broker_channel_error_retry", True, "A Redis that is read-only or full is waited for, not died of."),
    Setting("broker_connection_retry_on_startup", True, "Servers may start in any order."),
    Setting("broker_connection_max_retries", None, "An outage may last."),
    Setting("broker_pool_acquire_timeout", 5, "Ringing a bell is bounded."),
    Setting("task_publish_retry", False, "Ringing a bell is bounded, and losing it is harmless."),
    Setting("task_acks_late", True, "A message outlives the worker that was busy with it."),
    Setting("task_reject_on_worker_lost", False, "A message that kills its process must not come back for ever."),
    Setting("task_time_limit", TIME_LIMIT, "Less than half the visibility timeout: no task runs twice at once."),
    Setting(
        "task_soft_time_limit",
        None,
        "An exception amid a batch would look like poison: what is too slow is killed, and its transaction with it.",
    ),
    Setting("task_ignore_result", True, "Results are rows."),
    Setting("result_backend", None, "Results are rows."),
    Setting("task_serializer", "json", "Nothing is unpickled."),
    Setting("result_serializer", "json", "Nothing is unpickled."),
    Setting("event_serializer", "json", "Nothing is unpickled."),
    Setting("accept_content", ["json"], "Nothing is unpickled."),
    Setting("task_create_missing_queues", False, "A misspelt queue is an error, not a place where work is forgotten."),
    Setting("task_default_queue", "housekeeping", "What has no route still goes to a queue that somebody reads."),
    Setting("worker_prefetch_multiplier", 1, "Messages wait in Redis, where every worker sees them."),
    Setting("worker_max_tasks_per_child", 10_000, "Leaks are bounded."),
    Setting("worker_max_memory_per_child", 512_000, "Leaks are bounded (KiB)."),
    Setting("worker_soft_shutdown_timeout", 10, "A stop waits for running batches, but not for ever."),
    Setting("worker_cancel_long_running_tasks_on_connection_loss", False, "A batch does not need Redis to commit."),
    Setting("worker_send_task_events", True, "Flower shows the tasks."),
    Setting("timezone", "UTC", "Local time belongs to tenants."),
    Setting("enable_utc", True, "Local time belongs to tenants."),
    Setting("beat_scheduler", "scheduler.app:Ticker", "Ticks ring bells; what is due is a query."),
)


def _queue(name: str) -> Queue:
    return Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]


def configuration(broker_url: str) -> dict[str, Any]:
    """Return everything that the Celery app is configured with."""
    return {
        "broker_url": broker_url,
        "task_queues": [_queue(name) for name in QUEUES],
        "task_routes": {name: {"queue": spec.queue} for name, spec in REGISTRY.items()},
        **{setting.name: setting.value for setting in SETTINGS},
    }


def deviations(conf: Mapping[str, Any]) -> list[str]:
    """Say which settings are not as they must be, one sentence each."""
    return [
        f"Celery's setting {setting.name} is {conf[setting.name]!r} and must be {setting.value!r}: {setting.reason}"
        for setting in SETTINGS
        if conf[setting.name] != setting.value
    ]


def check(conf: Mapping[str, Any]) -> None:
    """Raise unless every setting is as it must be."""
    if found := deviations(conf):
        raise ConfigurationError(" ".join(found) + " Remove what overrides it (an environment variable, an option).")
