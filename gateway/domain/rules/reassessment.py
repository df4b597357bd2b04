"""A new consultation before an old advice is put to somebody else (R13)."""

from gateway.domain.case import Case, Triage
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse

_BEFORE_REFERRAL = frozenset({Triage.RECEIVED, Triage.REASSESSMENT, Triage.ACCEPTED})


def reassessment_in_time(case: Case) -> Ruling:
    """R13: planned while nothing has been referred; planning again moves it."""
    is_in_time = case.triage in _BEFORE_REFERRAL and not case.referrals and case.withdrawn_at is None
    return PERMIT if is_in_time else refuse("reassessment-too-late")


def awaits_reassessment(case: Case) -> Ruling:
    """R13: a new advice in this case is the outcome of a reassessment."""
    return PERMIT if case.triage is Triage.REASSESSMENT else refuse("not-awaiting-reassessment")


def request_stands(case: Case) -> Ruling:
    """R13, R14: after a new advice nobody accepts a request that the employee was not asked about."""
    is_pending = case.triage is Triage.REASSESSMENT and advice_renewed(case) is PERMIT
    return refuse("request-not-maintained") if is_pending else PERMIT


def advice_renewed(case: Case) -> Ruling:
    """R13: asking again starts a new count from a new advice."""
    is_renewed = case.advice is not None and case.asked_at is not None and case.advice.given_at > case.asked_at
    return PERMIT if is_renewed else refuse("advice-not-renewed")
