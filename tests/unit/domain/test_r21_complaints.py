"""Rules on complaints: R21."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Triage
from gateway.domain.consent import Purpose
from gateway.domain.relation import acts_for_physician_of, is_physician_of, is_stand_in_for
from gateway.domain.rules import complaint as rule
from gateway.domain.rules.decisions import may_record
from gateway.domain.rules.refusal import PERMIT, decide, refuse
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    POLICY,
    a_case,
    a_request,
    at,
    completed,
)

OFFICER = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "mr. P. Kist")
DECLINED = s.RequestDeclined(
    at=at(15),
    by=FIRST_PHYSICIAN,
    reason_code="improper-use",
    reasons="Omdat.",
    written_to_employee_on=date(2026, 9, 15),
    complaints_procedure_named=True,
)
REFUSED_TRANSFER = s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=False, reasons="Omdat.")

WITHDRAWN = {"consent_id": "c-1", "purpose": Purpose.CONTACT_TO_SO}


def filed(about=s.ComplaintSubject.REFUSAL, by=EMPLOYEE):
    return s.ComplaintFiled(at=at(16), by=by, about=about.value)


def judged(about=s.ComplaintSubject.REFUSAL, by=OFFICER, *, is_upheld=True):
    return s.ComplaintDecided(at=at(17), by=by, about=about.value, is_upheld=is_upheld)


@pytest.mark.parametrize("by", [EMPLOYEE, BACK_OFFICE, OFFICER])
def test_r21_the_arbodienst_may_write_the_employees_complaint_down(by):
    assert rule.filed_by_employee(filed(by=by)) is PERMIT


def test_r21_the_employer_has_no_complaint():
    by = s.Actor(s.ActorRole.EMPLOYER, OHS)
    assert rule.filed_by_employee(filed(by=by)) == refuse("complaint-not-by-employee")


def test_r21_a_complaint_is_about_a_decision_on_record_or_about_something_else():
    nothing = refuse("complaint-without-decision")
    granted = s.TransferDecided(at=at(28), by=FIRST_PHYSICIAN, is_granted=True)
    assert rule.about_a_decision(a_case(), "refusal") == nothing
    assert rule.about_a_decision(a_case(DECLINED), "refusal") is PERMIT
    assert rule.about_a_decision(completed(), "transfer") == nothing
    assert rule.about_a_decision(completed(granted), "transfer") == nothing
    assert rule.about_a_decision(completed(REFUSED_TRANSFER), "transfer") is PERMIT
    assert rule.about_a_decision(a_case(), "other") is PERMIT


def test_r21_a_decision_answers_a_complaint_once():
    case = a_case(DECLINED, filed())
    assert rule.is_waiting(case, "refusal") is PERMIT
    assert rule.is_waiting(case, "transfer") == refuse("complaint-unknown")
    assert rule.is_waiting(a_case(DECLINED, filed(), judged()), "refusal") == refuse("complaint-unknown")
    assert rule.is_waiting(a_case(DECLINED, filed(), judged(), filed()), "refusal") is PERMIT


@pytest.mark.parametrize(
    "by",
    [
        FIRST_PHYSICIAN,
        BACK_OFFICE,
        s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, FIRST.name),
        s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "Mevrouw J. Terpstra"),
        s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, f"mr. P. Kist, BIG {FIRST.big}"),
    ],
    ids=["the physician", "the back office", "the physician under another hat", "in part by name", "by BIG number"],
)
def test_r21_nobody_judges_what_they_did_themselves(by):
    assert rule.judged_by_uninvolved(a_case(), judged()) is PERMIT
    assert rule.judged_by_uninvolved(a_case(), judged(by=by)) == refuse("complaint-judged-by-involved")


@pytest.mark.parametrize(("is_upheld", "triage"), [(True, Triage.RECEIVED), (False, Triage.DECLINED)])
def test_r21_an_upheld_complaint_reopens_the_case_and_the_refusal_stays_visible(is_upheld, triage):
    case = a_case(DECLINED, filed(), judged(is_upheld=is_upheld), accepted=False)
    assert case.triage is triage
    assert case.refusing == DECLINED
    assert case.accepted_at is None
    assert case.reopened_at == (at(17) if is_upheld else None)


def test_r21_only_an_upheld_complaint_lets_the_case_be_reopened():
    reopened = s.CaseReopened(at=at(20), by=FIRST_PHYSICIAN)
    upheld, rejected = (a_case(DECLINED, filed(), judged(is_upheld=is_upheld)) for is_upheld in (True, False))
    assert may_record(POLICY, upheld, reopened).is_permitted
    assert may_record(POLICY, rejected, reopened) == decide(refuse("reopened-without-complaint"))


def test_r14_r21_a_reopened_request_waits_for_the_physicians_own_act():
    reopened = s.CaseReopened(at=at(20), by=FIRST_PHYSICIAN)
    case = a_case(DECLINED, reopened, accepted=False)
    assert case.triage is Triage.RECEIVED
    assert case.refusing == DECLINED
    accepted = replace(ACCEPTED, at=at(21))
    assert a_case(DECLINED, reopened, accepted, accepted=False).triage is Triage.ACCEPTED


def test_r14_r21_an_acceptance_from_before_the_refusal_does_not_count_after_it():
    reopened = s.CaseReopened(at=at(18), by=BACK_OFFICE)
    for again, when in ([reopened], at(18)), ([filed(), judged()], at(17)):
        case = a_case(DECLINED, again)
        assert (case.triage, case.accepted_at, case.reopened_at) == (Triage.RECEIVED, None, when)
        assert case.refusing == DECLINED


def test_r21_what_was_never_refused_is_not_reopened():
    assert a_case(s.CaseReopened(at=at(20), by=FIRST_PHYSICIAN)).triage is Triage.ACCEPTED


@pytest.mark.parametrize("role", sorted(set(s.ActorRole) - {s.ActorRole.EMPLOYEE}))
def test_r21_who_did_something_in_the_case_judges_nothing_under_another_role(role):
    did = s.Actor(role, OHS, "mw. R. el Amrani")
    judge = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "R. EL AMRANI")
    involved = refuse("complaint-judged-by-involved")
    assert rule.judged_by_uninvolved(a_case(), judged(by=judge)) is PERMIT
    for step in (s.ClarificationAsked(at=at(15), by=did), s.ConsentWithdrawn(at=at(15), by=did, **WITHDRAWN)):
        assert rule.judged_by_uninvolved(a_case(step), judged(by=judge)) == involved
    for_somebody = replace(did, name="mw. K. Ander", on_behalf_of="mw. R. el Amrani")
    accepted = replace(ACCEPTED, by=for_somebody)
    assert rule.judged_by_uninvolved(a_case(accepted), judged(by=judge)) == involved


def test_r21_who_only_looked_or_took_the_complaint_down_may_judge_it():
    desk = replace(OFFICER, role=s.ActorRole.BACK_OFFICE)
    read = s.CaseRead(at=at(15), by=desk, view="log")
    refused = s.ActionRefused(at=at(15), by=desk, action="case accept", reason="not-of-the-case")
    case = a_case(DECLINED, read, refused, filed(by=OFFICER), judged(), filed(by=OFFICER))
    assert rule.judged_by_uninvolved(case, judged()) is PERMIT
    for_employee = replace(OFFICER, role=s.ActorRole.REPRESENTATIVE)
    mine = a_case(DECLINED, filed(by=for_employee))
    assert rule.judged_by_uninvolved(mine, judged()) == refuse("complaint-judged-by-involved")


def test_r21_who_judged_a_complaint_acts_for_no_physician_of_the_case():
    kist = s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "drs. P. Kist", FIRST.name)
    colleague = replace(kist, name="drs. A. Collega")
    before, after = a_case(DECLINED, filed()), a_case(DECLINED, filed(), judged())
    for tells in (is_physician_of, is_stand_in_for, acts_for_physician_of):
        assert [tells(before, kist), tells(after, kist), tells(after, colleague)] == [True, False, True]
    assert is_physician_of(after, FIRST_PHYSICIAN)
    nameless = judged(by=replace(OFFICER, name=None))
    assert is_stand_in_for(a_case(DECLINED, filed(), nameless), kist)


def test_a_namesake_with_another_big_number_may_judge():
    by = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, f"{FIRST.name}, BIG 99990001199")
    assert rule.judged_by_uninvolved(a_case(), judged(by=by)) is PERMIT


def test_who_refused_in_the_physicians_place_does_not_judge_the_complaint_about_it():
    stand_in = s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Bakker", FIRST.name)
    declined = s.RequestDeclined(
        at=at(15),
        by=stand_in,
        reason_code="improper-use",
        reasons="Omdat.",
        written_to_employee_on=at(15).date(),
        complaints_procedure_named=True,
    )
    by = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "A. Bakker")
    assert rule.judged_by_uninvolved(a_case(declined), judged(by=by)) == refuse("complaint-judged-by-involved")


@pytest.mark.parametrize("name", ["Janneke", "janneke t.", "mw. Janneke", "Janneke Oud"])
def test_r21_the_first_physician_under_a_first_name_is_involved(name):
    case = a_case(request=a_request(first_physician=replace(FIRST, name="dr. J.M. (Janneke) Terpstra-Oud")))
    by = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, name)
    assert rule.judged_by_uninvolved(case, judged(by=by)) == refuse("complaint-judged-by-involved")
    other = s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "Janneke de Vries")
    assert rule.judged_by_uninvolved(case, judged(by=other)) is PERMIT
