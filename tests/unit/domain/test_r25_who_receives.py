"""R25: an objection is held against who really receives: who accepts, and who serves the recipient that was chosen."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Purpose, Standing
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.people import Organisation, Physician
from gateway.domain.rules.standing import standing_of
from tests.support.cases import (
    CONTRACT,
    EMPLOYEE,
    FIRST,
    OHS,
    POOL,
    SECOND,
    a_case,
    a_request,
    at,
    consent,
    contract_of,
    decided,
    of_referral,
    referred,
)
from tests.support.messages import REFERRAL

POOLS = replace(CONTRACT, options=(ContractOption("opt-1", OptionKind.POOL, "Landelijke pool"),))
PERSON, COLLEAGUE = "lpbso/G4", "lpbso/G5"
BOUCHIBA = Physician("dr. N. Bouchiba", "99990005301", organisation="lpbso")
CHOSEN = s.RecipientChosen(at=at(14, 11), by=EMPLOYEE, recipient=PERSON)
TO_SECOND = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)


def given(recipient: str, day: int = 14, purpose: Purpose = Purpose.CONTACT_TO_SO) -> s.Step:
    [step] = decided(consent(purpose, recipient, at(day, 11), consent_id=f"{recipient}-{day}"))
    return step


def objected(recipient: str, day: int = 14, purpose: Purpose = Purpose.CONTACT_TO_SO) -> s.Step:
    said = consent(purpose, recipient, at(day, 12), consent_id=f"no-{recipient}-{day}", choice=Choice.REFUSED)
    [step] = decided(said)
    return step


def accepted(physician: Physician) -> s.Step:
    return of_referral(s.ReferralAccepted, at(15), physician=physician)


def a_pools(*steps: s.Step, contract=POOLS) -> Case:
    return a_case(CHOSEN, *steps, request=a_request(contract=contract))


def standing(case: Case, recipient: str = PERSON, purpose: Purpose = Purpose.CONTACT_TO_SO, **more) -> Standing:
    return standing_of(case, purpose, recipient, at(20), **more).standing


@pytest.mark.parametrize("purpose", TO_SECOND)
def test_r25_an_objection_by_a_code_is_held_against_who_accepts(purpose: Purpose):
    said = (given(PERSON, purpose=purpose), objected(COLLEAGUE, purpose=purpose), referred(PERSON))
    assert standing(a_pools(*said), purpose=purpose) is Standing.ACTIVE
    assert standing(a_pools(*said, accepted(BOUCHIBA)), purpose=purpose) is Standing.REFUSED
    other = objected("arbo-verhagen/G5", purpose=purpose)
    assert standing(a_pools(said[0], other, said[2], accepted(BOUCHIBA)), purpose=purpose) is Standing.ACTIVE


def test_r25_a_later_consent_that_names_who_accepted_ends_it():
    said = (given(PERSON), objected(COLLEAGUE), referred(PERSON), accepted(BOUCHIBA))
    assert standing(a_pools(*said, given("lpbso/n. bouchiba", 16))) is Standing.ACTIVE
    assert standing(a_pools(*said, given("lpbso/h. wiarda", 16))) is Standing.REFUSED
    assert standing(a_pools(*said, given("lpbso/n. bouchiba", 13))) is Standing.REFUSED


def test_r8_r25_who_accepts_as_the_chosen_physician_is_not_the_one_of_another_code():
    at_home = replace(SECOND, organisation="lpbso")
    named = replace(CONTRACT, options=(ContractOption("opt-1", OptionKind.PHYSICIAN, physician=at_home),))
    said = (given(PERSON), objected(COLLEAGUE), referred(PERSON), accepted(at_home))
    assert standing(a_pools(*said, contract=named)) is Standing.ACTIVE


@pytest.mark.parametrize("purpose", TO_SECOND)
def test_r25_an_objection_to_who_serves_the_chosen_one_counts(purpose: Purpose):
    said = (given(PERSON, purpose=purpose), objected("praktijk-mulkens", purpose=purpose))
    to_mulkens = referred(PERSON, partner="praktijk-mulkens")
    assert standing(a_pools(*said), purpose=purpose) is Standing.ACTIVE
    assert standing(a_pools(*said), purpose=purpose, partner="praktijk-mulkens") is Standing.REFUSED
    assert standing(a_pools(*said), purpose=purpose, partner="praktijk-wiarda") is Standing.ACTIVE
    assert standing(a_pools(*said, to_mulkens), purpose=purpose) is Standing.REFUSED
    assert standing(a_pools(*said, to_mulkens), "lpbso", purpose) is not Standing.ACTIVE
    assert standing(a_pools(*said, to_mulkens, given(PERSON, 16, purpose)), purpose=purpose) is Standing.ACTIVE


def test_r25_an_objection_to_somebody_at_who_serves_the_chosen_one_counts_where_they_may_be_meant():
    said = (given("lpbso"), objected("praktijk-mulkens/bouchiba"), referred("lpbso", partner="praktijk-mulkens"))
    assert standing(a_pools(*said), "lpbso") is Standing.REFUSED
    assert standing(a_pools(*said, accepted(BOUCHIBA)), "lpbso") is Standing.REFUSED
    assert standing(a_pools(*said, accepted(SECOND)), "lpbso") is Standing.ACTIVE


def recorded_by(recorder: str, recipient: str, purpose: Purpose) -> s.Step:
    """An objection that a partner told of."""
    said = consent(purpose, recipient, at(14, 12), consent_id=f"of-{recorder}", choice=Choice.REFUSED)
    [step] = decided(replace(said, recorder=recorder))
    return step


@pytest.mark.parametrize("purpose", TO_SECOND)
@pytest.mark.parametrize(
    ("recorder", "stands"),
    [("lpbso", Standing.REFUSED), ("praktijk-mulkens", Standing.REFUSED), ("praktijk-wiarda", Standing.ACTIVE)],
    ids=["whom it is for", "who served it before", "another partner"],
)
def test_r25_what_a_partner_says_counts_for_what_goes_to_it_and_no_other(purpose: Purpose, recorder, stands):
    over = of_referral(s.ReferralWithdrawn, at(15))
    said = (given(PERSON, purpose=purpose), recorded_by(recorder, PERSON, purpose))
    assert standing(a_pools(*said, referred(PERSON, partner="praktijk-mulkens"), over), purpose=purpose) is stands


def test_r40_what_any_partner_says_of_the_outcome_counts_where_no_partner_is_told_apart():
    outcome = Purpose.OUTCOME_TO_FIRST
    said = (given(OHS, purpose=outcome), recorded_by("praktijk-wiarda", OHS, outcome))
    assert standing(a_pools(*said), OHS, outcome) is Standing.REFUSED


@pytest.mark.parametrize(("person", "stands"), [("j. terpstra-oud", Standing.REFUSED), ("jansen", Standing.ACTIVE)])
def test_r25_r40_an_objection_at_the_service_is_held_against_the_first_physician(person: str, stands: Standing):
    outcome = Purpose.OUTCOME_TO_FIRST
    case = a_pools(given(OHS, purpose=outcome), objected(f"{OHS}/{person}", purpose=outcome))
    assert standing(case, OHS, outcome) is stands
    asked = referred(PERSON, referral=replace(REFERRAL, requester=FIRST))
    there = replace(
        a_case(given(OHS, purpose=outcome), asked, objected(f"{OHS}/{person}", purpose=outcome)), dossier=None
    )
    assert standing(there, OHS, outcome) is stands


@pytest.mark.parametrize(("person", "stands"), [("bouchiba", Standing.REFUSED), ("jansen", Standing.ACTIVE)])
def test_r25_at_the_pool_an_objection_is_held_against_who_accepted_whatever_name_is_asked_of(person, stands):
    said = (given("lpbso"), objected(f"lpbso/{person}"), referred(PERSON), accepted(BOUCHIBA))
    assert standing(replace(a_case(*said), dossier=None), "lpbso") is stands


OUR_OWN = ("arbo-lindehof", "arbo-lindehof/dr. s. mulkens", "arbo-lindehof/secretariaat", "arbo-ingehuurd")


@pytest.mark.parametrize("purpose", TO_SECOND)
@pytest.mark.parametrize("recipient", OUR_OWN)
def test_r25_an_objection_to_who_gives_is_to_everybody(recipient: str, purpose: Purpose):
    hired = replace(FIRST, organisation="arbo-ingehuurd")
    said = (given(POOL, purpose=purpose), objected(recipient, purpose=purpose))
    case = a_case(*said, request=a_request(first_physician=hired))
    assert standing(case, POOL, purpose) is Standing.REFUSED
    again = a_case(*said, given(POOL, 15, purpose), request=a_request(first_physician=hired))
    assert standing(again, POOL, purpose) is Standing.ACTIVE


def test_r25_an_objection_to_somebody_else_in_the_house_that_receives_is_to_them():
    """A first physician of the same house (R5, the armed forces) makes no objection there one to all."""
    at_home = contract_of(ContractOption("opt-1", OptionKind.PHYSICIAN, physician=replace(SECOND, organisation=OHS)))
    chosen = f"{OHS}/s. mulkens"
    said = (given(chosen), objected(f"{OHS}/h. wiarda"))
    assert standing(a_case(*said, request=a_request(contract=at_home)), chosen) is Standing.ACTIVE


@pytest.mark.parametrize("recipient", ["praktijk-mulkens", "praktijk-mulkens/balie", "lpbso", "lpbso/g4"])
def test_r25_r40_at_the_pool_an_objection_to_itself_keeps_the_outcome(recipient: str):
    outcome = (given(OHS, 22, Purpose.OUTCOME_TO_FIRST), objected(recipient, 22, Purpose.OUTCOME_TO_FIRST))
    side = replace(REFERRAL, performer_organisation=Organisation("praktijk-mulkens", "Praktijk"))
    case = fold("at-the-pool", [referred("lpbso", partner=OHS, referral=side), *outcome])
    assert standing_of(case, Purpose.OUTCOME_TO_FIRST, OHS, at(23)).standing is Standing.REFUSED
