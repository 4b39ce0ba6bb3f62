"""The demo shop as a file, and how it gets into a database."""

from datetime import UTC, datetime
from importlib import resources

from sqlalchemy import Engine

from models.changes import SYSTEM
from models.db import transact
from models.shop_file import ShopFile, automation_entry, read_shop
from models.yamlfile import decode

FILE = "salon.yaml"
BUSINESS = "atelier"


def shop_text() -> str:
    """Return the shop file."""
    return (resources.files("deploy.demo") / FILE).read_text(encoding="utf-8")


def demo_shop(created_at: datetime) -> ShopFile:
    """Return the demo shop; its automations stand in the file itself."""
    return decode(
        shop_text(),
        FILE,
        lambda node: read_shop(node, created_at, lambda item: automation_entry(item, lambda _, name: (name, ""))),
    )


def ensure_shop(engine: Engine) -> None:
    """Put the demo shop into a database that lacks it."""
    from tasks.opening import open_shop  # noqa: PLC0415  # only a fresh system needs the engine here

    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM businesses WHERE id = %s", (BUSINESS,)).first():
            return
    now = datetime.now(UTC)
    transact(engine, lambda connection: open_shop(connection, demo_shop(now), now, actor=SYSTEM))
