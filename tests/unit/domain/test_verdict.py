"""The verdict: status, what may travel, what the employer receives."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.consent import Choice, Purpose
from gateway.domain.messages import DeclineCode, StopCode
from gateway.domain.policy import Policy, TransferRule
from gateway.domain.rules.referral import recorded_breaches
from gateway.domain.rules.refusal import CaseStatus
from gateway.domain.rules.verdict import assess
from tests.support.cases import (
    BACK_OFFICE,
    CONTACT,
    CONTRACT,
    DRAFT,
    EMPLOYEE,
    FEEDBACK,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    RELEASED,
    STARTED,
    WITHHELD,
    a_case,
    a_request,
    an_invoice,
    at,
    completed,
    consent,
    decided,
    of_referral,
    ready,
    referred,
)

WITHDRAWN = CaseStatus.WITHDRAWN
WEIGHED = s.AdviceWeighed(at=at(28), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY)


def _took_back(purpose=Purpose.CONTACT_TO_SO, when=None, consent_id=CONTACT.consent_id):
    return s.ConsentWithdrawn(at=when or at(20), by=EMPLOYEE, consent_id=consent_id, purpose=purpose)


@pytest.mark.parametrize(
    ("case", "status", "may_refer", "may_return"),
    [
        (Case("empty"), "received", False, False),
        (a_case(accepted=False), "received", False, False),
        (a_case(), "waiting-consent", False, False),
        (ready(), "accepted", True, False),
        (ready(referred()), "with-second-physician", True, False),
        (ready(referred(), STARTED), "with-second-physician", True, False),
        (ready(referred(), STARTED, DRAFT), "waiting-consent", True, False),
        (ready(referred(), STARTED, DRAFT, decided(OUTCOME)), "waiting-consent", True, True),
        (completed(), "completed", True, True),
        (completed(WEIGHED), "completed", True, True),
        (ready(referred(), STARTED, DRAFT, WITHHELD), "completed-without-report", True, False),
        (ready(referred(), STARTED, DRAFT, WITHHELD, WEIGHED), "completed-without-report", True, False),
        (ready(referred(), STARTED, DRAFT, WEIGHED), "completed-without-report", True, False),
    ],
)
def test_the_course_of_a_case(case, status, may_refer, may_return):
    verdict = assess(case, POLICY)
    assert (verdict.status, verdict.may_refer, verdict.may_return_report) == (status, may_refer, may_return)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([RELEASED], CaseStatus.WAITING_CONSENT),
        ([RELEASED, WEIGHED], CaseStatus.COMPLETED_WITHOUT_REPORT),
        ([*decided(replace(OUTCOME, choice=Choice.REFUSED)), RELEASED], CaseStatus.COMPLETED_WITHOUT_REPORT),
        ([*decided(replace(OUTCOME, decided_at=at(20))), RELEASED], CaseStatus.WAITING_CONSENT),
        ([*decided(replace(OUTCOME, decided_at=at(20))), RELEASED, WEIGHED], CaseStatus.COMPLETED_WITHOUT_REPORT),
        ([*decided(OUTCOME), RELEASED, _took_back(when=at(29), consent_id=OUTCOME.consent_id)], CaseStatus.COMPLETED),
        ([RELEASED, *decided(replace(OUTCOME, decided_at=at(25)))], CaseStatus.COMPLETED),
    ],
    ids=["silence", "silence, weighed", "refused", "before draft", "before draft, weighed", "taken back", "too late"],
)
def test_r40_r41_a_release_counts_only_with_the_right_to_it(steps, status):
    assert assess(ready(referred(), STARTED, DRAFT, steps), POLICY).status is status


def test_r39_a_release_without_a_draft_is_no_release():
    case = ready(referred(), STARTED, decided(OUTCOME), RELEASED)
    assert assess(case, POLICY).status is CaseStatus.WITH_SECOND_PHYSICIAN


def test_r40_the_report_may_go_to_a_practice_of_the_first_physicians_own():
    own = replace(OUTCOME, recipient="praktijk-terpstra")
    first = replace(completed().dossier.first_physician, organisation="praktijk-terpstra")
    case = ready(referred(), STARTED, DRAFT, decided(own), RELEASED, first_physician=first)
    verdict = assess(case, POLICY)
    assert (verdict.status, verdict.may_return_report) == (CaseStatus.COMPLETED, True)


def test_r27_contact_consent_taken_back_under_way_is_a_withdrawal():
    for steps in ([], [STARTED], [STARTED, DRAFT]):
        verdict = assess(ready(referred(), steps, _took_back(when=at(25))), POLICY)
        assert (verdict.status, verdict.may_refer, verdict.may_return_report) == (WITHDRAWN, False, False)
        assert [refusal.code for refusal in verdict.refusals] == ["withdrawn"]


def test_r27_refused_after_all_under_way_is_a_withdrawal_too():
    refused = replace(CONTACT, consent_id="no", choice=Choice.REFUSED, decided_at=at(20))
    assert assess(ready(referred(), decided(refused)), POLICY).status is WITHDRAWN


def test_r26_taken_back_before_anything_went_the_case_waits():
    verdict = assess(ready(_took_back(when=at(14, 12))), POLICY)
    assert (verdict.status, verdict.may_refer) == (CaseStatus.WAITING_CONSENT, False)


def test_r27_another_consent_taken_back_changes_no_status():
    case = ready(referred(), _took_back(Purpose.FEEDBACK_TO_SO, consent_id=FEEDBACK.consent_id))
    assert assess(case, POLICY).status is CaseStatus.WITH_SECOND_PHYSICIAN


def test_r27_taken_back_after_the_report_the_case_stays_completed_but_nothing_more_goes():
    verdict = assess(completed(_took_back(when=at(29))), POLICY)
    assert (verdict.status, verdict.may_refer) == (CaseStatus.COMPLETED, False)


def test_r27_a_withdrawn_request_or_referral():
    assert assess(ready(s.RequestWithdrawn(at=at(15), by=EMPLOYEE)), POLICY).status is WITHDRAWN
    assert assess(ready(referred(), of_referral(s.ReferralWithdrawn, at(15))), POLICY).status is WITHDRAWN


def test_r08_a_withdrawn_referral_with_another_choice_goes_on():
    other = s.RecipientChosen(at=at(16), by=EMPLOYEE, recipient=OTHER_POOL)
    case = ready(referred(), of_referral(s.ReferralWithdrawn, at(15)), other)
    assert assess(case, POLICY).status is CaseStatus.WAITING_CONSENT


def test_r27_an_expired_consent_does_not_end_what_is_under_way():
    case = a_case(decided(replace(CONTACT, expires_at=at(20))), referred(), STARTED, DRAFT, WITHHELD)
    verdict = assess(case, POLICY)
    assert (verdict.status, verdict.may_refer) == (CaseStatus.COMPLETED_WITHOUT_REPORT, False)


def test_r36_r37_declined_stopped_and_asked_for_room():
    declined = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
    stopped = of_referral(s.ReferralStopped, at(18), reason=StopCode.NO_SHOW)
    assert assess(ready(referred(), declined), POLICY).status is CaseStatus.WAITING_CHOICE
    assert assess(ready(referred(), STARTED, stopped), POLICY).status is CaseStatus.WAITING_CHOICE
    again = decided(consent(Purpose.CONTACT_TO_SO, OTHER_POOL, at(19)))
    assert assess(ready(referred(), STARTED, stopped, again), POLICY).status is CaseStatus.ACCEPTED
    asked = of_referral(s.AvailabilityAsked, at(14, 12), partner=POOL)
    assert assess(ready(asked), POLICY).status is CaseStatus.ACCEPTED


def test_r25_a_referral_that_should_not_have_gone_does_not_carry_the_case():
    verdict = assess(a_case(referred(), STARTED, DRAFT, decided(OUTCOME), RELEASED), POLICY)
    assert (verdict.status, verdict.may_refer, verdict.may_return_report) == ("waiting-consent", False, False)
    assert {refusal.code for refusal in verdict.refusals} == {"contact-consent-absent", "sent-before-consent"}


def test_r56_what_took_place_is_paid_whatever_was_consented():
    verdict = assess(a_case(referred(), STARTED, an_invoice()), POLICY)
    assert verdict.employer_receives == ("invoice-without-personal-data",)
    assert assess(a_case(an_invoice()), POLICY).employer_receives == ()


def test_r56_what_is_under_way_may_be_invoiced_and_what_was_declined_not():
    declined = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
    assert assess(ready(referred(), an_invoice()), POLICY).employer_receives == ("invoice-without-personal-data",)
    assert assess(ready(referred(), declined, an_invoice()), POLICY).employer_receives == ()


def test_r56_a_withdrawn_case_with_cancellation_costs_is_invoiced():
    costs = replace(CONTRACT, has_cancellation_costs=True)
    verdict = assess(ready(referred(), STARTED, _took_back(), an_invoice(), contract=costs), POLICY)
    assert (verdict.status, verdict.employer_receives) == (WITHDRAWN, ("invoice-without-personal-data",))


def test_r56_a_withdrawn_case_is_not_invoiced():
    assert assess(ready(referred(), _took_back(), an_invoice()), POLICY).employer_receives == ()


def test_what_ends_the_case_at_the_arbodienst_comes_first():
    refusing = s.RequestFoundInadmissible(at=at(14, 10), by=FIRST_PHYSICIAN, reason_code="not-by-employee")
    case = a_case(refusing, decided(CONTACT), referred(), request=a_request(submitted_by=s.ActorRole.EMPLOYER))
    verdict = assess(case, POLICY)
    assert verdict.status is CaseStatus.INADMISSIBLE
    assert verdict.employer_receives == ("general-answer",)


def test_r27_a_declined_request_stays_declined_whatever_is_taken_back():
    declined = s.RequestDeclined(
        at=at(19),
        by=FIRST_PHYSICIAN,
        reason_code="improper-use",
        reasons="Omdat.",
        written_to_employee_on=date(2026, 9, 19),
        complaints_procedure_named=True,
    )
    assert assess(ready(referred(), declined, _took_back()), POLICY).status is CaseStatus.DECLINED


def test_r26_taken_back_at_the_instant_of_sending_nothing_went_rightfully_and_the_case_waits():
    assert assess(ready(referred(), _took_back(when=at(14, 13))), POLICY).status is CaseStatus.WAITING_CONSENT


def test_r25_a_doubt_undoes_no_referral_and_lets_no_report_go():
    stated = s.CaseStated(at=at(23, 13), by=BACK_OFFICE, doubts=("consent-missing",))
    under_way = ready(referred(), STARTED, DRAFT, decided(OUTCOME))
    assert assess(under_way, POLICY).may_return_report
    verdict = assess(ready(referred(), STARTED, DRAFT, decided(OUTCOME), stated), POLICY)
    assert (verdict.status, verdict.may_refer, verdict.may_return_report) == ("waiting-consent", False, False)
    assert [refusal.code for refusal in verdict.refusals] == ["consent-missing"]
    assert assess(ready(referred(), STARTED, stated), POLICY).status is CaseStatus.WITH_SECOND_PHYSICIAN


def test_r25_a_referral_is_judged_by_its_own_recipient_though_another_was_chosen_since():
    chosen = s.RecipientChosen(at=at(16), by=EMPLOYEE, recipient=OTHER_POOL)
    assert assess(ready(referred(), STARTED, chosen), POLICY).status is CaseStatus.WITH_SECOND_PHYSICIAN


def test_r43_r47_with_reasons_nothing_is_to_be_mended():
    partly = replace(WEIGHED, adoption=s.Adoption.PARTLY, reasons="Omdat.")
    refused = s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=False, reasons="Omdat.")
    policy = replace(POLICY, transfer_on_request=TransferRule.CONSIDER)
    assert assess(completed(partly, refused), policy).refusals == ()


def test_the_verdict_names_what_should_be_mended_in_the_record():
    defects = [
        s.RequestDeclined(
            at=at(14, 10),
            by=BACK_OFFICE,
            reason_code="improper-use",
            reasons="Omdat.",
            written_to_employee_on=None,
            complaints_procedure_named=True,
        ),
        s.AdviceWeighed(
            at=at(28),
            by=s.Actor(s.ActorRole.PRACTICE_ASSISTANT, OHS),
            adoption=s.Adoption.NOT,
        ),
        s.TransferRequested(at=at(28), by=EMPLOYEE),
    ]
    codes = {refusal.code for refusal in assess(a_case(defects), POLICY).refusals}
    assert codes >= {
        "refusal-not-by-first-physician",
        "refusal-not-in-writing",
        "adoption-without-reasons",
        "follow-up-not-in-policy",
        "transfer-unanswered",
    }


def test_r47_r48_transfer_and_handover_on_record_are_judged():
    granted = s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=True)
    handover = s.HandoverMade(at=at(28), by=FIRST_PHYSICIAN, parts=("opinion",))
    codes = [refusal.code for refusal in assess(completed(granted, handover), POLICY).refusals]
    assert codes == ["handover-not-neutral", "handover-consent-absent"]
    dossier = consent(Purpose.DOSSIER_TO_COLLEAGUE, OHS, at(27))
    neutral = replace(handover, parts=("limitations",))
    assert assess(completed(decided(dossier), granted, neutral), POLICY).refusals == ()


def test_an_instant_can_be_given():
    case = a_case(decided(replace(CONTACT, expires_at=at(20))))
    assert assess(case, POLICY, at(19)).may_refer
    assert not assess(case, POLICY, at(20)).may_refer


def test_r55_an_invoice_is_no_event_of_the_case():
    late = an_invoice(at=at(30, month=12))
    assert assess(a_case(decided(replace(CONTACT, expires_at=at(20))), late), Policy("x")).may_refer


def test_r27_a_refusal_with_a_slip_in_its_date_makes_no_breach_of_what_was_sent_before_it():
    slip = replace(CONTACT, consent_id="no", choice=Choice.REFUSED, decided_at=at(1))
    case = ready(referred(), decided(slip))
    assert recorded_breaches(case, POLICY) == ()
