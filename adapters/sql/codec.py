"""Steps to bytes and back, without loss: what is written is read back and compared before it is stored.

A step is written as JSON with its code, so that it can be read without knowing its class. pydantic takes the
dataclasses apart and puts them together; the JSON itself is ours, because pydantic's own cuts the seconds off a UTC
offset (as local mean times have) and refuses text with half a surrogate pair, which an export may contain.
"""

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from gateway.domain.errors import OperatorError
from gateway.domain.steps import Step, step_classes

_VERSION = 1


def encode(step: Step) -> bytes:
    """ASCII JSON of a step.

    Raises:
        OperatorError: ``step-not-storable``: a field holds something its type does not allow.
    """
    try:
        content = _write(step)
        is_lossless = _write(decode(content)) == content
    except (PydanticSerializationError, KeyError, TypeError, OperatorError):
        is_lossless = False
    if is_lossless:
        return content
    raise OperatorError(
        "step-not-storable",
        f"The step '{step.code}' holds a value of another type than its field has; nothing was stored.",
        remedy="Report this as a defect.",
    )


def _write(step: Step) -> bytes:
    fields = _adapter(step.code).dump_python(step, warnings="error")
    content = {"v": _VERSION, "step": step.code, "fields": fields}
    return json.dumps(content, default=_text, separators=(",", ":")).encode("ascii")


def decode(content: bytes) -> Step:
    """The step that was encoded.

    Raises:
        OperatorError: ``step-not-readable``: written by another version of this program.
    """
    try:
        read = json.loads(content)
        if read["v"] == _VERSION:
            return _adapter(read["step"]).validate_python(read["fields"])
    except (ValueError, KeyError, TypeError, ValidationError):
        pass
    raise OperatorError(
        "step-not-readable",
        "A journal entry has a step this version of the program does not know.",
        remedy="Use the version that wrote it, or a newer one.",
    )


@cache
def _adapter(code: str) -> TypeAdapter[Step]:
    """Built at first use: most commands meet few kinds of step."""
    return TypeAdapter(_classes()[code])


@cache
def _classes() -> dict[str, type[Step]]:
    return {kind.code: kind for kind in step_classes()}


def _text(value: object) -> str:
    """Dates and instants in ISO 8601; with an offset that is no whole minute, in UTC: the same instant."""
    if isinstance(value, datetime):
        offset = value.utcoffset()
        is_whole = offset is None or not offset % timedelta(minutes=1)
        return (value if is_whole else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
