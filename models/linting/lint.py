"""The lint: what is sound in an automation and still not what its author can have meant, each with a stable code.

Reading a file tells what is wrong (`models.automation_file`); this tells what is odd. Everything here is pure; what
hangs on a business (its channels, its quiet hours) is only looked at where the business is known.
"""

from collections.abc import Iterator

from models.automation_file import Automation, load_automation
from models.business import Business
from models.languages import Language
from models.linting.conditions import dead_branches
from models.linting.fees import fees
from models.linting.findings import Finding, Remark, remark
from models.linting.limits import goals, limits
from models.linting.messages import channels, fallbacks
from models.linting.terms import terms
from models.linting.triggers import circles
from models.linting.waits import nights, waits
from models.yamlfile import read

RULES = (goals, limits, dead_branches, waits, fallbacks, circles, fees)
RULES_OF_A_BUSINESS = (channels, nights, terms)


def lint(automation: Automation, business: Business | None = None) -> list[Finding]:
    """Return what is odd in an automation, but for what its file says to ignore."""
    return [finding for finding in _all(automation, business) if finding.code not in automation.ignored]


def _all(automation: Automation, business: Business | None) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule(automation)
    if business is not None:
        for of_business in RULES_OF_A_BUSINESS:
            yield from of_business(automation, business)


def lint_text(text: str, file: str, business: Business | None = None, language: Language = Language.EN) -> list[Remark]:
    """Return what is odd in the text of a sound file, in its order, each at its place."""
    root = read(text, file)
    remarks = []
    for finding in lint(load_automation(text, file), business):
        place = root.follow(finding.at).place_of(finding.line)
        remarks.append(remark(finding, file, *place, language))
    return sorted(remarks, key=lambda one: (one.line, one.column, one.code))
