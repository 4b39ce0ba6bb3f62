"""What the lint finds in automations as tests write them."""

from typing import Any

from models.business import Business
from models.linting.lint import lint
from tests.unit.automations import automation

SOUND: dict[str, Any] = {"limit": {"per": "24h", "by": ["invoice"]}, "stop_when": ["invoice.paid"]}
"""A limit and a goal, for stories about something else."""
REMIND: dict[str, Any] = {"send_reminder": {}}
ASK: dict[str, Any] = {"request_payment": {}}
MAIL: dict[str, Any] = {"send_email": {}}


def odd(*steps: Any, business: Business | None = None, **parts: Any) -> list[tuple[str, str]]:
    """Return each finding's code and where it stands."""
    return [(str(finding.code), finding.at) for finding in lint(automation(*steps, **parts), business)]


def codes(*steps: Any, **parts: Any) -> list[str]:
    """Return the codes of what is found, in order."""
    return [code for code, _ in odd(*steps, **parts)]


def wait(**delay: Any) -> dict[str, Any]:
    """Return a delay."""
    return {"delay": delay}


def when(condition: dict[str, Any], *then: Any, otherwise: Any = ()) -> dict[str, Any]:
    """Return a condition with its two ways."""
    return {"if": condition, "then": list(then)} | ({"else": list(otherwise)} if otherwise else {})


def holds(name: str, operator: str, *value: Any) -> dict[str, Any]:
    """Return one comparison."""
    return {"property": name, "operator": operator} | ({"value": value[0]} if value else {})
