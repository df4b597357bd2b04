"""Organisations: nl-core-HealthcareProvider-Organization with URA, KvK and AGB."""

from gateway.domain.people import Organisation
from mappings.fhir.datatypes import concept, identifier
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.node import Node
from mappings.terminology.systems import AGB, CARE_PROVIDER_KIND, KVK, ORGANISATION_PROFILE, PARTY_ID, URA

_OCCUPATIONAL_HEALTH_SERVICE = "7400"


def write_organisation(draft: Draft, name: str, organisation: Organisation, *, is_ohs: bool = False) -> Json:
    """Add an Organization; an arbodienst also gets its Vektis kind. Returns a reference."""
    registers = ((URA, organisation.ura), (KVK, organisation.kvk), (AGB, organisation.agb))
    resource: Json = {
        "resourceType": "Organization",
        "identifier": [
            identifier(PARTY_ID, organisation.organisation_id),
            *(identifier(system, value) for system, value in registers if value is not None),
        ],
    }
    if is_ohs:
        resource["type"] = [concept(CARE_PROVIDER_KIND, _OCCUPATIONAL_HEALTH_SERVICE)]
    put(resource, "name", organisation.name)
    return draft.add(name, resource, ORGANISATION_PROFILE)


def read_organisation(node: Node) -> Organisation:
    """The organisation again."""
    return Organisation(
        organisation_id=node.identifier(PARTY_ID),
        name=node.text("name"),
        ura=node.identifier_or_none(URA),
        kvk=node.identifier_or_none(KVK),
        agb=node.identifier_or_none(AGB),
    )
