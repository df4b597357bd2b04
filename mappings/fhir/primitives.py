"""FHIR primitives as pydantic-core schemas: each at least as strict as the type of the same name in fhir_core.

Where both are equally strict the pattern is fhir_core's own. Where it lets through what R4 forbids, or what this
protocol has no use for, ours is narrower: URIs hold no white space, ids have 64 characters at most, base64 has one
spelling, instants are complete and have no leap second. The differential test lists these differences one by one.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fhir_core import types
from pydantic_core import PydanticCustomError, core_schema
from pydantic_core.core_schema import CoreSchema

from mappings.fhir.exact import MAX_CHARACTERS

_URI = r"^\S+$"
_CODE = r"^[^\s]+(\s[^\s]+)*$"
_STRING = r"[ \r\n\t\S]+"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$"
_UUID = r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DAY_OR_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-5][0-9].*)?$"
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
"""Numbers that every JSON reader keeps: at most 15 digits before the point and 6 after it."""


def _text(pattern: str, max_length: int | None = None) -> CoreSchema:
    return core_schema.str_schema(strict=True, pattern=pattern, max_length=max_length)


def _moment(shape: str, spec: re.Pattern[str], real: CoreSchema) -> CoreSchema:
    """A date or time: complete (``shape``), as the specification spells it, and on a calendar."""
    return core_schema.chain_schema([_text(shape), _text(f"^({spec.pattern})$"), real])


def _decimal(value: Any) -> Any:
    """A number that is not rounded anywhere on its way."""
    if type(value) not in {int, float, Decimal}:
        raise PydanticCustomError("decimal_type", "not a number")
    if not _NUMBER.fullmatch(str(value)):
        raise PydanticCustomError("decimal_digits", "too many digits")
    return value


_LARGEST = 2**31 - 1

PRIMITIVES: Mapping[str, CoreSchema] = {
    "boolean": core_schema.bool_schema(strict=True),
    "string": _text(_STRING, max_length=MAX_CHARACTERS),
    "code": _text(_CODE),
    "id": _text(types.Id.pattern, max_length=64),
    "uri": _text(_URI),
    "url": _text(_URI),
    "canonical": _text(_URI),
    "uuid": _text(_UUID),
    "base64Binary": _text(_BASE64),
    "date": _moment(_DAY, types.Date.pattern, core_schema.date_schema()),
    "dateTime": _moment(_DAY_OR_INSTANT, types.DateTime.pattern, core_schema.datetime_schema()),
    "instant": _moment(_DAY_OR_INSTANT, types.Instant.pattern, core_schema.datetime_schema()),
    "unsignedInt": core_schema.int_schema(strict=True, ge=0, le=_LARGEST),
    "positiveInt": core_schema.int_schema(strict=True, ge=1, le=_LARGEST),
    "decimal": core_schema.no_info_plain_validator_function(_decimal),
}
"""Schema by FHIR type name; a type that is missing here is in no bundle of ours."""
