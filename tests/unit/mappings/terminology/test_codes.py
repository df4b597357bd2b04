"""Our code systems say exactly what the domain's enumerations say."""

import pytest

from gateway.domain.advice import AdviceKind
from gateway.domain.consent import Purpose
from gateway.domain.messages import (
    DeclineCode,
    DocumentRole,
    InformationDeclineCode,
    InformationKind,
    KeptBecause,
    Kind,
    StopCode,
)
from gateway.domain.protocol import BusinessStatus
from mappings.terminology import systems
from mappings.terminology.codes import CODE_SYSTEMS, OPEN_SYSTEMS, VOCABULARY
from mappings.terminology.concept_maps import CONCEPT_MAPS

ENUMERATIONS = {
    systems.MESSAGE_KIND: Kind,
    systems.BUSINESS_STATUS: BusinessStatus,
    systems.DECLINE: DeclineCode,
    systems.STOP: StopCode,
    systems.ERASURE_GROUND: KeptBecause,
    systems.INFORMATION_DECLINE: InformationDeclineCode,
    systems.INFORMATION_KIND: InformationKind,
    systems.CONSENT_PURPOSE: Purpose,
    systems.ADVICE_KIND: AdviceKind,
    systems.DOCUMENT_ROLE: DocumentRole,
}


@pytest.mark.parametrize("system", ENUMERATIONS)
def test_codes_are_those_of_the_domain(system):
    assert list(CODE_SYSTEMS[system]) == [code.value for code in ENUMERATIONS[system]]


def test_our_systems_stand_in_one_namespace():
    assert all(system.startswith(systems.NAMESPACE + "/CodeSystem/") for system in CODE_SYSTEMS)
    assert OPEN_SYSTEMS.keys().isdisjoint(VOCABULARY)


def test_concept_maps_begin_with_codes_of_ours():
    for (source, _target), mappings in CONCEPT_MAPS.items():
        assert {mapping.source for mapping in mappings} <= CODE_SYSTEMS[source].keys()
        assert len({mapping.source for mapping in mappings}) == len(mappings)
        assert {mapping.equivalence for mapping in mappings} <= {"equivalent", "wider", "narrower"}
