"""A record is judged before it counts: whom it means, when, and by which rule (R5, R8, R10, R25)."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import EVERYBODY, Choice, Purpose
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.people import Organisation, Representative
from gateway.domain.restatement import Doubt
from gateway.domain.rules.statement import LEEWAY, directory_for, judge
from tests.support.cases import (
    ACCEPTED,
    BACK_OFFICE,
    CONTACT,
    CONTRACT,
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    POLICY,
    POOL,
    SECOND,
    a_case,
    a_request,
    at,
    contract_of,
    decided,
)

HOME = Organisation(OHS, "Arbodienst Lindehof B.V.")
PARTNERS = (("praktijk-mulkens", "Praktijk Mulkens", ()), ("lpbso", "Landelijke pool", ("arbo-verhagen/G3",)))
OPEN = contract_of(ContractOption("opt-1", OptionKind.POOL, "Landelijke pool (test)"))


NOW = at(20)


def judged(*said, now=NOW, partners=PARTNERS, request=None):
    steps = (request or a_request(), *said)
    return judge(steps, POLICY, directory_for(steps, HOME, partners), now)


def recipient_of(consent, **around):
    found = judged(*decided(consent), **around)
    return next((step.consent.recipient for step in found.steps if hasattr(step, "consent")), None)


@pytest.mark.parametrize(
    "written",
    [
        "praktijk-mulkens",
        "praktijk-mulkens ",
        " Praktijk-Mulkens",
        "PRAKTIJK-MULKENS",
        "praktijk-mulkens\u200b",
        "\uff50raktijk-mulkens",
        "Praktijk Mulkens",
        "praktijk  mulkens",
        "dr. S. (Saskia) Mulkens",
    ],
)
@pytest.mark.parametrize("choice", list(Choice))
def test_a_recipient_is_found_however_it_is_spelt(written, choice):
    assert recipient_of(replace(CONTACT, recipient=written, choice=choice)) == POOL


def test_a_person_is_found_however_the_organisation_is_spelt():
    spelt = [recipient_of(replace(CONTACT, recipient=w)) for w in ("arbo-verhagen/G3", "Arbo-Verhagen/g3 ")]
    assert spelt == ["arbo-verhagen/G3"] * 2


@pytest.mark.parametrize("written", ["praktijk-mulkens/Jansen", "praktijk-mulkens/*", "praktijk-mulkens//"])
def test_r8_a_consent_for_somebody_else_there_is_no_consent(written):
    assert recipient_of(replace(CONTACT, recipient=written)) is None
    assert recipient_of(replace(CONTACT, recipient=written, choice=Choice.REFUSED)) == EVERYBODY
    assert recipient_of(replace(CONTACT, recipient="praktijk-mulkens/Mulkens")) == "praktijk-mulkens/mulkens"


@pytest.mark.parametrize("written", ["Praktijk Onbekend", "praktijk-onbekend", "-", "mulkens"])
def test_a_consent_for_nobody_known_is_no_consent(written):
    found = judged(*decided(replace(CONTACT, recipient=written)))
    assert found.doubts == (Doubt("recipient-unknown", f"consent-given {CONTACT.consent_id}"),)
    assert not any(isinstance(step, s.ConsentGiven) for step in found.steps)


@pytest.mark.parametrize("written", ["Praktijk Onbekend", "praktijk-onbekend", "mulkens", "iedereen"])
def test_a_refusal_for_nobody_known_is_a_refusal_for_everybody(written):
    refused = replace(CONTACT, recipient=written, choice=Choice.REFUSED)
    assert recipient_of(refused) == EVERYBODY
    assert recipient_of(refused, request=a_request(contract=OPEN)) == EVERYBODY


def test_a_withdrawn_consent_for_nobody_known_is_an_objection_to_everybody():
    taken_back = s.ConsentWithdrawn(
        at=at(15), by=EMPLOYEE, consent_id=CONTACT.consent_id, purpose=Purpose.CONTACT_TO_SO
    )
    found = judged(*decided(replace(CONTACT, recipient="Praktijk Onbekend")), taken_back)
    assert found.steps[1].consent.recipient == EVERYBODY
    assert taken_back in found.steps


def test_a_pool_of_the_contract_lets_ids_in_that_nobody_listed_and_no_names():
    request = a_request(contract=OPEN)
    assert recipient_of(replace(CONTACT, recipient="praktijk-elders"), request=request) == "praktijk-elders"
    assert recipient_of(replace(CONTACT, recipient="Praktijk Elders"), request=request) is None


@pytest.mark.parametrize("written", [" Praktijk-Mulkens", "Praktijk Mulkens", "dr. S. (Saskia) Mulkens"])
def test_r8_whom_the_employee_chose_is_found_however_it_is_spelt(written):
    chosen = s.RecipientChosen(at=at(15), by=EMPLOYEE, recipient=written)
    assert [step.recipient for step in judged(chosen).steps if isinstance(step, s.RecipientChosen)] == [POOL]


@pytest.mark.parametrize(("written", "known"), [("praktijk  Mulkens", POOL), ("Dienst Elders", "Dienst Elders")])
def test_r8_a_service_in_the_contract_is_named_by_its_id_where_it_is_known(written, known):
    request = a_request(contract=contract_of(ContractOption("opt-1", OptionKind.OHS, written)))
    [option] = judged(request=request).steps[0].contract.options
    assert option.name == known


def test_r9_an_agreement_lets_ids_in_that_nobody_listed():
    elsewhere = replace(CONTACT, recipient="praktijk-elders")
    agreed = s.EmployerAgreementRecorded(at=at(14, 10), by=BACK_OFFICE, payer="employer")
    assert judged(*decided(elsewhere)).doubts
    assert judged(agreed, *decided(elsewhere)).doubts == ()


def test_r8_a_record_without_its_request_means_whom_the_request_on_record_names():
    said = decided(replace(CONTACT, recipient=SECOND.name))
    of_case = directory_for(said, HOME, known=a_case())
    assert [step.consent.recipient for step in judge(said, POLICY, of_case, NOW).steps] == [POOL]
    assert judge(said, POLICY, directory_for(said, HOME), NOW).doubts


MANDATE = Representative("K. van der Kolk", "partner", at(14).date(), may_consent=True)
REPRESENTATIVE = s.Actor(s.ActorRole.REPRESENTATIVE, OHS, MANDATE.name)


@pytest.mark.parametrize(
    ("mandate", "counts"),
    [
        (MANDATE, True),
        (replace(MANDATE, mandate_signed_on=at(15).date()), False),
        (replace(MANDATE, mandate_signed_on=None), False),
        (replace(MANDATE, may_consent=False), False),
        (None, False),
    ],
    ids=["signed by then", "signed later", "not signed", "not for consents", "nobody"],
)
def test_r2_r25_a_representative_consents_by_a_mandate_that_was_signed_by_then(mandate, counts):
    request = a_request(employee=replace(a_request().employee, representative=mandate))
    given = s.ConsentGiven(at=CONTACT.decided_at, by=REPRESENTATIVE, consent=CONTACT)
    found = judged(given, request=request)
    assert (given in found.steps) is counts
    told = () if counts else (Doubt("consent-not-by-employee", f"consent-given {CONTACT.consent_id}"),)
    assert found.doubts == told


def test_a_name_of_two_organisations_means_neither():
    twins = (("praktijk-a", "Praktijk", ()), ("praktijk-b", "Praktijk", ()))
    assert recipient_of(replace(CONTACT, recipient="Praktijk"), partners=twins) is None


def test_the_employer_and_treating_doctors_stand_in_no_directory():
    aware = replace(CONTACT, purpose=Purpose.EMPLOYER_AWARE, recipient="Werkgever ")
    assert recipient_of(aware) == "werkgever"


@pytest.mark.parametrize(
    "change",
    [
        {"first_physician": replace(FIRST, organisation="Arbodienst Lindehof B.V.")},
        {"first_physician": replace(FIRST, other_organisations=("Praktijk Mulkens",))},
        {"first_physician": replace(FIRST, other_organisations=("2026-09-14",))},
        {"organisation": "Arbodienst Lindehof"},
        {
            "contract": contract_of(
                replace(
                    CONTRACT.options[0], physician=replace(CONTRACT.options[0].physician, organisation="Praktijk M.")
                )
            )
        },
    ],
    ids=["first physician", "side job", "since when it is one", "arbodienst", "option"],
)
def test_r5_an_organisation_that_is_a_name_or_a_date_is_a_problem(change):
    assert "organisation-not-an-id" in [doubt.code for doubt in judged(request=a_request(**change)).doubts]


AHEAD = at(20) + LEEWAY + LEEWAY


@pytest.mark.parametrize(
    "step",
    [
        replace(ACCEPTED, at=AHEAD),
        *decided(replace(CONTACT, decided_at=AHEAD)),
        s.RecipientChosen(at=AHEAD, by=EMPLOYEE, recipient=POOL),
        s.RequestMaintained(at=AHEAD, by=EMPLOYEE),
    ],
    ids=lambda step: step.code,
)
def test_what_permits_and_is_dated_in_the_future_does_not_count(step):
    found = judged(step)
    assert found.doubts == (Doubt("dated-in-future", step.code),)
    assert step not in found.steps


def test_a_clock_may_be_a_little_ahead():
    step = replace(ACCEPTED, at=at(20) + LEEWAY)
    assert judged(step).doubts == ()


def test_a_refusal_of_the_future_counts_and_is_told():
    refused = decided(replace(CONTACT, choice=Choice.REFUSED, decided_at=AHEAD))
    found = judged(*refused)
    assert [doubt.code for doubt in found.doubts] == ["dated-in-future"]
    assert refused[0] in found.steps


def test_a_request_of_the_future_is_no_case_yet():
    assert judged(request=a_request(at=AHEAD)).is_ahead


def test_as_of_the_last_event_nothing_is_ahead():
    found = judged(replace(ACCEPTED, at=AHEAD), now=None)
    assert (found.doubts, len(found.steps)) == ((), 2)


@pytest.mark.parametrize(
    "by",
    [
        s.Actor(s.ActorRole.BACK_OFFICE, OHS, "M. de Planner"),
        s.Actor(s.ActorRole.EMPLOYER, OHS),
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Ander"),
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Terpstra-Oud"),
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, FIRST.name, big="99990001999"),
        s.Actor(s.ActorRole.SECOND_PHYSICIAN, POOL, "dr. S. Mulkens"),
    ],
    ids=["back office", "employer", "another physician", "a namesake", "another number", "second physician"],
)
def test_r10_an_acceptance_by_somebody_else_does_not_count(by):
    found = judged(replace(ACCEPTED, by=by), *decided(CONTACT))
    [defect] = found.defects
    assert defect.refusals[0].code == "acceptance-not-by-first-physician"
    assert not defect.counts
    assert not any(isinstance(step, s.RequestAccepted) for step in found.steps)


@pytest.mark.parametrize(
    "by",
    [
        FIRST_PHYSICIAN,
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "Terpstra-Oud, J.M."),
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "Terpstra – Oud MSc"),
        s.Actor(s.ActorRole.FIRST_PHYSICIAN, OHS, "dr. A. Ander", on_behalf_of=FIRST.name),
    ],
    ids=["the physician", "another spelling", "letters behind the name", "a stand-in"],
)
def test_r10_the_physician_or_a_named_stand_in_accepts(by):
    assert judged(replace(ACCEPTED, by=by)).defects == ()


def test_r14_an_acceptance_after_a_refusal_does_not_count_until_it_is_reopened():
    declined = s.RequestDeclined(
        at=at(14, 10),
        by=FIRST_PHYSICIAN,
        reason_code="improper-use",
        reasons="Omdat.",
        written_to_employee_on=at(14).date(),
        complaints_procedure_named=True,
    )
    found = judged(declined, replace(ACCEPTED, at=at(15)))
    assert [defect.refusals[0].code for defect in found.defects] == ["request-decided"]
    assert found.steps[-1] == declined


def test_r15_a_refusal_with_a_defect_counts_and_is_told():
    declined = s.RequestDeclined(
        at=at(14, 10),
        by=BACK_OFFICE,
        reason_code="improper-use",
        reasons=None,
        written_to_employee_on=None,
        complaints_procedure_named=False,
    )
    found = judged(declined)
    assert declined in found.steps
    assert found.defects[0].counts
    assert "refusal-not-by-first-physician" in [refusal.code for refusal in found.defects[0].refusals]


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        (s.Actor(s.ActorRole.COMPLAINTS_OFFICER, OHS, "mr. P. Kist"), True),
        (FIRST_PHYSICIAN, False),
        (s.Actor(s.ActorRole.BACK_OFFICE, OHS), False),
    ],
    ids=["an officer", "the physician", "the back office"],
)
def test_r21_a_complaint_upheld_by_somebody_involved_reopens_nothing(by, counts):
    filed = s.ComplaintFiled(at=at(16), by=EMPLOYEE, about="other")
    decision = s.ComplaintDecided(at=at(17), by=by, about="other", is_upheld=True)
    found = judged(filed, decision)
    assert (decision in found.steps) is counts


def test_r43_an_adoption_without_a_report_does_not_count():
    weighed = s.AdviceWeighed(at=at(18), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY, reasons="Zo is het.")
    found = judged(ACCEPTED, weighed)
    assert [defect.refusals[0].code for defect in found.defects] == ["advice-not-received"]
    assert weighed not in found.steps
