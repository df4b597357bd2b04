"""What a message does to a case: the step it becomes, the same at the side that sends and the side that receives."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case


def steps_of(message: m.Message, *, partner: str, by: s.Actor, at: datetime) -> tuple[s.Step, ...]:
    """The steps a message adds to the journal.

    Args:
        message: The message sent or received.
        partner: The other party.
        by: Who acted, as this side knows it.
        at: When this side sent or received it.

    Returns:
        One step for most kinds; none for receipts, which change the outbox only.
    """
    make = _STEPS.get(type(message.content))
    if make is None:
        return ()
    common: dict[str, Any] = {
        "at": at,
        "by": by,
        "message_id": message.message_id,
        "referral_id": message.referral_id or "",
        "partner": partner,
    }
    return make(message.content, common)


def news(case: Case, steps: tuple[s.Step, ...]) -> tuple[s.Step, ...]:
    """The steps without what this side has on record already: a message repeats its consents and the draft for the
    other side, and the employee's log says each thing once (R50).
    """
    return tuple(step for step in steps if not _is_known(case, step))


def _is_known(case: Case, step: s.Step) -> bool:
    if isinstance(step, s.ConsentGiven):
        return case.consent(step.consent.consent_id) == step.consent
    if isinstance(step, s.ConsentWithdrawn):
        consent = case.consent(step.consent_id)
        return consent is not None and consent.withdrawn_at is not None
    if isinstance(step, s.DraftDiscussed):
        referral = case.referral(step.referral_id)
        return referral is not None and referral.draft_discussed_at == step.at
    return False


_Maker = Callable[[Any, dict[str, Any]], tuple[s.Step, ...]]


def _plain(step: type[s.ReferralStep]) -> _Maker:
    return lambda _, common: (step(**common),)


def _referral(content: m.Referral, common: dict[str, Any]) -> tuple[s.Step, ...]:
    contents = ("contact-data", *(document.role.value for document in content.documents))
    question = ("referral-question",) if content.question else ()
    step = s.ReferralRequested(**common, recipient=content.recipient, contents=(*contents, *question), referral=content)
    return (step,)


def _contact_corrected(content: m.ContactCorrection, common: dict[str, Any]) -> tuple[s.Step, ...]:
    who = {"at": common["at"], "by": common["by"], "message_id": common["message_id"]}
    consents = tuple(s.ConsentGiven(**who, consent=consent) for consent in content.consents)
    return (*consents, s.ContactCorrected(**common, contact=content.contact))


def _milestone(content: m.MilestoneNotice, common: dict[str, Any]) -> tuple[s.Step, ...]:
    when = {**common, "at": content.reached_at}
    return (s.MilestoneReached(**when, milestone=content.milestone, due_at=content.due_at),)


def _information_requested(content: m.InformationRequest, common: dict[str, Any]) -> tuple[s.Step, ...]:
    who = {"at": common["at"], "by": common["by"], "message_id": common["message_id"]}
    consents = tuple(s.ConsentGiven(**who, consent=consent) for consent in content.consents)
    step = s.InformationRequested(
        **common,
        request_id=content.request_id,
        asked=content.asked,
        employee_decided_at=content.employee_decided_at,
    )
    return (*consents, step)


def _report(content: m.ReportRelease, common: dict[str, Any]) -> tuple[s.Step, ...]:
    who = {"at": common["at"], "by": common["by"], "message_id": common["message_id"]}
    consents = tuple(s.ConsentGiven(**who, consent=consent) for consent in content.consents)
    draft = s.DraftDiscussed(**{**common, "at": content.draft_discussed_at})
    return (*consents, draft, s.ReportReleased(**common, report=content.report))


def _consent_withdrawn(content: m.ConsentWithdrawal, common: dict[str, Any]) -> tuple[s.Step, ...]:
    notice = s.ConsentWithdrawalNotified(**common, consent_id=content.consent_id, purpose=content.purpose)
    withdrawal = s.ConsentWithdrawn(
        at=min(content.withdrawn_at, common["at"]),  # known now is gone now, whatever the other side's clock says (R27)
        by=common["by"],
        message_id=common["message_id"],
        consent_id=content.consent_id,
        purpose=content.purpose,
    )
    return (withdrawal, notice)


_STEPS: dict[type[Any], _Maker] = {
    m.AvailabilityQuery: lambda c, common: (
        s.AvailabilityAsked(**common, region=c.region, specialism=c.specialism, language=c.language),
    ),
    m.AvailabilityAnswer: lambda c, common: (
        s.AvailabilityAnswered(**common, is_available=c.is_available, earliest_on=c.earliest_on),
    ),
    m.Referral: _referral,
    m.ContactCorrection: _contact_corrected,
    m.Acceptance: lambda c, common: (s.ReferralAccepted(**common, physician=c.physician),),
    m.Declination: lambda c, common: (s.ReferralDeclined(**common, reason=c.reason),),
    m.MilestoneNotice: _milestone,
    m.InformationRequest: _information_requested,
    m.InformationAnswer: lambda c, common: (
        s.InformationProvided(**common, request_id=c.request_id, documents=c.documents),
    ),
    m.InformationRefusal: lambda c, common: (
        s.InformationDeclined(**common, request_id=c.request_id, reason=c.reason),
    ),
    m.ReportRelease: _report,
    m.ReportWithholding: _plain(s.ReportWithheld),
    m.ReferralWithdrawal: _plain(s.ReferralWithdrawn),
    m.ReferralStop: lambda c, common: (s.ReferralStopped(**common, reason=c.reason),),
    m.ConsentWithdrawal: _consent_withdrawn,
    m.ErasureRequest: _plain(s.ErasureRequested),
    m.ErasureConfirmation: _plain(s.ErasureConfirmed),
}
