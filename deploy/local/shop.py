"""The shop that a fresh embedded system holds, so that the README's example event has a business and a contact."""

from importlib import import_module
from importlib.util import find_spec

from models.db import make_engine

MODULE = "tasks.demo"


def load_demo_shop(database_url: str) -> bool:
    """Put the demo shop into a database that lacks it; tell whether there is one to put."""
    if find_spec(MODULE) is None:
        return False
    engine = make_engine(database_url)
    try:
        import_module(MODULE).ensure_shop(engine)
    finally:
        engine.dispose()
    return True
