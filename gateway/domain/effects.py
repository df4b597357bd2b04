"""What a message does to a case: the step it becomes, the same at the side that sends and the side that receives."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case, apply
from gateway.domain.consent import Choice, Consent, recorded_by
from gateway.domain.days import LEEWAY
from gateway.domain.party import Party, is_name
from gateway.domain.protocol import BusinessStatus
from gateway.domain.referral_state import ReferralState


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
    steps = make(message.content, common)
    return tuple(_as_told(step, message) for step in steps) if message.sender == partner else steps


def content_of(step: s.Step) -> m.Content | None:
    """Write what a step told the other side as a message again; None where one step does not hold all of it.

    None of it discloses anything: it takes something back, ends something or answers "no".
    """
    make = _CONTENT.get(type(step))
    return make(step) if make is not None else None


_CONTENT: Mapping[type[s.Step], Callable[[Any], m.Content | None]] = {
    s.ConsentWithdrawalNotified: lambda step: m.ConsentWithdrawal(step.consent_id, step.purpose, step.at),
    s.ReferralWithdrawn: lambda _: m.ReferralWithdrawal(),
    s.ReferralStopped: lambda step: m.ReferralStop(step.reason),
    s.ReferralDeclined: lambda step: m.Declination(step.reason),
    s.InformationDeclined: lambda step: m.InformationRefusal(step.request_id, step.reason),
    s.ReportWithheld: lambda _: m.ReportWithholding(),
    s.ErasureRequested: lambda _: m.ErasureRequest(),
    s.ErasureConfirmed: lambda step: m.ErasureConfirmation(step.at, step.kept_because),
    s.ContactCorrected: lambda step: m.ContactCorrection(None) if step.contact is None else None,
}


def _as_told(step: s.Step, message: m.Message) -> s.Step:
    """What a partner said, as its word: by our own clock, with its moments and its consents as those of a partner."""
    match step:
        case s.ConsentGiven() | s.ConsentRefused():
            (consent,) = _heard((step.consent,), message.sender, step.at)
            return replace(step, consent=consent)
        case s.ConsentWithdrawn():
            return replace(step, told_by=message.sender)
        case s.ReferralRequested(referral=m.Referral() as referral):
            return replace(
                step, referral=replace(referral, consents=_heard(referral.consents, message.sender, step.at))
            )
        case s.ReferralAccepted():
            return replace(step, accepted_at=min(max(message.sent_at, step.at - OLDEST_WORD), step.at))
        case s.InformationRequested() | s.ReportReleased():
            return replace(step, consents=_heard(step.consents, message.sender, step.at))
        case _:
            return step


def _heard(consents: tuple[Consent, ...], sender: str, at: datetime) -> tuple[Consent, ...]:
    """A partner's consents as its word; what restricts counts from when it came, and outlives no later decision (R27).

    A clock that is ahead of ours would otherwise let an objection beat what the employee decides here meanwhile.
    """
    return tuple(_not_ahead(consent, at) for consent in recorded_by(consents, sender))


def _not_ahead(consent: Consent, at: datetime) -> Consent:
    taken_back = min(consent.withdrawn_at, at) if consent.withdrawn_at else None
    is_refused = consent.choice is Choice.REFUSED
    decided_at = min(consent.decided_at, at) if is_refused else consent.decided_at
    return replace(consent, decided_at=decided_at, withdrawn_at=taken_back)


def as_known(content: Any, partner: Party, case: Case) -> m.Content:
    """The same, as this side may write it down: people read names and ids, and a partner would choose them.

    The requesting partner has the name under which this side knows it (R40). What restricts counts whatever id it has;
    one that does not show, and that is not on record, is written as a digest (R27).
    """
    if isinstance(content, m.ConsentWithdrawal):
        is_known = any(consent.consent_id == content.consent_id for consent in case.consents)
        return content if is_known else replace(content, consent_id=shown_id(content.consent_id))
    if isinstance(content, m.Referral):
        content = replace(content, requester_organisation=replace(content.requester_organisation, name=partner.name))
    if getattr(content, "consents", ()):
        shown = (replace(c, consent_id=shown_id(c.consent_id)) if c.restricts else c for c in content.consents)
        content = replace(content, consents=tuple(shown))
    return cast("m.Content", content)


def shown_id(consent_id: str) -> str:
    """An id that a list and a log can show whole: itself, or the beginning of its digest."""
    whole = consent_id.encode("utf-8", "surrogatepass")
    return consent_id if is_name(consent_id) else f"sha256-{sha256(whole).hexdigest()[:32]}"


def new_steps(case: Case, steps: tuple[s.Step, ...]) -> tuple[s.Step, ...]:
    """The steps without what this side has on record already: a message repeats its consents and the draft for the
    other side, and the employee's log says each thing once (R50).
    """
    told_anew = tuple(step for step in steps if _is_known(case, step))
    is_retold = any(isinstance(step, s.ConsentWithdrawn) and step.told_by is not None for step in told_anew)
    return tuple(step for step in steps if step not in told_anew and not (is_retold and _is_notice_of_withdrawal(step)))


def changes(case: Case, steps: tuple[s.Step, ...]) -> bool:
    """Whether steps change anything but the time of the last event, or of a request to erase that was made before."""
    asked = {referral.referral_id for referral in case.referrals if referral.erasure_asked_at is not None}
    more = (step for step in steps if not (isinstance(step, s.ErasureRequested) and step.referral_id in asked))
    return replace(apply(case, more), last_event_at=case.last_event_at) != case


def _is_notice_of_withdrawal(step: s.Step) -> bool:
    return isinstance(step, s.ConsentWithdrawalNotified)


def _is_known(case: Case, step: s.Step) -> bool:
    if isinstance(step, s.ConsentGiven | s.ConsentRefused):
        return _is_on_record(case, step.consent)
    if isinstance(step, s.ConsentWithdrawn):
        named = case.taken_back(step.consent_id, step.purpose, step.told_by)
        return bool(named) and all(consent.withdrawn_at is not None for consent in named)
    if isinstance(step, s.DraftDiscussed):
        referral = case.referral(step.referral_id)
        return referral is not None and referral.draft_discussed_at == (step.discussed_at or step.at)
    return isinstance(step, s.ReferralStep) and _is_reached(case.referral(step.referral_id), step)


def _is_reached(referral: ReferralState | None, step: s.ReferralStep) -> bool:
    """Whether a referral is where a step leads, so that saying it again tells nothing (R38, R41).

    An appointment may move, and a draft be discussed anew: these count again, up to a ceiling.
    """
    if referral is None:
        return False
    match step:
        case s.ReportWithheld():
            return referral.state is BusinessStatus.FINISHED_WITHOUT_REPORT
        case s.MilestoneReached(milestone=m.Milestone.SO_STARTED):
            return referral.state is BusinessStatus.SO_STARTED
        case s.MilestoneReached(milestone=m.Milestone.DRAFT_WITH_EMPLOYEE, reached_at=reached_at):
            return referral.state is BusinessStatus.DRAFT_WITH_EMPLOYEE and referral.draft_told_at == reached_at
        case s.ContactCorrected(contact=contact):
            return contact is not None and referral.referral is not None and referral.referral.patient == contact
        case _:
            return False


def _is_on_record(case: Case, consent: Consent) -> bool:
    """Of what we recorded our own record speaks: a partner that repeats a consent under our id adds nothing."""
    permits = consent.choice is Choice.GIVEN and consent.withdrawn_at is None
    is_ours = consent.recorder is not None and case.own_consent(consent.consent_id) is not None
    return (is_ours and permits) or case.consent_by(consent.key) == consent or _is_repeated(case, consent)


def _is_repeated(case: Case, consent: Consent) -> bool:
    """Whether a partner repeats an objection that it had dated ahead of our clock, and that counts from its receipt."""
    known = case.consent_by(consent.key)
    if known is None or consent.recorder is None or not consent.choice is known.choice is Choice.REFUSED:
        return False
    return replace(consent, decided_at=known.decided_at) == known and consent.decided_at <= known.decided_at + LEEWAY


OLDEST_WORD = timedelta(days=7)
"""No envelope is older, so nothing was said earlier, whatever it says."""

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
    consents = _consents(content.consents, who)
    return (*consents, s.ContactCorrected(**common, contact=content.contact))


def _consents(consents: tuple[Consent, ...], who: dict[str, Any]) -> tuple[s.Step, ...]:
    kinds = {Choice.GIVEN: s.ConsentGiven, Choice.REFUSED: s.ConsentRefused}
    return tuple(kinds[consent.choice](**who, consent=consent) for consent in consents)


def _milestone(content: m.MilestoneNotice, common: dict[str, Any]) -> tuple[s.Step, ...]:
    due_at, reached_at = content.due_at, content.reached_at
    return (s.MilestoneReached(**common, milestone=content.milestone, due_at=due_at, reached_at=reached_at),)


def _information_requested(content: m.InformationRequest, common: dict[str, Any]) -> tuple[s.Step, ...]:
    who = {"at": common["at"], "by": common["by"], "message_id": common["message_id"]}
    consents = _consents(content.consents, who)
    step = s.InformationRequested(
        **common,
        request_id=content.request_id,
        asked=content.asked,
        employee_decided_at=content.employee_decided_at,
        consents=content.consents,
    )
    return (*consents, step)


def _report(content: m.ReportRelease, common: dict[str, Any]) -> tuple[s.Step, ...]:
    """First the draft, then the consent given after it: the log tells what shares a moment in this order (R40)."""
    who = {"at": common["at"], "by": common["by"], "message_id": common["message_id"]}
    consents = _consents(content.consents, who)
    draft = s.DraftDiscussed(**common, discussed_at=content.draft_discussed_at)
    return (draft, *consents, s.ReportReleased(**common, report=content.report, consents=content.consents))


def _consent_withdrawn(content: m.ConsentWithdrawal, common: dict[str, Any]) -> tuple[s.Step, ...]:
    notice = s.ConsentWithdrawalNotified(**common, consent_id=content.consent_id, purpose=content.purpose)
    withdrawal = s.ConsentWithdrawn(
        at=common["at"],  # known now is gone now, whatever the other side's clock says (R27)
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
    m.ErasureConfirmation: lambda c, common: (s.ErasureConfirmed(**common, kept_because=c.kept_because),),
}
