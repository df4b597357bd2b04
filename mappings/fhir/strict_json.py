"""JSON as this protocol allows it: UTF-8, no duplicate members, no NaN, bounded depth and numbers.

Two readers of one text must never see two things; whatever the standard leaves open is refused.
"""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal

MAX_DEPTH = 24
"""Objects and lists within each other; a bundle of ours needs about half."""

MAX_BYTES = 8 * 1024 * 1024
"""The largest body the envelope allows."""

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def parse(payload: bytes) -> Json:
    """The JSON object in the payload; white space around it is padding.

    Raises:
        RefusedError: ``bundle-not-json``.
    """
    if len(payload) > MAX_BYTES:
        raise refusal("not-json")
    try:
        value = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except (ValueError, RecursionError):
        raise refusal("not-json") from None
    if not isinstance(value, dict) or _is_too_deep(value):
        raise refusal("not-json")
    return value


def dump(bundle: Json) -> bytes:
    """The bytes to sign."""
    try:
        return json.dumps(bundle, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        raise refusal("text-not-unicode") from None


def _object(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise refusal("not-json")
    return made


def _no_constant(_name: str) -> NoReturn:
    raise refusal("not-json")


def _integer(digits: str) -> int:
    if not _NUMBER.fullmatch(digits):
        raise refusal("not-json")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if not _NUMBER.fullmatch(digits):
        raise refusal("not-json")
    return Decimal(digits)


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
