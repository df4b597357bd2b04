"""What must be kept, and until when: nothing that is not final is ever deleted (R57, R58; AVG 17, 18)."""

from datetime import datetime, timedelta

from gateway.domain.case import Case
from gateway.domain.policy import Policy
from gateway.domain.protocol import ENDED_STATES, BusinessStatus
from gateway.domain.rules.refusal import PERMIT, Decision, Ruling, decide, refuse
from gateway.domain.rules.verdict import assess
from gateway.domain.steps import ErasureConfirmed, Right, Step

_NOTHING_PERSONAL = frozenset(
    {BusinessStatus.AVAILABILITY_ASKED, BusinessStatus.AVAILABLE, BusinessStatus.NOT_AVAILABLE}
)


def is_over(case: Case, policy: Policy, at: datetime) -> Ruling:
    """R57: at the arbodienst the request waits for nothing any more; at the pool every referral has ended.

    Of a case that was registered when it was over already the referral is not known here; its follow-up is.
    """
    if case.dossier is not None:
        is_followed_up = case.adoption is not None and (case.transfer_requested_at is None or case.transfer is not None)
        is_through = is_followed_up or assess(case, policy, at).status.is_over
        over = is_through and not any(r.is_open for r in case.referrals)
    else:
        over = all(r.state in ENDED_STATES | _NOTHING_PERSONAL for r in case.referrals)
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


def everybody_erased(case: Case, steps: list[Step]) -> Ruling:
    """R58: erasure of what was sent is passed on, and confirmed before we forget to whom it went."""
    return refuse("erasure-not-confirmed") if unconfirmed(case, steps) else PERMIT


def unconfirmed(case: Case, steps: list[Step]) -> list[str]:
    """Referrals of which the other side has not confirmed that it erased what it received.

    Only who sent data passes an erasure on: the pool has its file of its own, and a term of its own for it.
    """
    if case.dossier is None:
        return []
    confirmed = {step.referral_id for step in steps if isinstance(step, ErasureConfirmed)}
    personal = (r for r in case.referrals if r.state not in _NOTHING_PERSONAL)
    return [r.referral_id for r in personal if r.referral_id not in confirmed]
