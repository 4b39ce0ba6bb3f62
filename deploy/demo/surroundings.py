"""Where the demo may play: on the embedded servers, or on servers that the settings name and nobody uses yet."""

from models.db import make_engine
from models.errors import ConfigurationError
from tasks.gateways.redis_client import connect
from tasks.settings import Settings


def require_playground(settings: Settings) -> None:
    """Raise unless all servers are embedded or empty: the demo's shop and events must meet nobody else's."""
    if settings.smtp_url:
        raise _refusal("SMTP", "The demo reads the mails that it sends in the local mailbox.")
    if settings.database_url and _holds_businesses(settings.database_url):
        raise _refusal("DATABASE", "The demo needs a database without any business.")
    if settings.redis_url and _holds_events(settings.redis_url, settings.events_key):
        raise _refusal("REDIS", f"The demo needs a Redis without a stream {settings.events_key}.")


def _refusal(server: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"{why} Run it without RELANCE_{server}_URL: then it starts a server of its own.")


def _holds_businesses(url: str) -> bool:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("SELECT to_regclass('businesses')").scalar_one() is None:
                return False
            return connection.exec_driver_sql("SELECT 1 FROM businesses LIMIT 1").first() is not None
    finally:
        engine.dispose()


def _holds_events(url: str, key: str) -> bool:
    with connect(url) as redis:
        return bool(redis.exists(key))
