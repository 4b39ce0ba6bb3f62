"""Card providers from the settings: made where their secrets are, else refused with the name of what is missing."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.local.cards import SettledProviders
from models.errors import ConfigurationError
from tasks.settings import Settings


def test_a_provider_is_made_once_from_its_settings(tmp_path: Path) -> None:
    providers = SettledProviders(
        Settings(home=tmp_path, sandbox_url="http://127.0.0.1:9", sandbox_key=SecretStr("key"))
    )
    assert providers.of("sandbox") is providers.of("sandbox")
    assert providers.of("sandbox").name == "sandbox"
    stripe = Settings(home=tmp_path, stripe_key=SecretStr("sk"), stripe_webhook_secret=SecretStr("new,old"))
    assert SettledProviders(stripe).of("stripe").name == "stripe"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sandbox", "RELANCE_SANDBOX_URL is not set and no system runs here"),
        ("stripe", "set RELANCE_STRIPE_KEY"),
        ("acme", "No card provider 'acme' is set up here"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, name: str, message: str) -> None:
    settings = Settings(home=tmp_path, sandbox_url=None, stripe_key=None)
    with pytest.raises(ConfigurationError, match=message):
        SettledProviders(settings).of(name)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, stripe_key=SecretStr("sk_secret"), sandbox_key=SecretStr("secret"))
    assert "secret" not in repr(settings.stripe_key) + str(settings.sandbox_key)
