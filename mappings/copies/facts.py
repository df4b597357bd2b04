"""Every field of a step in Dutch: what it is called and what it says, nested as it is kept."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from gateway.domain.enclosure import Enclosure
from gateway.domain.steps import Step
from mappings.copies.labels import LABELS, WORDS_OF_ENUM, WORDS_OF_FIELD
from mappings.letters.grounds import HINDRANCES
from mappings.letters.layout import COLUMNS, wrapped
from mappings.letters.times import long_day, long_moment
from mappings.letters.words import ROLES, WORDS

_OF_EVERY_STEP = {"at", "by", "message_id"}
_INDENT = "  "
_CODES = {**WORDS, "role": ROLES, "hindrance": HINDRANCES}


def facts(step: Step) -> list[str]:
    """The fields of a step that are its own and filled, as lines for paper; empty when it has none."""
    own = [field.name for field in fields(step) if field.name not in _OF_EVERY_STEP]
    return [line for name in own for line in _fact(name, getattr(step, name), _INDENT)]


def _fact(name: str, value: Any, indent: str) -> Iterator[str]:
    """One field; a list has the field once per item."""
    if isinstance(value, tuple):
        for item in value:
            yield from _fact(name, item, indent)
    elif isinstance(value, Enclosure):
        yield from _said(f"{LABELS[name]}:", f"{value.media_type}, {value.size} bytes", indent)
    elif is_dataclass(value):
        yield f"{indent}{LABELS[name]}:"
        for field in fields(value):
            yield from _fact(field.name, getattr(value, field.name), indent + _INDENT)
    elif value not in (None, ""):
        yield from _said(f"{LABELS[name]}:", words(name, value), indent)


def _said(label: str, text: str, indent: str) -> Iterator[str]:
    """On one line when it fits; a text of more lines below its label, each line as it was written."""
    first = f"{indent}{label} {text}"
    if "\n" not in text and len(first) <= COLUMNS:
        yield first
        return
    yield f"{indent}{label}"
    for line in text.split("\n"):
        for piece in wrapped(line, COLUMNS - len(indent) - len(_INDENT)):
            yield f"{indent}{_INDENT}{piece}"


def words(name: str, value: Any) -> str:
    """What a value says in Dutch; a code without words, and what people wrote, as it is."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        return long_moment(value)
    if isinstance(value, date):
        return long_day(value)
    table = WORDS_OF_ENUM.get(type(value)) if isinstance(value, Enum) else WORDS_OF_FIELD.get(name)
    return _CODES[table].get(str(value), str(value)) if table else str(value)
