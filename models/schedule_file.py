"""Schedules in automation files: `every`, `anchor` and `at` beside `on: schedule.due`."""

import re
from datetime import time

from models.occurrence import Schedule
from models.recurrence import WEEKDAYS
from models.schedules import LAST_DAY, Anchor, AnchorError, Daily, Monthly, Weekly, Yearly
from models.yamlfile import Node

KEYS = ("every", "anchor", "at")
EVERY = ("day", "week", "month", "year")
DEFAULT_AT = time(8)
"""The wall time of a schedule that says none."""

_DAY_OF_YEAR = re.compile(r"(\d{2})-(\d{2})")


def read_schedule(node: Node) -> Schedule:
    """Read the schedule of a trigger that is one."""
    every, anchor, at = node.at("every").choice(EVERY), node.get("anchor"), node.get("at")
    return Schedule(every, _anchor(every, anchor), at.time_of_day() if at is not None else DEFAULT_AT)


def refuse_schedule(node: Node, on: str) -> None:
    """Refuse the keys of a schedule beside an event."""
    for key in KEYS:
        if (found := node.get(key)) is not None:
            hint = "Write on: schedule.due, or leave it out."
            found.problem(f"{key} belongs to a schedule, and {on} is an event", hint)


def _anchor(every: str, node: Node | None) -> Anchor:
    match every:
        case "week":
            return Weekly(WEEKDAYS.index(node.choice(WEEKDAYS)) if node is not None else 0)
        case "month":
            return _monthly(node)
        case "year":
            return _yearly(node)
    if node is not None:
        node.problem("a schedule of every day has no anchor", "Leave it out.")
    return Daily()


def _monthly(node: Node | None) -> Anchor:
    if node is None:
        return Monthly()
    days = tuple(map(_day, [node] if node.is_scalar else node.items()))
    if not days:
        node.problem("anchor names no day of the month", "Write a day from 1 to 31, last, or a list of them.")
    return Monthly(days or (1,))


def _day(node: Node) -> int:
    return LAST_DAY if node.word == "last" else node.integer(1, LAST_DAY)


def _yearly(node: Node | None) -> Anchor:
    """Read a day of the year; a schedule of every year can't do without."""
    hint = "Write month and day, as in 03-31."
    if node is not None and (found := _DAY_OF_YEAR.fullmatch(node.word)):
        try:
            return Yearly(int(found[1]), int(found[2]))
        except AnchorError:
            pass
    if node is not None:
        node.wrong("a day of the year", hint)
    return Yearly(1, 1)
