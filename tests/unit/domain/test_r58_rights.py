"""R58: what the employee asks about their data is answered within a month, for what was done or with the ground."""

from datetime import date, timedelta

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.protocol import PROTOCOL
from gateway.domain.rights import RightStanding, due_on
from gateway.domain.rules import keeping
from gateway.domain.rules import rights as rule
from gateway.domain.rules.refusal import PERMIT, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import BACK_OFFICE, EMPLOYEE, POLICY, at, completed, ready, referred

EACH = list(s.Right)


def asked(right, request_id="r1", when=None):
    when = when or at(28)
    return s.RightRequested(at=when, by=EMPLOYEE, request_id=request_id, right=right, due_on=due_on(when))


def answer(right, *, is_granted=True, request_id="r1", **fields):
    return s.RightAnswered(
        at=at(29), by=BACK_OFFICE, request_id=request_id, right=right, is_granted=is_granted, **fields
    )


def lifting(text="U bent gebeld.", request_id="r1"):
    return s.RestrictionLifted(at=at(30), by=BACK_OFFICE, request_id=request_id, text=text)


def codes(decision):
    return [refusal.code for refusal in decision.refusals]


@pytest.mark.parametrize(
    ("when", "due"),
    [
        (at(28, month=9), date(2026, 10, 28)),
        (at(31, month=1), date(2026, 2, 28)),
        (at(31, month=1) + timedelta(days=730), date(2028, 2, 29)),
        (at(15, month=12), date(2027, 1, 15)),
        (at(30, 23, 59, month=6), date(2026, 7, 30)),
    ],
    ids=str,
)
def test_the_clock_runs_for_one_month_of_the_dutch_calendar(when, due):
    assert due_on(when) == due
    assert due_on(when.astimezone(tz=None)) == due


def test_a_request_is_overdue_from_the_day_after_its_last():
    (state,) = completed(asked(s.Right.ACCESS)).rights
    assert state.standing(at(28, 23, 59, month=10)) is RightStanding.WAITING
    assert state.standing(at(29, 0, 0, month=10)) is RightStanding.OVERDUE


def test_somebody_is_told_from_a_week_before_until_it_is_answered():
    (state,) = completed(asked(s.Right.ACCESS)).rights
    assert [state.is_due(at(day, month=10)) for day in (20, 21, 28, 29)] == [False, True, True, True]
    (answered,) = completed(asked(s.Right.ACCESS), answer(s.Right.ACCESS)).rights
    assert not answered.is_due(at(29, month=10))


@pytest.mark.parametrize("right", EACH)
def test_every_request_is_answered_once(right):
    case = completed(asked(right), answer(right, is_granted=False, text="Omdat."))
    assert case.rights[0].standing(at(30)) is RightStanding.REFUSED
    assert codes(rule.may_answer(case, answer(right))) == ["right-unknown"]


def test_an_answer_is_to_one_request_and_the_others_wait():
    case = completed(asked(s.Right.ACCESS), asked(s.Right.COPY, "r2"), answer(s.Right.COPY, request_id="r2"))
    assert [(state.request_id, state.is_waiting) for state in case.rights] == [("r1", True), ("r2", False)]


@pytest.mark.parametrize("right", EACH)
def test_what_was_granted_says_so(right):
    (state,) = completed(asked(right), answer(right, text="Gedaan.")).rights
    assert state.standing(at(30)) is RightStanding.GRANTED


@pytest.mark.parametrize("right", EACH)
@pytest.mark.parametrize("text", [None, " \n"])
def test_a_refusal_has_a_ground_or_reasons(right, text):
    case = completed(asked(right))
    assert codes(rule.may_answer(case, answer(right, is_granted=False, text=text))) == ["right-refused-without-ground"]
    assert rule.may_answer(case, answer(right, is_granted=False, text="Omdat.")).is_permitted
    assert rule.may_answer(case, answer(right, is_granted=False, grounds=("complaint-open",))).is_permitted


@pytest.mark.parametrize("right", [s.Right.ACCESS, s.Right.COPY])
def test_a_copy_is_made_before_anybody_says_so(right):
    def made(day, view="export"):
        return s.CaseRead(at=at(day), by=BACK_OFFICE, view=view)

    for before in ((), (made(27),), (made(28, "log"),)):
        case = completed(*before[:1], asked(right), *(step for step in before if step.view != "export"))
        assert codes(rule.may_answer(case, answer(right))) == ["copy-not-made"]
    assert rule.may_answer(completed(asked(right), made(28)), answer(right)).is_permitted


def test_a_correction_adds_and_overwrites_nothing():
    before = completed()
    case = completed(asked(s.Right.CORRECTION), answer(s.Right.CORRECTION, text="De datum was 8 september."))
    assert case.dossier == before.dossier
    assert case.advice == before.advice
    assert codes(rule.may_answer(completed(asked(s.Right.CORRECTION)), answer(s.Right.CORRECTION))) == [
        "correction-without-text"
    ]


def test_what_is_restricted_is_told_to_nobody_until_it_is_lifted():
    restricted = (asked(s.Right.RESTRICTION), answer(s.Right.RESTRICTION))
    assert rule.not_restricted(ready(*restricted)) == refuse("processing-restricted")
    assert rule.not_restricted(ready(asked(s.Right.RESTRICTION))) is PERMIT
    assert rule.not_restricted(ready(*restricted, lifting())) is PERMIT
    assert ready(*restricted, lifting()).rights[0].standing(at(30)) is RightStanding.LIFTED
    again = (asked(s.Right.RESTRICTION, "r2"), answer(s.Right.RESTRICTION, request_id="r2"))
    assert rule.not_restricted(ready(*restricted, *again, lifting())) == refuse("processing-restricted")
    told = {kind for kind, row in PROTOCOL.items() if row.audit == "disclosure"}
    assert told == {
        m.Kind.REFERRAL_REQUESTED,
        m.Kind.CONTACT_CORRECTED,
        m.Kind.INFORMATION_PROVIDED,
        m.Kind.REPORT_RELEASED,
    }


def test_a_restricted_case_says_that_this_is_what_it_waits_for():
    restricted = (asked(s.Right.RESTRICTION), answer(s.Right.RESTRICTION))
    verdict = assess(ready(*restricted), POLICY)
    assert (verdict.may_refer, [refusal.code for refusal in verdict.refusals]) == (False, ["processing-restricted"])
    assert verdict.status is assess(ready(), POLICY).status, "where it stands is another matter"
    assert not assess(completed(*restricted), POLICY).may_return_report
    assert assess(ready(*restricted, lifting()), POLICY).may_refer


def test_only_a_restriction_that_holds_is_lifted_and_the_employee_is_told_why():
    restricted = (asked(s.Right.RESTRICTION), answer(s.Right.RESTRICTION))
    assert rule.may_lift(ready(*restricted), lifting()).is_permitted
    for text in (None, "", " "):
        assert codes(rule.may_lift(ready(*restricted), lifting(text))) == ["right-refused-without-ground"]
    for case in (ready(), ready(asked(s.Right.RESTRICTION)), ready(*restricted, lifting())):
        assert codes(rule.may_lift(case, lifting())) == ["right-unknown"]


def erasing(case, *steps, is_settled=True):
    return codes(keeping.may_erase(case, POLICY, list(steps), at(30), is_settled=is_settled))


def test_an_erasure_names_every_ground_to_keep():
    confirmed = [
        s.ErasureConfirmed(at=at(29), by=EMPLOYEE, referral_id=r.referral_id, partner=r.partner)
        for r in completed().referrals
    ]
    assert erasing(completed(), *confirmed) == []
    assert erasing(completed()) == ["erasure-not-confirmed"]
    assert erasing(completed(), *confirmed, is_settled=False) == ["messages-under-way"]
    complaint = s.ComplaintFiled(at=at(28), by=EMPLOYEE, about="other")
    assert erasing(completed(complaint), *confirmed) == ["complaint-open"]
    assert erasing(completed(asked(s.Right.COPY)), *confirmed) == ["right-at-stake"]
    assert erasing(completed(asked(s.Right.ERASURE)), *confirmed) == []
    assert erasing(ready(referred())) == ["case-not-over", "erasure-not-confirmed"]


def test_requests_do_not_make_a_case_younger():
    assert completed(asked(s.Right.COPY, when=at(1, month=12))).last_event_at == completed().last_event_at


def test_a_request_at_a_pool_is_folded_without_a_dossier():
    assert fold("r", [asked(s.Right.ACCESS)]).rights[0].is_waiting
