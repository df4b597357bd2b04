"""The employee: nl-core-Patient with name, address and contact data, and never anything else (R28, R34)."""

from gateway.domain.messages import PatientContact
from mappings.fhir.addresses import read_address, write_address
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.names import read_names, write_names
from mappings.fhir.node import Node
from mappings.fhir.refusals import refusal
from mappings.fhir.view import View
from mappings.terminology.systems import PATIENT_PROFILE


def write_patient(draft: Draft, contact: PatientContact) -> Json:
    """Add the Patient; from here on the draft refers to it."""
    patient: Json = {"resourceType": "Patient", "name": write_names(contact.name)}
    telecom = [
        _point(system, text)
        for system, text in (("phone", contact.telephone), ("email", contact.email))
        if text is not None
    ]
    if telecom:
        patient["telecom"] = telecom
    if contact.address is not None:
        patient["address"] = [write_address(contact.address)]
    draft.patient = draft.add("patient", patient, PATIENT_PROFILE)
    return draft.patient


def read_patient(view: View) -> PatientContact:
    """The contact data in the one Patient."""
    patient = view.one("Patient")
    points = {node.plain("system"): node for node in patient.children("telecom")}
    if len(points) != len(patient.children("telecom")) or not points.keys() <= {"phone", "email"}:
        raise refusal("value-invalid", f"{patient.path}.telecom")
    return PatientContact(
        name=read_names(patient),
        address=read_address(patient.only("address")) if "address" in patient.value else None,
        telephone=_value(points.get("phone")),
        email=_value(points.get("email")),
    )


def _point(system: str, text: str) -> Json:
    made: Json = {"system": system}
    put(made, "value", text)
    return made


def _value(point: Node | None) -> str | None:
    return point.text("value") if point else None
