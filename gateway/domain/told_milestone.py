"""Milestones that were told, and where a referral stands when the other side refuses one (R38)."""

from dataclasses import replace
from typing import Any, Final

from gateway.domain.messages import Kind, Milestone, ReceiptVerdict
from gateway.domain.protocol import PROTOCOL, BusinessStatus
from gateway.domain.referral_state import ReferralState, ToldMilestone
from gateway.domain.steps import MessageDelivered, MilestoneReached

_MOMENTS: Final = {Milestone.SO_STARTED: "first_contact_at", Milestone.DRAFT_WITH_EMPLOYEE: "draft_told_at"}


def reach(referral: ReferralState, step: MilestoneReached) -> ReferralState:
    """Let a referral stand where a milestone leads, and keep where it stood, for when it is refused."""
    told = ToldMilestone(
        message_id=step.message_id,
        milestone=step.milestone,
        told_at=step.at,
        reached_at=step.reached_at or step.at,
        state=referral.state,
        task_status=referral.task_status,
        state_since=referral.state_since,
        first_contact_at=referral.first_contact_at,
        draft_told_at=referral.draft_told_at,
    )
    return _reached(replace(referral, milestones=(*referral.milestones, told)), told)


def settle(referral: ReferralState, step: MessageDelivered) -> ReferralState:
    """Take the last milestone back when it was refused, and let it count when it was read after all.

    An earlier one that was refused is shown as refused; what was said after it stands.
    """
    is_refused = step.verdict != ReceiptVerdict.OK
    told = next((one for one in referral.milestones if one.message_id == step.message_id), None)
    if told is None or told.is_refused is is_refused:
        return referral
    marked = replace(told, is_refused=is_refused)
    moved = replace(referral, milestones=tuple(marked if one is told else one for one in referral.milestones))
    is_where_it_left = referral.state is (_state(told) if is_refused else told.state)
    if told is not referral.milestones[-1] or not is_where_it_left:
        return moved
    return _before(moved, told) if is_refused else _reached(moved, told)


def _reached(referral: ReferralState, told: ToldMilestone) -> ReferralState:
    state = _state(told)
    changed: dict[str, Any] = {"state": state, "task_status": PROTOCOL[Kind.MILESTONE_REACHED].task_status}
    if told.milestone in _MOMENTS:
        changed[_MOMENTS[told.milestone]] = told.reached_at
    return replace(referral, **changed, state_since=referral.state_since if referral.state is state else told.told_at)


def _before(referral: ReferralState, told: ToldMilestone) -> ReferralState:
    return replace(
        referral,
        state=told.state,
        task_status=told.task_status,
        state_since=told.state_since,
        first_contact_at=told.first_contact_at,
        draft_told_at=told.draft_told_at,
    )


def _state(told: ToldMilestone) -> BusinessStatus:
    return BusinessStatus(told.milestone.value)
