"""Corrected contact data: a sub-Task of the referral with the Patient as it is now and its consent (R25, R28)."""

from gateway.domain.messages import ContactCorrection
from mappings.fhir.consent import read_consents, write_consents
from mappings.fhir.draft import Draft
from mappings.fhir.patient import read_patient, write_patient
from mappings.fhir.refusals import refusal
from mappings.fhir.task import write_task
from mappings.fhir.view import View


def write_correction(draft: Draft, content: ContactCorrection) -> None:
    """Add the Patient and the consent; neither when only a place in the line is taken."""
    _check_pair(content.contact is not None, len(content.consents))
    if content.contact is not None:
        write_patient(draft, content.contact)
    write_consents(draft, content.consents)
    write_task(draft)


def read_correction(view: View) -> ContactCorrection:
    """Read the correction again; contact data come with their consent, and never without."""
    has_patient = bool(view.every("Patient"))
    _check_pair(has_patient, len(view.every("Consent")))
    return ContactCorrection(read_patient(view) if has_patient else None, read_consents(view))


def _check_pair(has_patient: bool, consents: int) -> None:
    if consents != (1 if has_patient else 0):
        raise refusal("entry-count", "Bundle.entry.resource.ofType(Consent)")
