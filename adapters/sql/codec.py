"""Steps to bytes and back, without loss: what is written is read back and compared before it is stored.

A step is written as ASCII JSON with its code, so that it can be read without knowing its class. pydantic writes and
reads it in one pass. What it would lose is written by the standard library instead: pydantic cuts the seconds off a
UTC offset, as local mean times have, and refuses text with half a surrogate pair, which an export may contain.
"""

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from gateway.domain.errors import OperatorError
from gateway.domain.steps import Step, step_classes

_START, _BETWEEN, _END = b'{"v":1,"step":"', b'","fields":', b"}"
"""Around the code and the fields; the number is the version of this form."""
_NOT_STORABLE = (PydanticSerializationError, KeyError, TypeError, OperatorError)


def encode(step: Step) -> bytes:
    """ASCII JSON of a step.

    Raises:
        OperatorError: ``step-not-storable``: a field holds something its type does not allow.
    """
    content = _written_at_once(step) or _spelled_out(step)
    if content is None:
        raise OperatorError(
            "step-not-storable",
            f"The step '{step.code}' holds a value of another type than its field has; nothing was stored.",
            remedy="Report this as a defect.",
        )
    return content


def decode(content: bytes) -> Step:
    """The step that was encoded.

    Raises:
        OperatorError: ``step-not-readable``: written by another version of this program.
    """
    head, _, rest = content.partition(_BETWEEN)
    try:
        if head.startswith(_START) and rest.endswith(_END):
            return _read(head[len(_START) :].decode("ascii"), rest[: -len(_END)])
    except (ValueError, KeyError, TypeError, ValidationError):
        pass
    raise OperatorError(
        "step-not-readable",
        "A journal entry has a step this version of the program does not know.",
        remedy="Use the version that wrote it, or a newer one.",
    )


def _written_at_once(step: Step) -> bytes | None:
    """By pydantic; None when it does not read as the same step again."""
    try:
        content = _framed(step, _adapter(step.code).dump_json(step, ensure_ascii=True, warnings="error"))
        return content if decode(content) == step else None
    except _NOT_STORABLE:
        return None


def _spelled_out(step: Step) -> bytes | None:
    """By the standard library; None when it does not read as what would be written in the same way again."""
    try:
        content = _framed(step, _spelled(step))
        return content if _framed(step, _spelled(decode(content))) == content else None
    except _NOT_STORABLE:
        return None


def _framed(step: Step, fields: bytes) -> bytes:
    return _START + step.code.encode("ascii") + _BETWEEN + fields + _END


def _spelled(step: Step) -> bytes:
    fields = _adapter(step.code).dump_python(step, warnings="error")
    return json.dumps(fields, default=_text, separators=(",", ":")).encode("ascii")


def _read(code: str, fields: bytes) -> Step:
    adapter = _adapter(code)
    try:
        return adapter.validate_json(fields)
    except ValidationError:
        return adapter.validate_python(json.loads(fields))


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
