"""Rules on refusing a request: R15 to R21."""

from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.rules import triage as rule
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import BACK_OFFICE, FIRST_PHYSICIAN, a_case, a_request, at, sample_records, verdict_of

ASKED = s.ClarificationAsked(at=at(14, 9, 30), by=FIRST_PHYSICIAN)


def refusing(kind=s.RequestDeclined, by=FIRST_PHYSICIAN, **changes):
    fields = {
        "reason_code": "improper-use",
        "reasons": "Het doel is uitstel.",
        "written_to_employee_on": date(2026, 9, 14),
        "complaints_procedure_named": True,
    }
    return kind(at=at(14, 10), by=by, **{**fields, **changes})


@pytest.mark.parametrize("kind", [s.RequestDeclined, s.RequestRedirected])
def test_r15_a_refusal_as_it_should_be(kind):
    step = refusing(kind, reason_code="legal-proceedings")
    assert rule.may_refuse(a_case(accepted=False), step).is_permitted


@pytest.mark.parametrize("role", [role for role in s.ActorRole if role is not s.ActorRole.FIRST_PHYSICIAN])
def test_r15_only_the_first_physician_refuses(role):
    assert rule.by_first_physician(refusing()) is PERMIT
    assert rule.by_first_physician(refusing(by=s.Actor(role, "arbo"))) == refuse("refusal-not-by-first-physician")


@pytest.mark.parametrize(
    "changes",
    [
        {"written_to_employee_on": None},
        {"written_to_employee_on": date(2062, 1, 1)},
        {"written_to_employee_on": date(2020, 12, 24)},
        {"written_to_employee_on": date(2026, 9, 13)},
        {"reasons": None},
        {"reasons": ""},
    ],
)
def test_r15_in_writing_with_reasons(changes):
    assert rule.in_writing(a_case(), refusing()) is PERMIT
    assert rule.in_writing(a_case(), refusing(**changes)) == refuse("refusal-not-in-writing")


def test_r15_r21_the_letter_names_the_complaints_procedure():
    assert rule.names_complaints_procedure(refusing()) is PERMIT
    silent = refusing(complaints_procedure_named=False)
    assert rule.names_complaints_procedure(silent) == refuse("refusal-without-complaints-procedure")


@pytest.mark.parametrize("code", sorted(rule.DECLINE_CODES))
def test_r16_known_grounds(code):
    assert rule.has_known_ground(refusing(reason_code=code)) is PERMIT


def test_r16_r17_grounds_for_uwv_are_grounds():
    assert rule.REDIRECT_CODES < rule.DECLINE_CODES


def test_r16_another_ground_needs_reasons():
    assert rule.has_known_ground(refusing(reason_code="other")) is PERMIT
    assert rule.has_known_ground(refusing(reason_code="other", reasons=None)) == refuse("refusal-code-unknown")


@pytest.mark.parametrize("code", ["decision-too-old", "too-expensive", "", None])
def test_r13_r16_age_and_cost_are_no_grounds(code):
    assert rule.has_known_ground(refusing(reason_code=code)) == refuse("refusal-code-unknown")


def test_r18_unspecified_only_after_asking_to_explain():
    step = refusing(reason_code="unspecified-after-clarification")
    assert rule.clarified_first(a_case(ASKED, accepted=False), step) is PERMIT
    assert rule.clarified_first(a_case(accepted=False), step) == refuse("refusal-without-clarification")
    assert rule.clarified_first(a_case(accepted=False), refusing()) is PERMIT


REPEATED = refusing(reason_code="repeat-same-question")
ADVICE_ON = date(2026, 9, 7)


def earlier(completed_on=date(2026, 9, 10), advice_on=None):
    return s.EarlierCase("Z-1", completed_on=completed_on, advice_on=advice_on)


def asked_before(*cases, steps=()):
    return a_case(steps, request=a_request(earlier_cases=cases), accepted=False)


def test_r19_repeated_only_with_an_earlier_case():
    assert rule.repeats_an_earlier_case(asked_before(earlier()), REPEATED) is PERMIT
    assert rule.repeats_an_earlier_case(a_case(accepted=False), REPEATED) == refuse("refusal-without-earlier-case")
    assert rule.repeats_an_earlier_case(a_case(accepted=False), refusing()) is PERMIT


@pytest.mark.parametrize(
    "case",
    [
        earlier(completed_on=date(2026, 9, 6)),
        earlier(completed_on=ADVICE_ON),
        earlier(completed_on=date(2026, 9, 15)),
        earlier(completed_on=None),
        earlier(advice_on=date(2026, 9, 1)),
        earlier(completed_on=None, advice_on=ADVICE_ON),
        earlier(completed_on=date(2026, 9, 6), advice_on=ADVICE_ON),
    ],
    ids=[
        "closed before the advice",
        "closed on its day",
        "closed after the refusal",
        "not closed",
        "about another advice",
        "about this advice and not closed",
        "about this advice and closed before it",
    ],
)
def test_r19_an_earlier_case_on_another_advice_is_no_ground(case):
    assert rule.repeats_an_earlier_case(asked_before(case), REPEATED) == refuse("repeat-of-another-advice")
    assert rule.repeats_an_earlier_case(asked_before(case, earlier()), REPEATED) is PERMIT


def test_r19_the_same_advice_is_told_by_its_date():
    assert rule.repeats_an_earlier_case(asked_before(earlier(advice_on=ADVICE_ON)), REPEATED) is PERMIT


def test_r19_an_earlier_case_may_be_closed_on_the_day_of_the_refusal():
    closed = earlier(completed_on=REPEATED.at.date())
    assert rule.repeats_an_earlier_case(asked_before(closed), REPEATED) is PERMIT


def test_r19_an_advice_given_at_the_instant_of_the_refusal_is_the_newest():
    renewed = s.AdviceRenewed(at=REPEATED.at, by=FIRST_PHYSICIAN)
    case = asked_before(earlier(), steps=[renewed])
    assert rule.repeats_an_earlier_case(case, REPEATED) == refuse("repeat-of-another-advice")


def test_r19_a_new_advice_resets_it():
    renewed = s.AdviceRenewed(at=at(12), by=FIRST_PHYSICIAN)
    case = asked_before(earlier(), steps=[renewed])
    assert rule.repeats_an_earlier_case(case, REPEATED) == refuse("repeat-of-another-advice")


def test_r19_a_refusal_is_judged_by_the_advice_of_its_day():
    renewed = s.AdviceRenewed(at=at(20), by=FIRST_PHYSICIAN)
    assert rule.repeats_an_earlier_case(asked_before(earlier(), steps=[renewed]), REPEATED) is PERMIT


def test_r19_the_sample_keeps_its_verdict_and_its_ground_is_told_to_be_missing():
    """Both earlier opinions were closed before the advice of 30 October: what restricts stands, and is named."""
    found = verdict_of(sample_records()["6"])
    assert (found.status, found.may_refer) == ("declined", False)
    assert {"declined", "repeat-of-another-advice"} <= {refusal.code for refusal in found.refusals}


def test_everything_wrong_is_said_at_once():
    step = refusing(
        by=BACK_OFFICE,
        reason_code="unknown",
        reasons=None,
        written_to_employee_on=None,
        complaints_procedure_named=False,
    )
    assert len(rule.may_refuse(a_case(accepted=False), step).refusals) == 4
