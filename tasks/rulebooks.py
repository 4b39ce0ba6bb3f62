"""Rulebooks: compiled once per tenant and rules version, kept in the process."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow
from models.automation_file import load_automation
from models.errors import told
from models.flow import compile_program
from models.rows import columns_of
from models.rulebook import Published, Rulebook

World = tuple[str, int, str]
_cache: dict[tuple[World, str], tuple[int, Rulebook]] = {}


def _world(connection: Connection[Any]) -> World:
    """Return which database this is: a process may meet several."""
    info = connection.info
    return info.host, info.port, info.dbname


@lru_cache(maxsize=20_000)
def publish_text(automation_id: str, version: int, text: str) -> Published:
    """Compile one version; the same text is compiled once."""
    automation = load_automation(text, f"{automation_id} v{version}")
    return Published(automation_id, version, automation, compile_program(automation))


def rulebook_for(connection: Connection[Any], tenants: Sequence[str]) -> dict[str, Rulebook]:
    """Return the tenants' rulebooks as they are now."""
    versions = connection.execute(
        "SELECT id, rules_version FROM businesses WHERE id = ANY(%s)", (list(tenants),)
    ).fetchall()
    world = _world(connection)
    stale = [name for name, version in versions if _cache.get((world, name), (None,))[0] != version]
    if stale:
        _compile(connection, stale, dict(versions))
    return {name: _cache[world, name][1] for name, _ in versions}


def _compile(connection: Connection[Any], tenants: list[str], versions: dict[str, int]) -> None:
    columns = ", ".join(columns_of(AutomationRow))
    rows: dict[str, list[AutomationRow]] = {name: [] for name in tenants}
    found = connection.execute(
        f"SELECT {columns} FROM automations WHERE business_id = ANY(%s) ORDER BY id".encode(),  # noqa: S608  # names are ours
        (tenants,),
    )
    for values in found:
        rows[values[0]].append(AutomationRow(*values))
    texts: dict[str, list[Published]] = {name: [] for name in tenants}
    unreadable: dict[str, dict[tuple[str, int], str]] = {name: {} for name in tenants}
    for business_id, automation_id, version, text in connection.execute(
        "SELECT business_id, automation_id, version, text FROM automation_versions WHERE business_id = ANY(%s)",
        (tenants,),
    ):
        try:
            texts[business_id].append(publish_text(automation_id, version, text))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this text's own
            unreadable[business_id][automation_id, version] = told(error)
    for name in tenants:
        _cache[_world(connection), name] = (versions[name], Rulebook(rows[name], texts[name], unreadable[name]))
