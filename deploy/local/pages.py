"""Where this installation's pages are, and the secret that their addresses are signed with."""

from deploy.local.home import secret
from deploy.local.state import discover
from models.pages import Pages
from tasks.settings import Settings


def pages_of(settings: Settings) -> Pages:
    """Return the pages that the settings name, or those of the system that runs here; none, where there are none."""
    address = settings.web_url or discover(settings).known.get("web")
    if address is None:
        return Pages(None)
    key = settings.web_secret
    return Pages(address.rstrip("/"), key.get_secret_value() if key else secret(settings.home.resolve(), "web"))
