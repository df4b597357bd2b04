"""Whom a choice means: one recipient, told from others in the contract and in the same house (R5, R6, R8, R9, R37)."""

from dataclasses import replace

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.rules import recipient as rule
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import (
    CONTACT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OPTIONS,
    OTHER_POOL,
    POOL,
    SECOND,
    THIRD,
    a_case,
    a_request,
    at,
    consent,
    contract_of,
    decided,
    ready,
)

ANY = ContractOption("opt-3", OptionKind.POOL, name="Landelijke pool")
COLLEAGUE = ContractOption("opt-9", OptionKind.PHYSICIAN, physician=replace(THIRD, name="H. Wiarda", organisation=POOL))
ONE_HOUSE = contract_of(OPTIONS[0], COLLEAGUE)
MULKENS, WIARDA = f"{POOL}/mulkens", f"{POOL}/wiarda"
AT_ANY = a_request(contract=contract_of(ANY), chosen_option="opt-3")


def to(recipient, day=14, **changes):
    return consent(Purpose.CONTACT_TO_SO, recipient, at(day, 11), **changes)


def chosen(recipient, option=None):
    return s.RecipientChosen(at=at(16), by=EMPLOYEE, recipient=recipient, option_id=option)


@pytest.mark.parametrize(
    ("consents", "ruling", "intended"),
    [
        ([to("lpbso")], PERMIT, "lpbso"),
        ([to("lpbso"), to("lpbso/G4", 13)], PERMIT, "lpbso/G4"),
        ([to("lpbso"), to("praktijk-elders", 13, choice=Choice.REFUSED)], PERMIT, "lpbso"),
        ([to("lpbso"), to("praktijk-elders", 13)], refuse("consents-name-several"), "lpbso"),
        ([to("lpbso", 13), to("praktijk-elders")], refuse("consents-name-several"), "praktijk-elders"),
        ([to("lpbso/G4"), to("lpbso/G5", 13)], refuse("consents-name-several"), "lpbso/G4"),
    ],
    ids=["one", "a person there", "one and not the other", "two", "the other first", "two people"],
)
def test_r08_a_pool_is_meant_by_the_consents_and_two_that_stand_are_no_choice(consents, ruling, intended):
    case = a_case(decided(*consents), request=AT_ANY)
    assert rule.chosen_by_employee(case) == ruling
    assert rule.intended_recipient(case) == intended


@pytest.mark.parametrize(
    ("recipient", "option", "agrees"),
    [
        (MULKENS, "opt-1", True),
        (WIARDA, "opt-9", True),
        (WIARDA, "opt-1", False),
        (MULKENS, "opt-9", False),
        (f"{POOL}/G4", "opt-1", True),
        (POOL, "opt-9", True),
        (OTHER_POOL, "opt-1", False),
    ],
)
def test_r08_of_two_physicians_in_one_house_a_choice_is_for_the_one_whose_name_it_has(recipient, option, agrees):
    case = a_case(chosen(recipient, option), request=a_request(contract=ONE_HOUSE))
    assert rule.chosen_by_employee(case) == (PERMIT if agrees else refuse("choice-contradicts"))


def test_r08_who_chose_a_pool_may_be_seen_there_by_whom_the_contract_names_too():
    contract = contract_of(OPTIONS[0], ANY)
    assert rule.chosen_by_employee(a_case(chosen(MULKENS, "opt-3"), request=a_request(contract=contract))) is PERMIT
    case = ready(contract=contract, chosen_option="opt-3")
    assert rule.second_physician(case, POOL) == SECOND


@pytest.mark.parametrize(
    ("contract", "option", "consents", "recipient", "is_chosen"),
    [
        (ONE_HOUSE, "opt-1", [CONTACT], MULKENS, True),
        (ONE_HOUSE, "opt-1", [CONTACT], WIARDA, False),
        (ONE_HOUSE, "opt-1", [to(MULKENS)], f"{POOL}/jansen", False),
        (contract_of(ANY), "opt-3", [to("lpbso")], "lpbso/G4", True),
        (contract_of(ANY), "opt-3", [to("lpbso")], "praktijk-elders", False),
        (contract_of(ANY), "opt-3", [to("lpbso/G4")], "lpbso/G5", False),
    ],
    ids=["its physician", "a colleague", "another person", "somebody there", "elsewhere", "another code"],
)
def test_r08_who_refers_spells_the_choice_out_and_makes_no_other(contract, option, consents, recipient, is_chosen):
    case = a_case(decided(*consents), request=a_request(contract=contract, chosen_option=option))
    assert rule.as_chosen(case, recipient) == (PERMIT if is_chosen else refuse("recipient-not-chosen"))


def test_r08_without_a_choice_the_newest_consent_shows_what_it_is_about():
    for days in ((13, 14), (14, 13)):
        consents = decided(*(to(name, day) for name, day in zip((POOL, OTHER_POOL), days, strict=True)))
        case = a_case(consents, request=a_request(chosen_option=None))
        assert rule.intended_recipient(case) == (OTHER_POOL if days == (13, 14) else POOL)


NAMELESS = replace(OPTIONS[0], physician=replace(SECOND, organisation=None))


@pytest.mark.parametrize(
    ("option", "intended", "ruling"),
    [
        (OPTIONS[0], POOL, PERMIT),
        (NAMELESS, None, refuse("option-names-nobody")),
        (ContractOption("opt-1", OptionKind.OHS, name="arbo-verhagen"), "arbo-verhagen", PERMIT),
        (ContractOption("opt-1", OptionKind.OHS, name="Arbo Verhagen B.V."), None, refuse("option-names-nobody")),
        (ContractOption("opt-1", OptionKind.OHS), None, refuse("option-names-nobody")),
        (replace(ANY, option_id="opt-1"), None, PERMIT),
    ],
    ids=["where it works", "nowhere", "a service by id", "by name", "no service", "a pool"],
)
def test_r05_r06_r08_an_option_says_who_it_is_unless_it_is_a_pool(option, intended, ruling):
    case = a_case(request=a_request(contract=contract_of(option)))
    assert rule.intended_recipient(case) == intended
    assert rule.option_names_somebody(case) == ruling
    asked = a_case(s.NewChoiceAsked(at=at(15), by=FIRST_PHYSICIAN), request=a_request(contract=contract_of(option)))
    assert rule.option_names_somebody(asked) is PERMIT


def test_r05_r06_an_option_that_was_chosen_for_one_recipient_names_the_physician_of_no_other():
    case = ready(chosen(OTHER_POOL, "opt-2"))
    assert rule.second_physician(case, OTHER_POOL) == THIRD
    assert rule.second_physician(case, POOL) == SECOND
    assert rule.second_physician(ready(contract=contract_of(OPTIONS[0])), "praktijk-elders") is None


def test_r09_who_lets_the_employer_know_and_chose_from_the_contract_stays_within_it():
    aware = decided(consent(Purpose.EMPLOYER_AWARE, "werkgever"))
    assert not rule.is_outside_contract(a_case(aware, request=AT_ANY), "praktijk-elders")
    assert rule.is_outside_contract(a_case(aware, request=replace(AT_ANY, chosen_option=None)), "praktijk-elders")
