"""Holding a bundle to the closed list of its kind and to the R4 models, and telling the place when it does not.

pydantic's errors quote the input. They never leave this module: a refusal is rebuilt from places only.
"""

from pydantic_core import ErrorDetails, ValidationError

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal
from mappings.fhir.schema import NOT_LISTED, UNKNOWN_CODING, schema_of

_REASONS = {
    UNKNOWN_CODING: "coding-unknown",
    "too_long": "list-too-long",
    **dict.fromkeys(
        (
            NOT_LISTED,
            "extra_forbidden",
            "dict_type",
            "list_type",
            "string_type",
            "bool_type",
            "decimal_type",
            "too_short",
            "union_tag_invalid",
            "union_tag_not_found",
        ),
        "element-not-allowed",
    ),
}
"""Refusal by pydantic's error type; any other is ``invalid``."""
_NAMES_WHAT_IS_SUPERFLUOUS = "extra_forbidden"
_MAX_ERRORS = 100
"""More are not spelled out: only superfluous members can be so many, and listing them would cost more than refusing."""


def validate(bundle: Json, kind: Kind) -> list[set[str]]:
    """Hold a bundle whose frame was checked to the closed list and the R4 models.

    Returns:
        What each entry refers to, in the order of the entries.

    Raises:
        RefusedError: ``bundle-element-not-allowed``, ``bundle-coding-unknown`` or ``bundle-invalid`` at the first
            wrong element.
    """
    schema = schema_of(kind)
    pointers: list[set[str]] = []
    where = "Bundle"
    try:
        schema.frame.validate_python(bundle)
        for i, entry in enumerate(bundle["entry"]):
            where = f"Bundle.entry[{i}].resource"
            resource, pointed = entry["resource"], set[str]()
            schema.resources[resource["resourceType"]].validate_python(resource, context=pointed)
            pointers.append(pointed)
    except ValidationError as error:
        wrong = _refusal(error, where)
    else:
        return pointers
    raise wrong


def _refusal(error: ValidationError, where: str) -> RefusedError:
    if error.error_count() > _MAX_ERRORS:
        return refusal("element-not-allowed", where)
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return refusal(_REASONS.get(first["type"], "invalid"), where + _place(first))


def _place(error: ErrorDetails) -> str:
    """Path of an error; the name of a superfluous element is the sender's, and the address of an extension no path."""
    parts = error["loc"][:-1] if error["type"] == _NAMES_WHAT_IS_SUPERFLUOUS else error["loc"]
    names = (part for part in parts if isinstance(part, int) or ":" not in part)
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in names)
