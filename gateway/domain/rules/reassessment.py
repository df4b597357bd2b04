"""A new consultation before an old advice is put to somebody else (R13)."""

from datetime import datetime

from gateway.domain.case import Case, Triage
from gateway.domain.policy import Policy
from gateway.domain.protocol import OPINION_STATES
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse
from gateway.domain.rules.request import young_enough

_BEFORE_REFERRAL = frozenset({Triage.RECEIVED, Triage.REASSESSMENT, Triage.ACCEPTED})


def reassessment_in_time(case: Case) -> Ruling:
    """R13: planned while nothing has been referred; planning again moves it."""
    is_in_time = case.triage in _BEFORE_REFERRAL and not case.referrals and case.withdrawn_at is None
    return PERMIT if is_in_time else refuse("reassessment-too-late")


def reassessment_grounded(case: Case, policy: Policy) -> Ruling:
    """R13: by the policy the advice is too old, or its reassessment is awaited already and is moved."""
    is_awaited = case.triage is Triage.REASSESSMENT and not case.is_advice_renewed
    is_old = young_enough(case, policy) is not PERMIT
    return PERMIT if is_awaited or is_old or case.dossier is None else refuse("reassessment-without-ground")


def advice_in_time(case: Case) -> Ruling:
    """R12, R13: a new advice counts, planned or not, until the one before it is with a second physician."""
    is_put = any(r.is_open or r.state in OPINION_STATES for r in case.referrals)
    return refuse("advice-after-referral") if is_put or case.withdrawn_at is not None else PERMIT


def request_stands(case: Case) -> Ruling:
    """R13, R14: after a new advice nobody accepts a request that the employee was not asked about."""
    return refuse("request-not-maintained") if case.is_advice_renewed else PERMIT


def accepts_advice_that_stands(case: Case, at: datetime) -> Ruling:
    """R12, R14: who accepted before the new advice, or before the employee asked again, accepted something else."""
    stands_since = case.asked_at if case.renewed_at is not None else None
    return refuse("acceptance-of-earlier-advice") if stands_since is not None and at < stands_since else PERMIT


def advice_renewed(case: Case) -> Ruling:
    """R13: asking again starts a new count from a new advice."""
    return PERMIT if case.is_advice_renewed else refuse("advice-not-renewed")
