"""The shop that a fresh embedded system holds, so that the README's example event has a business and a contact."""

from deploy.demo.shop import ensure_shop
from models.db import make_engine


def load_demo_shop(database_url: str) -> None:
    """Put the demo shop into a database that lacks it."""
    engine = make_engine(database_url)
    try:
        ensure_shop(engine)
    finally:
        engine.dispose()
