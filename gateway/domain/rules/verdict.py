"""The verdict on a case: where it stands, what may travel now, and what reaches the employer."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.case import Case
from gateway.domain.consent import Purpose, Standing
from gateway.domain.policy import Policy
from gateway.domain.protocol import ENQUIRY_STATES, OPINION_STATES, BusinessStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.aftercare import adoption_reasoned, follow_up_in_policy, may_hand_over, transfer_answered
from gateway.domain.rules.billing import EmployerReceives, employer_receives, invoice_advice, invoice_refusals
from gateway.domain.rules.referral import in_doubt, may_refer, recorded_breaches
from gateway.domain.rules.refusal import PERMIT, CaseStatus, Decision, Refusal, Ruling, decide, refuse
from gateway.domain.rules.report import may_return_report, outcome_consent
from gateway.domain.rules.rights import not_restricted
from gateway.domain.rules.standing import standing_of
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
    has_referral = _is_billable(case, status, referral)
    restricting = decide(not_restricted(case), *in_doubt(case).refusals)
    refusals = (
        *restricting.refusals,
        *referring.refusals,
        *(returning.refusals if referral is not None else ()),
        *recorded_breaches(case, policy),
        *_refusing_defects(case),
        *_aftercare_defects(case, policy),
        *invoice_refusals(case, policy, has_referral=has_referral),
        *invoice_advice(case, policy),
    )
    return Verdict(
        case_id=case.case_id,
        status=status,
        may_refer=referring.is_permitted and restricting.is_permitted,
        may_return_report=returning.is_permitted and restricting.is_permitted,
        employer_receives=employer_receives(case, policy, moment, has_referral=has_referral),
        refusals=tuple(dict.fromkeys(refusals)),
    )


def effective_referral(case: Case, policy: Policy, now: Decision) -> ReferralState | None:
    """The referral that was allowed to go out, when it went or by now; not one that ended early."""
    current = _referral_on_record(case)
    if current is None or current.state in _ENDED_EARLY:
        return None
    then = may_refer(replace(case, doubts=()), policy, current.requested_at, current.recipient)
    return current if then.is_permitted or now.is_permitted else None


_ENDED_EARLY = frozenset({BusinessStatus.WITHDRAWN, BusinessStatus.STOPPED})


def _referral_on_record(case: Case) -> ReferralState | None:
    """The referral under way or the last one, rightful or not; asking for room is no referral."""
    current = case.current_referral
    return None if current is None or current.state in ENQUIRY_STATES else current


def _returning(case: Case, referral: ReferralState | None, at: datetime) -> Decision:
    """The report may have travelled already: a released referral is judged by draft and consent only."""
    decisions = [may_return_report(case, referral, home, at) for home in _homes(case)]
    return next((decision for decision in decisions if decision.is_permitted), decisions[0])


def _homes(case: Case) -> tuple[str, ...]:
    """Where the first physician may be reached: the arbodienst, or a practice of their own."""
    if case.dossier is None:
        return ("",)
    own = case.dossier.first_physician.organisation
    return tuple(dict.fromkeys((case.dossier.organisation, own or case.dossier.organisation)))


def _is_billable(case: Case, status: CaseStatus, referral: ReferralState | None) -> bool:
    """R56: payment does not depend on consent; what took place is invoiced, a withdrawn case by contract only."""
    has_costs = case.dossier is not None and case.dossier.contract.has_cancellation_costs
    if status is CaseStatus.WITHDRAWN and not has_costs:
        return False
    took_place = any(r.first_contact_at is not None or r.state in OPINION_STATES for r in case.referrals)
    return took_place or referral is not None


def status_of(case: Case, referring: Decision, referral: ReferralState | None, at: datetime) -> CaseStatus:
    """Where the case stands.

    First what ends or stops it at the arbodienst; then whether the employee took it back; then the course of a
    referral that was allowed to go out; otherwise what it waits for, in the order in which that should be mended.
    """
    first = next((r.status for r in referring.refusals if r.status in _FINAL), None)
    if first is not None:
        return first
    if _is_taken_back(case, at):
        return CaseStatus.WITHDRAWN
    if referral is not None:
        return _course(case, referral, at)
    return next((r.status for r in referring.refusals if r.status is not None), CaseStatus.ACCEPTED)


_FINAL = frozenset({CaseStatus.INADMISSIBLE, CaseStatus.DECLINED, CaseStatus.REDIRECTED_UWV, CaseStatus.WITHDRAWN})


def _is_taken_back(case: Case, at: datetime) -> bool:
    """Whether the employee took it back after the referral went (R27).

    Either the referral is recorded as withdrawn and nobody else was chosen, or the contact consent was withdrawn (or
    refused after all) while the second opinion was under way. Taken back before anything went, the case just waits
    for consent: nothing travelled, and the employee may still choose (R26).
    """
    current = _referral_on_record(case)
    if current is None:
        return False
    if current.state is BusinessStatus.WITHDRAWN:
        return case.chosen_recipient in {None, current.recipient}
    if not current.is_open:
        return False
    decision = standing_of(case, Purpose.CONTACT_TO_SO, current.recipient, at)
    if decision.consent is None or decision.standing not in {Standing.WITHDRAWN, Standing.REFUSED}:
        return False
    objected_at = decision.consent.withdrawn_at or decision.consent.decided_at
    return objected_at > current.requested_at


def _course(case: Case, referral: ReferralState, at: datetime) -> CaseStatus:
    if referral.state is BusinessStatus.FINISHED_WITHOUT_REPORT:
        return CaseStatus.COMPLETED_WITHOUT_REPORT
    if referral.state is BusinessStatus.RELEASED:
        return _released(case, referral, at)
    if case.adoption is not None and not _runs_from_here(referral):
        return CaseStatus.COMPLETED_WITHOUT_REPORT
    if referral.draft_discussed_at is not None:
        return CaseStatus.WAITING_CONSENT
    return CaseStatus.WITH_SECOND_PHYSICIAN


def _runs_from_here(referral: ReferralState) -> bool:
    """Whether this gateway carries the referral, so that its messages say how it goes, and no record (R36, R41)."""
    return referral.is_open and referral.referral is not None


def _released(case: Case, referral: ReferralState, at: datetime) -> CaseStatus:
    """A report recorded as released counts only when draft and consent let it go, then or by now (R39, R40).

    If not, the first physician may know 'finished, no report' (R41) once the follow-up was held or the employee said
    no; before that the question is still the employee's to answer.
    """
    moments = [moment for moment in (referral.reported_at, at) if moment is not None]
    rulings = [outcome_consent(case, referral, home, moment) for moment in moments for home in _homes(case)]
    if PERMIT in rulings:
        return CaseStatus.COMPLETED
    if case.adoption is not None or not _SAID_NO.isdisjoint(rulings):
        return CaseStatus.COMPLETED_WITHOUT_REPORT
    return CaseStatus.WAITING_CONSENT if referral.draft_discussed_at else CaseStatus.WITH_SECOND_PHYSICIAN


_SAID_NO = frozenset({refuse("outcome-consent-refused"), refuse("outcome-consent-withdrawn")})


def _refusing_defects(case: Case) -> tuple[Refusal, ...]:
    step = case.refusing
    if isinstance(step, RequestDeclined | RequestRedirected):
        return may_refuse(case, step).refusals
    return ()


def _aftercare_defects(case: Case, policy: Policy) -> tuple[Refusal, ...]:
    rulings: list[Ruling] = []
    if case.adoption is not None:
        rulings.append(adoption_reasoned(case.adoption, case.adoption_reasons))
    if case.adoption_by is not None:
        rulings.append(follow_up_in_policy(policy, case.adoption_by))
    if case.transfer is not None:
        rulings.append(transfer_answered(policy, is_granted=case.transfer.is_granted, reasons=case.transfer.reasons))
    elif case.transfer_requested_at is not None:
        rulings.append(refuse("transfer-unanswered"))
    handover = case.handover
    if handover is not None and case.dossier is not None:
        return (
            *decide(*rulings).refusals,
            *may_hand_over(case, case.dossier.organisation, handover.parts, handover.at, text=handover.text).refusals,
        )
    return decide(*rulings).refusals
