"""The page of settings: every key with its default, limits and variable, from the pydantic model."""

import inspect
import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from gateway.entrypoints.reference.markdown import code, first_line, page, prose, section, table
from gateway.settings import FILE_NAME, Settings

_INTRODUCTION = f"""\
Settings are read from `{FILE_NAME}` in the home folder (`--home`, or `SOGW_HOME`); `sogw init` writes a commented one.
A variable overrides a key. Relative paths start from the home folder. An unknown key or a wrong value is refused with
file, key and remedy, and is never shown: it may be a secret."""
_ATTRIBUTE = re.compile(r"^    (?P<key>\w+): (?P<words>.*?)(?=^    \w+: |\Z)", re.MULTILINE | re.DOTALL)
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than", "min_length": "length at least"}


def settings_page() -> str:
    """The page."""
    return page("Settings", _INTRODUCTION, *(_section(name, model) for name, model in sections()))


def sections(of: type[BaseModel] = Settings, within: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of the file by its name there, such as ``keys.pkcs11``."""
    for key, field in of.model_fields.items():
        model = _model(field)
        if model is not None:
            yield f"{within}{key}", model
            yield from sections(model, f"{within}{key}.")


def _model(field: Any) -> type[BaseModel] | None:
    """The section a key stands for; None when it is a value."""
    kinds = getattr(field.annotation, "__args__", (field.annotation,))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def words_of(model: type[BaseModel]) -> dict[str, str]:
    """What the docstring of a section says of each key."""
    _, _, listed = (inspect.getdoc(model) or "").partition("Attributes:\n")
    return {found["key"]: prose(found["words"]) for found in _ATTRIBUTE.finditer(listed)}


def _section(name: str, model: type[BaseModel]) -> str:
    words = words_of(model)
    prefix = "SOGW_" + name.replace(".", "__")
    rows = [
        (code(key), words.get(key, ""), _kind(field), _default(field), code(f"{prefix}__{key}".upper()))
        for key, field in model.model_fields.items()
        if _model(field) is None
    ]
    return section(f"[{name}]", first_line(model), table(["Key", "What it is", "Value", "Default", "Variable"], rows))


def _kind(field: Any) -> str:
    """The type as a person writes it, and its limits."""
    schema = _schema(field)
    limits = [f"{_LIMITS[k]} {v:g}" for rule in field.metadata for k, v in _rules(rule) if k in _LIMITS]
    return ", ".join([schema, *limits])


def _rules(rule: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name in _LIMITS if (value := getattr(rule, name, None)) is not None]


def _schema(field: Any) -> str:
    kinds = getattr(field.annotation, "__args__", None) or (field.annotation,)
    named = [_NAMES.get(kind, "") or _choices(kind) for kind in kinds if kind not in (type(None), Ellipsis)]
    return ("list of " if getattr(field.annotation, "__origin__", None) is tuple else "") + " or ".join(named)


_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


def _choices(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(code(str(choice.value)) for choice in kind)
    return code(str(kind)) if isinstance(kind, str) else getattr(kind, "__name__", str(kind))


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return ""
    return code(json.dumps(str(value) if isinstance(value, Path | Enum) else value))
