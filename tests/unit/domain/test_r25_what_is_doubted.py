"""R25: a later export is held for a decision by name, and each of its words meets the ones before it."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.people import PersonName
from gateway.domain.restatement import Doubt, restate
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    EMPLOYEE,
    FEEDBACK,
    FIRST_PHYSICIAN,
    OTHER_POOL,
    a_request,
    at,
    decided,
)

NOW = at(20)
KNOWN = (a_request(), ACCEPTED, *decided(CONTACT, FEEDBACK))
CONTACT_KEY = f"consent-given {CONTACT.consent_id}"


def restated(*said, known=KNOWN):
    return restate(known, said, NOW, BACK_OFFICE)


def taken_back(consent):
    return s.ConsentWithdrawn(at=at(16), by=EMPLOYEE, consent_id=consent.consent_id, purpose=consent.purpose)


PROTECTED = a_request(employee=replace(a_request().employee, is_address_protected=True))


@pytest.mark.parametrize(
    ("known", "said", "doubt"),
    [
        (KNOWN, (a_request(), ACCEPTED, *decided(FEEDBACK)), Doubt("consent-missing", CONTACT_KEY)),
        (KNOWN, (a_request(), *KNOWN[2:]), Doubt("decision-missing", "request-accepted")),
        ((PROTECTED, *KNOWN[1:]), KNOWN, Doubt("dossier-widened", "request-submitted")),
        (
            KNOWN,
            (*KNOWN[:2], *decided(replace(CONTACT, recipient=OTHER_POOL), FEEDBACK)),
            Doubt("consent-widened", CONTACT_KEY),
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Doubt) else None,
)
def test_r25_who_mends_a_statement_is_told_which_decision_it_is_held_for(known, said, doubt):
    assert restated(*said, known=known).doubts == (doubt,)


def test_r25_a_dossier_that_restricts_less_is_taken_over_once_somebody_confirmed_it():
    known = (PROTECTED, *KNOWN[1:])
    assert [doubt.code for doubt in restated(*KNOWN, known=known).doubts] == ["dossier-widened"]
    confirmed = s.StatementConfirmed(at=at(19), by=BACK_OFFICE, doubts=("dossier-widened",))
    found = restated(*KNOWN, known=(*known, confirmed))
    assert found.doubts == ()
    [correction] = found.steps
    assert correction.dossier == a_request()


def test_r25_of_two_withdrawals_that_were_stated_the_one_that_is_left_out_is_named():
    stated = (*KNOWN, taken_back(CONTACT), taken_back(FEEDBACK))
    assert restated(*stated[:-1], known=stated).missing == (f"consent-withdrawn {FEEDBACK.consent_id}",)


def test_r25_a_refusal_in_the_place_of_a_consent_leaves_nothing_out_whatever_its_id_looks_like():
    given = replace(CONTACT, consent_id="T 01 1")
    said = decided(replace(given, choice=Choice.REFUSED, decided_at=at(16)))
    found = restated(a_request(), ACCEPTED, *said, known=(a_request(), ACCEPTED, *decided(given)))
    assert (found.missing, found.doubts) == ((), ())


def test_r25_a_statement_about_somebody_else_makes_nothing_missing_that_was_only_recorded_here():
    first = s.CaseStated(at=at(15), by=BACK_OFFICE, named=("request-accepted", "request-submitted"))
    known = (a_request(), ACCEPTED, first, *decided(CONTACT))
    other = replace(a_request(), employee=replace(a_request().employee, name=PersonName("Bakker")))
    wrong = restated(other, ACCEPTED, known=known)
    assert wrong.is_other_person
    held = s.CaseStated(at=at(16), by=BACK_OFFICE, named=wrong.named, missing=wrong.missing, doubts=("other-person",))
    found = restated(a_request(), ACCEPTED, known=(*known, held))
    assert (found.missing, found.doubts) == ((), ())


RENEWED = s.AdviceRenewed(at=at(16, 9), by=FIRST_PHYSICIAN, feedback_text="Nieuw.")


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ((ACCEPTED, replace(ACCEPTED, at=at(15))), (ACCEPTED,)),
        ((*decided(CONTACT), *decided(CONTACT)), tuple(decided(CONTACT))),
        ((RENEWED, replace(RENEWED, at=at(16, 11), feedback_text=None)), (RENEWED,)),
        (
            (*decided(CONTACT), taken_back(CONTACT), replace(taken_back(CONTACT), at=at(17))),
            (*decided(CONTACT), taken_back(CONTACT)),
        ),
    ],
    ids=["acceptance", "consent", "advice", "withdrawal"],
)
def test_r25_a_word_that_a_first_statement_says_twice_counts_once(said, counted):
    found = restate((), (a_request(), *said), NOW, BACK_OFFICE)
    assert (found.steps, found.doubts) == ((a_request(), *counted), ())


def test_r25_a_wider_consent_under_an_id_that_the_same_statement_used_is_in_doubt():
    wider = replace(CONTACT, purpose=Purpose.MEDICAL_TO_SO)
    found = restate((), (a_request(), ACCEPTED, *decided(CONTACT, wider)), NOW, BACK_OFFICE)
    assert found.steps == (a_request(), ACCEPTED, *decided(CONTACT))
    assert found.doubts == (Doubt("consent-widened", CONTACT_KEY),)
