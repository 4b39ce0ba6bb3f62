"""Automations as tests write them: a small sound one, of which each test changes what it is about."""

import json
from typing import Any

from models.automation_file import Automation, load_automation
from models.yamlfile import BadFileError, Problem

EXAMPLE = """\
automation: unpaid-invoice            # stable id
name: Unpaid invoice
trigger: {on: invoice.overdue, services: all}
limit: {times: 1, per: 24h, by: [contact]}
stop_when: [invoice.paid, invoice.voided]
keep_on_cancel: false
late: {tolerance: 24h, then: skip}
steps:
  - delay: {days: 3}
  - if:
      all:
        - {property: invoice.amount_due, operator: greater_than, value: 50}
        - any:
            - {property: contact.custom.vip, operator: is_not_true}
            - {property: invoice.days_overdue, operator: greater_or_equal, value: 10}
    then:
      - send_reminder: {channels: [email, sms], subject: "Facture {{ invoice.number }}", message: "Bonjour {{ contact.name | default: 'cher client' }}, …"}
    else:
      - send_email: {subject: "…", message: "…"}
  - request_payment: {document: invoice, due_in: {days: 14}, channels: [email], subject: "…", message: "…"}
"""  # noqa: E501 - as the contract writes it


def written(*steps: Any, on: str = "invoice.overdue", **parts: Any) -> str:
    """Return the text of an automation with these steps; other keys replace or join its own."""
    trigger = {"on": on} | parts.pop("trigger", {})
    return json.dumps({"automation": "a", "trigger": trigger, "steps": list(steps) or [{"send_email": None}]} | parts)


def automation(*steps: Any, **parts: Any) -> Automation:
    """Return an automation that must be sound."""
    return load_automation(written(*steps, **parts), "a.yaml")


def problems(*steps: Any, **parts: Any) -> list[Problem]:
    """Return what is wrong with an automation, nothing if it is sound."""
    return problems_of(written(*steps, **parts))


def problems_of(text: str) -> list[Problem]:
    """Return what is wrong with the text of an automation."""
    try:
        load_automation(text, "a.yaml")
    except BadFileError as error:
        return list(error.problems)
    return []


def complaint(*steps: Any, **parts: Any) -> str:
    """Return the one thing that is wrong with an automation, with its hint."""
    (problem,) = problems(*steps, **parts)
    return f"{problem.message} ({problem.hint})"
