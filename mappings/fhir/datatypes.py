"""FHIR data types as plain dicts, and instants and amounts as FHIR writes them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn, TypeVar

from mappings.fhir.exact import Json, exact_extension, put, readable
from mappings.fhir.refusals import refusal
from mappings.terminology.codes import VOCABULARY

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"[^\s]{1,200}")
_WIDEST_OFFSET = timedelta(hours=14)
_KNOWN_CODINGS = {
    (system, code): {"system": system, "code": code} | ({"display": display} if display else {})
    for system, codes in VOCABULARY.items()
    for code, display in codes.items()
}


def coding(system: str, code: str) -> Json:
    """A Coding, with the display of our tables when they have one."""
    if (known := _KNOWN_CODINGS.get((system, code))) is not None:
        return dict(known)
    if not _CODE.fullmatch(code):
        raise refusal("value-invalid", "Coding.code")
    return {"system": system, "code": code}


def concept(system: str, code: str) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code)]}


def identifier(system: str, value: str, kind: Json | None = None) -> Json:
    """An Identifier, typed when a type is given."""
    made: Json = {"type": kind} if kind else {}
    made["system"] = system
    put(made, "value", value)
    return made


def logical(resource_type: str, system: str, value: str) -> Json:
    """A logical reference: to something outside the bundle, by its identifier."""
    return {"type": resource_type, "identifier": identifier(system, value)}


def extension(url: str, **value: Any) -> Json:
    """An Extension with one ``value[x]``."""
    return {"url": url, **value}


def text_extensions(url: str, text: str | None) -> list[Json]:
    """An Extension with a text that must survive; the exact text, when needed, is the extension directly after it.

    It cannot stand inside: an Extension has a value or extensions, never both (ext-1). None makes nothing.
    """
    if text is None:
        return []
    made: Json = {"url": url, "valueString": readable(text)}
    return [made] if made["valueString"] == text else [made, exact_extension(text)]


def instant(moment: datetime) -> str:
    """An aware instant, offset kept where FHIR can write it, to the microsecond."""
    offset = moment.utcoffset()
    if offset is None:
        raise refusal("time-without-zone")
    if offset % timedelta(minutes=1) or abs(offset) > _WIDEST_OFFSET:
        moment = moment.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


def read_instant(value: str, where: str) -> datetime:
    """The aware instant behind a complete FHIR dateTime."""
    if not _INSTANT.fullmatch(value):
        raise refusal("value-invalid", where)
    try:
        return _within(datetime.fromisoformat(value), where)
    except ValueError:
        raise refusal("value-invalid", where) from None


def read_date(value: str, where: str) -> date:
    """The day behind a complete FHIR date."""
    if not _DATE.fullmatch(value):
        raise refusal("value-invalid", where)
    try:
        return _within(date.fromisoformat(value), where)
    except ValueError:
        raise refusal("value-invalid", where) from None


_Moment = TypeVar("_Moment", bound=date)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9999, 12, 30)
"""Outside these no case lies, and a moment may not exist in another time zone. Registrations write the end of the
calendar for no end."""


def _within(moment: _Moment, where: str) -> _Moment:
    if not _FIRST_DAY <= date(moment.year, moment.month, moment.day) <= _LAST_DAY:
        raise refusal("value-invalid", where)
    return moment


def urn(uuid: str, where: str) -> str:
    """``urn:uuid:`` of a UUID in its one canonical text form."""
    return f"urn:uuid:{canonical_uuid(uuid, where)}"


def canonical_uuid(text: str, where: str) -> str:
    """The text itself, when it is a UUID as RFC 9562 writes it: lower case, hyphens."""
    return text if _UUID.fullmatch(text) else _no(where)


def from_urn(value: str, where: str) -> str:
    """The UUID behind ``urn:uuid:``."""
    return canonical_uuid(value.removeprefix("urn:uuid:"), where) if value.startswith("urn:uuid:") else _no(where)


def _no(where: str) -> NoReturn:
    raise refusal("value-invalid", where)
