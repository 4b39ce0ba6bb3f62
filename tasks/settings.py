"""Settings: environment variables with the prefix `RELANCE_` and a `.env` file; the only module that reads them."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What may differ from one machine to the next. Every field has a line in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix="RELANCE_", env_file=".env", extra="ignore", frozen=True)

    home: Path = ROOT / ".relance"
    """State of the embedded system: sockets, data, logs, addresses."""
    database_url: str | None = None
    """`postgresql://…` of a real server; without it the embedded one is used."""
    redis_url: str | None = None
    """`redis://…` or `rediss://…` of a real server; without it the embedded one is used."""
    smtp_url: str | None = None
    """`smtp://user:password@host:port` (or `smtps://`); without it the local mailbox is used."""
    mail_from: str = "relance@localhost"
    """Envelope sender, and the domain of Message-IDs."""
    batch_size: int = 1000
    """Events, runs or messages taken by one transaction."""
    log_level: str = "INFO"


def load() -> Settings:
    """The settings as the environment gives them now."""
    return Settings()
