"""The course of a referral: codes and times, never content (R36 to R38, R41)."""

from gateway.domain.messages import (
    Declination,
    DeclineCode,
    Milestone,
    MilestoneNotice,
    ReferralStop,
    ReferralWithdrawal,
    ReportRelease,
    ReportWithholding,
    StopCode,
)
from gateway.domain.protocol import BusinessStatus
from mappings.fhir.consent import read_consents, write_consents
from mappings.fhir.datatypes import concept, instant
from mappings.fhir.documents import read_document, write_document
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json
from mappings.fhir.refusals import refusal
from mappings.fhir.task import item, read_item, write_task
from mappings.fhir.view import View
from mappings.terminology.systems import BUSINESS_STATUS, DECLINE, STOP


def write_declination(draft: Draft, content: Declination) -> None:
    """A code and nothing else."""
    write_task(draft, statusReason=concept(DECLINE, content.reason))


def read_declination(view: View) -> Declination:
    """The declination again."""
    return Declination(view.task.child("statusReason").code(DECLINE, DeclineCode))


def write_milestone(draft: Draft, content: MilestoneNotice) -> None:
    """Which milestone, when reached, and until when the next step may take."""
    parts: Json = {"executionPeriod": {"start": instant(content.reached_at)}}
    if content.due_at is not None:
        parts["restriction"] = {"period": {"end": instant(content.due_at)}}
    write_task(draft, status=BusinessStatus(content.milestone), **parts)


def read_milestone(view: View) -> MilestoneNotice:
    """The milestone again."""
    restriction = view.task.optional("restriction")
    return MilestoneNotice(
        milestone=view.task.child("businessStatus").code(BUSINESS_STATUS, Milestone),
        reached_at=view.task.child("executionPeriod").instant("start"),
        due_at=restriction.child("period").instant("end") if restriction else None,
    )


def write_release(draft: Draft, content: ReportRelease) -> None:
    """The report, when the draft was discussed (R39), and the consent given after it (R40)."""
    report = write_document(draft, "report", content.report)
    write_consents(draft, content.consents)
    discussed = item("draft-discussed-at", valueDateTime=instant(content.draft_discussed_at))
    write_task(draft, output=[discussed, item("document", valueReference=report)])


def read_release(view: View) -> ReportRelease:
    """The report again."""
    discussed = read_item(view.task, "output", "draft-discussed-at")
    document = read_item(view.task, "output", "document")
    if discussed is None or document is None:
        raise refusal("element-missing", f"{view.task.path}.output")
    report = view.target(document.child("valueReference"), "DocumentReference")
    return ReportRelease(read_document(view, report), discussed.instant("valueDateTime"), read_consents(view))


def write_state(draft: Draft, _content: ReportWithholding | ReferralWithdrawal) -> None:
    """The state of the Task says it all; no reason and no hint (R41)."""
    write_task(draft)


def read_withholding(_view: View) -> ReportWithholding:
    """Finished, no report."""
    return ReportWithholding()


def read_withdrawal(_view: View) -> ReferralWithdrawal:
    """Withdrawn by the employee."""
    return ReferralWithdrawal()


def write_stop(draft: Draft, content: ReferralStop) -> None:
    """A code and nothing else."""
    write_task(draft, statusReason=concept(STOP, content.reason))


def read_stop(view: View) -> ReferralStop:
    """The stop again."""
    return ReferralStop(view.task.child("statusReason").code(STOP, StopCode))
