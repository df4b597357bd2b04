"""The employee: nl-core-Patient with name, address and contact data, and never anything else (R28, R34).

The preferred channel is ``rank`` 1 of its telecom, or the ISO 21090 flag on the address. The language stands by its
BCP 47 tag, and beside it by the two-letter code to which nl-core binds languages, where it has one.
"""

from gateway.domain.contact import Channel, language_of
from gateway.domain.messages import PatientContact
from gateway.domain.people import Address
from mappings.fhir.addresses import read_address, write_address
from mappings.fhir.datatypes import coding, extension
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.names import read_names, write_names
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import (
    INTERPRETER_REQUIRED,
    LANGUAGE,
    LANGUAGE_OF_ZIB,
    PATIENT_PROFILE,
    PREFERRED,
)

_SYSTEMS = {"phone": Channel.TELEPHONE, "email": Channel.EMAIL}
_TWO_LETTERS = 2


def write_patient(draft: Draft, contact: PatientContact) -> Json:
    """Add the Patient; from here on the draft refers to it.

    Raises:
        RefusedError: The preferred channel is not among the contact data, or the language is no tag of BCP 47.
    """
    patient: Json = {"resourceType": "Patient"}
    if contact.needs_interpreter:
        patient["extension"] = [extension(INTERPRETER_REQUIRED, valueBoolean=True)]
    patient["name"] = write_names(contact.name)
    telecom = [
        _point(system, text, is_preferred=_SYSTEMS[system] is contact.preferred_channel)
        for system, text in (("phone", contact.telephone), ("email", contact.email))
        if text is not None
    ]
    if telecom:
        patient["telecom"] = telecom
    if contact.address is not None:
        patient["address"] = [_address(contact.address, contact.preferred_channel)]
    if contact.language is not None:
        patient["communication"] = [_communication(contact.language)]
    if _preferred(Node(patient, "Patient")) is not contact.preferred_channel:
        raise refusal("value-invalid", "Patient.telecom")
    draft.patient = draft.add("patient", patient, PATIENT_PROFILE)
    return draft.patient


def read_patient(view: View) -> PatientContact:
    """The contact data in the one Patient."""
    patient = view.one("Patient")
    points = {node.plain("system"): node for node in patient.children("telecom")}
    if len(points) != len(patient.children("telecom")) or not points.keys() <= _SYSTEMS.keys():
        raise refusal("value-invalid", f"{patient.path}.telecom")
    interpreter = patient.extension(INTERPRETER_REQUIRED)
    return PatientContact(
        name=read_names(patient),
        address=read_address(patient.only("address")) if "address" in patient.value else None,
        telephone=_value(points.get("phone")),
        email=_value(points.get("email")),
        preferred_channel=_preferred(patient),
        language=_language(patient.only("communication")) if "communication" in patient.value else None,
        needs_interpreter=interpreter is not None and interpreter.value["valueBoolean"],
    )


def _point(system: str, text: str, *, is_preferred: bool) -> Json:
    made: Json = {"system": system}
    put(made, "value", text)
    return made | {"rank": 1} if is_preferred else made


def _value(point: Node | None) -> str | None:
    return point.text("value") if point else None


def _address(address: Address, preferred: Channel | None) -> Json:
    made = write_address(address)
    return {"extension": [extension(PREFERRED, valueBoolean=True)]} | made if preferred is Channel.POST else made


def _preferred(patient: Node) -> Channel | None:
    """The one channel that is marked as preferred."""
    ranked = [node for node in patient.children("telecom") if "rank" in node.value]
    flagged = [
        flag.value["valueBoolean"] for node in patient.children("address") for flag in node.extensions(PREFERRED)
    ]
    if len(ranked) + len(flagged) > 1 or any(node.value["rank"] != 1 for node in ranked) or False in flagged:
        raise refusal("value-invalid", f"{patient.path}.telecom")
    return Channel.POST if flagged else next((_SYSTEMS[node.plain("system")] for node in ranked), None)


def _communication(tag: str) -> Json:
    if language_of(tag) != tag:
        raise refusal("value-invalid", "Patient.communication.language")
    return {"language": {"coding": _codings(tag)}, "preferred": True}


def _codings(tag: str) -> list[Json]:
    language, _, _ = tag.partition("-")
    short = [coding(LANGUAGE_OF_ZIB, language)] if len(language) == _TWO_LETTERS else []
    return [coding(LANGUAGE, tag), *short]


def _language(said: Node) -> str:
    """The tag of the preferred language; its two-letter code must be that of the tag."""
    codings = [node.value for node in said.child("language").children("coding")]
    tags = [found.get("code") for found in codings if found.get("system") == LANGUAGE]
    if len(tags) != 1 or tags[0] is None or language_of(tags[0]) != tags[0] or said.value.get("preferred") is not True:
        raise refusal("value-invalid", said.path)
    if any(found not in _codings(tags[0]) for found in codings) or len(codings) != len(_codings(tags[0])):
        raise refusal("code-unknown", f"{said.path}.language")
    return str(tags[0])
