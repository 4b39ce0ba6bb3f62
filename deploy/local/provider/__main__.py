"""Run the sandbox card provider until a signal ends it."""

from pathlib import Path

from starlette.applications import Starlette

from deploy.local.provider.api import Api
from deploy.local.provider.hooks import Messenger
from deploy.local.provider.pages import Pages
from deploy.local.stand_in import orders, serve, site_of

KEY = "RELANCE_SANDBOX_KEY"


def site(file: Path, key: str) -> Starlette:
    """Return the application over what is in `file`."""
    api, pages = Api(file, key), Pages(file)
    return site_of(
        (
            ("GET", "/health", api.health),
            ("POST", "/v1/faults", api.order_faults),
            ("POST", "/v1/checkouts/{page}/expire", api.expire),
            ("POST", "/v1/{kinds}", api.call),
            ("GET", "/v1/{kinds}", api.find),
            ("GET", "/provider.css", pages.style),
            ("GET", "/pay/{page}", pages.show),
            ("POST", "/pay/{page}", pages.pay),
        )
    )


def main() -> None:
    """Read the command line and run."""
    told = orders("provider", KEY, __doc__)
    file = told.folder / "cards.sqlite"
    if told.webhooks:
        Messenger(file, told.webhooks, told.key).start()
    serve(site(file, told.key), told.port)


if __name__ == "__main__":
    main()
