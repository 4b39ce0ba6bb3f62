"""The fields that a business adds to its pay pages, and what clients write into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from models.business import Business
from models.yamlfile import Node

FIELD_KEYS = ("id", "label", "type", "required", "options")
OURS = frozenset({"proof", "amount", "save", "purpose", "name", "email"})
"""Names of the fields that the pages have themselves."""
MOST_FIELDS = 20
LONGEST_ANSWER = 2_000


class FieldType(StrEnum):
    """What a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; `options` are those of a choice."""

    id: str
    label: str
    type: FieldType
    required: bool = False
    options: tuple[str, ...] = ()


def fields_of(business: Business) -> list[FormField]:
    """Return the fields of a business's pay pages, in their order."""
    told: Any = business.payment_form or ()
    return [
        FormField(one["id"], one["label"], FieldType(one["type"]), one["required"], tuple(one["options"]))
        for one in told
    ]


def read_payment_form(node: Node, business: Business) -> None:
    """Read the key `payment_form` of a business in a shop file."""
    form = node.get("payment_form")
    if form is None:
        return
    told: list[dict[str, Any]] = []
    for item in form.items():
        field = _field(item)
        if field["id"] in {other["id"] for other in told}:
            item.problem(f"{field['id']!r} stands twice in payment_form", "Keep one of them.")
        told.append(field)
    if len(told) > MOST_FIELDS:
        form.problem(f"payment_form has {len(told)} fields", f"Ask for at most {MOST_FIELDS} things.")
    business.payment_form = told


def _field(node: Node) -> dict[str, Any]:
    node = node.mapping(FIELD_KEYS, required=("id", "label"))
    type_, required, options = node.get("type"), node.get("required"), node.get("options")
    kind = type_.choice(list(FieldType)) if type_ is not None else FieldType.TEXT
    listed = [option.text() for option in options.items()] if options is not None else []
    if (kind == FieldType.CHOICE) != bool(listed):
        node.problem("options belong to a choice, and a choice has some", "Write type: choice with options: [a, b].")
    if node.at("id").text() in OURS:
        node.at("id").problem(f"{node.at('id').text()!r} is a field of the page itself", "Give it another id.")
    return {
        "id": node.at("id").text(),
        "label": node.at("label").text(),
        "type": str(kind),
        "required": required.boolean() if required is not None else False,
        "options": listed,
    }


def read_answers(fields: list[FormField], written: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was written into the fields, and for each field that is not right why: `missing`, `bad_value`."""
    answers: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in fields:
        text = written.get(field.id, "").strip()
        if not text:
            wrong |= {field.id: "missing"} if field.required else {}
        elif not _fits(field, text):
            wrong[field.id] = "bad_value"
        else:
            answers[field.id] = text
    return answers, wrong


def _fits(field: FormField, text: str) -> bool:
    if len(text) > LONGEST_ANSWER:
        return False
    match field.type:
        case FieldType.NUMBER:
            return text.replace(",", ".").removeprefix("-").replace(".", "", 1).isdecimal()
        case FieldType.DATE:
            return _is_date(text)
        case FieldType.CHOICE:
            return text in field.options
        case FieldType.YES:
            return text == "yes"
        case _:
            return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
