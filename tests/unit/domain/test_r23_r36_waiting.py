"""What a case waits for, since when and until when: R7, R13, R21, R23, R32, R36, R42, R43, R47, R58."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.application.watch_alerts import CLOCK_ALERTS
from gateway.domain import steps as s
from gateway.domain.alerts import ALERTS
from gateway.domain.case import Case, apply, fold
from gateway.domain.consent import Purpose
from gateway.domain.messages import DeclineCode, InformationKind, Milestone, StopCode
from gateway.domain.rules.referral import no_opinion_yet
from gateway.domain.rules.refusal import refuse
from gateway.domain.rules.verdict import assess
from gateway.domain.rules.waiting import CLOCKS, Awaited, Waiting, Whom, clocks, first_due, waits_for
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    DRAFT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OTHER_POOL,
    POLICY,
    POOL,
    RELEASED,
    STARTED,
    WITHHELD,
    a_case,
    a_request,
    at,
    completed,
    consent,
    contract_of,
    decided,
    of_referral,
    read_record,
    ready,
    referred,
    sample_policies,
    sample_records,
)

ENDED = at(14, month=10)
DECLINED = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
REFUSED = s.RequestDeclined(
    at=at(14, 10),
    by=FIRST_PHYSICIAN,
    reason_code="improper-use",
    reasons="Omdat.",
    written_to_employee_on=date(2026, 9, 14),
    complaints_procedure_named=True,
)
ASKED = of_referral(
    s.InformationRequested, at(18), request_id="r1", asked=InformationKind.REASONING, employee_decided_at=at(18)
)

TOLD = of_referral(s.MilestoneReached, at(17), milestone=Milestone.DRAFT_WITH_EMPLOYEE)


def waiting(case, when=ENDED, policy=POLICY):
    verdict = assess(case, policy, when) if case.dossier else None
    return waits_for(case, policy, verdict, when)


def every(case, when=ENDED):
    return {w.what for w in clocks(case, POLICY, assess(case, POLICY, when), when)}


def planned(day=None):
    return s.ReassessmentPlanned(at=at(14, 10), by=FIRST_PHYSICIAN, for_at=at(day) if day else None)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (a_case(accepted=False), Waiting(Awaited.DECISION, Whom.FIRST_PHYSICIAN, at(14))),
        (a_case(), Waiting(Awaited.CONSENT, Whom.EMPLOYEE, at(14, 10))),
        (
            a_case(decided(CONTACT), request=a_request(chosen_option=None)),
            Waiting(Awaited.CHOICE, Whom.EMPLOYEE, at(14, 10)),
        ),
        (
            a_case(decided(CONTACT), request=a_request(contract=contract_of())),
            Waiting(Awaited.CONTRACT, Whom.MANAGEMENT, at(14, 10)),
        ),
        (ready(no_suspension_discussed=False), Waiting(Awaited.RECORD, Whom.BACK_OFFICE, at(14, 10))),
        (a_case(planned(), accepted=False), Waiting(Awaited.REASSESSMENT, Whom.FIRST_PHYSICIAN, at(14))),
        (
            a_case(planned(20), accepted=False),
            Waiting(Awaited.REASSESSMENT, Whom.FIRST_PHYSICIAN, at(14), date(2026, 9, 20)),
        ),
        (
            a_case(planned(20), s.AdviceRenewed(at=at(20), by=FIRST_PHYSICIAN), accepted=False),
            Waiting(Awaited.MAINTENANCE, Whom.EMPLOYEE, at(20)),
        ),
        (
            a_case(planned(20), accepted=False, request=a_request(advice=replace(a_request().advice, given_at=at(14)))),
            Waiting(Awaited.REASSESSMENT, Whom.FIRST_PHYSICIAN, at(14), date(2026, 9, 20)),
        ),
        (ready(), Waiting(Awaited.REFERRAL, Whom.BACK_OFFICE, at(14, 11), date(2026, 9, 15))),
        (ready(referred()), Waiting(Awaited.ANSWER, Whom.POOL, at(14, 13), date(2026, 9, 21))),
        (ready(referred(), STARTED), Waiting(Awaited.OPINION, Whom.POOL, at(17))),
        (ready(referred(), STARTED, DRAFT), Waiting(Awaited.OUTCOME_CONSENT, Whom.EMPLOYEE, at(23, 12))),
        (
            ready(referred(), STARTED, ASKED),
            Waiting(Awaited.INFORMATION, Whom.FIRST_PHYSICIAN, at(18), date(2026, 9, 25)),
        ),
        (completed(), Waiting(Awaited.FOLLOW_UP, Whom.BACK_OFFICE, at(23, 14), date(2026, 9, 30))),
        (
            ready(referred(), STARTED, DRAFT, WITHHELD),
            Waiting(Awaited.FOLLOW_UP, Whom.BACK_OFFICE, at(23, 14), date(2026, 9, 30)),
        ),
        (
            completed(s.FollowUpPlanned(at=at(24), by=BACK_OFFICE, for_at=at(2, month=10))),
            Waiting(Awaited.ADOPTION, Whom.FIRST_PHYSICIAN, at(23, 14), date(2026, 10, 2)),
        ),
        (
            completed(s.FollowUpPlanned(at=at(24), by=BACK_OFFICE)),
            Waiting(Awaited.ADOPTION, Whom.FIRST_PHYSICIAN, at(23, 14)),
        ),
        (completed(s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY)), None),
        (a_case(REFUSED, accepted=False), None),
        (ready(s.RequestWithdrawn(at=at(15), by=EMPLOYEE)), None),
    ],
)
def test_what_a_case_waits_for(case, expected):
    assert waiting(case) == expected


def test_r13_an_advice_that_is_too_old_waits_for_a_reassessment_that_nobody_planned():
    old = a_request(advice=replace(a_request().advice, given_at=at(14, month=8)))
    expected = Waiting(Awaited.REASSESSMENT, Whom.FIRST_PHYSICIAN, at(14))
    assert waiting(a_case(accepted=False, request=old)) == expected


def test_a_case_of_which_nothing_is_known_waits_for_nothing():
    case = Case("empty")
    assert clocks(case, POLICY, assess(case, POLICY), ENDED) == ()


def test_r23_the_referral_is_due_after_the_agreed_working_days_from_acceptance_and_consent():
    friday = replace(ACCEPTED, at=at(18, 17))
    late = a_case([friday], decided(replace(CONTACT, decided_at=at(14, 11))), accepted=False)
    assert waiting(late).due == date(2026, 9, 21)
    consented = a_case([friday], decided(replace(CONTACT, decided_at=at(22, 9))), accepted=False)
    found = waiting(consented)
    assert (found.since, found.due) == (at(22, 9), date(2026, 9, 23))
    assert waiting(consented, policy=replace(POLICY, refer_within_working_days=3)).due == date(2026, 9, 25)


def test_r23_a_day_is_over_when_it_is_over_in_the_netherlands():
    found = waiting(ready())
    assert not found.is_overdue(at(15, 23, 59))
    assert found.is_overdue(at(16, 0, 0))
    assert not Waiting(Awaited.CONSENT, Whom.EMPLOYEE, at(14)).is_overdue(at(14, month=12))


def test_r36_the_answer_is_due_after_the_agreed_working_days_of_the_policy():
    found = waiting(ready(referred()), policy=replace(POLICY, answer_within_working_days=2))
    assert (found.what, found.due) == (Awaited.ANSWER, date(2026, 9, 16))


@pytest.mark.parametrize(
    "step",
    [
        of_referral(s.ReferralAccepted, at(15)),
        of_referral(s.MilestoneReached, at(15), milestone=s.Milestone.APPOINTMENT_PLANNED),
    ],
)
def test_r36_an_answer_stops_the_clock_and_another_state_begins(step):
    found = waiting(ready(referred(), step))
    assert found == Waiting(Awaited.OPINION, Whom.POOL, at(15))


def test_r36_asking_for_room_waits_for_the_pool_without_a_last_day():
    asked = of_referral(s.AvailabilityAsked, at(12), "enquiry", partner=POOL)
    case = a_case(asked)
    assert Waiting(Awaited.AVAILABILITY, Whom.POOL, at(12)) in clocks(case, POLICY, assess(case, POLICY), at(15))


def test_r37_after_a_decline_the_employee_chooses_before_anything_is_due():
    assert waiting(ready(referred(), DECLINED)) == Waiting(Awaited.CHOICE, Whom.EMPLOYEE, at(15))
    chosen = s.RecipientChosen(at=at(16), by=EMPLOYEE, recipient=OTHER_POOL)
    case = ready(referred(), DECLINED, chosen, decided(consent(Purpose.CONTACT_TO_SO, OTHER_POOL, at(16))))
    assert waiting(case) == Waiting(Awaited.REFERRAL, Whom.BACK_OFFICE, at(16), date(2026, 9, 17))
    too_old = ready(referred(), DECLINED, decided(consent(Purpose.CONTACT_TO_SO, OTHER_POOL)))
    assert waiting(too_old) == Waiting(Awaited.CHOICE, Whom.EMPLOYEE, at(15))


@pytest.mark.parametrize("begun", [(STARTED,), (DRAFT,), (STARTED, DRAFT), (TOLD,)])
def test_r37_r42_what_stopped_half_way_waits_for_no_other_referral_but_for_a_talk_about_it(begun):
    stopped = of_referral(s.ReferralStopped, at(18), reason=StopCode.PHYSICIAN_UNAVAILABLE)
    case = ready(referred(), *begun, stopped)
    assert waiting(case) == Waiting(Awaited.FOLLOW_UP, Whom.BACK_OFFICE, at(18), date(2026, 9, 25))
    assert no_opinion_yet(case) == refuse("opinion-already-held")
    planned_for = s.FollowUpPlanned(at=at(19), by=BACK_OFFICE, for_at=at(21))
    assert waiting(apply(case, [planned_for])).what is Awaited.ADOPTION
    assert (
        waiting(apply(case, [s.AdviceWeighed(at=at(21), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED)])) is None
    )


def test_r21_a_complaint_waits_beside_the_refusal_and_its_outcome_for_the_physician():
    filed = s.ComplaintFiled(at=at(16), by=EMPLOYEE, about="refusal")
    found = waiting(a_case(REFUSED, filed, accepted=False))
    assert found == Waiting(Awaited.COMPLAINT, Whom.COMPLAINTS_OFFICER, at(16), date(2026, 10, 14))
    upheld = s.ComplaintDecided(at=at(20), by=BACK_OFFICE, about="refusal", is_upheld=True)
    assert waiting(a_case(REFUSED, filed, upheld, accepted=False)) == Waiting(
        Awaited.DECISION, Whom.FIRST_PHYSICIAN, at(20)
    )


def test_r41_r42_word_of_the_employee_starts_the_clock_and_word_of_the_employer_does_not():
    def told(is_confirmed):
        return s.CompletionReported(at=at(24), by=BACK_OFFICE, channel="x", is_confirmed=is_confirmed)

    assert Awaited.FOLLOW_UP not in every(ready(referred(), STARTED, told(False)))
    found = waiting(ready(referred(), STARTED, told(True)))
    assert found == Waiting(Awaited.FOLLOW_UP, Whom.BACK_OFFICE, at(24), date(2026, 10, 1))


def test_r47_a_transfer_waits_for_its_answer():
    asked = s.TransferRequested(at=at(28), by=EMPLOYEE)
    case = completed(s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY), asked)
    assert waiting(case) == Waiting(Awaited.TRANSFER, Whom.FIRST_PHYSICIAN, at(28))


def test_r58_a_right_has_its_own_last_day_and_a_restriction_stops_the_referral():
    right = s.RightRequested(
        at=at(15), by=EMPLOYEE, request_id="r1", right=s.Right.RESTRICTION, due_on=date(2026, 10, 15)
    )
    assert every(ready(right)) == {Awaited.RIGHT, Awaited.REFERRAL}
    assert waiting(ready(right)).what is Awaited.REFERRAL
    assert Waiting(Awaited.RIGHT, Whom.BACK_OFFICE, at(15), date(2026, 10, 15)) in clocks(
        ready(right), POLICY, assess(ready(right), POLICY), at(16)
    )
    granted = s.RightAnswered(at=at(16), by=EMPLOYEE, request_id="r1", right=s.Right.RESTRICTION, is_granted=True)
    assert waiting(ready(right, granted)) == Waiting(Awaited.RESTRICTION, Whom.BACK_OFFICE, at(16))


def test_an_answered_request_for_information_waits_no_more():
    answered = of_referral(s.InformationProvided, at(19), request_id="r1")
    assert Awaited.INFORMATION not in every(ready(referred(), STARTED, ASKED, answered))
    ended = of_referral(s.ReferralWithdrawn, at(20))
    assert Awaited.INFORMATION not in every(ready(referred(), STARTED, ASKED, ended))


def test_the_pool_sees_its_own_turn_without_a_verdict():
    case = fold("5f2b", [referred()])
    assert waiting(case) == Waiting(Awaited.ANSWER, Whom.POOL, at(14, 13), date(2026, 9, 21))
    over = fold("5f2b", [referred(), STARTED, DRAFT, RELEASED])
    assert waiting(over) is None


def test_what_is_due_first_comes_first_and_then_what_has_waited_longest():
    old = Waiting(Awaited.CONSENT, Whom.EMPLOYEE, at(1))
    older = Waiting(Awaited.CHOICE, Whom.EMPLOYEE, at(1) - timedelta(days=1))
    due = Waiting(Awaited.ANSWER, Whom.POOL, at(14), date(2026, 9, 21))
    sooner = Waiting(Awaited.INFORMATION, Whom.FIRST_PHYSICIAN, at(15), date(2026, 9, 20))
    assert first_due((old, due, sooner, older)) == sooner
    assert first_due((old, older)) == older
    assert first_due(()) is None


def test_every_clock_has_an_alert_and_nothing_else_a_last_day():
    assert set(ALERTS) >= CLOCK_ALERTS
    assert len(CLOCK_ALERTS - {"erasure-kept"}) == len(CLOCKS)
    for record in sample_records().values():
        case = read_record(record)
        folded, policy = fold(case.case_id, case.steps), sample_policies()[case.policy_id]
        moment = folded.last_event_at
        for found in clocks(folded, policy, assess(folded, policy), moment):
            assert found.due is None or found.what in CLOCKS
            assert found.since <= moment


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("1", None),
        ("5", Awaited.CONTRACT),
        ("6", None),
        ("13", Awaited.CONSENT),
        ("18", Awaited.OPINION),
        ("23", Awaited.OPINION),
    ],
)
def test_what_the_samples_wait_for(number, what):
    case = read_record(sample_records()[number])
    folded, policy = fold(case.case_id, case.steps), sample_policies()[case.policy_id]
    found = waits_for(folded, policy, assess(folded, policy), folded.last_event_at)
    assert (found.what if found else None) is what
