"""The fold: a case is what its steps add up to, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import steps as s
from gateway.domain.case import Case, Triage, apply, fold
from gateway.domain.consent import Choice, Purpose, Standing, weigh
from gateway.domain.messages import DeclineCode, Document, DocumentRole, InformationKind, StopCode
from gateway.domain.protocol import BusinessStatus, TaskStatus
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    DRAFT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OTHER_POOL,
    OUTCOME,
    POOL,
    REFERRAL_ID,
    RELEASED,
    STARTED,
    WITHHELD,
    a_case,
    a_request,
    an_invoice,
    at,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)

STEPS = [
    a_request(),
    ACCEPTED,
    *decided(CONTACT),
    referred(),
    of_referral(s.ReferralReceived, at(14, 14)),
    of_referral(s.ReferralAccepted, at(14, 15)),
    STARTED,
    DRAFT,
    *decided(OUTCOME),
    RELEASED,
    s.FollowUpPlanned(at=at(24), by=EMPLOYEE, for_at=at(28)),
    s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.PARTLY, reasons="Omdat."),
    s.TransferRequested(at=at(28), by=EMPLOYEE),
    an_invoice(),
]


def _state(*steps):
    referral = ready(referred(), *steps).referral(REFERRAL_ID)
    return referral.state, referral.task_status


def test_no_steps_no_case():
    assert fold("Z-1", []) == Case("Z-1")


@given(st.integers(0, len(STEPS)))
def test_folding_goes_on_where_it_stopped(cut):
    assert apply(fold("Z-1", STEPS[:cut]), STEPS[cut:]) == fold("Z-1", STEPS)


@given(st.permutations(STEPS))
def test_any_order_of_steps_folds(steps):
    case = fold("Z-1", steps)
    assert case.last_event_at == at(28)
    assert len(case.consents) == 2


@given(st.lists(st.sampled_from(STEPS), max_size=30))
def test_the_last_event_is_the_latest_step_that_is_one(steps):
    events = [step.at for step in steps if not isinstance(step, s.EmployerInvoiced)]
    assert fold("Z-1", steps).last_event_at == (max(events) if events else None)


def test_what_is_recorded_afterwards_does_not_turn_back_when_the_case_last_moved():
    late = s.TransferRequested(at=at(20), by=EMPLOYEE)
    assert apply(fold("Z-1", STEPS), [late]).last_event_at == at(28)
    assert apply(fold("Z-1", STEPS), []) == fold("Z-1", STEPS)


def test_reading_delivering_and_invoicing_are_no_events():
    case = ready()
    read = s.CaseRead(at=at(29), by=EMPLOYEE, view="log")
    refused = s.ActionRefused(at=at(29), by=EMPLOYEE, action="refer", reason="x")
    assert fold("Z", [a_request(), read, refused, an_invoice()]).last_event_at == at(14)
    assert case.last_event_at == at(14, 11)


def test_the_course_of_a_referral():
    assert _state() == (BusinessStatus.REFERRED, TaskStatus.REQUESTED)
    assert _state(STARTED) == (BusinessStatus.SO_STARTED, TaskStatus.IN_PROGRESS)
    assert _state(STARTED, DRAFT) == (BusinessStatus.DRAFT_WITH_EMPLOYEE, TaskStatus.IN_PROGRESS)
    assert _state(STARTED, DRAFT, RELEASED) == (BusinessStatus.RELEASED, TaskStatus.COMPLETED)
    assert _state(STARTED, DRAFT, WITHHELD) == (BusinessStatus.FINISHED_WITHOUT_REPORT, TaskStatus.COMPLETED)
    declined = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
    assert _state(declined) == (BusinessStatus.SO_DECLINED, TaskStatus.REJECTED)
    stopped = of_referral(s.ReferralStopped, at(15), reason=StopCode.NO_SHOW)
    assert _state(stopped) == (BusinessStatus.STOPPED, TaskStatus.FAILED)
    assert _state(of_referral(s.ReferralWithdrawn, at(15))) == (BusinessStatus.WITHDRAWN, TaskStatus.CANCELLED)


def test_r23_a_referral_is_in_its_state_since_it_came_there_whatever_is_said_meanwhile():
    def since(*steps):
        return ready(referred(), *steps).referral(REFERRAL_ID).state_since

    asked = of_referral(s.ErasureRequested, at(26))
    assert since() == at(14, 13)
    assert since(STARTED, DRAFT, RELEASED) == at(23, 14)
    assert since(STARTED, DRAFT, RELEASED, asked) == at(23, 14)


def test_the_current_referral_is_the_open_one_or_the_last_that_was_not_declined():
    declined = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
    assert ready().current_referral is None
    assert ready(referred(), declined).current_referral is None
    again = referred(POOL, at(16), referral_id="second")
    assert ready(referred(), declined, again).current_referral.referral_id == "second"
    assert ready(referred(), STARTED, DRAFT, WITHHELD).current_referral.referral_id == REFERRAL_ID


def test_room_is_asked_and_answered():
    asked = of_referral(s.AvailabilityAsked, at(14, 12), partner=POOL)
    yes = of_referral(s.AvailabilityAnswered, at(14, 13), is_available=True)
    no = replace(yes, is_available=False)
    assert ready(asked, yes).referrals[0].state is BusinessStatus.AVAILABLE
    assert ready(asked, no).referrals[0].state is BusinessStatus.NOT_AVAILABLE


def test_information_is_asked_once_and_answered_once():
    ask = of_referral(
        s.InformationRequested, at(18), request_id="r1", asked=InformationKind.REASONING, employee_decided_at=at(18)
    )
    document = Document("d1", DocumentRole.REASONING, "Omdat.", at(19))
    give = of_referral(s.InformationProvided, at(19), request_id="r1", documents=(document,))
    request = ready(referred(), STARTED, ask).referrals[0].request("r1")
    assert not request.is_answered
    referral = ready(referred(), STARTED, ask, give).referrals[0]
    answered = referral.request("r1")
    assert (answered.is_answered, answered.answered_at, answered.outcome) == (True, at(19), "information-provided")
    assert referral.documents == (document,)
    assert referral.request("r2") is None
    assert ready(ask, give).referrals == ()


def test_a_consent_known_by_id_keeps_its_withdrawal():
    back = s.ConsentWithdrawn(at=at(15), by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose)
    case = a_case(decided(CONTACT), back, decided(CONTACT))
    assert case.consent(CONTACT.consent_id).withdrawn_at == at(15)
    assert case.consent("unknown") is None


def test_an_advice_cannot_be_renewed_before_it_is_known():
    assert fold("Z", [s.AdviceRenewed(at=at(15), by=FIRST_PHYSICIAN)]).advice is None


def test_asking_again_after_acceptance_keeps_the_acceptance():
    case = a_case(s.RequestMaintained(at=at(20), by=EMPLOYEE))
    assert (case.triage, case.asked_at) == (Triage.ACCEPTED, at(20))


def corrected(**changes):
    return s.DossierCorrected(at=at(21), by=BACK_OFFICE, dossier=a_request(**changes))


ADVICE = a_request().advice
RENEWED = s.AdviceRenewed(at=at(16), by=FIRST_PHYSICIAN, feedback_text="Nieuw.")
MAINTAINED = s.RequestMaintained(at=at(20), by=EMPLOYEE)


def test_a_corrected_advice_is_the_advice_of_the_case_unless_it_was_renewed():
    better = replace(ADVICE, feedback_text="Zes uur per dag.")
    assert a_case(corrected(advice=better)).advice == better
    assert a_case(RENEWED, corrected(advice=better)).advice.feedback_text == "Nieuw."


def test_a_corrected_moment_of_the_request_leaves_when_the_employee_asked_again():
    assert a_case(corrected(at=at(13))).asked_at == at(13)
    assert a_case(MAINTAINED, corrected(at=at(13))).asked_at == at(20)


def test_r13_a_renewed_advice_is_told_to_the_employer_on_its_own_day():
    advice = a_case(RENEWED).advice
    assert (advice.given_at, advice.feedback_on, advice.feedback_text) == (at(16), date(2026, 9, 16), "Nieuw.")
    unsaid = a_case(replace(RENEWED, feedback_text=None)).advice
    assert unsaid.feedback_text == ADVICE.feedback_text


def test_r25_a_doubt_that_nobody_confirmed_stays():
    stated = s.CaseStated(at=at(15), by=BACK_OFFICE, missing=("x",), doubts=("consent-missing", "consent-widened"))
    confirmed = s.StatementConfirmed(at=at(16), by=BACK_OFFICE, doubts=("consent-missing",))
    case = a_case(stated, confirmed)
    assert (case.missing, case.doubts, case.confirmed) == ((), ("consent-widened",), ("consent-missing",))


@pytest.mark.parametrize(("insists", "taken_at"), [(None, None), (True, None), (False, at(16))])
def test_r20_an_alternative_is_taken_when_the_employee_says_so(insists, taken_at):
    offered = s.AlternativeOffered(at=at(16), by=FIRST_PHYSICIAN, alternative="Gesprek.", employee_insists=insists)
    assert a_case(offered).alternative_taken_at == taken_at
    first = replace(offered, at=at(15), employee_insists=False)
    assert a_case(first, offered).alternative_taken_at == (at(15) if insists is None else taken_at)


def test_r20_who_asks_again_takes_no_alternative_any_more():
    taken = s.AlternativeOffered(at=at(16), by=FIRST_PHYSICIAN, alternative="Gesprek.", employee_insists=False)
    assert a_case(taken, MAINTAINED).alternative_taken_at is None


TAKEN = s.AlternativeOffered(at=at(16), by=FIRST_PHYSICIAN, alternative="Gesprek.", employee_insists=False)


@pytest.mark.parametrize(
    ("word", "stands_again"),
    [
        (decided(replace(CONTACT, decided_at=at(17))), True),
        (decided(replace(CONTACT, decided_at=at(16, 12))), False),
        (decided(replace(CONTACT, decided_at=at(17), choice=Choice.REFUSED)), False),
        (decided(consent(Purpose.EMPLOYER_AWARE, "werkgever", at(17))), False),
        (decided(replace(OUTCOME, decided_at=at(17), choice=Choice.REFUSED)), False),
        ([s.RecipientChosen(at=at(17), by=EMPLOYEE, recipient=POOL)], True),
        ([replace(ACCEPTED, at=at(17))], True),
    ],
    ids=[
        "consent to contact",
        "on the same day",
        "no consent",
        "the employer may know",
        "less",
        "a choice",
        "accepted",
    ],
)
def test_r20_who_took_an_alternative_asks_again_by_a_later_word_that_only_a_request_needs(word, stands_again):
    assert a_case(TAKEN, word).alternative_taken_at == (None if stands_again else at(16))


def test_r25_what_was_confirmed_of_a_record_counts_for_no_record_after_it():
    stated = s.CaseStated(at=at(15), by=BACK_OFFICE, doubts=("consent-missing",))
    confirmed = s.StatementConfirmed(at=at(16), by=BACK_OFFICE, doubts=("consent-missing",))
    case = a_case(stated, confirmed, replace(stated, at=at(17)))
    assert (case.doubts, case.confirmed) == (("consent-missing",), ())


def test_r27_what_was_sent_before_a_refusal_was_recorded_was_sent_rightly_whatever_its_date():
    refusal = replace(CONTACT, consent_id="no", choice=Choice.REFUSED, decided_at=at(10))
    sent = ready(referred())
    for case in (ready(referred(), decided(refusal)), apply(sent, decided(refusal))):
        assert weigh(case.consents, CONTACT.purpose, POOL, at(14, 13)).is_active
        assert weigh(case.consents, CONTACT.purpose, POOL, at(14, 14)).standing is Standing.REFUSED


def test_r37_asked_to_choose_again_no_earlier_choice_counts():
    chosen = s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient=OTHER_POOL, option_id="opt-2")
    case = ready(chosen, s.NewChoiceAsked(at=at(16), by=BACK_OFFICE))
    assert (case.chosen_recipient, case.chosen_option, case.awaits_choice) == (None, None, True)


def test_room_is_asked_of_a_partner_from_a_moment_on():
    asked = of_referral(s.AvailabilityAsked, at(14, 12), partner=POOL)
    referral = ready(asked).referrals[0]
    assert (referral.partner, referral.recipient) == (POOL, POOL)
    assert (referral.requested_at, referral.state_since) == (at(14, 12), at(14, 12))
    assert ready(of_referral(s.AvailabilityAsked, at(14, 12))).referrals[0].recipient_names == {""}


def test_what_is_asked_within_one_referral_is_asked_in_no_other():
    declined = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
    ask = of_referral(s.InformationRequested, at(18), "second", request_id="r1", asked=InformationKind.REASONING)
    first, second = ready(referred(), declined, referred(referral_id="second"), ask).referrals
    assert (len(first.requests), len(second.requests)) == (0, 1)


def test_r42_r43_a_follow_up_is_planned_and_an_advice_weighed_with_reasons():
    planned = s.FollowUpPlanned(at=at(24), by=BACK_OFFICE, for_at=at(28))
    case = a_case(planned)
    assert (case.follow_up, case.follow_up_for, case.has_follow_up) == (planned, at(28), True)
    weighed = s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.PARTLY, reasons="Omdat.")
    case = a_case(weighed)
    assert (case.adoption, case.adoption_reasons, case.adoption_by) == ("partly", "Omdat.", "first-physician")
    assert (case.weighed, case.has_follow_up) == (weighed, True)
