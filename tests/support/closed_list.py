"""The closed list read the plain way, leaf by leaf: what the compiled validators are compared with."""

from decimal import Decimal

from mappings.fhir.closed_list import EVERY_KIND, listed
from mappings.terminology.systems import EXACT_TEXT

TYPES = ((str, "string"), (bool, "boolean"), ((int, float, Decimal), "number"), (object, "null"))


def is_closed(bundle, kind):
    """Whether every leaf of a bundle is on the list of its kind."""
    frame = bundle | {
        "entry": [{key: value for key, value in entry.items() if key != "resource"} for entry in bundle["entry"]]
    }
    resources = [frame, *(entry["resource"] for entry in bundle["entry"])]
    return all(is_allowed(leaf, paths(kind, value["resourceType"])) for value in resources for leaf in leaves(value))


def paths(kind, name):
    """The listed leaves of a resource type in a kind."""
    return frozenset(listed()[EVERY_KIND].get(name, ()) + listed()[kind].get(name, ()))


def leaves(value, path=""):
    """Every leaf of a JSON value; empty objects, empty lists and nulls count as leaves of their own."""
    if isinstance(value, dict):
        if not value:
            yield f"{path}:empty"
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        if not value:
            yield f"{path}[]:empty"
        for item in value:
            yield from leaves(item, f"{path}[]{_address(item, path)}")
    else:
        yield f"{path}:{next(name for types, name in TYPES if isinstance(value, types))}"


def is_allowed(leaf, listed_leaves):
    """Whether a leaf is on a list; the exact text of a string is allowed wherever the string is."""
    if leaf in listed_leaves:
        return True
    owner, mark, rest = leaf.rpartition(f"extension[]({EXACT_TEXT}).")
    if not mark or rest not in {"url:string", "valueBase64Binary:string"}:
        return False
    beside = f"{owner}extension[]("
    has_text = any(path.startswith(beside) and path.endswith(").valueString:string") for path in listed_leaves)
    return has_text or _owner(owner.removesuffix(".")) in listed_leaves


def _address(item, path):
    """The address of an extension, for it says what the extension is."""
    is_extension = path == "extension" or path.endswith(".extension")
    return f"({item.get('url')})" if is_extension and isinstance(item, dict) else ""


def _owner(path):
    """The string element that an exact text belongs to: ``name[]._family`` -> ``name[].family:string``."""
    parent, _, key = path.rpartition(".")
    return f"{parent}.{key.removeprefix('_')}:string" if parent else f"{key.removeprefix('_')}:string"
