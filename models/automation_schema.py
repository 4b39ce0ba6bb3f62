"""The JSON Schema of automation files, for editors, made from the tables that the readers check against.

It describes one file at a time and knows no vocabulary: which property a trigger supplies is told by `validate`.
"""

import json
from collections.abc import Iterable
from typing import Any

from models.automation_file import MAX_TIMES, By, Over, Then
from models.condition_file import MAX_DAYS, RULES, UNITS
from models.events import Fact
from models.linting.codes import Code
from models.periods import Per
from models.step_file import CHANNELS, MAX_STEPS, PURPOSES, WEEKDAYS
from models.steps import Document, Fee
from models.vocabulary import PROPERTIES, SUPPLIES, Action

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?([Zz]|[-+]\d{2}:\d{2}))?$",
}
_TIME: Schema = {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"}
_OPEN_ENDED = r"^(event\.data|contact\.custom)\..+$"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _enum(words: Iterable[str], description: str = "") -> Schema:
    return {"enum": [str(word) for word in words]} | ({"description": description} if description else {})


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items} | ({"minItems": least} if least else {})


def _object(properties: Schema, required: Iterable[str] = ()) -> Schema:
    shape: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


_SHAPES: dict[str, Schema | None] = {
    "scalar": _SCALAR,
    "text": {"type": ["string", "number"], "not": {"const": ""}},
    "scalars": _list(_SCALAR, 1),
    "number": _NUMBER,
    "pair": {"anyOf": [_list(_NUMBER), _list(_MOMENT)], "minItems": 2, "maxItems": 2},
    "moment": _MOMENT,
    "span": _ref("span"),
    "nothing": None,
}


_MONTH_DAY: Schema = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"const": "last"}]}
_ANCHORS: dict[str, Schema | None] = {
    "day": None,
    "week": _enum(WEEKDAYS),
    "month": {"anyOf": [*_MONTH_DAY["anyOf"], _list(_MONTH_DAY, 1)]},
    "year": {
        "anyOf": [
            {"type": "string", "pattern": r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$"},
            {"type": "string", "pattern": r"^(0[13-9]|1[0-2])-(29|30)$"},
            {"type": "string", "pattern": r"^(0[13578]|1[02])-31$"},
            {"const": "02-29"},
        ]
    },
}
"""The anchors of each period of a schedule."""


def automation_schema() -> Schema:
    """Return the JSON Schema (2020-12) of an automation file."""
    top = _object(
        {
            "automation": {"type": "string", "pattern": r"^[^\W_][\w.\-]{0,99}$", "description": "A stable id."},
            "name": {"type": "string", "minLength": 1, "maxLength": 200},
            "trigger": _trigger(),
            "limit": _limit(),
            "stop_when": {"anyOf": [_ref("event"), _list(_ref("event"))], "description": "Events that end a run."},
            "keep_on_cancel": {"type": "boolean", "description": "Go on when what the run is about is cancelled."},
            "late": _object({"tolerance": {"type": "string", "pattern": r"^\d{1,4}[dhm]$"}, "then": _enum(Then)}),
            "lint": _object({"ignore": _list(_enum(Code))}, required=("ignore",)),
            "steps": _ref("steps") | {"minItems": 1, "maxItems": MAX_STEPS},
        },
        required=("automation", "trigger", "steps"),
    )
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:relance:automation"}
    return head | {"title": "relance automation"} | top | {"$defs": _definitions()}


def schema_text() -> str:
    """Return the schema as it stands in `docs/schemas/automation.schema.json`."""
    return json.dumps(automation_schema(), indent=2, ensure_ascii=False) + "\n"


def _trigger() -> Schema:
    services = {"anyOf": [_enum(("all", "none")), _list(_TEXT, 1)], "description": "Services let through."}
    where = _ref("condition")
    event = _object({"on": _ref("event"), "services": services, "where": where}, required=("on",))
    return {"anyOf": [event, *(_schedule(every, anchor) for every, anchor in _ANCHORS.items())]}


def _schedule(every: str, anchor: Schema | None) -> Schema:
    """Return the schema of a trigger that the calendar is."""
    properties = {"on": {"const": str(Fact.SCHEDULE_DUE)}, "every": {"const": every}, "at": _TIME}
    more = {"anchor": anchor} if anchor else {}
    return _object(properties | more | {"where": _ref("condition")}, required=("on", "every"))


def _limit() -> Schema:
    properties = {
        "times": {"type": "integer", "minimum": 1, "maximum": MAX_TIMES},
        "per": _enum(Per),
        "by": _list(_enum(By)),
        "over": _enum(Over, "What happens over the limit."),
    }
    return _object(properties, required=("per",))


def _definitions() -> Schema:
    names = [f"{group}.{name}" for group, known in PROPERTIES.items() for name in known if "*" not in name]
    return {
        "event": {
            "anyOf": [
                _enum(on for on in SUPPLIES if on != Fact.SCHEDULE_DUE),
                {"type": "string", "pattern": r"^[^\s.]+(\.[^\s.]+)+$"},
            ]
        },
        "property": {"anyOf": [_enum(names), {"type": "string", "pattern": _OPEN_ENDED}]},
        "span": _span(),
        "money": _object(
            {"amount": {"type": "integer", "minimum": 1}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
            required=("amount", "currency"),
        ),
        "template": {"type": "string", "description": "Liquid."},
        "condition": _condition(),
        "steps": _list(_ref("step")),
        "step": {"anyOf": [_enum(Action), *map(_action_step, Action), _delay_step(), _if_step()]},
        "delay": _delay(),
    } | {action: _settings(action) for action in Action}


def _span() -> Schema:
    units = {unit: {"type": "integer", "minimum": 0, "maximum": most} for unit, most in UNITS.items()}
    return _object(units) | {"minProperties": 1}


def _condition() -> Schema:
    groups = [_object({word: _list(_ref("condition"), 1)}, required=(word,)) for word in ("all", "any")]
    return {"anyOf": [*groups, *(_test(shape) for shape in _SHAPES)]}


def _test(shape: str) -> Schema:
    operators = _enum(verb for verb, rule in RULES.items() if rule.shape == shape)
    properties: Schema = {"property": _ref("property"), "operator": operators}
    value = _SHAPES[shape]
    if value is None:
        return _object(properties, required=("property", "operator"))
    return _object(properties | {"value": value}, required=("property", "operator", "value"))


def _step(properties: Schema, required: Iterable[str]) -> Schema:
    id_ = {"type": "string", "pattern": r"^[^\W\d_]", "maxLength": 100}
    return _object({"id": id_} | properties, required)


def _action_step(action: str) -> Schema:
    return _step({action: _ref(action)}, (action,))


def _delay_step() -> Schema:
    return _step({"delay": _ref("delay")}, ("delay",))


def _if_step() -> Schema:
    return _step({"if": _ref("condition"), "then": _ref("steps"), "else": _ref("steps")}, ("if", "then"))


def _delay() -> Schema:
    until_property = {"until": _ref("property")}
    return {
        "anyOf": [
            _ref("span"),
            _object(until_property | {"minus": _ref("span")}, required=("until",)),
            _object(until_property | {"plus": _ref("span")}, required=("until",)),
            _object({"until": _TIME, "on": _list(_enum(WEEKDAYS), 1)}, required=("until",)),
            _object({"until": _MOMENT}, required=("until",)),
        ]
    }


def _wording(*channels: str) -> Schema:
    template = _ref("template")
    return {"channels": _list(_enum(channels or CHANNELS), 1), "subject": template, "message": template}


def _settings(action: str) -> Schema:
    """Return the schema of an action's settings; null stands for those that all have defaults."""
    free = {"purpose": _enum(PURPOSES)}
    due_in = _object({"days": {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}}, required=("days",))
    tag = {"type": "string", "minLength": 1, "maxLength": 100}
    match action:
        case Action.ADD_CHARGE:
            fee = {"description": _ref("template"), "price": _ref("money"), "fee": _enum(Fee)}
            return _object(fee, required=("description", "price"))
        case Action.ADD_TAG:
            return {"anyOf": [tag, _object({"tag": tag}, required=("tag",))]}
        case Action.CALL_WEBHOOK:
            return _object({"url": {"type": "string", "pattern": "^https?://[^ ]+$"}}, required=("url",))
    properties: Schema = {
        Action.REQUEST_PAYMENT: _wording() | {"document": _enum(Document), "due_in": due_in},
        Action.SEND_EMAIL: _wording("email") | free,
        Action.SEND_SMS: _wording("sms") | free,
        Action.REFUND: _wording() | {"amount": {"anyOf": [{"const": "full"}, _ref("money")]}},
        Action.END: {},
    }.get(Action(action), _wording())
    return _object(properties) | {"type": ["object", "null"]}
