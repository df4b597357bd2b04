"""R13, R18, R42, R58: a day that a person would call a slip is no plan, and holds no clock up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Case, Triage, fold
from gateway.domain.days import FURTHEST_PLAN, LEEWAY, dutch_day
from gateway.domain.messages import AvailabilityAnswer, Milestone, MilestoneNotice
from gateway.domain.people import Organisation
from gateway.domain.rules import plans
from gateway.domain.rules.decisions import may_record
from gateway.domain.rules.refusal import PERMIT, refuse
from gateway.domain.rules.statement import directory_for, judge
from gateway.domain.rules.timing import told_in_time
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    FIRST_PHYSICIAN,
    OHS,
    POLICY,
    a_case,
    a_request,
    at,
    completed,
    referred,
)

FAR = at(1).replace(year=2062)
BEFORE, PAST, OUT = "planned-before-case", "planned-in-past", "planned-out-of-reach"
RULES = {"follow_up": "R42", "reassessment": "R13", "clarification": "R18"}
FURTHEST = at(15) + FURTHEST_PLAN


def follow_up(for_at):
    return s.FollowUpPlanned(at=at(15), by=BACK_OFFICE, for_at=for_at)


def reassessment(for_at):
    return s.ReassessmentPlanned(at=at(15), by=BACK_OFFICE, for_at=for_at)


def clarification(for_at):
    return s.ClarificationAsked(at=at(15), by=FIRST_PHYSICIAN, reply_by=dutch_day(for_at) if for_at else None)


@pytest.mark.parametrize("plan", [follow_up, reassessment, clarification])
@pytest.mark.parametrize(
    ("for_at", "expected"),
    [
        (FAR, OUT),
        (FURTHEST + timedelta(days=1), OUT),
        (FURTHEST, None),
        (at(15, 0), None),
        (at(14), PAST),
        (at(13, 23, 59), BEFORE),
        (at(14).replace(year=1962), BEFORE),
        (None, None),
    ],
)
def test_r13_r18_r42_a_plan_lies_between_the_day_it_is_made_and_two_years_ahead(plan, for_at, expected):
    """A consultation about an opinion may be written down after it was held; the rule that is named is the act's."""
    if expected is PAST and plan is follow_up:
        expected = None
    case = completed() if plan is follow_up else a_case(accepted=False)
    ruling = plans.within_reach(case, plan(for_at))
    said = (ruling.code, ruling.rules) if ruling is not PERMIT else (None, (RULES[plan.__name__],))
    assert said == (expected, (RULES[plan.__name__],))
    refused = may_record(replace(POLICY, decision_age_limit_days=1), case, plan(for_at)).refusals
    assert (expected in {refusal.code for refusal in refused}) is (expected is not None)


def test_a_case_of_which_the_beginning_is_not_known_says_nothing_of_what_lies_before_it():
    assert plans.within_reach(Case("Z"), follow_up(at(1).replace(year=1962))) is PERMIT


def judged(*steps: s.Step):
    said = (a_request(), *steps)
    return judge(said, POLICY, directory_for(said, Organisation(OHS, "Arbodienst")), at(30))


@pytest.mark.parametrize("for_at", [FAR, at(13)])
def test_r42_of_an_export_a_consultation_on_such_a_day_is_not_planned(for_at):
    found = judged(ACCEPTED, follow_up(for_at))
    [defect] = found.defects
    assert not defect.counts
    assert not fold("", found.steps).has_follow_up


@pytest.mark.parametrize("for_at", [FAR, at(13)])
def test_r13_of_an_export_a_reassessment_on_such_a_day_is_awaited_without_it(for_at):
    found = judged(reassessment(for_at))
    case = fold("", found.steps)
    assert [defect.counts for defect in found.defects] == [True]
    assert (case.triage, case.reassessment_for) == (Triage.REASSESSMENT, None)


def test_r18_of_an_export_no_time_to_reply_ends_on_such_a_day():
    found = judged(clarification(FAR))
    assert [step.reply_by for step in found.steps if isinstance(step, s.ClarificationAsked)] == [None]


@pytest.mark.parametrize(("asked_at", "expected"), [(at(13), "right-asked-before-case"), (at(14, 0), None)])
def test_r58_the_month_of_a_request_does_not_begin_before_the_case(asked_at, expected):
    ruling = plans.asked_within_case(a_case(), asked_at)
    assert ruling == (refuse(expected) if expected else PERMIT)
    assert plans.asked_within_case(fold("R", [replace(referred(), at=at(14))]), asked_at) == ruling


def test_the_case_begins_with_the_request_or_at_the_pool_with_the_referral():
    assert plans.begun_on(a_case()) == date(2026, 9, 14)
    assert plans.begun_on(fold("R", [replace(referred(), at=at(16))])) == date(2026, 9, 16)
    assert plans.begun_on(Case("Z")) is None


IN_FUTURE = [refuse("told-in-future")]


def told(content):
    return list(told_in_time(content, None, at(15)))


@pytest.mark.parametrize(("more", "expected"), [(timedelta(), []), (timedelta(seconds=1), IN_FUTURE)])
def test_r38_what_has_happened_is_told_of_no_later_than_a_clock_may_be_ahead(more, expected):
    assert told(MilestoneNotice(Milestone.SO_STARTED, at(15) + LEEWAY + more)) == expected


@pytest.mark.parametrize(("more", "expected"), [(timedelta(), []), (timedelta(days=1), IN_FUTURE)])
def test_r38_what_a_partner_plans_lies_no_more_than_two_years_ahead(more, expected):
    assert told(AvailabilityAnswer(True, dutch_day(FURTHEST + more))) == expected
    assert told(MilestoneNotice(Milestone.APPOINTMENT_PLANNED, at(15), FURTHEST + more)) == expected
