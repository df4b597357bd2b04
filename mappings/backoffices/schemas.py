"""JSON Schemas (2020-12) of models that are made from the domain, for people who write or read such files.

A validator names what it finds wrong only where a schema leaves one way to be right. So a union of kinds becomes a
condition per kind, and ``null`` beside something else becomes a condition too: an unknown key is named by its place.
"""

import json
from typing import Any

from pydantic import BaseModel

from mappings.backoffices.property_words import PROPERTIES

_Schema = dict[str, Any]


def written_schema(model: type[BaseModel], schema_id: str) -> str:
    """The JSON Schema of a model as text, every object closed and every known property described."""
    made = model.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": schema_id}
    closed = _closed(made, made.get("$defs", {}))
    return json.dumps({**head, **closed}, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _closed(schema: Any, definitions: _Schema) -> Any:
    if isinstance(schema, list):
        return [_closed(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _closed(part, definitions) for key, part in schema.items() if not _is_title(key, part)}
    if "discriminator" in parts:
        return _by_kind(parts)
    if "anyOf" in parts:
        parts = _or_null(parts)
    if "properties" in parts:
        parts["properties"] = {name: _described(name, part) for name, part in parts["properties"].items()}
    return {**parts, "additionalProperties": False} if schema.get("type") == "object" else parts


def _is_title(key: str, part: Any) -> bool:
    """Whether it is one of the titles that pydantic invents; a property may be called so too."""
    return key == "title" and isinstance(part, str)


def _by_kind(schema: _Schema) -> _Schema:
    """One condition per kind, so that only the schema of the kind that is meant can be broken."""
    key = schema["discriminator"]["propertyName"]
    kinds = schema["discriminator"]["mapping"]
    conditions = [
        {"if": {"properties": {key: {"const": kind}}, "required": [key]}, "then": {"$ref": place}}
        for kind, place in sorted(kinds.items())
    ]
    return {
        "type": "object",
        "required": [key],
        "properties": {key: {"enum": sorted(kinds), "description": PROPERTIES[key]}},
        "allOf": conditions,
    }


def _or_null(schema: _Schema) -> _Schema:
    """``X or null`` without a choice that a validator could not explain."""
    options = [option for option in schema["anyOf"] if option != {"type": "null"}]
    if len(options) != 1 or len(options) == len(schema["anyOf"]):
        return schema
    rest = {key: part for key, part in schema.items() if key != "anyOf"}
    [option] = options
    if isinstance(option.get("type"), str) and "enum" not in option:
        return {**rest, **option, "type": [option["type"], "null"]}
    return {**rest, "if": {"not": {"type": "null"}}, "then": option}


def _described(name: str, schema: _Schema) -> _Schema:
    words = PROPERTIES.get(name)
    return {"description": words, **schema} if words is not None and isinstance(schema, dict) else schema
