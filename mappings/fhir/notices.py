"""A consent taken back, and erasure: sub-Tasks of the referral without content (R27, R37, R58)."""

from gateway.domain.messages import ConsentWithdrawal, ErasureConfirmation, ErasureRequest
from mappings.fhir.consent import read_purpose, write_withdrawal
from mappings.fhir.datatypes import instant
from mappings.fhir.draft import Draft
from mappings.fhir.refusals import refusal
from mappings.fhir.task import write_task
from mappings.fhir.view import View
from mappings.terminology.systems import CONSENT_ID


def write_consent_withdrawal(draft: Draft, content: ConsentWithdrawal) -> None:
    """An inactive Consent with id and purpose only."""
    write_withdrawal(draft, content.consent_id, content.purpose, content.withdrawn_at)
    write_task(draft)


def read_consent_withdrawal(view: View) -> ConsentWithdrawal:
    """The withdrawal again."""
    consent = view.one("Consent")
    if consent.plain("status") != "inactive":
        raise refusal("status-contradicts", f"{consent.path}.status")
    return ConsentWithdrawal(consent.identifier(CONSENT_ID), read_purpose(consent), consent.instant("dateTime"))


def write_erasure_request(draft: Draft, _content: ErasureRequest) -> None:
    """Please erase."""
    write_task(draft)


def read_erasure_request(_view: View) -> ErasureRequest:
    """The request again."""
    return ErasureRequest()


def write_erasure_confirmation(draft: Draft, content: ErasureConfirmation) -> None:
    """Erased, and when."""
    write_task(draft, executionPeriod={"end": instant(content.erased_at)})


def read_erasure_confirmation(view: View) -> ErasureConfirmation:
    """The confirmation again."""
    return ErasureConfirmation(view.task.child("executionPeriod").instant("end"))
