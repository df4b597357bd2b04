"""Rules on the request itself: R2, R10 to R14, R22."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from gateway.domain import steps as s
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.days import AMSTERDAM
from gateway.domain.people import Physician, Representative
from gateway.domain.policy import Policy
from gateway.domain.rules import request as rule
from gateway.domain.rules.refusal import PERMIT, CaseStatus, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import BACK_OFFICE, EMPLOYEE, FIRST, FIRST_PHYSICIAN, POLICY, a_case, a_request, at


def test_r02_the_employee_asks():
    assert rule.asked_by_employee(a_case()) is PERMIT


@pytest.mark.parametrize("role", [role for role in s.ActorRole if role is not s.ActorRole.EMPLOYEE])
def test_r02_nobody_else_asks(role):
    assert rule.asked_by_employee(a_case(request=a_request(submitted_by=role))) == refuse("not-by-employee")


def _represented(**changes):
    request = a_request(submitted_by=s.ActorRole.REPRESENTATIVE)
    representative = Representative("H. Wiersma", **changes)
    return a_case(request=replace(request, employee=replace(request.employee, representative=representative)))


def test_r02_a_representative_with_a_written_mandate_may_ask():
    assert rule.asked_by_employee(_represented(mandate_signed_on=date(2026, 9, 1))) is PERMIT


def test_r02_a_representative_without_a_written_mandate_may_not():
    assert rule.asked_by_employee(_represented()) == refuse("not-by-employee")


@pytest.mark.parametrize("kind", AdviceKind)
def test_r11_every_kind_of_advice_but_the_pre_employment_examination(kind):
    ruling = rule.within_scope(a_case(request=a_request(advice=ContestedAdvice(at(7), kind))))
    is_outside = kind is AdviceKind.PRE_EMPLOYMENT_EXAMINATION
    assert ruling == (refuse("pre-employment-exam") if is_outside else PERMIT)


def test_r12_the_request_names_one_advice():
    assert rule.advice_identified(a_case()) is PERMIT
    assert rule.advice_identified(replace(a_case(), advice=None)) == refuse("advice-not-identified")


def _asked(advised: datetime, asked: datetime):
    advice = ContestedAdvice(advised, AdviceKind.ABSENCE_GUIDANCE)
    return a_case(request=a_request(at=asked, advice=advice))


@pytest.mark.parametrize(
    ("advised", "asked", "is_young"),
    [
        ((2026, 9, 1, 9, 0), (2026, 9, 15, 9, 0), True),
        ((2026, 9, 1, 0, 0), (2026, 9, 15, 23, 59), True),
        ((2026, 9, 1, 23, 59), (2026, 9, 16, 0, 0), False),
        ((2026, 10, 18, 9, 0), (2026, 11, 1, 23, 59), True),
        ((2026, 10, 18, 23, 59), (2026, 11, 2, 0, 0), False),
        ((2026, 3, 20, 0, 0), (2026, 4, 3, 23, 59), True),
        ((2026, 3, 20, 23, 59), (2026, 4, 4, 0, 0), False),
    ],
    ids=["day 14", "day 14 to the last minute", "day 15", "October day 14", "October day 15", "March 14", "March 15"],
)
def test_r13_calendar_days_also_when_the_clock_changes(advised, asked, is_young):
    case = _asked(datetime(*advised, tzinfo=AMSTERDAM), datetime(*asked, tzinfo=AMSTERDAM))
    assert rule.young_enough(case, POLICY) == (PERMIT if is_young else refuse("decision-too-old"))


def test_r13_days_are_those_of_the_netherlands_whatever_the_offset():
    case = _asked(datetime.fromisoformat("2026-08-31T23:30:00+00:00"), datetime.fromisoformat("2026-09-15T20:00:00Z"))
    assert rule.young_enough(case, POLICY) is PERMIT


def test_r13_without_a_limit_no_advice_is_too_old():
    assert rule.young_enough(_asked(at(1, month=1), at(14)), Policy("none")) is PERMIT


def test_r13_a_new_advice_starts_a_new_count():
    old = a_request(advice=ContestedAdvice(at(1, month=8), AdviceKind.ABSENCE_GUIDANCE, feedback_text="oud"))
    planned = s.ReassessmentPlanned(at=at(14, 10), by=FIRST_PHYSICIAN)
    renewed = s.AdviceRenewed(at=at(20), by=FIRST_PHYSICIAN, feedback_text="nieuw")
    asked_again = s.RequestMaintained(at=at(24), by=EMPLOYEE)
    case = a_case(planned, renewed, asked_again, request=old, accepted=False)
    assert rule.young_enough(case, POLICY) is PERMIT
    assert case.advice.feedback_text == "nieuw"
    assert rule.accepted(case) == refuse("not-accepted")


def test_r13_asked_again_too_late_is_too_late_again():
    renewed = s.AdviceRenewed(at=at(15), by=FIRST_PHYSICIAN)
    case = a_case(renewed, s.RequestMaintained(at=at(30), by=EMPLOYEE))
    assert rule.young_enough(case, POLICY) == refuse("decision-too-old")


def test_r13_a_request_about_an_old_advice_waits_for_a_reassessment_and_not_for_acceptance():
    old = a_request(advice=ContestedAdvice(at(1, month=8), AdviceKind.ABSENCE_GUIDANCE))
    assert assess(a_case(request=old, accepted=False), POLICY).status is CaseStatus.AWAITING_REASSESSMENT


def test_r14_acceptance_needs_an_act_but_no_reason():
    assert rule.accepted(a_case()) is PERMIT
    assert rule.accepted(a_case(accepted=False)) == refuse("not-accepted")


def _refusing(step):
    return step(
        at=at(14, 10), by=FIRST_PHYSICIAN, reason_code="x", reasons="y", written_to_employee_on=None,
        complaints_procedure_named=True,
    )  # fmt: skip


def test_r14_a_refusal_in_force_stands_in_the_way():
    assert rule.not_refused(a_case(_refusing(s.RequestDeclined), accepted=False)) == refuse("declined")
    assert rule.not_refused(a_case(_refusing(s.RequestRedirected), accepted=False)) == refuse("redirected-uwv")
    found = s.RequestFoundInadmissible(at=at(14, 10), by=FIRST_PHYSICIAN, reason_code="not-by-employee")
    assert rule.not_refused(a_case(found, accepted=False)) == refuse("inadmissible")
    planned = s.ReassessmentPlanned(at=at(14, 10), by=FIRST_PHYSICIAN)
    assert rule.accepted(a_case(planned, accepted=False)) == refuse("awaiting-reassessment")


def test_r21_an_upheld_complaint_about_the_refusal_reopens_the_case_which_waits_for_a_physician():
    decided = s.ComplaintDecided(at=at(20), by=BACK_OFFICE, about="refusal", is_upheld=True)
    case = a_case(_refusing(s.RequestDeclined), decided, accepted=False)
    assert rule.not_refused(case) is PERMIT
    assert rule.accepted(case) == refuse("not-accepted")
    assert case.refusing is not None
    colleague = s.Actor(s.ActorRole.FIRST_PHYSICIAN, "arbo-lindehof", "drs. A. Collega")
    accepted = s.RequestAccepted(at=at(21), by=colleague)
    assert rule.accepted(a_case(_refusing(s.RequestDeclined), decided, accepted, accepted=False)) is PERMIT


def test_r21_an_upheld_complaint_takes_back_no_acceptance_that_came_before_it():
    decided = s.ComplaintDecided(at=at(20), by=BACK_OFFICE, about="refusal", is_upheld=True)
    taken_up = s.RequestAccepted(at=at(19), by=BACK_OFFICE)
    case = a_case(_refusing(s.RequestDeclined), taken_up, decided, accepted=False)
    assert rule.accepted(case) is PERMIT
    assert case.accepted_at == at(19)


@pytest.mark.parametrize(("about", "is_upheld"), [("refusal", False), ("transfer", True), ("other", True)])
def test_r21_any_other_complaint_does_not(about, is_upheld):
    decided = s.ComplaintDecided(at=at(20), by=BACK_OFFICE, about=about, is_upheld=is_upheld)
    assert rule.not_refused(a_case(_refusing(s.RequestDeclined), decided, accepted=False)) == refuse("declined")


def test_r27_a_withdrawn_request_goes_nowhere():
    assert rule.not_withdrawn(a_case()) is PERMIT
    assert rule.not_withdrawn(a_case(s.RequestWithdrawn(at=at(15), by=EMPLOYEE))) == refuse("withdrawn")


def test_r10_the_request_is_discussed_with_the_first_physician():
    assert rule.discussed_with_first_physician(a_case()) is PERMIT
    silent = a_case(request=a_request(discussed_with_first_physician_on=None))
    assert rule.discussed_with_first_physician(silent) == refuse("not-discussed-with-first-physician")


@pytest.mark.parametrize("role", ["arboarts", "aios", "secretaris"])
def test_r10_only_a_bedrijfsarts_requests(role):
    case = a_case(request=a_request(first_physician=replace(FIRST, role=role)))
    assert rule.requested_by_physician(case) == refuse("requester-not-a-physician")


@pytest.mark.parametrize("big", [None, "", "9999000110", "999900011011", "9999000110a", "٩٩٩٩٠٠٠١١٠١"])
def test_r10_with_a_big_number_of_eleven_digits(big):
    assert rule.requested_by_physician(a_case()) is PERMIT
    case = a_case(request=a_request(first_physician=replace(FIRST, big=big)))
    assert rule.requested_by_physician(case) == refuse("requester-not-a-physician")


def test_r10_a_practice_assistant_requests_under_a_supervisor():
    assistant = Physician("A. Assistent", None, role="praktijkondersteuner-bedrijfsarts", organisation="arbo-lindehof")
    alone = a_case(request=a_request(first_physician=assistant))
    assert rule.requested_by_physician(alone) == refuse("requester-not-a-physician")
    supervised = a_case(request=a_request(first_physician=replace(assistant, supervisor_big=FIRST.big)))
    assert rule.requested_by_physician(supervised) is PERMIT


def test_r22_no_suspension_is_discussed_before_the_referral():
    assert rule.no_suspension_discussed(a_case()) is PERMIT
    case = a_case(request=a_request(no_suspension_discussed=False))
    assert rule.no_suspension_discussed(case) == refuse("no-suspension-not-discussed")


@pytest.mark.parametrize(
    "ask",
    [
        rule.asked_by_employee,
        rule.within_scope,
        rule.discussed_with_first_physician,
        rule.requested_by_physician,
        rule.no_suspension_discussed,
    ],
)
def test_at_the_pool_what_did_not_travel_is_not_held_against_the_case(ask):
    assert ask(replace(a_case(), dossier=None, advice=None)) is PERMIT
