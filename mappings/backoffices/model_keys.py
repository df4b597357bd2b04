"""Read off a model which keys it has, and which kinds of value each may hold."""

import dataclasses
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

Kinds = tuple[Any, ...]


@cache
def keys_of(kind: Any) -> dict[str, Kinds]:
    """The keys of a model or dataclass, each with the kinds of value it may have."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {field.alias or name: _flat(field.annotation) for name, field in kind.model_fields.items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return {field.name: _flat(hints[field.name]) for field in dataclasses.fields(kind)}
    return {}


def _flat(annotation: Any) -> Kinds:
    """The kinds an annotation stands for, of a list those of its items."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _flat(get_args(annotation)[0])
    if origin in {Union, types.UnionType, tuple, list}:
        return tuple(kind for part in get_args(annotation) if part is not ... for kind in _flat(part))
    return () if origin is Literal else (annotation,)
