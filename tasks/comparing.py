"""What a text would change before it is saved or published, and how two texts of one automation differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from models.automation import AutomationRow, AutomationState
from models.automation_diff import Edit, edits, text_diff
from models.automation_file import Automation, load_automation
from models.errors import BadInputError, NotFoundError
from models.shop_file import PublishedText
from tasks.automation_rows import find, require, text_of, waiting_count


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts of one automation, `old` None where there was none; `waiting` runs are there meanwhile."""

    automation: str
    old_label: str
    new_label: str
    old: str | None
    new: str
    edits: tuple[Edit, ...]
    waiting: int = field(default=0, compare=False)

    @property
    def news(self) -> bool:
        """Whether anything changes."""
        return bool(self.edits) or self.old != self.new

    @property
    def diff(self) -> list[str]:
        """The texts line by line, as a unified diff; empty where they are the same."""
        hunks = text_diff(self.old, self.new)
        return [f"--- {self.old_label}", f"+++ {self.new_label}", *hunks] if hunks else []

    def plain(self) -> dict[str, Any]:
        """Return the comparison as JSON shows it."""
        changes = [edit.plain() for edit in self.edits]
        return {"diff": "\n".join(self.diff), "changes": changes, "waiting_runs": self.waiting}


def compare_new(
    connection: Connection[Any], business_id: str, new: PublishedText, label: str, *, publishing: bool
) -> Comparison:
    """Return what saving a text as a draft, or publishing it, would change."""
    id_ = new.automation.id
    row = find(connection, business_id, id_)
    if row is None:
        return Comparison(id_, "nothing", label, None, new.text, edits(None, new.automation))
    live = text_of(connection, business_id, id_, row.version)
    draft = None if publishing else row.draft
    old = draft or live
    found = [*_state_edits(row), *_draft_edits(row, new)] if publishing else []
    found += edits(_read(old, id_), new.automation)
    waiting = waiting_count(connection, business_id, id_) if publishing else 0
    return Comparison(id_, _label(row, draft), label, old, new.text, tuple(found), waiting)


def _label(row: AutomationRow, draft: str | None) -> str:
    if draft:
        return "draft"
    return f"version {row.version}" if row.version else "nothing"


def _state_edits(row: AutomationRow) -> Iterator[Edit]:
    if row.state != AutomationState.ACTIVE:
        yield Edit("state", str(row.state), "active")


def _draft_edits(row: AutomationRow, new: PublishedText) -> Iterator[Edit]:
    """Yield that a draft which says something else is dropped."""
    if row.draft not in {None, new.text}:
        yield Edit("draft", "another text", None)


def _read(text: str | None, id_: str) -> Automation | None:
    """Return what a text says; one that this version of the program can't read is as good as none."""
    try:
        return load_automation(text, id_) if text else None
    except BadInputError:
        return None


def compare_kept(connection: Connection[Any], business_id: str, id_: str, versions: Sequence[int]) -> Comparison:
    """Return how two kept texts differ: two versions; one version and the latest text; or the latest two texts."""
    row = require(connection, business_id, id_)
    texts = dict(_texts(connection, row))
    latest = list(texts)[-1]
    before = next(iter(list(texts)[-2:-1]), latest)
    chosen = [f"version {version}" for version in versions]
    for name in chosen:
        if name not in texts:
            raise NotFoundError(f"{id_} has no {name}. It has {', '.join(texts)}.")
    old, new = (*chosen, latest) if len(chosen) == 1 else chosen or (before, latest)
    was, now = _read(texts[old], id_), _read(texts[new], id_)
    found = edits(was, now) if now else ()
    return Comparison(id_, old, new, texts[old], texts[new], found)


def _texts(connection: Connection[Any], row: AutomationRow) -> Iterator[tuple[str, str]]:
    """Yield the texts that are kept of an automation, oldest first, the draft last."""
    yield from connection.execute(
        "SELECT 'version ' || version, text FROM automation_versions"
        " WHERE business_id = %s AND automation_id = %s ORDER BY version",
        (row.business_id, row.id),
    )
    if row.draft is not None:
        yield "draft", row.draft
