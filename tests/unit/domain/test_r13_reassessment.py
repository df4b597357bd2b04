"""Rules on a reassessment: R13, and the word on what was found on the way (R2, R11, R18)."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Triage, apply
from gateway.domain.rules import reassessment as rule
from gateway.domain.rules import triage
from gateway.domain.rules.decisions import counted, may_accept, may_record
from gateway.domain.rules.referral import may_refer
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    POLICY,
    a_case,
    a_request,
    at,
    completed,
    of_referral,
    ready,
    referred,
)

PLANNED = s.ReassessmentPlanned(at=at(15), by=BACK_OFFICE, for_at=at(18))
RENEWED = s.AdviceRenewed(at=at(18), by=FIRST_PHYSICIAN, feedback_text="Zes uur per dag.")
MAINTAINED = s.RequestMaintained(at=at(19), by=EMPLOYEE)
INADMISSIBLE = s.RequestFoundInadmissible(at=at(15), by=FIRST_PHYSICIAN, reason_code="not-by-employee")


def test_r13_a_reassessment_comes_before_anything_was_referred():
    too_late = refuse("reassessment-too-late")
    assert rule.reassessment_in_time(a_case(accepted=False)) is PERMIT
    assert rule.reassessment_in_time(a_case()) is PERMIT
    assert rule.reassessment_in_time(a_case(PLANNED)) is PERMIT
    assert rule.reassessment_in_time(ready(referred())) == too_late
    assert rule.reassessment_in_time(a_case(INADMISSIBLE)) == too_late
    assert rule.reassessment_in_time(a_case(s.RequestWithdrawn(at=at(15), by=EMPLOYEE))) == too_late


@pytest.mark.parametrize(
    ("limit", "before", "is_grounded"),
    [(14, (), False), (None, (), False), (3, (), True), (14, (PLANNED,), True), (14, (PLANNED, RENEWED), False)],
    ids=["young", "no limit", "old", "moved", "renewed"],
)
def test_r13_a_reassessment_needs_an_advice_that_is_too_old_by_the_policy(limit, before, is_grounded):
    """Else it would hold a request, with a letter that says the advice is old. What a back office tells counts still."""
    policy = replace(POLICY, decision_age_limit_days=limit)
    case = a_case(*before, accepted=False)
    again = replace(PLANNED, at=at(19), for_at=at(20))
    expected = () if is_grounded else (refuse("reassessment-without-ground"),)
    assert may_record(policy, case, again).refusals == expected
    assert counted(case, again) == again


def test_r13_a_new_advice_counts_planned_or_not_until_the_earlier_one_is_with_a_second_physician():
    too_late = refuse("advice-after-referral")
    assert rule.advice_in_time(a_case(PLANNED)) is PERMIT
    assert rule.advice_in_time(a_case()) is PERMIT
    assert rule.advice_in_time(a_case(INADMISSIBLE)) is PERMIT
    assert rule.advice_in_time(ready(referred())) == too_late
    assert rule.advice_in_time(completed()) == too_late
    assert rule.advice_in_time(a_case(s.RequestWithdrawn(at=at(15), by=EMPLOYEE))) == too_late
    declined = of_referral(s.ReferralDeclined, at(15), reason=s.DeclineCode.NOT_AVAILABLE)
    assert rule.advice_in_time(ready(referred(), declined)) is PERMIT


@pytest.mark.parametrize("before", [(), (PLANNED,)], ids=["not planned", "planned"])
def test_r13_r14_an_acceptance_of_the_earlier_advice_ends_with_a_new_one(before):
    case = ready(*before, ACCEPTED, RENEWED)
    assert (case.triage, case.accepted_at, case.advice.feedback_text) == (Triage.REASSESSMENT, None, "Zes uur per dag.")
    assert not may_refer(case, POLICY, at(20)).is_permitted
    assert may_refer(apply(case, [MAINTAINED]), POLICY, at(20)).refusals == (refuse("not-accepted"),)
    again = apply(case, [MAINTAINED, replace(ACCEPTED, at=at(20))])
    assert may_refer(again, POLICY, at(20)).is_permitted


@pytest.mark.parametrize(("day", "is_about_it"), [(16, False), (18, False), (19, True), (20, True)])
def test_r14_an_acceptance_of_before_the_employee_asked_again_is_about_the_earlier_advice(day, is_about_it):
    case = a_case(PLANNED, RENEWED, MAINTAINED, accepted=False)
    expected = () if is_about_it else (refuse("acceptance-of-earlier-advice"),)
    assert may_record(POLICY, case, replace(ACCEPTED, at=at(day))).refusals == expected
    assert may_record(POLICY, a_case(accepted=False), replace(ACCEPTED, at=at(day))).is_permitted


def test_r13_an_advice_older_than_the_one_that_stands_changes_nothing():
    case = a_case(RENEWED, MAINTAINED, accepted=False)
    assert apply(case, [replace(RENEWED, at=at(16), feedback_text="Oud.")]).advice == case.advice


def test_r21_what_is_reopened_after_a_new_advice_waits_for_the_employees_word():
    reopened = s.CaseReopened(at=at(20), by=BACK_OFFICE)
    assert a_case(INADMISSIBLE, RENEWED).triage is Triage.INADMISSIBLE
    assert a_case(INADMISSIBLE, RENEWED, reopened).triage is Triage.REASSESSMENT
    assert a_case(INADMISSIBLE, reopened).triage is Triage.RECEIVED


def test_r13_the_employee_asks_again_after_the_new_advice():
    assert rule.advice_renewed(a_case(PLANNED)) == refuse("advice-not-renewed")
    assert rule.advice_renewed(a_case(PLANNED, RENEWED)) is PERMIT
    at_once = a_request(advice=replace(a_request().advice, given_at=a_request().at))
    assert rule.advice_renewed(a_case(PLANNED, request=at_once)) == refuse("advice-not-renewed")
    case = a_case(PLANNED, RENEWED, MAINTAINED)
    assert (case.triage, case.asked_at) == (Triage.RECEIVED, MAINTAINED.at)
    assert rule.advice_renewed(case) == refuse("advice-not-renewed")


def test_r14_nobody_accepts_before_the_employee_was_asked_about_the_new_advice():
    assert rule.request_stands(a_case(PLANNED, accepted=False)) is PERMIT
    renewed = a_case(PLANNED, RENEWED, accepted=False)
    assert rule.request_stands(renewed) == refuse("request-not-maintained")
    assert may_accept(renewed, FIRST_PHYSICIAN).refusals == (refuse("request-not-maintained"),)
    assert rule.request_stands(a_case(PLANNED, RENEWED, MAINTAINED, accepted=False)) is PERMIT


@pytest.mark.parametrize("code", sorted(triage.INADMISSIBLE_CODES))
def test_r02_r11_two_grounds_make_a_request_inadmissible(code):
    step = s.RequestFoundInadmissible(at=at(15), by=FIRST_PHYSICIAN, reason_code=code)
    assert triage.may_find_inadmissible(step).is_permitted


@pytest.mark.parametrize("code", [None, "other", *sorted(triage.DECLINE_CODES)])
def test_r11_no_other_ground_does(code):
    step = s.RequestFoundInadmissible(at=at(15), by=FIRST_PHYSICIAN, reason_code=code)
    assert triage.may_find_inadmissible(step).refusals == (refuse("inadmissible-ground-unknown"),)


def test_r15_the_back_office_finds_nothing_inadmissible():
    step = s.RequestFoundInadmissible(at=at(15), by=BACK_OFFICE, reason_code="not-by-employee")
    assert triage.may_find_inadmissible(step).refusals == (refuse("refusal-not-by-first-physician"),)


@pytest.mark.parametrize(
    ("reply_by", "expected"),
    [
        (None, refuse("clarification-without-reply-period")),
        (date(2026, 9, 14), refuse("clarification-without-reply-period")),
        (date(2026, 9, 15), PERMIT),
    ],
)
def test_r18_who_is_asked_to_explain_gets_time_for_it(reply_by, expected):
    step = s.ClarificationAsked(at=at(14), by=FIRST_PHYSICIAN, reply_by=reply_by)
    assert triage.gives_time_to_reply(step) == expected
