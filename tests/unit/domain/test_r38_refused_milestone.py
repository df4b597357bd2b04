"""R38: a milestone that the other side refused is booked as refused: the referral stands where it stood."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.case import apply
from gateway.domain.protocol import BusinessStatus
from tests.support.cases import DRAFT, REFERRAL_ID, at, of_referral, ready, referred

ACCEPTED = of_referral(s.ReferralAccepted, at(15))


def told(milestone: s.Milestone, day: int) -> s.Step:
    return of_referral(s.MilestoneReached, at(day), milestone=milestone, message_id=f"m{day}", reached_at=at(day, 8))


def receipt(day: int, verdict: str = "fatal-error") -> s.Step:
    reason = "told-in-future"
    kind = "milestone-reached"
    return of_referral(
        s.MessageDelivered, at(day, 10), kind=kind, verdict=verdict, reason=reason, message_id=f"m{day}", partner="x"
    )


STARTED, DRAFTED = told(s.Milestone.SO_STARTED, 17), told(s.Milestone.DRAFT_WITH_EMPLOYEE, 20)
RUNNING = ready(referred(), ACCEPTED)


def after(*steps: s.Step):
    referral = apply(RUNNING, steps).referral(REFERRAL_ID)
    assert referral is not None
    return referral


@pytest.mark.parametrize("milestone", list(s.Milestone))
def test_r38_after_a_refusal_the_referral_stands_where_it_stood(milestone):
    found = after(told(milestone, 17), receipt(17))
    before = RUNNING.referral(REFERRAL_ID)
    assert before is not None
    assert replace(found, milestones=()) == before
    assert [(one.milestone, one.is_refused) for one in found.milestones] == [(milestone, True)]
    assert replace(after(told(milestone, 17), receipt(17, "ok")), milestones=()) == replace(
        after(told(milestone, 17)), milestones=()
    )


def test_r38_the_state_before_is_that_of_the_milestone_before():
    found = after(STARTED, receipt(17, "ok"), DRAFTED, receipt(20))
    assert (found.state, found.state_since, found.draft_told_at) == (BusinessStatus.SO_STARTED, at(17), None)
    assert found.first_contact_at == at(17, 8)


def test_r38_what_was_said_since_stands():
    found = after(STARTED, DRAFTED, receipt(17))
    assert (found.state, found.first_contact_at) == (BusinessStatus.DRAFT_WITH_EMPLOYEE, at(17, 8))
    assert [one.is_refused for one in found.milestones] == [True, False]
    ended = of_referral(s.ReferralWithdrawn, at(18))
    assert after(STARTED, ended, receipt(17)).state is BusinessStatus.WITHDRAWN
    assert after(STARTED, DRAFT, receipt(17)).state is BusinessStatus.DRAFT_WITH_EMPLOYEE


def test_r38_a_milestone_that_was_read_after_all_counts_again():
    again = after(STARTED, receipt(17), receipt(17, "ok"))
    assert again == after(STARTED)
    assert after(STARTED, receipt(17), receipt(17)) == after(STARTED, receipt(17))
    ended = of_referral(s.ReferralStopped, at(18), reason=s.StopCode.NO_SHOW)
    assert after(STARTED, receipt(17), ended, receipt(17, "ok")).state is BusinessStatus.STOPPED


def test_a_receipt_for_a_milestone_that_is_not_known_changes_nothing():
    assert after(STARTED, receipt(19)) == after(STARTED)
