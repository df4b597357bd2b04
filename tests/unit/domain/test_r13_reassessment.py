"""Rules on a reassessment: R13, and the word on what was found on the way (R2, R11, R18)."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Triage
from gateway.domain.rules import reassessment as rule
from gateway.domain.rules import triage
from gateway.domain.rules.decisions import may_accept
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import BACK_OFFICE, EMPLOYEE, FIRST_PHYSICIAN, a_case, a_request, at, ready, referred

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


def test_r13_a_new_advice_follows_a_planned_reassessment():
    assert rule.awaits_reassessment(a_case(PLANNED)) is PERMIT
    assert rule.awaits_reassessment(a_case()) == refuse("not-awaiting-reassessment")


def test_r13_the_employee_asks_again_after_the_new_advice():
    assert rule.advice_renewed(a_case(PLANNED)) == refuse("advice-not-renewed")
    assert rule.advice_renewed(a_case(PLANNED, RENEWED)) is PERMIT
    at_once = a_request(advice=replace(a_request().advice, given_at=a_request().at))
    assert rule.advice_renewed(a_case(PLANNED, request=at_once)) == refuse("advice-not-renewed")
    case = a_case(PLANNED, RENEWED, MAINTAINED)
    assert (case.triage, case.asked_at) == (Triage.RECEIVED, MAINTAINED.at)
    assert rule.awaits_reassessment(case) == refuse("not-awaiting-reassessment")


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
