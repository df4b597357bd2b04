"""R54: who is known is found in an invoice, wherever the case has the name or number."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.people import Organisation, PersonName, Physician
from gateway.domain.rules.billing import anonymous, known_of
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import OHS, POOL, SECOND, a_request, an_invoice, at, of_referral, ready, referred

REQUEST = a_request()
EMPLOYEE = replace(
    REQUEST.employee,
    name=PersonName(family="Kolkmeijer", prefix="van der", given="Johannes", call_name="Jurriaan"),
    email="jur@post.example",
    occupation="orderpicker",
    telephone="06 555 678 90",
)
REQUESTER = Physician("dr. A. Aanvrager", "99990009101", "84990091", organisation=OHS)
PERFORMER = Physician("P.Q. (Petronella) Uitvoerder", "99990009201", "84990092", organisation=POOL)
AT_OHS = ready(referred(), employee=EMPLOYEE)
SENT = m.Referral(
    authored_at=at(14),
    advice_kind=REQUEST.advice.kind,
    requester=REQUESTER,
    requester_organisation=Organisation(OHS, "Arbodienst"),
    performer_organisation=Organisation(POOL, "Praktijk"),
    recipient=POOL,
    patient=m.PatientContact(name=EMPLOYEE.name, telephone="0655512345", email="jur@post.example"),
    performer=PERFORMER,
    consents=(),
)
ACCEPTED = of_referral(s.ReferralAccepted, at(15), physician=replace(SECOND, name="dr. Z. Zekerbaar"))
RECEIVED = fold("5f2b6c0e", [referred(), ACCEPTED])
AT_POOL = replace(RECEIVED, referrals=(replace(RECEIVED.referrals[0], referral=SENT),))
IDENTIFIES = refuse("invoice-identifies")


def judged(text, *cases):
    return anonymous(an_invoice(text), known_of(cases))


@pytest.mark.parametrize(
    "text",
    [
        *("kolkmeijer", "Advies (Kolkmeijer)", "johannes", "Jurriaan.", "jur@post.example", "orderpicker"),
        *("Terpstra-Oud", "Mulkens", "saskia", "P10037", "99990001101", "84990051", "0655567890"),
        "Z-2026-1",
    ],
)
def test_r54_the_arbodienst_knows_the_employee_both_physicians_and_the_case(text):
    assert judged(text, AT_OHS) == IDENTIFIES
    assert judged(text) is PERMIT


@pytest.mark.parametrize(
    "text",
    [
        *("kolkmeijer", "johannes", "jurriaan", "jur@post.example", "aanvrager", "uitvoerder", "Petronella"),
        *("zekerbaar", "99990009101", "84990092", "0655512345", "5f2b6c0e"),
    ],
)
def test_r54_the_pool_knows_whom_the_referral_and_the_acceptance_name(text):
    assert judged(text, AT_POOL) == IDENTIFIES
    assert judged(text) is PERMIT


@pytest.mark.parametrize("text", ["aanvrager", "uitvoerder", "99990009101", "0655512345"])
def test_r54_the_arbodienst_knows_whom_its_referral_named(text):
    sent = replace(AT_OHS, referrals=(replace(AT_OHS.referrals[0], referral=SENT),))
    assert judged(text, sent) == IDENTIFIES


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"occupation": "kraanmachinist (havendienst)."}, "SO havendienst"),
        ({"occupation": "kok (zee)"}, "SO zee"),
        ({"personnel_number": "P1234"}, "SO P1234"),
        ({"name": PersonName(family="Kolken")}, "SO k o l k e n"),
    ],
    ids=["in brackets", "a short word in brackets", "five signs", "six letters apart"],
)
def test_r54_who_is_known_is_found_by_a_short_word_number_or_name(changes, text):
    assert judged(text, ready(employee=replace(EMPLOYEE, **changes))) == IDENTIFIES
    assert judged(text, AT_OHS) is PERMIT


def test_r54_people_of_every_case_count():
    for cases in ((AT_OHS, AT_POOL), (AT_POOL, AT_OHS)):
        for text in ("terpstra-oud", "P10037", "aanvrager", "99990009101"):
            assert judged(text, *cases) == IDENTIFIES


@pytest.mark.parametrize("text", ["van der", "dr.", "Arbodienst", f"Periode {date(2026, 9, 1)}"])
def test_r54_prefixes_titles_and_houses_are_nobody(text):
    assert judged(text, AT_OHS, AT_POOL) is PERMIT
