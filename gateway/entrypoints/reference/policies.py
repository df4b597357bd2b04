"""The page of policies: every key of ``policies.json`` with its values, default and rule, from the pydantic model."""

import json
from typing import Any

from pydantic import BaseModel

from gateway.entrypoints.reference.markdown import code, page, section, table
from mappings.backoffices.policies import DESCRIPTIVE, GroupRecord, PolicyRecord

_INTRODUCTION = """\
Where the sources differ, an arbodienst chooses. Its choices stand in `policies.json`: an object of policies by id; the
settings say which one is ours (`[policy] file`, `id`). The machine-readable form is
[policies.schema.json](policies.schema.json) (JSON Schema 2020-12).

Every policy of a file is read by itself, so that a mistake in another one stops nobody. A key that is not known, and a
value outside its list, refuse their policy by path (`policies-unreadable`), and name the nearest known key. A key that
begins with `_` is a comment. `sogw check` reads the policy that the settings name."""
_DESCRIPTIVE = """\
They say how an arbodienst works, so that two of them can be compared; no rule looks at them."""
_EXAMPLE = """\
```json
{"beleid-vaste-groep": {
  "_over": "two weeks, a fixed group, no medical data beforehand",
  "decision_age_limit_days": 14,
  "group": [{"valid_from": "2026-01-01", "decided_by": "directie", "decided_on": "2025-12-15",
             "members": ["praktijk-mulkens", "arbo-verhagen/G4"]}],
  "eligibility": {"lpbso": ["OVAL", "KoM", "ZFB"]},
  "refer_within_working_days": 1, "answer_within_working_days": 5,
  "complaint_contact": "klachten@lindehof.example"}}
```"""


def policies_page() -> str:
    """The page."""
    deciding = [key for key in PolicyRecord.model_fields if key not in DESCRIPTIVE]
    return page(
        "Policies",
        _INTRODUCTION,
        section("An example", _EXAMPLE),
        section("Keys", _table(PolicyRecord, deciding)),
        section("Keys that are descriptive", _DESCRIPTIVE, _table(PolicyRecord, sorted(DESCRIPTIVE))),
        section("A list of `group`", _table(GroupRecord, list(GroupRecord.model_fields))),
    )


def _table(model: type[BaseModel], keys: list[str]) -> str:
    schema = model.model_json_schema()["properties"]
    rows = [(code(key), _words(model, key), _values(schema[key]), _default(model, key)) for key in keys]
    return table(["Key", "What it is", "Value", "Default"], rows)


def _words(model: type[BaseModel], key: str) -> str:
    return (model.model_fields[key].description or "").removesuffix(" Descriptive.")


def _values(schema: dict[str, Any]) -> str:
    """What may stand there, as a person writes it."""
    if "anyOf" in schema:
        return " or ".join(_values(part) for part in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " or ".join(code(json.dumps(value)) for value in schema.get("enum", [schema.get("const")]))
    if "$ref" in schema:
        return "object"
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_values(schema['items'])}"
    if kind == "object":
        return f"object of {_values(schema['additionalProperties'])}"
    named = "date" if schema.get("format") == "date" else _KINDS.get(kind, kind)
    limits = [f"{words} {schema[limit]}" for limit, words in _LIMITS.items() if limit in schema]
    return ", ".join([named, *limits])


_KINDS = {"integer": "whole number", "string": "text", "boolean": "true or false"}
_LIMITS = {"minimum": "at least", "maximum": "at most"}


def _default(model: type[BaseModel], key: str) -> str:
    field = model.model_fields[key]
    if field.is_required():
        return "required"
    return "" if field.default is None else code(json.dumps(field.default))
