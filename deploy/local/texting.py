"""The SMS gateway of this installation: the one that the settings name, else the one that runs here."""

from deploy.local.home import secret
from deploy.local.state import discover
from tasks.gateways.http_sms import HttpSms
from tasks.settings import Settings


def sms_gateway(settings: Settings) -> HttpSms | None:
    """Return the gateway, None where there is none: then SMS go by e-mail (R19)."""
    url = discover(settings).known.get("sms")
    if url is None:
        return None
    return HttpSms(url, _key(settings))


def sms_key(settings: Settings) -> str | None:
    """Return what the gateway signs replies with: the key of its API; None where there is no gateway."""
    return _key(settings) if discover(settings).known.get("sms") else None


def _key(settings: Settings) -> str:
    key = settings.sms_key
    return key.get_secret_value() if key else secret(settings.home.resolve(), "sms")
