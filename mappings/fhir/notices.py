"""A consent taken back, and erasure: sub-Tasks of the referral without content (R27, R37, R58)."""

from gateway.domain.messages import ConsentWithdrawal, ErasureConfirmation, ErasureRequest, KeptBecause
from gateway.domain.protocol import TaskStatus
from mappings.fhir.consent import read_purpose, write_withdrawal
from mappings.fhir.datatypes import concept, instant
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal
from mappings.fhir.task import write_task
from mappings.fhir.view import View
from mappings.terminology.systems import CONSENT_ID, ERASURE_GROUND


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
    """When it was answered, and the ground where it is kept."""
    period: Json = {"end": instant(content.answered_at)}
    if content.kept_because is None:
        write_task(draft, executionPeriod=period)
    else:
        reason = concept(ERASURE_GROUND, content.kept_because)
        write_task(draft, task_status=TaskStatus.REJECTED, executionPeriod=period, statusReason=reason)


def read_erasure_confirmation(view: View) -> ErasureConfirmation:
    """The confirmation again."""
    reason = view.task.optional("statusReason")
    is_kept = view.task.plain("status") == TaskStatus.REJECTED
    if is_kept is not (reason is not None):
        raise refusal("status-contradicts", f"{view.task.path}.status")
    return ErasureConfirmation(
        answered_at=view.task.child("executionPeriod").instant("end"),
        kept_because=reason.code(ERASURE_GROUND, KeptBecause) if reason is not None else None,
    )
