"""Cursors of pages: the place of the last line in the order of its list, written so that it survives a command line."""

import base64
import json
from datetime import datetime
from typing import Any

from gateway.domain.errors import RefusedError


def cursor_of(*place: str | int | datetime) -> str:
    """Write a place."""
    values = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def place_of(cursor: str | None, *types: type[Any]) -> tuple[Any, ...] | None:
    """Read a place; None when there is no cursor.

    Args:
        cursor: As ``cursor_of`` wrote it.
        types: Of its values: ``str``, ``int`` or ``datetime``.

    Raises:
        RefusedError: ``cursor-invalid``.
    """
    if cursor is None:
        return None
    if len(cursor) > _LONGEST:
        raise cursor_invalid()
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
    except (ValueError, TypeError):
        raise cursor_invalid() from None


_LONGEST = 512
_MOST = 2**31
"""Places of rows are below; a number above is no place, and the databases could not compare it."""


def _read(value: Any, kind: type[Any]) -> Any:
    if kind is int and isinstance(value, int) and 0 <= value < _MOST:
        return value
    if kind is str and isinstance(value, str) and value.isascii() and value.isprintable():
        return value
    if kind is not datetime:
        raise ValueError(kind)
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant


def cursor_invalid() -> RefusedError:
    """Make the error for what is no cursor of a list."""
    return RefusedError(
        "cursor-invalid",
        "This is no cursor of a list.",
        remedy="Begin without one, and take the cursor that the page before gives.",
    )
