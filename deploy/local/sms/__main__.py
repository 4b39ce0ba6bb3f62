"""Run the local SMS gateway until a signal ends it."""

from pathlib import Path

from starlette.applications import Starlette

from deploy.local.sms.api import Api
from deploy.local.sms.pages import Pages
from deploy.local.stand_in import orders, serve, site_of

KEY = "RELANCE_SMS_KEY"


def site(file: Path, key: str, webhooks: str = "") -> Starlette:
    """Return the application over what is in `file`."""
    api, pages = Api(file, key), Pages(file, webhooks, key)
    return site_of(
        (
            ("GET", "/", pages.index),
            ("GET", "/sms.css", pages.style),
            ("GET", "/messages.json", pages.list_json),
            ("DELETE", "/messages.json", pages.clear),
            ("POST", "/messages/{number:int}/replies", pages.reply),
            ("GET", "/health", api.health),
            ("POST", "/v1/faults", api.order_faults),
            ("POST", "/v1/messages", api.take),
            ("GET", "/v1/messages", api.find),
        )
    )


def main() -> None:
    """Read the command line and run."""
    told = orders("sms", KEY, __doc__)
    serve(site(told.folder / "sms.sqlite", told.key, told.webhooks), told.port)


if __name__ == "__main__":
    main()
