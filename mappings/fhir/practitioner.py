"""Physicians: nl-core-HealthProfessional-Practitioner and -PractitionerRole.

The name is the text people see ("dr. J.M. Terpstra-Oud"): the export has no parts, so none are claimed. All other
organisations of a physician travel along, for independence is checked per person (R5).
"""

from gateway.domain.people import Physician
from mappings.fhir.datatypes import concept, identifier, logical, text_extensions
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.node import Node
from mappings.fhir.view import View
from mappings.terminology.systems import (
    AGB,
    BIG,
    FOCUS_AREA,
    OTHER_ORGANISATION,
    PARTY_ID,
    PRACTITIONER_PROFILE,
    PRACTITIONER_ROLE_PROFILE,
    REGION,
    SUPERVISOR,
    UZI_ROLE,
)

_OCCUPATIONAL_PHYSICIAN = "bedrijfsarts"
_OCCUPATIONAL_MEDICINE = "01.008"


def write_physician(draft: Draft, name: str, physician: Physician) -> Json:
    """Add Practitioner and PractitionerRole; returns a reference to the role."""
    shown_name: Json = {}
    put(shown_name, "text", physician.name)
    practitioner: Json = {"resourceType": "Practitioner", "name": [shown_name]}
    registers = [identifier(s, value) for s, value in ((BIG, physician.big), (AGB, physician.agb)) if value is not None]
    if registers:
        practitioner["identifier"] = registers
    person = draft.add(f"{name}-person", practitioner, PRACTITIONER_PROFILE)
    title: Json = {}
    put(title, "text", physician.role)
    role: Json = {"resourceType": "PractitionerRole", "practitioner": person, "code": [title]}
    if extensions := _extensions(physician):
        role["extension"] = extensions
    if physician.organisation is not None:
        role["organization"] = logical("Organization", PARTY_ID, physician.organisation)
    if physician.role == _OCCUPATIONAL_PHYSICIAN:
        role["specialty"] = [concept(UZI_ROLE, _OCCUPATIONAL_MEDICINE)]
    return draft.add(name, role, PRACTITIONER_ROLE_PROFILE)


def read_physician(view: View, reference: Node) -> Physician:
    """The physician behind a reference to a role."""
    role = view.target(reference, "PractitionerRole")
    person = view.target(role.child("practitioner"), "Practitioner")
    organisation = role.optional("organization")
    supervisor = role.extension(SUPERVISOR)
    return Physician(
        name=person.only("name").text("text"),
        big=person.identifier_or_none(BIG),
        agb=person.identifier_or_none(AGB),
        role=role.only("code").text("text"),
        organisation=organisation.target_identifier(PARTY_ID) if organisation else None,
        supervisor_big=supervisor.child("valueReference").target_identifier(BIG) if supervisor else None,
        other_organisations=tuple(
            node.child("valueReference").target_identifier(PARTY_ID) for node in role.extensions(OTHER_ORGANISATION)
        ),
        focus_areas=tuple(role.extension_texts(FOCUS_AREA)),
        region=role.extension_text(REGION),
    )


def _extensions(physician: Physician) -> list[Json]:
    made: list[Json] = []
    if physician.supervisor_big is not None:
        made.append({"url": SUPERVISOR, "valueReference": logical("Practitioner", BIG, physician.supervisor_big)})
    made += [
        {"url": OTHER_ORGANISATION, "valueReference": logical("Organization", PARTY_ID, party)}
        for party in physician.other_organisations
    ]
    made += [extension for area in physician.focus_areas for extension in text_extensions(FOCUS_AREA, area)]
    return made + text_extensions(REGION, physician.region)
