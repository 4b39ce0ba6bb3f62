"""The flow of an automation's version with what its runs have done, as rows keep it."""

from dataclasses import dataclass

from sqlalchemy import text

from models.automation import AutomationRow, AutomationVersion
from models.errors import BadInputError
from models.pictures.counting import Counts, Passage, count
from models.rulebook import Published
from tasks.reading.office import Office, columns
from tasks.rulebooks import publish_text

_PASSAGES = text("""
SELECT count(*), state, reason, position, way, merged FROM (
    SELECT r.state, r.reason, r.position, r.merged <> '[]' AS merged, (
        SELECT jsonb_agg(CASE WHEN e->>2 IN ('took', 'skipped') THEN jsonb_build_array(e->0, e->2, e->3)
            ELSE jsonb_build_array(e->0, e->2) END ORDER BY number)
        FROM jsonb_array_elements(r.trace) WITH ORDINALITY AS t (e, number)
    ) AS way
    FROM runs r WHERE r.business_id = :business AND r.automation_id = :automation AND r.version = :version
) passages GROUP BY state, reason, position, way, merged""")
"""Runs that went the same way, counted together: their traces without instants and without the values they saw."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of an automation (None: its draft), and what was counted of its runs."""

    row: AutomationRow
    published: Published
    counts: Counts | None


def flow(office: Office, id_: str, *, version: int | None = None, draft: bool = False) -> Flow:
    """Return a version's flow, that of the live one if none is named; a draft has no runs."""
    row = office.require(AutomationRow, id_, "automation")
    if draft or (version is None and row.version is None):
        if row.draft is None:
            raise BadInputError(f"{id_} has no draft.")
        return Flow(row, publish_text(id_, 0, row.draft), None)
    wanted, about = version or row.version or 0, columns(AutomationVersion)
    found = office.rows(AutomationVersion, about.automation_id == id_, about.version == wanted)
    if not found:
        raise BadInputError(f"{id_} has no version {wanted}. `relance automations history {id_}` tells which it has.")
    published = publish_text(id_, wanted, found[0].text)
    return Flow(row, published, _counts(office, published))


def _counts(office: Office, published: Published) -> Counts:
    values = {"business": office.id, "automation": published.id, "version": published.version}
    rows = office.connection.execute(_PASSAGES, values)
    return count(
        published.program.ops,
        [Passage(many, state, reason, at, way or (), merged=merged) for many, state, reason, at, way, merged in rows],
    )
