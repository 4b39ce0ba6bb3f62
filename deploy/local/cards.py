"""The card providers of this installation, each made when it is first asked for, from the settings' secrets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.local.home import secret
from deploy.local.state import discover
from models.errors import ConfigurationError
from tasks.gateways.cards import CardProvider, Providers
from tasks.gateways.sandbox_cards import SandboxCards
from tasks.settings import Settings


@dataclass(slots=True)
class SettledProviders:
    """Providers by name; one whose settings are missing is a `ConfigurationError` that says which."""

    settings: Settings
    made: dict[str, CardProvider] = field(default_factory=dict)

    def of(self, name: str) -> CardProvider:
        """Return a provider."""
        if name not in self.made and name in _MAKERS:
            self.made[name] = _MAKERS[name](self.settings)
        return Providers(self.made).of(name)


def _sandbox(settings: Settings) -> CardProvider:
    """Return the sandbox that the settings name, or the one that runs here."""
    url = discover(settings).provider
    if url is None:
        raise ConfigurationError(
            "No sandbox card provider is known: RELANCE_SANDBOX_URL is not set and no system runs here. "
            "Start one with `relance up --detach`, or set RELANCE_SANDBOX_URL."
        )
    key = settings.sandbox_key
    return SandboxCards(url, key.get_secret_value() if key else secret(settings.home.resolve(), "provider"))


def _stripe(settings: Settings) -> CardProvider:
    """Return Stripe with the settings' secrets."""
    if settings.stripe_key is None or settings.stripe_webhook_secret is None:
        raise ConfigurationError(
            "Stripe is not set up: set RELANCE_STRIPE_KEY to the account's secret key, and "
            "RELANCE_STRIPE_WEBHOOK_SECRET to what signs its events."
        )
    try:
        from tasks.gateways.stripe_cards import StripeCards  # noqa: PLC0415  # an extra that few need
    except ImportError as error:
        raise ConfigurationError("Stripe's library is missing: install relance with its extra `stripe`.") from error
    secrets = settings.stripe_webhook_secret.get_secret_value().split(",")
    return StripeCards(settings.stripe_key.get_secret_value(), secrets, url=settings.stripe_url)


_MAKERS: dict[str, Callable[[Settings], CardProvider]] = {"sandbox": _sandbox, "stripe": _stripe}
