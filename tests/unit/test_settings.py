"""Settings that can't be used are one message, which names the variable, says how to mend it, and quotes no value."""

import pytest

from models.db import make_engine
from models.errors import ConfigurationError
from tasks.gateways.redis_client import connect
from tasks.settings import load

SECRET = "s3cret"  # noqa: S105  # of nobody


@pytest.mark.parametrize(
    ("variable", "value", "mend"),
    [
        ("RELANCE_BATCH_SIZE", "many", "Input should be a valid integer"),
        ("RELANCE_BATCH_SIZE", "0", "Input should be greater than or equal to 1"),
        ("RELANCE_LOG_LEVEL", "loud", "Input should be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"),
        ("RELANCE_MAIL_FROM", "relance", "Input should be a mail address like name@example.org"),
        ("RELANCE_WEB_URL", "pay.salon.example", "Input should be an address like https://pay.salon.example"),
        ("RELANCE_WEB_URL", "https://salon.example/pay", "Input should be an address like https://pay.salon.example"),
        ("RELANCE_WEB_SECRET", "short", "Value should have at least 32 items"),
        ("RELANCE_EVENTS_KEY", "relance:celery:events", "Input should be a Redis key that nothing else uses"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, mend: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as refusal:
        load()
    assert f"{variable}: {mend}" in str(refusal.value)
    assert str(refusal.value).endswith("Correct the environment or the file .env.")


@pytest.mark.parametrize(
    "variable", ["RELANCE_HOME", "RELANCE_DATABASE_URL", "RELANCE_BATCH_SIZE", "RELANCE_EVENTS_KEY"]
)
def test_a_setting_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.delenv(variable, raising=False)
    default = load()
    monkeypatch.setenv(variable, "")
    assert load() == default


def test_a_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_LOG_LEVEL", "debug")
    assert load().log_level == "DEBUG"


@pytest.mark.parametrize(
    "url",
    [
        "a database",
        f"mysql://zoe:{SECRET}@db.example/relance",
        f"postgresql://zoe:{SECRET}@db.example:port/relance",
    ],
)
def test_a_url_of_no_postgresql(url: str) -> None:
    with pytest.raises(ConfigurationError, match="postgresql://user:password@host:port/database") as refusal:
        make_engine(url)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("url", ["postgresql://db.example/relance", "postgres://zoe:p%23@[::1]:5433/relance"])
def test_a_url_of_postgresql(url: str) -> None:
    engine = make_engine(url)
    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "redis",
        "redis://",
        f"http://:{SECRET}@redis.example",
        f"redis://:{SECRET}@redis.example:port/0",
        f"redis://:{SECRET}@redis.example:65536/0",
        f"redis://:{SECRET}@redis.example/zero",
        f"redis://:{SECRET}#@redis.example/0",
        f"redis://:{SECRET}@redis.example/0?socket_timeout=long",
    ],
)
def test_a_url_of_no_redis(url: str) -> None:
    with pytest.raises(ConfigurationError, match="redis://user:password@host:port/0") as refusal:
        connect(url)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("url", ["redis://redis.example", "rediss://default:p%23@[::1]:6380/2?ssl_cert_reqs=none"])
def test_a_url_of_redis(url: str) -> None:
    connect(url).close()
