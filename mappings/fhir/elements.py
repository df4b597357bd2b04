"""The closed list: which elements a bundle of each kind may hold (R28, R38, R41).

``elements.json`` lists every leaf as ``path:type``; lists are marked ``[]``, an extension stands with its address in
round brackets. What is not listed is refused, so no field can travel that nobody decided on: no BSN in a referral, no
reason beside a withheld report. The list is made from the sample messages by the tests, and reviewed as a change.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from gateway.domain.messages import Kind
from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal
from mappings.terminology.systems import EXACT_TEXT

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "string"),
    (bool, "boolean"),
    ((int, float, Decimal), "number"),
    (object, "null"),
)
_EVERY_KIND = "*"


@cache
def allowed() -> dict[str, dict[str, frozenset[str]]]:
    """Leaves by kind (``*`` for every kind) and resource type."""
    text = files("mappings.fhir").joinpath("elements.json").read_text(encoding="utf-8")
    return {kind: {name: frozenset(paths) for name, paths in types.items()} for kind, types in json.loads(text).items()}


def check_elements(bundle: Json, kind: Kind) -> None:
    """Refuse the first leaf that is not on the list of its kind."""
    frame = {key: value for key, value in bundle.items() if key != "entry"}
    _check(frame | {"entry": [_without_resource(entry) for entry in bundle["entry"]]}, kind, "Bundle", "Bundle")
    for i, entry in enumerate(bundle["entry"]):
        resource = entry["resource"]
        _check(resource, kind, resource["resourceType"], f"Bundle.entry[{i}].resource")


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Every leaf of a JSON value; empty objects, empty lists and nulls count as leaves of their own."""
    if isinstance(value, dict):
        yield from _members(value, path)
    elif isinstance(value, list):
        if not value:
            yield f"{path}[]:empty"
        for item in value:
            yield from leaves(item, f"{path}[]{_address(item, path)}")
    else:
        yield f"{path}:{next(name for types, name in _TYPES if isinstance(value, types))}"


def is_allowed(leaf: str, paths: frozenset[str]) -> bool:
    """Whether a leaf is on a list; the exact text of a string is allowed wherever the string is."""
    if leaf in paths:
        return True
    owner, mark, rest = leaf.rpartition(f"extension[]({EXACT_TEXT}).")
    if not mark or rest not in {"url:string", "valueBase64Binary:string"}:
        return False
    beside = f"{owner}extension[]("
    has_text = any(path.startswith(beside) and path.endswith(").valueString:string") for path in paths)
    return has_text or _owner(owner.removesuffix(".")) in paths


def _check(value: Json, kind: Kind, name: str, where: str) -> None:
    paths = allowed()[_EVERY_KIND].get(name, frozenset()) | allowed()[kind].get(name, frozenset())
    for leaf in leaves(value):
        if not is_allowed(leaf, paths):
            raise refusal("element-not-allowed", where)


def _without_resource(entry: Json) -> Json:
    return {key: value for key, value in entry.items() if key != "resource"}


def _members(value: Json, path: str) -> Iterator[str]:
    if not value:
        yield f"{path}:empty"
    for key, item in value.items():
        yield from leaves(item, f"{path}.{key}" if path else key)


def _address(item: Any, path: str) -> str:
    """The address of an extension, for it says what the extension is."""
    is_extension = path == "extension" or path.endswith(".extension")
    return f"({item.get('url')})" if is_extension and isinstance(item, dict) else ""


def _owner(path: str) -> str:
    """The string element that an exact text belongs to: ``name[]._family`` -> ``name[].family:string``."""
    parent, _, key = path.rpartition(".")
    own = f"{parent}.{key.removeprefix('_')}" if parent else key.removeprefix("_")
    return f"{own}:string"
