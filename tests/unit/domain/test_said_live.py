"""What a person says here is judged as an export that says the same (R8, R25, R41, R42)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import EVERYBODY, Choice
from gateway.domain.messages import DeclineCode, StopCode
from gateway.domain.people import Organisation
from gateway.domain.rules.live import after_birth, as_it_counts, may_be_chosen, may_be_said, resolved
from gateway.domain.rules.refusal import PERMIT
from gateway.domain.rules.statement import directory_for
from tests.support.cases import (
    BACK_OFFICE,
    CONTACT,
    CONTRACT,
    DRAFT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    RELEASED,
    STARTED,
    WITHHELD,
    a_case,
    a_request,
    at,
    decided,
    of_referral,
    ready,
    referred,
)

BORN = replace(a_request().employee, birth_date=date(2026, 9, 12))
DECLINED = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
STOPPED = of_referral(s.ReferralStopped, at(24), reason=StopCode.NO_SHOW)
FINISHED = s.CompletionReported(at=at(24), by=EMPLOYEE, channel="telephone", is_confirmed=True)
WITHDRAWN = s.RequestWithdrawn(at=at(25), by=EMPLOYEE)
PLANNED = s.FollowUpPlanned(at=at(25), by=BACK_OFFICE)
AFTERWARDS = (
    PLANNED,
    s.AdviceWeighed(at=at(25), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED),
    s.GuidanceDecided(at=at(25), by=FIRST_PHYSICIAN, continues=True),
)


def refused(case, step):
    return [refusal.code for refusal in may_be_said(case, step).refusals]


def decision(**changes):
    [step] = decided(replace(CONTACT, **changes))
    return step


def test_r8_a_choice_is_recorded_by_the_id_of_whoever_is_meant():
    directory = directory_for((), Organisation(OHS, "Lindehof"), [(POOL, "Praktijk Mulkens", ())], a_case())
    chosen = s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient="Praktijk  MULKENS")
    assert resolved(chosen, directory) == replace(chosen, recipient=POOL)
    unknown = replace(chosen, recipient="Praktijk Onbekend")
    assert resolved(unknown, directory) is None


def chosen(case, recipient=POOL, option=None):
    step = s.RecipientChosen(at=at(26), by=EMPLOYEE, recipient=recipient, option_id=option)
    return [refusal.code for refusal in may_be_chosen(case, step).refusals]


def test_r8_a_choice_is_of_one_mind():
    assert chosen(a_case()) == chosen(a_case(), POOL, "opt-1") == []
    assert chosen(a_case(), POOL, "opt-2") == ["choice-contradicts"]
    assert chosen(a_case(), POOL, "opt-9") == ["chosen-option-unknown"]
    assert may_be_chosen(a_case(), PLANNED).is_permitted


def test_r37_nobody_chooses_who_said_no_nor_anybody_once_an_opinion_took_place():
    assert chosen(ready(referred(), DECLINED)) == ["choose-again"]
    assert chosen(ready(referred(), DECLINED), OTHER_POOL) == []
    for begun in (STARTED, DRAFT):
        assert chosen(ready(referred(), begun)) == []
        assert chosen(ready(referred(), begun, STOPPED), OTHER_POOL) == ["opinion-already-held"]


def test_r25_a_refusal_counts_by_the_moment_it_is_heard():
    case = a_case(request=a_request(employee=BORN))
    no, now = decision(decided_at=at(20), choice=Choice.REFUSED), at(19)
    for_now = replace(no, at=now, consent=replace(no.consent, decided_at=now))
    assert as_it_counts(case, no, now) == for_now
    assert as_it_counts(case, no, at(20)) == no
    assert as_it_counts(case, decision(decided_at=at(12), choice=Choice.REFUSED), now) == for_now
    yes = decision(decided_at=at(20))
    assert as_it_counts(case, yes, now) == yes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decided_at": at(12)}, "decided-before-birth"),
        ({"decided_at": at(12), "choice": Choice.REFUSED}, "decided-before-birth"),
        ({"expires_at": at(13)}, "expired-before-decided"),
        ({"recipient": EVERYBODY}, "recipient-unknown"),
    ],
)
def test_r25_a_decision_that_cannot_be_is_refused(changes, code):
    case = a_case(request=a_request(employee=BORN))
    assert refused(case, decision(**changes)) == [code]


def test_r25_nobody_consents_to_an_opinion_on_an_advice_that_is_not_there_yet():
    day_before = a_request().advice.given_at - timedelta(days=1)
    assert refused(a_case(), decision(decided_at=day_before)) == ["consent-before-advice"]
    assert refused(a_case(), decision(decided_at=day_before, choice=Choice.REFUSED)) == []


def test_r25_what_contradicts_in_the_dossier_is_not_held_against_a_decision():
    ended = replace(CONTRACT, ends_on=date(2024, 1, 1))
    assert refused(a_case(request=a_request(contract=ended)), decision()) == []


def test_r25_at_the_pool_a_decision_is_judged_by_itself():
    case = replace(ready(referred()), dossier=None)
    assert refused(case, decision()) == []
    assert refused(case, decision(expires_at=at(13))) == ["expired-before-decided"]


def test_nobody_asks_anything_before_the_day_after_their_birth():
    case = a_case(request=a_request(employee=BORN))
    assert [after_birth(case, at(day)).code for day in (11, 12)] == ["decided-before-birth"] * 2
    assert after_birth(case, at(13)) is PERMIT
    assert after_birth(a_case(), at(11)) is PERMIT
    assert after_birth(replace(case, dossier=None), at(11)) is PERMIT


@pytest.mark.parametrize("steps", [[], [DECLINED], [of_referral(s.ReferralWithdrawn, at(15))]])
def test_r41_word_that_it_is_over_needs_a_second_opinion_that_was_asked_for(steps):
    case = ready([referred(), *steps] if steps else [])
    assert refused(case, FINISHED) == ["opinion-not-held"]
    assert refused(ready(referred(), steps, FINISHED), FINISHED) == [], "heard before"


@pytest.mark.parametrize("answers", [[], [True], [False]], ids=["no answer", "there is room", "there is none"])
def test_r41_a_question_whether_there_is_room_asks_for_no_second_opinion(answers):
    asked = of_referral(s.AvailabilityAsked, at(14, 12), partner=POOL)
    answered = [of_referral(s.AvailabilityAnswered, at(14, 14), is_available=answer) for answer in answers]
    assert refused(ready(asked, answered), FINISHED) == ["opinion-not-held"]


@pytest.mark.parametrize("steps", [[], [STARTED, DRAFT, RELEASED], [STARTED, STOPPED]])
def test_r41_word_that_it_is_over_is_taken_of_one_that_was_asked_for(steps):
    assert refused(ready(referred(), steps), FINISHED) == []


@pytest.mark.parametrize("step", AFTERWARDS, ids=lambda step: step.code)
@pytest.mark.parametrize(
    "steps",
    [[STARTED, DRAFT, RELEASED], [STARTED, DRAFT, WITHHELD], [STARTED, STOPPED], [STARTED, FINISHED]],
    ids=["released", "withheld", "stopped", "heard"],
)
def test_r42_what_follows_a_second_opinion_follows_one_that_has_ended(steps, step):
    assert refused(ready(referred(), STARTED, DRAFT), step) == ["opinion-not-held"]
    assert refused(ready(referred(), steps), step) == []
    assert refused(ready(referred(), steps, WITHDRAWN), step) == ["opinion-not-held"]


@pytest.mark.parametrize(
    "steps",
    [[STARTED, DRAFT, RELEASED], [STARTED, DRAFT, WITHHELD], [STARTED, FINISHED]],
    ids=["released", "withheld", "heard"],
)
def test_r42_a_follow_up_is_not_held_before_the_day_on_which_the_opinion_ended(steps):
    case, ended = ready(referred(), steps), 24 if FINISHED in steps else 23
    assert refused(case, replace(PLANNED, for_at=at(ended - 1))) == ["follow-up-before-opinion"]
    assert refused(case, replace(PLANNED, for_at=at(ended, 8))) == [], "on that day"
    assert refused(case, replace(PLANNED, for_at=at(28))) == []


def test_r42_a_follow_up_is_held_after_the_first_opinion_that_ended():
    case = ready(referred(), STARTED, DRAFT, RELEASED, replace(FINISHED, at=at(27)))
    assert refused(case, replace(PLANNED, for_at=at(24))) == []
