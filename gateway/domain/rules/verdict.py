"""The verdict on a case: where it stands, what may travel now, and what reaches the employer."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.case import Case, ReferralState
from gateway.domain.policy import Policy
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.aftercare import adoption_reasoned, may_hand_over, transfer_answered
from gateway.domain.rules.billing import EmployerReceives, employer_receives, invoice_refusals
from gateway.domain.rules.referral import contact_consent, may_refer, recorded_breaches
from gateway.domain.rules.refusal import PERMIT, CaseStatus, Decision, Refusal, Ruling, decide, refuse
from gateway.domain.rules.report import may_return_report, outcome_consent
from gateway.domain.rules.triage import may_refuse
from gateway.domain.steps import RequestDeclined, RequestRedirected


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ``sogw case check`` says of a case as of its last event.

    Attributes:
        case_id: As the back office names the case.
        status: Where it stands.
        may_refer: Whether a referral with personal data may go out.
        may_return_report: Whether the report may travel to the first physician.
        employer_receives: All that reaches the employer.
        refusals: What stands in the way, or should be mended; code, rules, words.
    """

    case_id: str
    status: CaseStatus
    may_refer: bool
    may_return_report: bool
    employer_receives: tuple[EmployerReceives, ...]
    refusals: tuple[Refusal, ...]


def assess(case: Case, policy: Policy, at: datetime | None = None) -> Verdict:
    """Judge a case as of an instant, by default its last event."""
    moment = at or case.last_event_at
    if moment is None:
        return Verdict(case.case_id, CaseStatus.RECEIVED, False, False, (), (refuse("not-accepted"),))
    referring = may_refer(case, policy, moment)
    referral = effective_referral(case, policy, referring)
    returning = _returning(case, referral, moment)
    status = status_of(case, referring, referral, moment)
    if status is CaseStatus.WITHDRAWN:
        referring, returning = decide(refuse("withdrawn")), decide(refuse("withdrawn"))
    has_referral = referral is not None
    refusals = (
        *referring.refusals,
        *(returning.refusals if has_referral else ()),
        *recorded_breaches(case, policy),
        *_refusing_defects(case),
        *_aftercare_defects(case, policy),
        *invoice_refusals(case, policy, has_referral=has_referral),
    )
    return Verdict(
        case_id=case.case_id,
        status=status,
        may_refer=referring.is_permitted,
        may_return_report=returning.is_permitted,
        employer_receives=employer_receives(case, policy, moment, has_referral=has_referral),
        refusals=tuple(dict.fromkeys(refusals)),
    )


def effective_referral(case: Case, policy: Policy, now: Decision) -> ReferralState | None:
    """The referral that was allowed to go out: permitted when it went, or permitted by now."""
    current = case.current_referral
    if current is None or current.state in _ENQUIRIES:
        return None
    then = may_refer(case, policy, current.requested_at, current.recipient)
    return current if then.is_permitted or now.is_permitted else None


_ENQUIRIES = frozenset({BusinessStatus.AVAILABILITY_ASKED, BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE})


def _returning(case: Case, referral: ReferralState | None, at: datetime) -> Decision:
    """The report may have travelled already: a released referral is judged by draft and consent only."""
    organisation = case.dossier.organisation if case.dossier else ""
    return may_return_report(case, referral, organisation, at)


def status_of(case: Case, referring: Decision, referral: ReferralState | None, at: datetime) -> CaseStatus:
    """Where the case stands: first what ends or stops it at the arbodienst, then the course of the referral."""
    first = next((r.status for r in referring.refusals if r.status in _FINAL), None)
    if first is not None:
        return first
    if referral is not None:
        return _course(case, referral, at)
    return next((r.status for r in referring.refusals if r.status is not None), CaseStatus.ACCEPTED)


_FINAL = frozenset({CaseStatus.INADMISSIBLE, CaseStatus.DECLINED, CaseStatus.REDIRECTED_UWV, CaseStatus.WITHDRAWN})
_COURSE = {
    BusinessStatus.WITHDRAWN: CaseStatus.WITHDRAWN,
    BusinessStatus.STOPPED: CaseStatus.WAITING_CHOICE,
    BusinessStatus.FINISHED_WITHOUT_REPORT: CaseStatus.COMPLETED_WITHOUT_REPORT,
}


def _course(case: Case, referral: ReferralState, at: datetime) -> CaseStatus:
    known = _COURSE.get(referral.state)
    if known is not None:
        return known
    if referral.state is BusinessStatus.RELEASED or case.adoption is not None:
        is_rightful = _was_rightful(case, referral, at)
        return CaseStatus.COMPLETED if is_rightful else CaseStatus.COMPLETED_WITHOUT_REPORT
    if isinstance(contact_consent(case, referral.recipient, at), Refusal) and _was_taken_back(case, referral, at):
        return CaseStatus.WITHDRAWN
    if referral.draft_discussed_at is not None:
        return CaseStatus.WAITING_CONSENT
    return CaseStatus.WITH_SECOND_PHYSICIAN


def _was_rightful(case: Case, referral: ReferralState, at: datetime) -> bool:
    """Whether the report was allowed to travel when it did, or is by now."""
    organisation = case.dossier.organisation if case.dossier else ""
    moments = [moment for moment in (referral.reported_at, at) if moment is not None]
    return any(outcome_consent(case, referral, organisation, moment) is PERMIT for moment in moments)


def _was_taken_back(case: Case, referral: ReferralState, at: datetime) -> bool:
    return contact_consent(case, referral.recipient, at) == refuse("contact-consent-withdrawn")


def _refusing_defects(case: Case) -> tuple[Refusal, ...]:
    step = case.refusing
    if isinstance(step, RequestDeclined | RequestRedirected):
        return may_refuse(case, step).refusals
    return ()


def _aftercare_defects(case: Case, policy: Policy) -> tuple[Refusal, ...]:
    rulings: list[Ruling] = []
    if case.adoption is not None:
        rulings.append(adoption_reasoned(case.adoption, case.adoption_reasons))
    if case.transfer is not None:
        rulings.append(transfer_answered(policy, is_granted=case.transfer.is_granted, reasons=case.transfer.reasons))
    elif case.transfer_requested_at is not None:
        rulings.append(refuse("transfer-unanswered"))
    handover = case.handover
    if handover is not None and case.dossier is not None:
        return (
            *decide(*rulings).refusals,
            *may_hand_over(case, case.dossier.organisation, handover.parts, handover.at).refusals,
        )
    return decide(*rulings).refusals
