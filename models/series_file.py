"""Reading `series` of a shop file: prefixes by kind of document, client's tag and service, and yearly reset (R13)."""

from models.business import Business
from models.errors import BadInputError
from models.identifiers import check_prefix
from models.series import NAMES, all_series
from models.yamlfile import Node

KEYS = ("reset", "kinds", "tags", "services")
RESETS = ("yearly", "never")


def read_series(node: Node, business: Business) -> None:
    """Read the series of a business, whose own prefix is known; none may be too long for a number."""
    found = node.get("series")
    if found is None:
        return
    found = found.mapping(KEYS)
    reset = found.get("reset")
    settings: dict[str, object] = {"reset": reset.choice(RESETS)} if reset is not None else {}
    kinds = found.get("kinds")
    if kinds is not None:
        settings["kinds"] = _prefixes(kinds.mapping(tuple(NAMES)))
    settings |= {key: _prefixes(named) for key in ("tags", "services") if (named := found.get(key)) is not None}
    business.series = settings
    try:
        for series in all_series(business):
            check_prefix(series)
    except BadInputError as error:
        found.problem(str(error).rstrip("."))


def _prefixes(node: Node) -> dict[str, str]:
    return {key: _prefix(node.at(key)) for key in node.plain()}


def _prefix(node: Node) -> str:
    text = node.text()
    try:
        check_prefix(text)
    except BadInputError as error:
        node.problem(str(error).rstrip("."))
    return text
