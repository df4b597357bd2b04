"""The R4 models as the definition of what is valid.

The library's errors quote the input. They never leave this module: a refusal is rebuilt from places only.
"""

from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal


def validate(bundle: Json) -> None:
    """Hold a bundle to the R4 models.

    Raises:
        RefusedError: ``bundle-invalid`` at the first wrong element.
    """
    where = None
    try:
        Bundle.model_validate(bundle)
    except ValidationError as error:
        where = _place(error)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        where = "Bundle"
    if where is not None:
        raise refusal("invalid", where)


def _place(error: ValidationError) -> str:
    """Path of the first error; the name of a superfluous element is the sender's, and is left out."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    parts = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    return "Bundle" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
