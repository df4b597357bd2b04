"""Rules on who gives the second opinion: R3, R5 to R9, R37."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, Purpose
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.messages import DeclineCode, StopCode
from gateway.domain.policy import Policy
from gateway.domain.rules import recipient as rule
from gateway.domain.rules.refusal import PERMIT, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import (
    CONTACT,
    CONTRACT,
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    OPTIONS,
    OTHER_POOL,
    POLICY,
    POOL,
    SECOND,
    THIRD,
    a_case,
    a_request,
    at,
    consent,
    contract_of,
    decided,
    of_referral,
    ready,
    referred,
)

POOL_OPTION = ContractOption("opt-3", OptionKind.POOL, name="Landelijke pool")
DECLINED = of_referral(s.ReferralDeclined, at(15), reason=DeclineCode.NOT_AVAILABLE)
CHOSEN_OTHER = s.RecipientChosen(at=at(16), by=EMPLOYEE, recipient=OTHER_POOL)
ABROAD = consent(Purpose.CONTACT_TO_SO, "praktijk-elders", at(15))
AWARE = consent(Purpose.EMPLOYER_AWARE, "werkgever")
AGREED = s.EmployerAgreementRecorded(at=at(15), by=FIRST_PHYSICIAN, payer="werkgever")


@pytest.mark.parametrize(
    ("starts", "ends", "is_in_force"),
    [
        (date(2025, 1, 1), None, True),
        (date(2026, 9, 14), date(2026, 9, 14), True),
        (date(2026, 9, 15), None, False),
        (date(2025, 1, 1), date(2026, 9, 13), False),
        (None, None, False),
    ],
)
def test_r03_the_contract_is_in_force_on_the_day_of_the_request(starts, ends, is_in_force):
    case = a_case(request=a_request(contract=replace(CONTRACT, starts_on=starts, ends_on=ends)))
    expected = PERMIT if is_in_force else refuse("no-contract-in-force")
    assert rule.contract_names_an_option(case) == expected


def test_r03_the_contract_names_somebody():
    case = a_case(request=a_request(contract=contract_of()))
    assert rule.contract_names_an_option(case) == refuse("contract-names-no-option")


def test_r03_r09_an_agreement_beside_the_contract_will_do():
    case = a_case(AGREED, request=a_request(contract=contract_of()))
    assert rule.contract_names_an_option(case) is PERMIT


def test_r08_with_several_options_the_employee_chooses():
    assert rule.chosen_by_employee(a_case()) is PERMIT
    unchosen = a_request(chosen_option=None)
    assert rule.chosen_by_employee(a_case(request=unchosen)) == refuse("not-chosen-by-employee")


def test_r08_neither_consent_nor_referral_stands_in_for_a_choice():
    case = ready(referred(), chosen_option=None)
    assert rule.chosen_by_employee(case) == refuse("not-chosen-by-employee")


def test_r08_a_choice_recorded_later_is_a_choice():
    case = a_case(CHOSEN_OTHER, request=a_request(chosen_option=None))
    assert rule.chosen_by_employee(case) is PERMIT
    assert rule.intended_recipient(case) == OTHER_POOL


@pytest.mark.parametrize("option", [OPTIONS[0], POOL_OPTION])
def test_r08_the_only_option_needs_no_choosing(option):
    case = a_case(request=a_request(chosen_option=None, contract=contract_of(option)))
    assert rule.chosen_by_employee(case) is PERMIT


def test_r37_after_a_decline_the_employee_chooses_again():
    case = ready(referred(), DECLINED)
    assert rule.chosen_by_employee(case) == refuse("choose-again")


def test_r37_a_stopped_second_opinion_is_lost_as_well():
    stopped = of_referral(s.ReferralStopped, at(18), reason=StopCode.PHYSICIAN_UNAVAILABLE)
    assert rule.chosen_by_employee(ready(referred(), stopped)) == refuse("choose-again")


@pytest.mark.parametrize(
    "more",
    [
        [CHOSEN_OTHER],
        decided(consent(Purpose.CONTACT_TO_SO, OTHER_POOL, at(16))),
        [referred(OTHER_POOL, at(16), referral_id="another")],
    ],
    ids=["a choice", "a consent for somebody new", "a new referral"],
)
def test_r37_what_counts_as_choosing_again(more):
    case = ready(referred(), DECLINED, more)
    assert rule.chosen_by_employee(case) is PERMIT
    assert rule.intended_recipient(case) == OTHER_POOL


def test_r37_a_second_preference_is_a_choice_on_record():
    case = ready(referred(), DECLINED, second_preference="opt-2")
    assert rule.chosen_by_employee(case) is PERMIT
    assert rule.intended_recipient(case) == OTHER_POOL


def test_r37_a_second_preference_is_used_up_when_it_came_to_nothing_too():
    again = referred(OTHER_POOL, at(16), referral_id="another")
    refused = of_referral(s.ReferralDeclined, at(17), "another", reason=DeclineCode.NOT_AVAILABLE)
    case = ready(referred(), DECLINED, again, refused, second_preference="opt-2")
    assert rule.chosen_by_employee(case) == refuse("choose-again")
    assert rule.chosen_by_employee(ready(referred(), DECLINED)) == refuse("choose-again")


def test_r37_the_house_of_a_person_who_declined_is_no_new_choice():
    house = consent(Purpose.CONTACT_TO_SO, "arbo-verhagen", at(14, 11))
    case = a_case(
        decided(house),
        referred("arbo-verhagen/G3"),
        DECLINED,
        request=a_request(contract=contract_of(POOL_OPTION), chosen_option="opt-3"),
    )
    assert rule.chosen_by_employee(case) == refuse("choose-again")


def test_r08_whom_the_employee_wants():
    assert rule.intended_recipient(a_case()) == POOL
    person = consent(Purpose.CONTACT_TO_SO, f"{POOL}/mulkens", at(15))
    assert rule.intended_recipient(ready(decided(person))) == f"{POOL}/mulkens"
    assert rule.intended_recipient(a_case(decided(ABROAD))) == POOL
    nobody = a_case(request=a_request(chosen_option="opt-3", contract=contract_of(POOL_OPTION)))
    assert rule.intended_recipient(nobody) is None


def test_r05_another_person_in_another_house():
    assert rule.independent(ready(), POLICY, POOL) is PERMIT


def test_r05_not_the_same_person_also_under_another_name_and_house():
    same = ContractOption("opt-1", OptionKind.PHYSICIAN, physician=replace(SECOND, big=FIRST.big))
    case = ready(contract=contract_of(same))
    assert rule.independent(case, POLICY, POOL) == refuse("not-independent")
    assert rule.independent(case, Policy("x", same_organisation_allowed=True), POOL) == refuse("not-independent")


def test_r05_not_the_supervisor_either():
    assistant = replace(FIRST, big=None, supervisor_big=SECOND.big, role="praktijkondersteuner-bedrijfsarts")
    assert rule.independent(ready(first_physician=assistant), POLICY, POOL) == refuse("not-independent")


@pytest.mark.parametrize("target", [OHS, f"{OHS}/collega"])
def test_r05_not_within_the_same_house(target):
    assert rule.independent(ready(), POLICY, target) == refuse("not-independent")


@pytest.mark.parametrize(
    "changes",
    [
        {"physician": replace(SECOND, organisation=OHS)},
        {"physician": replace(SECOND, other_organisations=(OHS,))},
        {"physician": replace(SECOND, other_organisations=("00000201",))},
    ],
    ids=["works there", "side job there", "works at the employer"],
)
def test_r05_all_roles_and_side_jobs_count(changes):
    option = ContractOption("opt-1", OptionKind.PHYSICIAN, **changes)
    assert rule.independent(ready(contract=contract_of(option)), POLICY, POOL) == refuse("not-independent")


def test_r05_side_jobs_of_the_first_physician_count_too():
    busy = replace(FIRST, other_organisations=(POOL,))
    assert rule.independent(ready(first_physician=busy), POLICY, POOL) == refuse("not-independent")


@pytest.mark.parametrize("is_allowed", [True, False])
@pytest.mark.parametrize("is_recorded", [True, False])
def test_r05_the_military_exception_needs_policy_and_finding(is_allowed, is_recorded):
    recorded = [s.MilitaryExceptionRecorded(at=at(14), by=FIRST_PHYSICIAN)] if is_recorded else []
    policy = Policy("x", same_organisation_allowed=is_allowed)
    expected = PERMIT if is_allowed and is_recorded else refuse("not-independent")
    assert rule.independent(ready(recorded), policy, OHS) == expected


def test_r05_is_judged_again_when_the_physician_is_known():
    assert rule.independent_of_first(ready(), POLICY, POOL, SECOND) is PERMIT
    assert rule.independent_of_first(ready(), POLICY, POOL, replace(SECOND, big=FIRST.big)) == refuse("not-independent")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"big": None}, "not-registered"),
        ({"role": "arboarts"}, "not-registered"),
        ({"role": "aios"}, "not-registered"),
        ({"big": "123"}, "big-malformed"),
        ({"big": "9999 0005 101"}, "big-malformed"),
        ({"big": "99990005101 "}, "big-malformed"),
        ({"big": "9999.0005.101"}, "big-malformed"),
        ({"big": "BIG 99990005101"}, "big-malformed"),
    ],
)
def test_r06_a_registered_bedrijfsarts(changes, code):
    assert rule.registered(ready(), POOL) is PERMIT
    option = ContractOption("opt-1", OptionKind.PHYSICIAN, physician=replace(SECOND, **changes))
    assert rule.registered(ready(contract=contract_of(option)), POOL) == refuse(code)
    assert rule.registered_physician(replace(SECOND, **changes)) == refuse(code)


def test_r06_a_pool_names_its_physician_later():
    case = ready(contract=contract_of(POOL_OPTION), chosen_option="opt-3")
    assert rule.registered(case, "praktijk-elders") is PERMIT


def test_the_physician_behind_a_recipient_is_the_one_who_accepted_or_the_chosen_one():
    accepted = of_referral(s.ReferralAccepted, at(15), physician=THIRD)
    assert rule.second_physician(ready(referred(), accepted), POOL) == THIRD
    assert rule.second_physician(ready(), POOL) == SECOND
    assert rule.second_physician(ready(), "praktijk-elders") is None


def test_r09_within_the_contract_the_employer_need_not_know():
    assert rule.within_contract(ready(), POOL, at(20)) is PERMIT


def test_r09_first_the_employee_lets_the_employer_know_then_the_employer_agrees():
    target = "praktijk-elders"
    assert rule.within_contract(a_case(), target, at(20)) == refuse("outside-contract-unaware")
    assert rule.within_contract(a_case(AGREED), target, at(20)) == refuse("outside-contract-unaware")
    aware = decided(AWARE)
    assert rule.within_contract(a_case(aware), target, at(20)) == refuse("outside-contract-not-agreed")
    assert rule.within_contract(a_case(aware, AGREED), target, at(20)) is PERMIT


def test_r09_a_refused_or_withdrawn_consent_does_not_let_the_employer_know():
    refused = decided(replace(AWARE, choice=Choice.REFUSED))
    assert not rule.employer_may_know(a_case(refused), at(20))
    assert rule.employer_may_know(a_case(decided(AWARE)), at(20))
    assert not rule.employer_may_know(a_case(decided(replace(AWARE, withdrawn_at=at(18)))), at(20))


@pytest.mark.parametrize(
    ("request_changes", "steps", "recipient", "is_outside"),
    [
        ({}, [], POOL, False),
        ({}, [], "praktijk-elders", True),
        ({"contract": contract_of(POOL_OPTION), "chosen_option": "opt-3"}, [], "praktijk-elders", False),
        ({"contract": contract_of(POOL_OPTION), "chosen_option": "elders"}, [], "praktijk-elders", True),
        ({"contract": contract_of(POOL_OPTION), "chosen_option": None}, decided(AWARE), "praktijk-elders", True),
        ({"contract": contract_of(POOL_OPTION), "chosen_option": "opt-3"}, [AGREED], "praktijk-elders", True),
        ({}, [AGREED], POOL, False),
        ({"contract": contract_of(), "chosen_option": None}, [], "praktijk-elders", False),
        ({"contract": contract_of(), "chosen_option": None}, decided(AWARE), "praktijk-elders", True),
        ({"chosen_option": None}, [], None, False),
    ],
)
def test_r09_what_lies_outside_the_contract(request_changes, steps, recipient, is_outside):
    case = a_case(steps, request=a_request(**request_changes))
    assert rule.is_outside_contract(case, recipient) is is_outside


def test_r09_a_choice_the_contract_does_not_name_is_a_choice():
    case = a_case(decided(ABROAD), request=a_request(chosen_option="buiten-contract"))
    assert rule.chosen_by_employee(case) is PERMIT
    assert rule.intended_recipient(case) == "praktijk-elders"


@pytest.mark.parametrize("day", [14, 16], ids=["before it", "after it"])
def test_r09_a_consent_within_the_contract_does_not_turn_a_choice_beside_it(day):
    within = consent(Purpose.CONTACT_TO_SO, POOL, at(day))
    case = a_case(decided(ABROAD, within), request=a_request(chosen_option="buiten-contract"))
    assert rule.intended_recipient(case) == "praktijk-elders"
    assert rule.chosen_by_employee(case) is PERMIT


def test_r08_r09_an_option_that_is_named_later_and_stands_in_no_contract_means_somebody_outside_it():
    outside = a_case(AGREED, chosen(16, "praktijk-elders", "opt-9"))
    assert rule.chosen_by_employee(outside) is PERMIT
    within = a_case(AGREED, chosen(16, POOL, "opt-9"))
    assert rule.chosen_by_employee(within) == refuse("chosen-option-unknown")


def test_a_case_at_the_pool_has_no_contract_to_judge():
    case = replace(a_case(decided(CONTACT)), dossier=None)
    assert rule.contract_names_an_option(case) is PERMIT
    assert rule.chosen_by_employee(case) is PERMIT
    assert rule.independent_of_first(case, POLICY, POOL, SECOND) is PERMIT
    assert not rule.is_outside_contract(case, "praktijk-elders")


def test_r03_no_contract_on_record_is_a_contract_not_in_force():
    case = a_case(request=a_request(contract=Contract()))
    assert rule.contract_names_an_option(case) == refuse("no-contract-in-force")


def breached(day, option="opt-1"):
    return s.IndependenceBreached(at=at(day), by=FIRST_PHYSICIAN, option_id=option, reason="Nevenfunctie.")


def chosen(day, recipient, option=None):
    return s.RecipientChosen(at=at(day), by=EMPLOYEE, recipient=recipient, option_id=option)


def test_r05_r37_a_breached_option_is_not_used_and_the_employee_chooses_again():
    verdict = assess(ready(breached(15)), POLICY)
    assert (verdict.status, verdict.may_refer) == ("waiting-choice", False)
    assert {"not-chosen-by-employee", "option-not-independent"} <= {r.code for r in verdict.refusals}


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (chosen(16, OTHER_POOL, "opt-2"), None),
        (chosen(16, OTHER_POOL), None),
        (chosen(16, POOL, "opt-1"), "option-not-independent"),
        (chosen(16, POOL), "option-not-independent"),
        (chosen(16, f"{POOL}/mulkens"), "option-not-independent"),
        (chosen(16, "elders", "opt-1"), "option-not-independent"),
    ],
)
def test_r05_r37_what_may_be_chosen_after_a_breach(choice, code):
    there = decided(replace(CONTACT, consent_id="later", recipient=choice.recipient, decided_at=at(16)))
    verdict = assess(ready(breached(15), choice, there), POLICY)
    found = {r.code for r in verdict.refusals}
    assert ("option-not-independent" in found) is (code is not None)
    assert "not-chosen-by-employee" not in found
    assert verdict.may_refer is (code is None)


def test_r05_a_breach_after_the_choice_ends_that_choice():
    case = ready(chosen(15, OTHER_POOL, "opt-2"), breached(16))
    assert rule.chosen_by_employee(case) == refuse("not-chosen-by-employee")
    assert case.chosen_recipient is None


def test_r05_a_breach_that_names_no_option_closes_them_all():
    case = ready(breached(15, s.EVERY_OPTION), chosen(16, OTHER_POOL, "opt-2"))
    assert rule.option_independent(case, OTHER_POOL) == refuse("option-not-independent")


def test_r05_two_physicians_of_one_house_are_told_apart_by_the_option_that_was_chosen():
    colleague = ContractOption("opt-9", OptionKind.PHYSICIAN, physician=replace(THIRD, organisation=POOL))
    contract = contract_of(OPTIONS[0], colleague)
    to = f"{POOL}/wiarda"
    assert rule.option_independent(ready(breached(15), chosen(16, to, "opt-9"), contract=contract), to) is PERMIT
    assert rule.second_physician(ready(chosen(16, to, "opt-9"), contract=contract), to) == colleague.physician
    unnamed = ready(breached(15), chosen(16, to), contract=contract)
    assert rule.option_independent(unnamed, to) == refuse("option-not-independent")


def test_r05_the_physician_of_a_breached_option_is_refused_in_another_house_too():
    case = ready(breached(15))
    moved = replace(SECOND, organisation="elders")
    assert rule.independent_of_first(case, POLICY, "elders", moved) == refuse("option-not-independent")
    unnumbered = replace(moved, big=None, name="Mulkens, S.")
    assert rule.independent_of_first(case, POLICY, "elders", unnumbered) == refuse("option-not-independent")


def test_r05_a_breached_pool_is_refused_where_only_it_covers():
    case = ready(breached(15, "opt-3"), contract=contract_of(POOL_OPTION), chosen_option="opt-3")
    assert rule.option_independent(case, "lpbso") == refuse("option-not-independent")
    mixed = ready(breached(15, "opt-3"), contract=contract_of(*OPTIONS, POOL_OPTION))
    assert rule.option_independent(mixed, OTHER_POOL) is PERMIT


def test_r08_r37_asked_to_choose_again_the_case_waits_until_the_employee_has():
    asked = s.NewChoiceAsked(at=at(15), by=FIRST_PHYSICIAN)
    assert assess(ready(asked), POLICY).status == "waiting-choice"
    assert assess(ready(asked, chosen(16, POOL)), POLICY).may_refer
    assert assess(ready(chosen(14, POOL), asked), POLICY).status == "waiting-choice"
