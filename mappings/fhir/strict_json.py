"""JSON as this protocol allows it: UTF-8, no duplicate members, no NaN, decimals exact, bounded size and depth.

Two readers of one text must never see two things; whatever the standard leaves open is refused. How deep a value may
be and how large a number is for each element to say (``schema``); the limits here only protect the parser.
"""

from typing import Any

import jiter
from pydantic_core import PydanticSerializationError, to_json

from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal

MAX_BYTES = 8 * 1024 * 1024
"""The largest body the envelope allows. The parser's own limits: 200 levels, 4,300 digits."""


def parse(payload: bytes) -> Json:
    """The JSON object in the payload; white space around it is padding.

    Raises:
        RefusedError: ``bundle-not-json``.
    """
    if len(payload) > MAX_BYTES:
        raise refusal("not-json")
    try:
        value: Any = jiter.from_json(payload, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal")
    except ValueError:
        raise refusal("not-json") from None
    if not isinstance(value, dict):
        raise refusal("not-json")
    return value


def dump(bundle: Json) -> bytes:
    """The bytes to sign."""
    try:
        return to_json(bundle)
    except PydanticSerializationError:
        raise refusal("text-not-unicode") from None
