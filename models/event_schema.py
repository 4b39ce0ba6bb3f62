"""The JSON Schema of events, made from their shapes: for upstream developers, their editors and generators.

It says what a schema can say; `models.events` also checks what spans several keys (ends before starts, ids twice).
"""

from inspect import cleandoc
from typing import Any

import msgspec

from models.events import CATALOGUE, RESERVED, Attribute

_REFERENCE = "#/$defs/{name}"


def event_schema() -> dict[str, Any]:
    """Return the schema of every event that upstream may send (draft 2020-12)."""
    _, shapes = msgspec.json.schema_components(CATALOGUE.values(), ref_template=_REFERENCE)
    attribute = msgspec.json.schema(Attribute)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Event",
        "description": "A CloudEvent 1.0 in structured mode, sent to a business.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "business", "data"],
        "properties": {
            "specversion": {"type": "string", "pattern": r"^1\.\d+$", "default": "1.0"},
            "id": attribute | {"description": "Names the event, together with business and source."},
            "source": attribute | {"description": "Who sends it, such as /booking-service."},
            "type": attribute | {"examples": list(CATALOGUE), "not": {"enum": sorted(RESERVED)}},
            "time": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When it happened; by default when it arrives.",
            },
            "business": attribute | {"description": "The id of the business."},
            "data": {"type": "object"},
            "data_base64": {"type": "null"},
        },
        "allOf": [_data_of(type_, shape.__name__) for type_, shape in CATALOGUE.items()],
        "$defs": _tidied(shapes),
    }


def _data_of(type_: str, shape: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": type_}}},
        "then": {"properties": {"data": {"$ref": _REFERENCE.format(name=shape)}}},
    }


def _tidied(schema: Any) -> Any:
    """Let decimals be numbers as well as texts, as they are read, and indent no description, whatever the Python."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    number = {"type": ["number", "string"]} if schema.get("format") == "decimal" else {}
    text = schema.get("description")
    described = {"description": cleandoc(text)} if isinstance(text, str) else {}
    return {key: _tidied(part) for key, part in schema.items()} | number | described
