"""What is wrong with a settings file, in words for whoever wrote it: never with a value, which may be a secret."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_PLACE: Final = re.compile(r"line \d+, column \d+|end of document")
_SECTION_TWICE: Final = re.compile(r"Cannot declare \(([^)]*)\) twice")
_KEY_TWICE: Final = re.compile(r"Cannot overwrite|Cannot redefine|Cannot mutate|Duplicate inline table key")
_NAME: Final = re.compile(r"'([A-Za-z0-9_-]+)'")

_WORDS: Final[Mapping[str, str]] = {
    "missing": "is not set, and must be",
    "literal_error": "is not one of: {expected}",
    "enum": "is not one of: {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} at least",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} at most",
    "string_too_short": "must have {min_length} characters at least",
    "too_long": "must have {max_length} members at most",
    "finite_number": "is not a number with an end",
}
"""By pydantic's type of error; what stands in braces is of the settings themselves."""
_KINDS: Final = (
    (("int_",), "is not a whole number"),
    (("float_",), "is not a number"),
    (("bool_",), "is not true or false"),
    (("string_type", "path_type"), "is not a text between quotes"),
    (("tuple_", "list_"), "is not a list between square brackets"),
    (("model_", "dict_"), "is not a section"),
)
_PATTERNS: Final[Mapping[tuple[str | int, ...], str]] = {
    ("party", "id"): "is not lower-case letters, digits and inner hyphens, 48 at most"
}


def not_toml(error: Exception) -> tuple[str, str]:
    """Say why a text is not TOML, and what to do about it."""
    told = str(error)
    place = f" near {found.group().replace('end of', 'the end of the')}" if (found := _PLACE.search(told)) else ""
    section = _SECTION_TWICE.search(told)
    if section is not None and (names := _NAME.findall(section.group(1))):
        name = ".".join(names)
        return (
            f"Section [{name}] stands there twice, again{place}.",
            f"Put all keys of [{name}] in the section that is there, and remove the other.",
        )
    if _KEY_TWICE.search(told):
        return f"A key stands there twice, again{place}.", "Keep one of the two lines."
    if isinstance(error, UnicodeDecodeError):
        return "It is not UTF-8 text.", "Save it as plain text in UTF-8."
    return f"Not readable as TOML{place}.", "Correct the file."


def unknown_sections(names: Iterable[str], known: Sequence[str]) -> str:
    """Say which sections there are not, and which may be meant."""
    return _sentence(f"there is no section [{name}]{_hint(name, known)}" for name in names)


def wrong_values(errors: Iterable[ErrorDetails], settings: type[BaseModel]) -> str:
    """Say of each key what it must be, or which key may be meant by one that there is not."""
    return _sentence(_wrong(error, settings) for error in errors)


def _sentence(parts: Iterable[str]) -> str:
    whole = "; ".join(parts)
    return whole if whole.endswith("?") else f"{whole}."


def _wrong(error: ErrorDetails, settings: type[BaseModel]) -> str:
    place = error["loc"]
    name = ".".join(map(str, place))
    if error["type"] == "extra_forbidden":
        return f"{name}: there is no such key{_meant(place, settings)}"
    if error["type"] == "value_error":
        return f"{name}: {error['msg'].removeprefix('Value error, ')}"
    return f"{name}: {_words(error)}"


def _words(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(error["loc"], "is not written as it must be")
    if kind in _WORDS:
        return _WORDS[kind].format(**error.get("ctx", {}))
    return next((words for beginnings, words in _KINDS if kind.startswith(beginnings)), "is not what it must be")


def _meant(place: tuple[str | int, ...], settings: type[BaseModel]) -> str:
    """The nearest key of the section, or the section in which that key does stand."""
    *sections, key = map(str, place)
    fields = _fields(settings, sections)
    if like := _hint(key, list(fields)):
        return like
    elsewhere = [name for name in settings.model_fields if key in _fields(settings, [name])]
    return f"; it is one of [{elsewhere[0]}]" if elsewhere else f". Known: {', '.join(fields)}"


def _fields(settings: type[BaseModel], sections: Sequence[str]) -> Mapping[str, Any]:
    found = settings
    for name in sections:
        annotation = found.model_fields[name].annotation
        kinds = (annotation, *getattr(annotation, "__args__", ()))
        models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not models:
            return {}
        found = models[0]
    return found.model_fields


def _hint(name: str, known: Sequence[str]) -> str:
    like = get_close_matches(name, known, n=1)
    return f". Did you mean '{like[0]}'?" if like else ""
