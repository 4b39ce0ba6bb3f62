"""Trying a change: it is made, looked at and taken back, so that a person sees first what it would do."""

from collections.abc import Callable
from typing import Any, TypeVar

from psycopg import Connection
from sqlalchemy import Engine

from models.db import transact
from tasks.engine import lock

R = TypeVar("R")


class _TriedError(Exception):
    """Rolls back what was only tried."""

    def __init__(self, found: Any) -> None:
        self.found = found


def locked(engine: Engine, tenant: str, work: Callable[[Connection[Any]], R], *, only_try: bool) -> R:
    """Do work on a business under its lock, or only try it; return what it returned."""

    def unit(connection: Connection[Any]) -> R:
        lock(connection, [tenant])
        found = work(connection)
        if only_try:
            raise _TriedError(found)
        return found

    try:
        return transact(engine, unit)
    except _TriedError as tried:
        found: R = tried.found
        return found
