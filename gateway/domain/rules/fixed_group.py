"""The fixed group: a dated list of recipients, decided by the management of the arbodienst (R7)."""

from datetime import date, datetime

from gateway.domain.case import Case
from gateway.domain.contract import organisation_of
from gateway.domain.days import dutch_day
from gateway.domain.policy import FixedGroup, Policy, PoolModel
from gateway.domain.protocol import OPEN_STATES, OPINION_STATES
from gateway.domain.rules.recipient import is_outside_contract
from gateway.domain.rules.refusal import PERMIT, Ruling, refuse

REVIEW_MONTHS = 12
"""How long a list may serve before it is decided again: chosen yearly (S1:42)."""

_REFERRED = OPEN_STATES | OPINION_STATES


def uses_fixed_group(policy: Policy) -> bool:
    """Whether lists decide: under another model, or where none is stated, they do not."""
    return policy.pool_model is PoolModel.FIXED_GROUP and bool(policy.group)


def in_fixed_group(case: Case, policy: Policy, recipient: str, at: datetime) -> Ruling:
    """R7: the recipient stands on the list in force on the day of the referral.

    An arbodienst that states no list has none that could decide. A choice outside the contract is judged by R9 alone.
    """
    if not uses_fixed_group(policy) or is_outside_contract(case, recipient):
        return PERMIT
    group = group_on(policy, referral_day(case, recipient, at))
    if group is None:
        return refuse("no-fixed-group-in-force")
    is_member = not {recipient, organisation_of(recipient)}.isdisjoint(group.members)
    return PERMIT if is_member else refuse("not-in-fixed-group")


def group_on(policy: Policy, day: date) -> FixedGroup | None:
    """Find the list in force on a Dutch day; None when none is yet.

    The latest that is valid and decided by then: a list decided afterwards changes nothing that was done before.
    """
    started = [group for group in policy.group if in_force_from(group) <= day]
    return max(started, key=in_force_from, default=None)


def in_force_from(group: FixedGroup) -> date:
    """Tell the first day on which a list counts: not before it is valid, and not before it was decided."""
    return max(group.valid_from, group.decided_on)


def review_due_on(group: FixedGroup) -> date:
    """Tell the last day on which a list is younger than its review period, counted from its decision."""
    day = group.decided_on
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + REVIEW_MONTHS // 12, day=28 if is_leap_day else day.day)


def is_review_due(policy: Policy, at: datetime) -> bool:
    """Whether the list in force is past its yearly review, or none is in force; it blocks no referral by itself."""
    if not uses_fixed_group(policy):
        return False
    group = group_on(policy, dutch_day(at))
    return group is None or dutch_day(at) > review_due_on(group)


def referral_day(case: Case, recipient: str, at: datetime) -> date:
    """Tell the day whose list counts: of the referral that went to this recipient, else of the instant."""
    sent = [r.requested_at for r in case.referrals if r.recipient == recipient and r.state in _REFERRED]
    return dutch_day(max((moment for moment in sent if moment <= at), default=at))
