"""Settings: environment variables with the prefix `RELANCE_` and a `.env` file; the only module that reads them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import ConfigurationError
from models.file_types import FileKind
from models.keeping import Keeping
from tasks.gateways.addresses import BadAddressError, routable

ROOT = Path(__file__).resolve().parent.parent
EVENTS = "relance:events"
TAKEN = ("relance:web", "relance:celery:", "relance:bell:", "relance:rung", "relance:rogue", "relance:beat")
"""What our other keys in Redis begin with."""


def _address(text: str) -> str:
    try:
        return routable(text)
    except BadAddressError:
        raise PydanticCustomError("mail_address", "Input should be a mail address like name@example.org") from None


Actor = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def _key(text: str) -> str:
    if text and not text.startswith(TAKEN):
        return text
    raise PydanticCustomError("key", f"Input should be a Redis key that nothing else uses, like {EVENTS}")


def _web_address(text: str) -> str:
    if re.fullmatch(r"https?://[^/\s?#@]+/?", text):
        return text
    raise PydanticCustomError("web", "Input should be an address like https://pay.salon.example, without a path")


Address = Annotated[str, AfterValidator(_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Key = Annotated[str, AfterValidator(_key)]
Kinds = Annotated[
    tuple[FileKind, ...], NoDecode, BeforeValidator(lambda kinds: kinds.split(",") if isinstance(kinds, str) else kinds)
]
Level = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)]


class Settings(BaseSettings):
    """What may differ from one machine to the next. Every field has a line in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="RELANCE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = ROOT / ".relance"
    """State of the embedded system: sockets, data, logs, addresses."""
    database_url: str | None = None
    """`postgresql://…` of a real server; without it the embedded one is used."""
    redis_url: str | None = None
    """`redis://…` or `rediss://…` of a real server; without it the embedded one is used."""
    events_key: Key = EVENTS
    """The stream in Redis onto which upstream puts its events."""
    smtp_url: str | None = None
    """`smtp://user:password@host:port` (or `smtps://`); without it the local mailbox is used."""
    mail_from: Address = "relance@localhost"
    """Envelope sender, and the domain of Message-IDs."""
    sms_url: str | None = None
    """`https://…` of an SMS gateway; without it the embedded one is used."""
    sms_key: SecretStr | None = None
    """The key of its API; without it that of the embedded one."""
    sandbox_url: str | None = None
    """`http://…` of a sandbox card provider; without it the embedded one is used."""
    sandbox_key: SecretStr | None = None
    """The key of its API; without it that of the embedded one."""
    web_url: WebAddress | None = None
    """`https://…` under which clients reach the pages; without it that of the embedded system's web."""
    web_secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What the addresses of pages are signed with; without it that of the embedded system."""
    stripe_key: SecretStr | None = None
    """The secret key of a Stripe account, for businesses that take cards by Stripe."""
    stripe_webhook_secret: SecretStr | None = None
    """What signs Stripe's events; while it is being replaced both, with a comma between them."""
    stripe_url: str | None = None
    """Another address of Stripe's API, to try things out."""
    batch_size: Annotated[int, Field(ge=1)] = 1000
    """Events, runs or messages taken by one transaction."""
    raw_days: Annotated[int, Field(ge=7)] = 90
    """Days for which raw events, dead letters and what gates saw are kept."""
    history_days: Annotated[int, Field(ge=90)] = 730
    """Days for which the ways of ended runs, decisions and dates of schedules are kept."""
    file_mib: Annotated[int, Field(ge=1, le=100)] = 10
    """Most MiB of a file that is kept of a client."""
    file_kinds: Kinds = tuple(FileKind)
    """Kinds of files that are kept of clients."""
    actor: Actor | None = None
    """Who is noted as having done what the command line does; without it the login name."""
    log_level: Level = "INFO"
    """The least level that is logged."""

    @property
    def keeping(self) -> Keeping:
        """How long what is kept for explaining is kept."""
        return Keeping(timedelta(days=self.raw_days), timedelta(days=self.history_days))


def load() -> Settings:
    """The settings as the environment gives them now; raises `ConfigurationError`, which quotes no value."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"RELANCE_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise ConfigurationError(
            f"The settings can't be used. {faults}. Correct the environment or the file .env."
        ) from None
