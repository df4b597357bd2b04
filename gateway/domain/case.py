"""The case: a pure fold over its steps. Nothing else holds state.

Both sides use the same fold. At the arbodienst a case begins with ``RequestSubmitted``; at the pool it begins with
the ``ReferralRequested`` that came in, and knows only what travelled.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.domain import asked_information, reassessed, told_contact, told_milestone
from gateway.domain import steps as s
from gateway.domain.case_state import Case, Refusing, Triage
from gateway.domain.complaints import decided, filed, handled, judged
from gateway.domain.consent import Choice, Consent, Purpose, counting_when_recorded, decided_anew, with_more
from gateway.domain.days import dutch_day
from gateway.domain.messages import Kind, ReceiptVerdict
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES, PROTOCOL, BusinessStatus
from gateway.domain.referral_state import ReferralState, has_answered
from gateway.domain.rights import answered, asked, lifted

__all__ = ["Case", "Refusing", "Triage", "apply", "fold"]


def fold(case_id: str, steps: Iterable[s.Step]) -> Case:
    """Add steps up to a case, in the order given."""
    return apply(Case(case_id), steps)


def apply(case: Case, steps: Iterable[s.Step]) -> Case:
    """The case after more steps; those that change no decision only move the time of the last event."""
    last, handlers = case.last_event_at, case.handlers
    for step in steps:
        handlers = handled(handlers, step)
        folder = _FOLDERS.get(type(step))
        if isinstance(step, s.ConsentRefused):
            case = replace(case, last_event_at=last)  # it counts over what is there, and since then
        if folder is not None:
            case = folder(case, step)
        if not isinstance(step, _NOT_EVENTS) and (last is None or step.at > last):
            last = step.at
    is_same = (last, handlers) == (case.last_event_at, case.handlers)
    return case if is_same else replace(case, last_event_at=last, handlers=handlers)


_NOT_EVENTS = (
    *(s.EmployerInvoiced, s.CaseRead, s.MessageDelivered, s.ActionRefused),
    *(s.DossierCorrected, s.ContactCorrected, s.CaseStated, s.StatementConfirmed),
    *(s.RightRequested, s.RightAnswered, s.RestrictionLifted, s.RetentionEnded, s.CaseErased),
)


def _submitted(case: Case, step: s.RequestSubmitted) -> Case:
    return replace(case, dossier=step, advice=step.advice, asked_at=step.at, triage=Triage.RECEIVED)


def _corrected(case: Case, step: s.DossierCorrected) -> Case:
    """Newest facts, same course: what a reassessment renewed stays as it was renewed (R13)."""
    before, after = case.dossier, step.dossier
    if before is None:
        return case
    advice = after.advice if case.advice == before.advice else case.advice
    asked_at = after.at if case.asked_at == before.at else case.asked_at
    return replace(case, dossier=after, advice=advice, asked_at=asked_at)


def _stated(case: Case, step: s.CaseStated) -> Case:
    return replace(case, stated=step.named, missing=step.missing, doubts=step.doubts, confirmed=())


def _confirmed(case: Case, step: s.StatementConfirmed) -> Case:
    left = tuple(code for code in case.doubts if code not in step.doubts)
    return replace(case, missing=(), doubts=left, confirmed=step.doubts)


def _accepted(case: Case, step: s.RequestAccepted) -> Case:
    return replace(_stands_again(case, step.at), triage=Triage.ACCEPTED, accepted_at=step.at)


def _alternative(case: Case, step: s.AlternativeOffered) -> Case:
    """The offer changes nothing; what the employee says of it does (R20)."""
    if step.employee_insists is None:
        return case
    return replace(case, alternative_taken_at=None if step.employee_insists else step.at)


def _stands_again(case: Case, at: datetime) -> Case:
    """Take a word of a later day for the request standing after all; of one day nobody knows which came last."""
    taken_at = case.alternative_taken_at
    is_later = taken_at is not None and dutch_day(at) > dutch_day(taken_at)
    return replace(case, alternative_taken_at=None) if is_later else case


def _refused(triage: Triage) -> Callable[[Case, Any], Case]:
    return lambda case, step: replace(case, triage=triage, refusing=step)


def _chosen(case: Case, step: s.RecipientChosen) -> Case:
    case = _stands_again(case, step.at)
    return replace(case, chosen_recipient=step.recipient, chosen_option=step.option_id, awaits_choice=False)


def _choice_asked(case: Case, step: s.NewChoiceAsked | s.IndependenceBreached) -> Case:
    """Asked to choose again, the earlier choice counts no more; nor does an option that is not independent (R37)."""
    breached = (*case.breached_options, step.option_id) if isinstance(step, s.IndependenceBreached) else ()
    case = replace(case, chosen_recipient=None, chosen_option=None, awaits_choice=True)
    return replace(case, breached_options=breached or case.breached_options)


def _complaint_decided(case: Case, step: s.ComplaintDecided) -> Case:
    """An upheld complaint about a refusal reopens the case, which waits for a physician's own act (R14, R21)."""
    case = replace(case, complaints=decided(case.complaints, step), judges=judged(case.judges, step))
    is_about_refusal = step.is_upheld and step.about == s.ComplaintSubject.REFUSAL
    return reassessed.reopen(case, step) if is_about_refusal else case


def _consented(case: Case, step: s.ConsentGiven | s.ConsentRefused) -> Case:
    if step.consent.purpose is Purpose.CONTACT_TO_SO and step.consent.choice is Choice.GIVEN:
        case = _stands_again(case, step.consent.decided_at)
    decision = counting_when_recorded(case.consents, step.consent, case.last_event_at)
    return replace(case, consents=decided_anew(case.consents, decision))


def _consent_withdrawn(case: Case, step: s.ConsentWithdrawn) -> Case:
    """Our own word takes back every consent of that id, whoever recorded it; a partner's word those in its reach."""
    gone = case.taken_back(step.consent_id, step.purpose, step.told_by)
    changed = (_taken_back(c, step) if c in gone else c for c in case.consents)
    return replace(case, consents=tuple(changed))


def _taken_back(consent: Consent, step: s.ConsentWithdrawn) -> Consent:
    is_here = consent.is_withdrawn_here or (step.told_by is None and consent.recorder is not None)
    return replace(consent.withdrawn(step.at), is_withdrawn_here=is_here)


def _referral_requested(case: Case, step: s.ReferralRequested) -> Case:
    referral = ReferralState(
        referral_id=step.referral_id,
        partner=step.partner,
        recipient=step.recipient,
        requested_at=step.at,
        **_outcome(Kind.REFERRAL_REQUESTED),
        contents=step.contents,
        referral=step.referral,
        state_since=step.at,
    )
    consents = step.referral.consents if step.referral else ()
    others = tuple(r for r in case.referrals if r.referral_id != step.referral_id)
    return replace(case, referrals=(*others, referral), consents=with_more(case.consents, consents))


def _availability(case: Case, step: s.AvailabilityAsked) -> Case:
    referral = ReferralState(
        referral_id=step.referral_id,
        partner=step.partner,
        recipient=step.partner or "",
        requested_at=step.at,
        **_outcome(Kind.AVAILABILITY_ASKED),
        state_since=step.at,
    )
    return replace(case, referrals=(*case.referrals, referral))


def _availability_answered(case: Case, step: s.AvailabilityAnswered) -> Case:
    state = BusinessStatus.AVAILABLE if step.is_available else BusinessStatus.NOT_AVAILABLE
    return _change(case, step, **_outcome(Kind.AVAILABILITY_ANSWERED, state))


def _change(case: Case, step: s.ReferralStep, **fields: Any) -> Case:
    """Replace fields of the referral a step belongs to; another state counts from the step on."""

    def changed(referral: ReferralState) -> ReferralState:
        is_other = fields.get("state", referral.state) is not referral.state
        return replace(referral, **fields, state_since=step.at if is_other else referral.state_since)

    return replace(
        case, referrals=tuple(changed(r) if r.referral_id == step.referral_id else r for r in case.referrals)
    )


def _within(change: Callable[[ReferralState, Any], ReferralState]) -> Callable[[Case, Any], Case]:
    """Fold a step that changes nothing but the inside of its referral."""

    def folded(case: Case, step: s.ReferralStep) -> Case:
        return replace(
            case, referrals=tuple(change(r, step) if r.referral_id == step.referral_id else r for r in case.referrals)
        )

    return folded


def _outcome(kind: Kind, state: BusinessStatus | None = None) -> dict[str, Any]:
    """The state a message kind leads to, from the protocol table; ``state`` where the row leaves a choice."""
    row = PROTOCOL[kind]
    return {"state": state or row.after, "task_status": row.task_status}


def _moves(kind: Kind) -> Callable[[Case, Any], Case]:
    return lambda case, step: _change(case, step, **_outcome(kind))


def _referral_accepted(case: Case, step: s.ReferralAccepted) -> Case:
    accepted_at = step.accepted_at or step.at
    return _change(case, step, **_outcome(Kind.REFERRAL_ACCEPTED), physician=step.physician, accepted_at=accepted_at)


def _draft(case: Case, step: s.DraftDiscussed) -> Case:
    """What is over stays over, though somebody discussed a draft at the moment it ended.

    A report that is released after all tells that the draft had been discussed before it was withheld (R27, R40).
    """
    referral, discussed_at = case.referral(step.referral_id), step.discussed_at or step.at
    if referral is not None and referral.state is BusinessStatus.FINISHED_WITHOUT_REPORT:
        return _change(case, step, draft_discussed_at=discussed_at)
    if referral is None or not referral.is_open:
        return case
    now = _outcome(Kind.MILESTONE_REACHED, BusinessStatus.DRAFT_WITH_EMPLOYEE)
    return _change(case, step, draft_discussed_at=discussed_at, **now)


def _released(case: Case, step: s.ReportReleased) -> Case:
    before = case.referral(step.referral_id)
    fields = {"report": step.report, "reported_at": step.at, "released_under": step.consents}
    state_before = before.state if before else None
    return _change(case, step, **_outcome(Kind.REPORT_RELEASED), **fields, released_from=state_before)


def _withheld(case: Case, step: s.ReportWithheld) -> Case:
    """Once withdrawn or stopped it stays so: what takes the place of a dropped report moves nothing (R27)."""
    referral = case.referral(step.referral_id)
    is_over = referral is not None and referral.state in {BusinessStatus.WITHDRAWN, BusinessStatus.STOPPED}
    return case if is_over else _change(case, step, **_outcome(Kind.REPORT_WITHHELD))


def _dropped(case: Case, step: s.MessageDropped) -> Case:
    """A referral that never left the house never was; one that may have arrived is over (R27)."""
    if step.kind == Kind.CONTACT_CORRECTED:
        return _within(told_contact.drop)(case, step)
    if step.kind != Kind.REFERRAL_REQUESTED:
        return case
    if step.was_attempted:
        return _change(case, step, **_outcome(Kind.REFERRAL_WITHDRAWN))
    return replace(case, referrals=tuple(r for r in case.referrals if r.referral_id != step.referral_id))


def _delivered(case: Case, step: s.MessageDelivered) -> Case:
    """Let a receipt change what it is about: a refused referral is over (R37), a refused report never came.

    What was answered is refused no more: who answered has it (ADR 74).
    """
    referral, accepted = case.referral(step.referral_id), step.verdict == ReceiptVerdict.OK
    if referral is None or (not accepted and has_answered(referral, step.kind)):
        return case
    if step.kind == Kind.CONTACT_CORRECTED and accepted:
        return _within(told_contact.deliver)(case, step)
    if step.kind == Kind.MILESTONE_REACHED:
        return _within(told_milestone.settle)(case, step)
    changed = _AFTER_RECEIPT.get((step.kind, accepted, referral.state))
    return _change(case, step, **changed(referral)) if changed else case


def _not_released(referral: ReferralState) -> dict[str, Any]:
    """Say that it may be released anew, or withheld."""
    was_withheld = referral.released_from is BusinessStatus.FINISHED_WITHOUT_REPORT
    draft = _outcome(Kind.MILESTONE_REACHED, BusinessStatus.DRAFT_WITH_EMPLOYEE)
    now = _outcome(Kind.REPORT_WITHHELD) if was_withheld else draft
    return {**now, "released_from": None, "report": None, "reported_at": None}


_AFTER_RECEIPT: Mapping[tuple[str, bool, BusinessStatus], Callable[[ReferralState], dict[str, Any]]] = {
    **{(Kind.REFERRAL_REQUESTED, False, state): lambda _: _outcome(Kind.REFERRAL_STOPPED) for state in OPEN_STATES},
    (Kind.REPORT_RELEASED, False, BusinessStatus.RELEASED): _not_released,
    # It was dropped after an attempt, and had arrived: what was said in its place came too late.
    (Kind.REPORT_RELEASED, True, BusinessStatus.FINISHED_WITHOUT_REPORT): lambda _: _outcome(Kind.REPORT_RELEASED),
    **{(Kind.ERASURE_REQUESTED, False, state): lambda _: {"erasure_asked_at": None} for state in ENDED_STATES},
}
"""What a receipt changes: by kind, whether it accepts, and the state of the referral."""


def _erasure_asked(case: Case, step: s.ErasureRequested) -> Case:
    """Asked anew, an earlier answer counts no more."""
    return _change(case, step, erasure_asked_at=step.at, erasure_kept_at=None, erasure_kept_because=None)


def _erasure_answered(case: Case, step: s.ErasureConfirmed) -> Case:
    if step.kept_because is None:
        return _change(case, step, erasure_confirmed_at=step.at, erasure_kept_at=None, erasure_kept_because=None)
    return _change(case, step, erasure_kept_at=step.at, erasure_kept_because=step.kept_because)


def _completion(case: Case, step: s.CompletionReported) -> Case:
    """Word of the employer is unconfirmed, and moves nothing (R41)."""
    return replace(case, completion_heard_at=step.at) if step.is_confirmed else case


def _weighed(case: Case, step: s.AdviceWeighed) -> Case:
    return replace(
        case,
        adoption=step.adoption,
        adoption_reasons=step.reasons,
        adoption_by=step.by.role,
        weighed=step,
        has_follow_up=True,
    )


def _follow_up(case: Case, step: s.FollowUpPlanned) -> Case:
    return replace(case, follow_up=step, follow_up_for=step.for_at, has_follow_up=True)


_FOLDERS: dict[type[s.Step], Callable[[Case, Any], Case]] = {
    s.RequestSubmitted: _submitted,
    s.DossierCorrected: _corrected,
    s.CaseStated: _stated,
    s.StatementConfirmed: _confirmed,
    s.QuestionSettled: lambda case, step: replace(case, question=step.text or case.question),
    s.ClarificationAsked: lambda case, _: replace(case, clarifications=case.clarifications + 1),
    s.AlternativeOffered: _alternative,
    s.ReassessmentPlanned: lambda case, step: replace(case, triage=Triage.REASSESSMENT, reassessment_for=step.for_at),
    s.AdviceRenewed: reassessed.renew,
    s.RequestMaintained: reassessed.maintain,
    s.MilitaryExceptionRecorded: lambda case, _: replace(case, has_military_exception=True),
    s.EmployerAgreementRecorded: lambda case, _: replace(case, has_employer_agreement=True),
    s.RequestAccepted: _accepted,
    s.RequestDeclined: _refused(Triage.DECLINED),
    s.RequestRedirected: _refused(Triage.REDIRECTED),
    s.RequestFoundInadmissible: _refused(Triage.INADMISSIBLE),
    s.RequestWithdrawn: lambda case, step: replace(case, withdrawn_at=step.at),
    s.ConsentGiven: _consented,
    s.ConsentRefused: _consented,
    s.ConsentWithdrawn: _consent_withdrawn,
    s.RecipientChosen: _chosen,
    s.NewChoiceAsked: _choice_asked,
    s.IndependenceBreached: _choice_asked,
    s.CaseReopened: reassessed.reopen,
    s.AvailabilityAsked: _availability,
    s.AvailabilityAnswered: _availability_answered,
    s.ReferralRequested: _referral_requested,
    s.ContactCorrected: _within(told_contact.correct),
    s.ReferralAccepted: _referral_accepted,
    s.ReferralDeclined: _moves(Kind.REFERRAL_DECLINED),
    s.MilestoneReached: _within(told_milestone.reach),
    s.InformationRequested: _within(asked_information.ask),
    s.InformationProvided: _within(asked_information.answer),
    s.InformationDeclined: _within(asked_information.answer),
    s.DraftDiscussed: _draft,
    s.ReportReleased: _released,
    s.ReportWithheld: _withheld,
    s.ReferralWithdrawn: _moves(Kind.REFERRAL_WITHDRAWN),
    s.ReferralStopped: _moves(Kind.REFERRAL_STOPPED),
    s.ErasureRequested: _erasure_asked,
    s.ErasureConfirmed: _erasure_answered,
    s.CompletionReported: _completion,
    s.FollowUpPlanned: _follow_up,
    s.AdviceWeighed: _weighed,
    s.TransferRequested: lambda case, step: replace(case, transfer_requested_at=step.at),
    s.TransferDecided: lambda case, step: replace(case, transfer=step),
    s.HandoverMade: lambda case, step: replace(case, handover=step),
    s.ComplaintFiled: lambda case, step: replace(case, complaints=filed(case.complaints, step)),
    s.ComplaintDecided: _complaint_decided,
    s.EmployerInvoiced: lambda case, step: replace(case, invoices=(*case.invoices, step)),
    s.MessageDropped: _dropped,
    s.MessageDelivered: _delivered,
    s.RightRequested: lambda case, step: replace(case, rights=asked(case.rights, step)),
    s.RightAnswered: lambda case, step: replace(case, rights=answered(case.rights, step)),
    s.RestrictionLifted: lambda case, step: replace(case, rights=lifted(case.rights, step)),
    s.CaseRead: lambda case, step: replace(case, copied_at=step.at) if step.view == "export" else case,
}
