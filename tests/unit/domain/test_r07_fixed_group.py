"""Rules on the fixed group: R7."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.contract import ContractOption, OptionKind
from gateway.domain.messages import DeclineCode
from gateway.domain.policy import FixedGroup, Policy, PoolModel
from gateway.domain.rules import fixed_group as rule
from gateway.domain.rules.refusal import PERMIT, refuse
from gateway.domain.rules.verdict import assess
from tests.support.cases import (
    BACK_OFFICE,
    DRAFT,
    OTHER_POOL,
    OUTCOME,
    POLICY,
    POOL,
    RELEASED,
    STARTED,
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

OUTSIDE = refuse("not-in-fixed-group")


def a_group(*members, valid_from=date(2026, 1, 1), decided_on=None):
    return FixedGroup(valid_from, "de directie", decided_on or valid_from, members)


def a_policy(*groups, model=PoolModel.FIXED_GROUP):
    return replace(POLICY, pool_model=model, group=groups)


def ruled(policy, recipient=POOL, case=None, when=None):
    return rule.in_fixed_group(case or ready(), policy, recipient, when or at(15))


def test_r07_the_recipient_stands_on_the_list():
    assert ruled(a_policy(a_group(POOL))) is PERMIT
    assert ruled(a_policy(a_group(OTHER_POOL))) == OUTSIDE
    assert ruled(a_policy(a_group())) == OUTSIDE


@pytest.mark.parametrize(
    ("recipient", "member", "is_in"),
    [
        ("arbo-verhagen/G4", "arbo-verhagen/G4", True),
        ("arbo-verhagen/G4", "arbo-verhagen", True),
        ("arbo-verhagen/G4", "arbo-verhagen/G3", False),
        ("arbo-verhagen", "arbo-verhagen/G4", False),
        ("arbo-verhagen", "arbo-verhagen-noord", False),
    ],
)
def test_r07_members_are_named_as_consents_name_recipients(recipient, member, is_in):
    pool = contract_of(ContractOption("opt-1", OptionKind.POOL, name="Pool"))
    case = a_case(request=a_request(contract=pool))
    assert ruled(a_policy(a_group(member)), recipient, case) == (PERMIT if is_in else OUTSIDE)


@pytest.mark.parametrize("model", [model for model in PoolModel if model is not PoolModel.FIXED_GROUP])
def test_r07_under_another_model_a_list_decides_nothing(model):
    assert ruled(a_policy(a_group(OTHER_POOL), model=model)) is PERMIT


def test_r07_no_list_stated_decides_nothing():
    assert ruled(a_policy()) is PERMIT


def test_r07_a_list_that_is_not_valid_yet_is_not_used():
    next_year = a_group(POOL, valid_from=date(2026, 9, 16))
    assert ruled(a_policy(next_year)) == refuse("no-fixed-group-in-force")
    assert ruled(a_policy(next_year), when=at(16, 0, 1)) is PERMIT
    assert ruled(a_policy(a_group(OTHER_POOL), next_year)) == OUTSIDE


def test_r07_a_list_counts_from_its_decision_though_it_says_it_was_valid_before():
    afterwards = a_group(POOL, valid_from=date(2026, 9, 1), decided_on=date(2026, 9, 16))
    assert ruled(a_policy(afterwards)) == refuse("no-fixed-group-in-force")
    assert ruled(a_policy(a_group(OTHER_POOL), afterwards)) == OUTSIDE
    assert ruled(a_policy(a_group(OTHER_POOL), afterwards), when=at(16)) is PERMIT


def test_r07_the_newest_list_counts_in_whatever_order_they_are_written():
    old, new = a_group(POOL), a_group(OTHER_POOL, valid_from=date(2026, 9, 1))
    for policy in (a_policy(old, new), a_policy(new, old)):
        assert ruled(policy) == OUTSIDE
        assert ruled(policy, OTHER_POOL) is PERMIT


def test_r07_the_day_is_that_of_the_referral_and_not_of_the_request():
    joins = a_group(POOL, valid_from=date(2026, 9, 15))
    assert ruled(a_policy(a_group(OTHER_POOL), joins), when=at(14, 23)) == OUTSIDE
    assert ruled(a_policy(a_group(OTHER_POOL), joins), when=at(15, 0, 1)) is PERMIT


@pytest.mark.parametrize("steps", [[], [STARTED], [STARTED, DRAFT, *decided(OUTCOME), RELEASED]])
def test_r07_a_later_list_never_rewrites_a_case_that_was_referred(steps):
    case = ready(referred(), steps)
    leaves = a_policy(a_group(POOL), a_group(OTHER_POOL, valid_from=date(2026, 9, 15)))
    assert assess(case, leaves, at(29)) == assess(case, POLICY, at(29))
    assert assess(case, leaves, at(29)).may_refer


def test_r07_another_referral_is_judged_by_the_list_of_its_own_day():
    again = referred(when=at(29), referral_id="another")
    case = ready(referred(), STARTED, DRAFT, decided(OUTCOME), RELEASED, again)
    leaves = a_policy(a_group(POOL), a_group(OTHER_POOL, valid_from=date(2026, 9, 20)))
    assert ruled(leaves, case=case, when=at(28)) is PERMIT
    assert ruled(leaves, case=case, when=at(29)) == OUTSIDE


def test_r07_a_referral_that_was_declined_keeps_no_place_on_a_list():
    declined = of_referral(s.ReferralDeclined, at(16), reason=DeclineCode.NOT_AVAILABLE)
    leaves = a_policy(a_group(POOL), a_group(OTHER_POOL, valid_from=date(2026, 9, 16)))
    assert ruled(leaves, case=ready(referred(), declined), when=at(17)) == OUTSIDE


def test_r07_the_verdict_waits_for_another_choice_or_for_the_management():
    refused = assess(ready(), a_policy(a_group(OTHER_POOL)))
    assert (refused.status, refused.may_refer, refused.refusals) == ("waiting-choice", False, (OUTSIDE,))
    nothing = assess(ready(), a_policy(a_group(POOL, valid_from=date(2027, 1, 1))))
    assert (nothing.status, nothing.may_refer) == ("waiting-contract", False)


def test_r07_r09_who_is_agreed_upon_outside_the_contract_needs_no_place_on_the_list():
    aware = consent(Purpose.EMPLOYER_AWARE, "werkgever")
    agreed = s.EmployerAgreementRecorded(at=at(14, 12), by=BACK_OFFICE, payer="employer")
    elsewhere = decided(consent(Purpose.CONTACT_TO_SO, "praktijk-elders"), aware)
    case = a_case(elsewhere, agreed, request=a_request(chosen_option="buiten-contract"))
    assert assess(case, a_policy(a_group(POOL))).may_refer
    unagreed = a_case(elsewhere, request=a_request(chosen_option="buiten-contract"))
    assert not assess(unagreed, a_policy(a_group(POOL))).may_refer


@pytest.mark.parametrize(
    ("decided_on", "last"),
    [
        (date(2025, 9, 14), date(2026, 9, 14)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_r07_a_list_is_reviewed_a_year_after_its_decision(decided_on, last):
    assert rule.review_due_on(a_group(valid_from=date(2026, 1, 1), decided_on=decided_on)) == last


def test_r07_no_policy_has_no_group():
    assert rule.group_on(Policy("x"), date(2026, 9, 14)) is None


def test_r07_who_is_agreed_upon_outside_the_contract_gives_nobody_in_it_a_place_on_the_list():
    agreed = s.EmployerAgreementRecorded(at=at(14, 12), by=BACK_OFFICE, payer="employer")
    assert ruled(a_policy(a_group(OTHER_POOL)), POOL, ready(agreed)) == OUTSIDE
    assert ruled(a_policy(a_group(OTHER_POOL)), "praktijk-elders", ready(agreed)) is PERMIT
