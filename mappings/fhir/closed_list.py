"""The closed list: which elements a bundle of each kind may hold (R28, R38, R41).

``elements.json`` lists every leaf as ``path:type``; lists are marked ``[]``, an extension stands with its address in
round brackets. What is not listed is refused, so no field can travel that nobody decided on: no BSN in a referral, no
reason beside a withheld report. The list is made from the sample messages by the tests, and reviewed as a change.

Here it is read into one tree per resource type; ``schema`` compiles the trees.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from gateway.domain.messages import Kind

EVERY_KIND = "*"
FRAME = "Bundle"
_NAME = re.compile(r"(?P<name>\w+)(?P<list>\[\])?(\((?P<url>[^)]*)\))?(?P<end>[.:])")


@dataclass(slots=True)
class Element:
    """One element and what may be in it.

    Attributes:
        is_list: Whether it repeats.
        members: By name; none in a leaf.
        extensions: Members by address, of an ``extension`` list.
        json_type: Of a leaf: string, number or boolean.
    """

    is_list: bool = False
    members: "dict[str, Element]" = field(default_factory=dict)
    extensions: "dict[str, Element]" = field(default_factory=dict)
    json_type: str | None = None


@cache
def listed() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Leaves by kind (``*`` for every kind) and resource type, as they are in the file."""
    text = files("mappings.fhir").joinpath("elements.json").read_text(encoding="utf-8")
    return {kind: {name: tuple(paths) for name, paths in types.items()} for kind, types in json.loads(text).items()}


def closed_list(kind: Kind) -> Mapping[str, Element]:
    """The trees of a kind by resource type; ``Bundle`` is the frame around the entries."""
    both = (listed()[EVERY_KIND], listed()[kind])
    names = sorted({name for types in both for name in types})
    return {name: _tree(path for types in both for path in types.get(name, ())) for name in names}


def _tree(paths: Iterable[str]) -> Element:
    root = Element()
    for path in paths:
        _grow(root, path)
    return root


def _grow(element: Element, path: str) -> None:
    at = 0
    while found := _NAME.match(path, at):
        element = element.members.setdefault(found["name"], Element())
        element.is_list = element.is_list or found["list"] is not None
        if found["url"] is not None:
            element = element.extensions.setdefault(found["url"], Element())
        at = found.end()
        if found["end"] == ":":
            break
    element.json_type = path[at:]
