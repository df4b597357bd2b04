"""What must be kept, and until when: nothing that is not final is ever deleted (R57, R58; AVG 17, 18)."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from gateway.domain.case import Case
from gateway.domain.consent import Consent, ConsentProof, Purpose
from gateway.domain.messages import KeptBecause, Kind
from gateway.domain.policy import Policy
from gateway.domain.protocol import ENDED_STATES, ENQUIRY_STATES, PROTOCOL, WITHDRAWALS
from gateway.domain.rules.refusal import PERMIT, Decision, Refusal, Ruling, decide, refuse
from gateway.domain.rules.standing import standing_of
from gateway.domain.rules.verdict import assess
from gateway.domain.steps import ErasureConfirmed, ReportReleased, Right, Step


def is_over(case: Case, policy: Policy, at: datetime) -> Ruling:
    """R57: at the arbodienst the request waits for nothing any more; at the pool every referral has ended.

    Of a case that was registered when it was over already the referral is not known here; its follow-up is.
    """
    if case.dossier is not None:
        is_followed_up = case.adoption is not None and (case.transfer_requested_at is None or case.transfer is not None)
        is_through = is_followed_up or assess(case, policy, at).status.is_over
        over = is_through and not any(r.is_open for r in case.referrals)
    else:
        over = all(r.state in ENDED_STATES | ENQUIRY_STATES for r in case.referrals)
    return PERMIT if over else refuse("case-not-over")


def no_open_complaint(case: Case) -> Ruling:
    """R21: what a complaint is about is kept until it is decided (AVG 17(3)(e))."""
    return refuse("complaint-open") if case.complaints else PERMIT


def nothing_under_way(*, is_settled: bool) -> Ruling:
    """R57: delivered and confirmed first."""
    return PERMIT if is_settled else refuse("messages-under-way")


def no_right_at_stake(case: Case) -> Ruling:
    """R58: a request that waits needs the data; a restriction that was granted forbids to delete them (AVG 18)."""
    return refuse("right-at-stake") if any(r.is_waiting or r.restricts for r in case.rights) else PERMIT


def term_is_over(case: Case, term: timedelta, at: datetime) -> Ruling:
    """R57: counted from the last event; reading and exporting are none."""
    last = case.last_event_at
    return PERMIT if last is not None and at - last >= term else refuse("term-not-over")


def may_expire(case: Case, policy: Policy, term: timedelta, at: datetime, *, is_settled: bool) -> Decision:
    """Whether the gateway's own copy of a case has come to its end."""
    return decide(
        is_over(case, policy, at),
        nothing_under_way(is_settled=is_settled),
        no_open_complaint(case),
        no_right_at_stake(case),
        term_is_over(case, term, at),
    )


def may_erase(case: Case, policy: Policy, steps: list[Step], at: datetime, *, is_settled: bool) -> Decision:
    """Whether a request for erasure can be carried out; otherwise the named grounds to keep (Q6)."""
    return decide(
        is_over(case, policy, at),
        nothing_under_way(is_settled=is_settled),
        no_open_complaint(case),
        nothing_else_asked(case),
        everybody_erased(case, steps),
    )


def nothing_else_asked(case: Case) -> Ruling:
    """R58: what else the employee asks comes first; a restriction does not stand in the way of its own end."""
    other = any(r.is_waiting and r.right is not Right.ERASURE for r in case.rights)
    return refuse("right-at-stake") if other else PERMIT


def kept_for_partner(case: Case, under_way: AbstractSet[Kind]) -> KeptBecause | None:
    """Weigh what the arbodienst asks to erase as the employee's own request is weighed (R21, R57, R58).

    Args:
        case: The case at the pool, whose referral has ended.
        under_way: Kinds of its messages to the partner that are not settled: without the case nobody could take a
            disclosure back any more, nor repeat a withdrawal. Both of a pair count, so that the ground tells neither.

    Returns:
        The ground to keep it; None when it is to be erased.
    """
    if isinstance(no_open_complaint(case), Refusal):
        return KeptBecause.COMPLAINT_OPEN
    if isinstance(no_right_at_stake(case), Refusal):
        return KeptBecause.RIGHT_AT_STAKE
    if WITHDRAWALS & under_way:
        return KeptBecause.WITHDRAWAL_UNDER_WAY
    rows = [PROTOCOL[kind] for kind in under_way]
    is_disclosing = any(row.audit == "disclosure" or row.shares_size for row in rows)
    settled = nothing_under_way(is_settled=not is_disclosing)
    return KeptBecause.MESSAGES_UNDER_WAY if isinstance(settled, Refusal) else None


def proofs_of(case: Case, steps: list[Step]) -> tuple[ConsentProof, ...]:
    """Tell on which consents our disclosures rested, without a person: that outlives the case (AVG 7(1))."""
    released = [step for step in steps if isinstance(step, ReportReleased) and step.message_id]
    weighed = [(step, decision) for step in released for decision in _outcomes(case, step.at)]
    return tuple(
        ConsentProof(c.purpose, c.recipient, c.decided_at, c.form, step.message_id or "") for step, c in weighed
    )


def _outcomes(case: Case, at: datetime) -> Iterator[Consent]:
    recipients = dict.fromkeys(c.recipient for c in case.consents if c.purpose is Purpose.OUTCOME_TO_FIRST)
    for recipient in recipients:
        decision = standing_of(case, Purpose.OUTCOME_TO_FIRST, recipient, at)
        if decision.is_active and decision.consent is not None:
            yield decision.consent


def everybody_erased(case: Case, steps: list[Step]) -> Ruling:
    """R58: erasure of what was sent is passed on, and confirmed before we forget to whom it went."""
    if case.dossier is not None and any(r.erasure_kept_because for r in case.referrals):
        return refuse("erasure-kept")
    return refuse("erasure-not-confirmed") if unconfirmed(case, steps) else PERMIT


def unconfirmed(case: Case, steps: list[Step]) -> list[str]:
    """Referrals of which the other side has not confirmed that it erased what it received.

    Only who sent data passes an erasure on: the pool has its file of its own, and a term of its own for it.
    """
    if case.dossier is None:
        return []
    confirmed = {x.referral_id for x in steps if isinstance(x, ErasureConfirmed) and x.kept_because is None}
    personal = (r for r in case.referrals if r.state not in ENQUIRY_STATES)
    return [r.referral_id for r in personal if r.referral_id not in confirmed]
