"""Reading when messages may go from a shop file: quiet hours, the send window, holidays (R19)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from models.business import Business
from models.days_off import check_holidays
from models.errors import BadInputError
from models.sending_hours import sending_hours
from models.step_file import CHANNELS, WEEKDAYS
from models.yamlfile import Node, as_date

QUIET_KEYS = ("from", "to", *CHANNELS)
WINDOW_KEYS = ("from", "to", "on")
HOURS_KEYS = ("from", "to")
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def read_hours(node: Node, business: Business) -> None:
    """Read the three keys of a business; hours in which nothing could ever go are a problem."""
    quiet, window, holidays = node.get("quiet_hours"), node.get("send_window"), node.get("holidays")
    if quiet is not None:
        _quiet(quiet, business)
    if window is not None:
        business.send_window = _windows(window)
    if holidays is not None:
        business.holidays = list(dict.fromkeys(_holiday(item) for item in holidays.items()))
    if quiet is not None and window is not None and _never(business):
        window.problem("quiet_hours leave nothing of send_window", "Let them leave some time of a day to each channel.")


def _quiet(node: Node, business: Business) -> None:
    node = node.mapping(QUIET_KEYS)
    own = {channel: _hours(hours.mapping(HOURS_KEYS)) for channel in CHANNELS if (hours := node.get(channel))}
    business.quiet_channels = own or None
    if not own or set(HOURS_KEYS) & set(node.keys):
        business.quiet_from, business.quiet_to = node.at("from").time_of_day(), node.at("to").time_of_day()


def _windows(node: Node) -> dict[str, Any]:
    node = node.mapping((*WINDOW_KEYS, *CHANNELS))
    own = {channel: _window(window.mapping(WINDOW_KEYS)) for channel in CHANNELS if (window := node.get(channel))}
    return own | (_window(node) if not own or set(WINDOW_KEYS) & set(node.keys) else {})


def _window(node: Node) -> dict[str, Any]:
    days = node.get("on")
    window: dict[str, Any] = _hours(node) if days is None or set(HOURS_KEYS) & set(node.keys) else {}
    if days is not None:
        window["on"] = sorted({WEEKDAYS.index(item.choice(WEEKDAYS)) for item in days.items()})
        if days.is_list and not window["on"]:
            days.problem("on names no day of the week")
    return window


def _hours(node: Node) -> dict[str, Any]:
    return {key: node.at(key).time_of_day().isoformat("minutes") for key in HOURS_KEYS}


def _holiday(node: Node) -> str:
    text = node.text()
    if text and not as_date(text):
        try:
            check_holidays(text)
        except BadInputError as error:
            node.problem(str(error).rstrip("."))
    return text


def _never(business: Business) -> bool:
    """Whether the hours of a channel exclude each other, on any day."""
    plain = replace(business, timezone="UTC", holidays=None)
    return any(sending_hours(plain).when_open(MONDAY, channel) is None for channel in CHANNELS)
