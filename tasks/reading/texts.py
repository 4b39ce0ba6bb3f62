"""The texts of automations, exactly as they were saved."""

from collections.abc import Sequence

from models.automation import AutomationRow, AutomationVersion
from models.errors import NotFoundError
from tasks.reading.office import Line, Office, columns


def texts(office: Office, ids: Sequence[str] | None, version: int | None = None) -> list[Line]:
    """Return the text of each automation (None: of all): its draft, or else what is published, or one version."""
    row = columns(AutomationRow)
    if ids is None:
        rows = office.rows(AutomationRow, order=[row.id])
    else:
        rows = [office.require(AutomationRow, id_, "automation") for id_ in dict.fromkeys(ids)]
    return [_line(office, found, version) for found in rows]


def _line(office: Office, row: AutomationRow, version: int | None) -> Line:
    if version is None and row.draft is not None:
        return {"automation": row.id, "version": None, "draft": True, "text": row.draft}
    wanted, about = version or row.version, columns(AutomationVersion)
    found = office.rows(AutomationVersion, about.automation_id == row.id, about.version == wanted)
    if not found:
        raise NotFoundError(f"{row.id} has no version {wanted}. `relance automations history {row.id}` tells which.")
    return {"automation": row.id, "version": wanted, "draft": False, "text": found[0].text}
