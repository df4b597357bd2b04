"""A later export is a new statement: the table of ``restate``, row by row (R25, R27)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.domain import steps as s
from gateway.domain.case import apply, fold
from gateway.domain.consent import Choice, Purpose, weigh
from gateway.domain.people import Employee, PersonName
from gateway.domain.restatement import keys_of, restate
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    EMPLOYEE,
    FEEDBACK,
    OTHER_POOL,
    POOL,
    a_request,
    at,
    decided,
)

NOW = at(20)
KNOWN = (a_request(), ACCEPTED, *decided(CONTACT, FEEDBACK))


def restated(*said, known=KNOWN):
    return restate(known, said, NOW, BACK_OFFICE)


def contact_at(restatement, when, recipient=POOL, known=KNOWN):
    case = apply(fold("", known), restatement.steps)
    return weigh(case.consents, Purpose.CONTACT_TO_SO, recipient, when).is_active


def codes(restatement):
    return [doubt.code for doubt in restatement.doubts]


def test_the_same_statement_adds_nothing():
    found = restated(*KNOWN)
    assert (found.steps, found.doubts, found.missing) == ((), (), ())


def test_who_wrote_it_down_makes_it_no_other_decision():
    said = [replace(step, by=BACK_OFFICE) for step in KNOWN]
    assert restated(*said).steps == ()
    renewed = s.AdviceRenewed(at=at(16), by=ACCEPTED.by, message_id="m1")
    assert restated(*KNOWN, replace(renewed, message_id=None), known=(*KNOWN, renewed)).steps == ()


def test_a_refusal_that_was_said_before_adds_nothing_and_one_of_another_question_counts():
    refused = replace(CONTACT, choice=Choice.REFUSED)
    known = (a_request(), ACCEPTED, *decided(refused))
    again = restated(a_request(), ACCEPTED, *decided(replace(refused, decided_at=at(16))), known=known)
    assert (again.steps, again.doubts) == ((), ())
    for changes in ({"recipient": OTHER_POOL}, {"purpose": Purpose.MEDICAL_TO_SO}):
        (step,) = restated(a_request(), ACCEPTED, *decided(replace(refused, **changes)), known=known).steps
        assert isinstance(step, s.ConsentRefused)


@pytest.mark.parametrize(("when", "counts_from"), [(at(16), at(16)), (at(25), NOW)])
def test_a_refusal_under_a_new_id_counts_from_its_own_moment_at_the_latest_from_now(when, counts_from):
    refused = replace(CONTACT, consent_id="new", choice=Choice.REFUSED, decided_at=when)
    (step,) = restated(*KNOWN, *decided(refused)).steps
    assert (step.at, step.consent.decided_at) == (counts_from, counts_from)


def test_the_same_end_and_another_form_add_nothing():
    until = replace(CONTACT, expires_at=at(25), form="digital")
    known = (a_request(), ACCEPTED, *decided(until))
    for said in (until, replace(until, form="paper")):
        found = restated(a_request(), ACCEPTED, *decided(said), known=known)
        assert (found.steps, found.doubts) == ((), ())


@pytest.mark.parametrize("when", [at(14, 11), at(12), at(18), at(20), at(25), at(1, month=12)])
def test_a_refusal_under_a_known_id_counts_however_it_is_dated(when):
    refused = replace(CONTACT, choice=Choice.REFUSED, decided_at=when)
    found = restated(a_request(), ACCEPTED, *decided(refused, FEEDBACK))
    assert found.doubts == ()
    assert not contact_at(found, max(NOW, CONTACT.decided_at))
    assert all(step.at <= NOW for step in found.steps)


def test_what_was_sent_before_the_refusal_was_sent_with_consent():
    refused = replace(CONTACT, choice=Choice.REFUSED, decided_at=at(18))
    found = restated(a_request(), ACCEPTED, *decided(refused, FEEDBACK))
    assert contact_at(found, at(17))
    assert not contact_at(found, at(18))


@pytest.mark.parametrize("expires", [at(16), at(19, 23)])
def test_an_end_that_was_added_counts(expires):
    found = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, expires_at=expires), FEEDBACK))
    assert found.doubts == ()
    assert contact_at(found, at(15))
    assert not contact_at(found, NOW)


def test_an_earlier_end_counts_and_a_later_one_does_not():
    known = (a_request(), ACCEPTED, *decided(replace(CONTACT, expires_at=at(25))))
    sooner = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, expires_at=at(19))), known=known)
    assert not contact_at(sooner, NOW, known=known)
    later = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, expires_at=at(29))), known=known)
    assert (later.steps, codes(later)) == ((), ["consent-widened"])
    never = restated(a_request(), ACCEPTED, *decided(CONTACT), known=known)
    assert (never.steps, codes(never)) == ((), ["consent-widened"])


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": OTHER_POOL},
        {"purpose": Purpose.MEDICAL_TO_SO},
        {"decided_at": at(13)},
    ],
    ids=["recipient", "purpose", "earlier"],
)
def test_a_wider_word_without_a_later_date_is_in_doubt(changes):
    found = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, **changes), FEEDBACK))
    assert (found.steps, codes(found)) == ((), ["consent-widened"])


def test_a_refusal_becomes_a_consent_only_by_a_later_decision():
    known = (a_request(), ACCEPTED, *decided(replace(CONTACT, choice=Choice.REFUSED)))
    same_day = restated(a_request(), ACCEPTED, *decided(CONTACT), known=known)
    assert (same_day.steps, codes(same_day)) == ((), ["consent-widened"])
    later = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, decided_at=at(16))), known=known)
    assert codes(later) == []
    assert contact_at(later, NOW, known=known)


def test_another_recipient_with_a_date_of_its_own_ends_the_consent_for_the_first():
    moved = replace(CONTACT, recipient=OTHER_POOL, decided_at=at(16))
    found = restated(a_request(), ACCEPTED, *decided(moved, FEEDBACK))
    assert contact_at(found, at(15))
    assert contact_at(found, NOW, OTHER_POOL)
    assert not contact_at(found, NOW, POOL)


def test_a_consent_somebody_else_signed_is_no_consent_any_more():
    found = restated(a_request(), ACCEPTED, *decided(replace(CONTACT, given_by_employee=False), FEEDBACK))
    assert not contact_at(found, NOW)
    back = restated(
        *KNOWN, known=(a_request(), ACCEPTED, *decided(replace(CONTACT, given_by_employee=False), FEEDBACK))
    )
    assert codes(back) == ["consent-widened"]


@pytest.mark.parametrize("when", [at(15), at(20), at(1, month=12)])
def test_a_withdrawal_counts_at_the_latest_from_now(when):
    taken_back = s.ConsentWithdrawn(at=when, by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=Purpose.CONTACT_TO_SO)
    found = restated(*KNOWN, taken_back)
    assert not contact_at(found, NOW)


@pytest.mark.parametrize(("when", "is_news"), [(at(14, 12), True), (at(15), False), (at(16), False)])
def test_only_an_earlier_withdrawal_of_what_was_taken_back_is_news(when, is_news):
    known = (a_request(), ACCEPTED, *decided(replace(CONTACT, withdrawn_at=at(15))))
    said = s.ConsentWithdrawn(at=when, by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=CONTACT.purpose)
    found = restated(*known, said, known=known)
    assert bool(found.steps) is is_news


def test_a_withdrawal_that_is_left_out_stays():
    taken_back = s.ConsentWithdrawn(
        at=at(15), by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=Purpose.CONTACT_TO_SO
    )
    found = restated(*KNOWN, known=(*KNOWN, taken_back))
    assert (found.steps, found.doubts) == ((), ())
    assert not contact_at(found, NOW, known=(*KNOWN, taken_back))


def test_a_consent_that_is_missing_holds_the_case_until_it_is_confirmed():
    found = restated(a_request(), ACCEPTED, *decided(FEEDBACK))
    assert codes(found) == ["consent-missing"]
    assert found.missing == (f"consent-given {CONTACT.consent_id}",)
    stated = s.CaseStated(at=NOW, by=BACK_OFFICE, named=found.named, missing=found.missing, doubts=("consent-missing",))
    again = restated(a_request(), ACCEPTED, *decided(FEEDBACK), known=(*KNOWN, stated))
    assert codes(again) == ["consent-missing"]
    confirmed = s.StatementConfirmed(at=NOW, by=BACK_OFFICE, doubts=("consent-missing",))
    after = restated(a_request(), ACCEPTED, *decided(FEEDBACK), known=(*KNOWN, stated, confirmed))
    assert codes(after) == []


def test_what_was_recorded_here_and_never_stated_is_not_missing():
    stated = s.CaseStated(at=NOW, by=BACK_OFFICE, named=keys_of((a_request(), ACCEPTED)))
    known = (a_request(), ACCEPTED, stated, *decided(CONTACT))
    found = restated(a_request(), ACCEPTED, known=known)
    assert (found.steps, found.doubts) == ((), ())


def test_an_acceptance_that_is_missing_holds_the_case_and_a_refusal_in_its_place_counts():
    assert codes(restated(a_request(), *decided(CONTACT, FEEDBACK))) == ["decision-missing"]
    declined = s.RequestDeclined(
        at=at(16),
        by=ACCEPTED.by,
        reason_code="improper-use",
        reasons="Omdat.",
        written_to_employee_on=date(2026, 9, 16),
        complaints_procedure_named=True,
    )
    found = restated(a_request(), declined, *decided(CONTACT, FEEDBACK))
    assert (found.steps, codes(found)) == ((declined,), [])


def test_a_corrected_detail_is_a_correction_and_moves_no_state():
    employee = replace(a_request().employee, telephone="+31 6 0000 0999")
    found = restated(replace(a_request(), employee=employee), *KNOWN[1:])
    [step] = found.steps
    assert isinstance(step, s.DossierCorrected)
    assert step.changed == ("employee.telephone",)
    case = apply(fold("", KNOWN), found.steps)
    assert case.triage.value == "accepted"
    assert case.dossier.employee.telephone == "+31 6 0000 0999"


def test_a_corrected_moment_of_the_request_counts_and_a_renewed_advice_stays():
    renewed = s.AdviceRenewed(at=at(16), by=ACCEPTED.by, feedback_text="Nieuw.")
    known = (*KNOWN, s.ReassessmentPlanned(at=at(15), by=ACCEPTED.by), renewed)
    found = restated(replace(a_request(), at=at(13)), *KNOWN[1:], *known[4:], known=known)
    case = apply(fold("", known), found.steps)
    assert case.asked_at == at(13)
    assert case.advice.feedback_text == "Nieuw."


@pytest.mark.parametrize(
    "changes",
    [
        {"personnel_number": "P2"},
        {"birth_date": date(1990, 1, 1)},
        {"bsn": "999990019"},
        {"name": PersonName("Bakker", call_name="An")},
    ],
    ids=["personnel number", "birth date", "bsn", "family name"],
)
def test_another_person_under_the_number_is_told_and_nothing_counts(changes):
    ours = replace(a_request().employee, birth_date=date(1979, 3, 14), bsn="111222333")
    known = (replace(a_request(), employee=ours), *KNOWN[1:])
    said = (replace(a_request(), employee=replace(ours, **changes)), *decided(replace(CONTACT, consent_id="X")))
    found = restated(*said, known=known)
    assert found.is_other_person
    assert (found.steps, codes(found)) == ((), ["other-person"])


def test_a_number_that_was_left_out_in_between_hides_nobody():
    nameless = replace(a_request(), employee=replace(a_request().employee, personnel_number=None))
    correction = s.DossierCorrected(at=at(15), by=BACK_OFFICE, dossier=nameless)
    other = replace(a_request(), employee=replace(a_request().employee, personnel_number="P2"))
    assert restated(other, known=(*KNOWN, correction)).is_other_person


PERSON = Employee(
    PersonName("Kolk", initials="J.P.", given="Jurriaan Pieter", call_name="Jur"),
    personnel_number="P10037",
    birth_date=date(1979, 3, 14),
    gender="man",
    telephone="+31 6 0000 0101",
    email="j@post.example",
)


def of_person(person: Employee, *known: Employee) -> list[str]:
    """What is doubted of a statement about a person, after statements about these."""
    first, *later = known or (PERSON,)
    corrections = [
        s.DossierCorrected(at=at(15), by=BACK_OFFICE, dossier=replace(a_request(), employee=one)) for one in later
    ]
    before = (replace(a_request(), employee=first), *KNOWN[1:], *corrections)
    found = restated(replace(a_request(), employee=person), *KNOWN[1:], known=before)
    assert found.is_other_person is bool(codes(found))
    return codes(found)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Kolk", []),
        ("KOLK", []),
        ("K\u00f3lk", []),
        ("Kol k", []),
        ("Klok", ["person-changed"]),
        ("Kolkk", ["person-changed"]),
        ("Kolm", ["person-changed"]),
        ("Kok", ["person-changed"]),
        ("Kalk", ["person-changed"]),
        ("Akolk", ["person-changed"]),
        ("Bakker", ["other-person"]),
        ("Kolkmeijer", ["other-person"]),
    ],
)
def test_another_letter_in_a_family_name_is_for_a_person_to_judge_and_another_name_is_another_person(name, said):
    named = replace(PERSON, name=replace(PERSON.name, family=name))
    assert of_person(named) == said
    if said == ["person-changed"]:
        assert of_person(named, PERSON, named) == []


def test_letters_that_changed_places_within_a_long_name_are_for_a_person_to_judge():
    long = replace(PERSON, name=replace(PERSON.name, family="Kolkmeijer"))
    slip = replace(PERSON, name=replace(PERSON.name, family="Klokmeijer"))
    assert of_person(slip, long) == ["person-changed"]
    assert of_person(replace(slip, name=replace(slip.name, family="Klokmijer")), long) == ["other-person"]


def test_a_slip_in_a_name_beside_one_equal_fact_is_another_person():
    """Many people were born on one day."""
    known = replace(PERSON, personnel_number=None)
    assert of_person(replace(known, name=replace(PERSON.name, family="Kolm")), known) == ["other-person"]


NAMELESS = replace(PERSON, personnel_number=None, birth_date=None)
"""The same person with no fact to tell them by."""


@pytest.mark.parametrize(
    "changes",
    [
        {"name": replace(PERSON.name, given="Anna Maria")},
        {"name": replace(PERSON.name, initials="A.M.")},
        {"name": replace(PERSON.name, call_name="An")},
        {"gender": "vrouw"},
        {"telephone": "+31 6 0000 0999", "email": "a@post.example"},
    ],
    ids=["first name", "initials", "call name", "gender", "all contact data"],
)
def test_where_no_number_tells_who_it_is_nothing_beside_the_name_may_contradict(changes):
    other = replace(NAMELESS, **changes)
    assert of_person(other) == ["person-changed"]
    assert of_person(other, PERSON, NAMELESS) == ["person-changed"]
    assert of_person(other, NAMELESS) == ["person-changed"]
    assert of_person(replace(other, birth_date=PERSON.birth_date)) == ["person-changed"]
    assert of_person(replace(other, personnel_number=PERSON.personnel_number)) == []
    assert of_person(other, PERSON, other) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"telephone": "+31 6 0000 0999"},
        {"email": None, "telephone": None},
        {"name": PersonName("Kolk", initials="J.", given="Jurriaan")},
        {"name": PersonName("Kolk")},
        {"gender": None},
    ],
)
def test_less_than_before_or_one_correction_is_the_same_person(changes):
    assert of_person(replace(NAMELESS, **changes)) == []


def test_more_than_before_is_the_same_person():
    assert of_person(NAMELESS, replace(NAMELESS, name=PersonName("Kolk"), gender=None)) == []


def test_one_telephone_number_or_address_with_nothing_beside_it_may_change():
    known = replace(NAMELESS, email=None)
    assert of_person(replace(known, telephone="+31 6 0000 0999"), known) == []


def test_what_was_confirmed_of_a_person_is_taken_over():
    named = replace(PERSON, name=replace(PERSON.name, family="Kolm"))
    before = (replace(a_request(), employee=PERSON), *KNOWN[1:])
    settled = s.StatementConfirmed(at=at(20), by=BACK_OFFICE, doubts=("person-changed",))
    found = restated(replace(a_request(), employee=named), *KNOWN[1:], known=(*before, settled))
    assert [type(step) for step in found.steps] == [s.DossierCorrected]


def test_a_slip_in_a_name_with_nothing_beside_it_is_somebody_else():
    known = (replace(a_request(), employee=Employee(PersonName("Kolk"))), *KNOWN[1:])
    said = replace(a_request(), employee=Employee(PersonName("Kalk")))
    assert restated(said, *KNOWN[1:], known=known).is_other_person


def test_an_acceptance_with_another_time_is_the_acceptance_in_force():
    later = replace(ACCEPTED, at=ACCEPTED.at + timedelta(minutes=5))
    assert restated(a_request(), later, *decided(CONTACT, FEEDBACK)).steps == ()


def test_a_first_statement_is_taken_as_it_is():
    found = restate((), KNOWN, NOW, BACK_OFFICE)
    assert (found.steps, found.doubts) == (KNOWN, ())
