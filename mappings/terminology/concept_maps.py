"""Our business statuses in the words of others, as FHIR ConceptMap equivalences.

Sources: HL7 BSeR 2.0.0-ballot (TaskBusinessStatusCS) and HL7 Clinical Order Workflows 1.0.0-ballot, whose codes are
examples by its own account. A status without a counterpart is not listed: availability is asked before there is a
referral, and nobody else keeps a report from the one who sent the patient.
"""

from dataclasses import dataclass

from mappings.terminology.systems import BUSINESS_STATUS

BSER = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"
COW = "http://hl7.org/fhir/uv/cow/CodeSystem/temp"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One of our codes in another system; ``equivalence`` is FHIR's ConceptMapEquivalence."""

    source: str
    target: str
    equivalence: str


CONCEPT_MAPS: dict[tuple[str, str], tuple[Mapping, ...]] = {
    (BUSINESS_STATUS, BSER): (
        Mapping("referred", "2.0", "equivalent"),
        Mapping("so-accepted", "3.0", "equivalent"),
        Mapping("so-declined", "4.0", "equivalent"),
        Mapping("appointment-planned", "5.1.1", "equivalent"),
        Mapping("draft-with-employee", "5.1.4", "wider"),
        Mapping("released", "7.0", "wider"),
        Mapping("finished-without-report", "7.0", "wider"),
        Mapping("withdrawn", "6.0", "wider"),
        Mapping("stopped", "6.0", "wider"),
    ),
    (BUSINESS_STATUS, COW): (
        Mapping("appointment-planned", "visit-scheduled", "equivalent"),
        Mapping("draft-with-employee", "visit-complete", "wider"),
    ),
}
"""By source and target system."""
