"""Timelines: what happened to a run, drawn for a terminal, with the time that passed between."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.languages import Language
from models.lengths import length_in_words

EMPTY = " " * len("2027-01-05 10:00")


class Moment(NamedTuple):
    """What happened at an instant of local time, at which step; or what is still to come."""

    at: datetime
    step: str
    says: str
    ahead: bool = False


def draw(moments: Sequence[Moment], language: Language) -> Iterator[str]:
    """Yield the lines of a timeline: `●` for what has been, `○` for what is to come, `│` for what belongs to it."""
    before: datetime | None = None
    for one in moments:
        shown = one.at.replace(second=0, microsecond=0)
        if before is not None and shown - before >= timedelta(minutes=1):
            yield f"{EMPTY}  │  {length_in_words(shown - before, language)}"
        mark = "○" if one.ahead else "●" if shown != before else "│"
        time = f"{shown:%Y-%m-%d %H:%M}" if shown != before else EMPTY
        yield f"{time}  {mark}  " + (f"{one.step}  " if one.step else "") + one.says
        before = shown
