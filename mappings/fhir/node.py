"""Reading a validated resource: typed access that names the place when something is not there."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from mappings.fhir.datatypes import read_date, read_instant
from mappings.fhir.exact import Json, exact
from mappings.fhir.refusals import refusal

_Code = TypeVar("_Code", bound=StrEnum)


class Node(NamedTuple):
    """A JSON object in a bundle and where it stands; a tuple, because reading one message makes a hundred.

    The closed element list was applied before, so that lists are lists, objects are objects and strings strings.

    Attributes:
        value: The object.
        path: FHIR path: ``Bundle.entry[2].resource.name[0]``.
    """

    value: Json
    path: str

    def missing(self, key: str) -> Exception:
        """The refusal for an element that must be there."""
        return refusal("element-missing", f"{self.path}.{key}")

    def child(self, key: str) -> "Node":
        """An object that must be there."""
        found = self.optional(key)
        if found is None:
            raise self.missing(key)
        return found

    def optional(self, key: str) -> "Node | None":
        """An object that may be there."""
        return Node(self.value[key], f"{self.path}.{key}") if key in self.value else None

    def children(self, key: str) -> "list[Node]":
        """The objects of a list; none when it is absent."""
        return [Node(item, f"{self.path}.{key}[{i}]") for i, item in enumerate(self.value.get(key, []))]

    def only(self, key: str) -> "Node":
        """The one object of a list."""
        found = self.children(key)
        if len(found) != 1:
            raise refusal("entry-count" if found else "element-missing", f"{self.path}.{key}")
        return found[0]

    def plain(self, key: str) -> str:
        """A string without exact text: a code, an address, a date."""
        value = self.value.get(key)
        if not isinstance(value, str):
            raise self.missing(key)
        return value

    def text(self, key: str) -> str:
        """A text that must be there, exactly as it was written."""
        text = self.text_or_none(key)
        if text is None:
            raise self.missing(key)
        return text

    def text_or_none(self, key: str) -> str | None:
        """A text that may be there, exactly as it was written."""
        if key not in self.value:
            return None
        beside = self.value.get(f"_{key}", {})
        return exact(self.value[key], beside.get("extension", []), f"{self.path}.{key}")

    def instant(self, key: str) -> datetime:
        """An aware instant."""
        return read_instant(self.plain(key), f"{self.path}.{key}")

    def instant_or_none(self, key: str) -> datetime | None:
        """An aware instant that may be there."""
        return self.instant(key) if key in self.value else None

    def day(self, key: str) -> date:
        """A calendar day."""
        return read_date(self.plain(key), f"{self.path}.{key}")

    def integer(self, key: str) -> int:
        """A whole number."""
        value = self.value.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal("value-invalid", f"{self.path}.{key}")
        return value

    def extension(self, url: str) -> "Node | None":
        """The extension with that address; twice is once too often."""
        found = self.extensions(url)
        if len(found) > 1:
            raise refusal("entry-count", f"{self.path}.extension")
        return found[0] if found else None

    def extensions(self, url: str) -> "list[Node]":
        """All extensions with that address, in order."""
        return [node for node in self.children("extension") if node.value.get("url") == url]

    def extension_text(self, url: str) -> str | None:
        """The text in an extension, or None."""
        found = self.extension_texts(url)
        if len(found) > 1:
            raise refusal("entry-count", f"{self.path}.extension")
        return found[0] if found else None

    def extension_texts(self, url: str) -> list[str]:
        """The texts in all extensions with that address; an exact text stands directly after the one it belongs to."""
        every = self.children("extension")
        pairs = zip(every, [*every[1:], Node({}, self.path)], strict=False)
        return [
            exact(node.plain("valueString"), [after.value], node.path)
            for node, after in pairs
            if node.value["url"] == url
        ]

    def code(self, system: str, codes: type[_Code]) -> _Code:
        """The one code of a system in this CodeableConcept, as a domain value."""
        found = [node for node in self.children("coding") if node.value.get("system") == system]
        if len(found) != 1:
            raise refusal("element-missing", f"{self.path}.coding")
        return known(found[0].plain("code"), codes, f"{found[0].path}.code")

    def identifier(self, system: str) -> str:
        """The value of the one identifier of a system among ``identifier``."""
        text = self.identifier_or_none(system)
        if text is None:
            raise self.missing("identifier")
        return text

    def identifier_or_none(self, system: str) -> str | None:
        """The value of the identifier of a system, when there is one."""
        found = [node for node in self.children("identifier") if node.value.get("system") == system]
        if len(found) > 1:
            raise refusal("entry-count", f"{self.path}.identifier")
        return found[0].text("value") if found else None

    def target_identifier(self, system: str) -> str:
        """The identifier value in this logical reference, of the system it must have."""
        inner = self.child("identifier")
        if inner.value.get("system") != system:
            raise refusal("value-invalid", f"{inner.path}.system")
        return inner.text("value")


def known(code: str, codes: type[_Code], where: str) -> _Code:
    """The domain value of a code."""
    try:
        return codes(code)
    except ValueError:
        raise refusal("code-unknown", where) from None


def looked_up(table: Mapping[str, _Code], key: str, where: str) -> _Code:
    """The domain value behind a foreign code in a table."""
    if key not in table:
        raise refusal("code-unknown", where)
    return table[key]
