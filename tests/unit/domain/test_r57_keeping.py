"""R57 and AVG 7(1): when a case is over, and what outlives it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain import steps as s
from gateway.domain.consent import Choice, ConsentProof, Purpose
from gateway.domain.messages import KeptBecause, Kind
from gateway.domain.protocol import WITHDRAWALS
from gateway.domain.retention import CHOSEN, TERMS, RetentionTerms
from gateway.domain.rules.keeping import is_over, kept_for_partner, proofs_of
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import (
    DRAFT,
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OUTCOME,
    POLICY,
    RELEASED,
    STARTED,
    a_case,
    at,
    consent,
    decided,
    ready,
    referred,
)

WEIGHED = s.AdviceWeighed(at=at(25), by=FIRST_PHYSICIAN, adoption=s.Adoption.WHOLLY)
NOT_OVER = refuse("case-not-over")


def test_r57_where_the_referral_is_not_known_here_its_follow_up_tells_and_a_transfer_is_answered_first():
    asked = s.TransferRequested(at=at(28), by=EMPLOYEE)
    answered = s.TransferDecided(at=at(29), by=FIRST_PHYSICIAN, is_granted=True)
    assert is_over(a_case(), POLICY, at(30)) == NOT_OVER
    assert is_over(a_case(WEIGHED), POLICY, at(30)) is PERMIT
    assert is_over(a_case(WEIGHED, asked), POLICY, at(30)) == NOT_OVER
    assert is_over(a_case(WEIGHED, asked, answered), POLICY, at(30)) is PERMIT
    assert is_over(ready(referred(), WEIGHED), POLICY, at(30)) == NOT_OVER


def test_r57_a_case_is_over_as_of_the_moment_of_asking():
    """The employee's answer about the report, on record with a day to come."""
    answer = s.ConsentGiven(at=at(23, 13), by=EMPLOYEE, consent=replace(OUTCOME, decided_at=at(26)))
    case = ready(referred(), STARTED, DRAFT, answer, RELEASED)
    assert is_over(case, POLICY, at(25)) == NOT_OVER
    assert is_over(case, POLICY, at(27)) is PERMIT


@pytest.mark.parametrize("kind", Kind)
def test_r57_a_pool_keeps_what_it_disclosed_until_it_has_the_receipt(kind):
    """Of a pair that looks alike on the way both count (R41)."""
    kept = {
        **dict.fromkeys(WITHDRAWALS, KeptBecause.WITHDRAWAL_UNDER_WAY),
        **dict.fromkeys((Kind.REFERRAL_REQUESTED, Kind.CONTACT_CORRECTED), KeptBecause.MESSAGES_UNDER_WAY),
        **dict.fromkeys((Kind.INFORMATION_PROVIDED, Kind.INFORMATION_DECLINED), KeptBecause.MESSAGES_UNDER_WAY),
        **dict.fromkeys((Kind.REPORT_RELEASED, Kind.REPORT_WITHHELD), KeptBecause.MESSAGES_UNDER_WAY),
    }
    assert kept_for_partner(ready(), {kind}) is kept.get(kind)
    assert kept_for_partner(ready(), frozenset()) is None


def test_what_is_kept_of_a_consent_is_what_the_employee_decided_and_the_message_it_let_pass():
    signed = replace(OUTCOME, form="written")
    elsewhere = consent(Purpose.OUTCOME_TO_FIRST, "arbo-elders", at(23, 13), choice=Choice.REFUSED)
    released = replace(RELEASED, message_id="m1")
    case = ready(referred(), STARTED, DRAFT, decided(signed, elsewhere), released)
    kept = ConsentProof(Purpose.OUTCOME_TO_FIRST, OHS, at(23, 13), "written", "m1")
    assert proofs_of(case, [released]) == (kept,)
    assert proofs_of(case, [replace(released, message_id=None)]) == ()


@pytest.mark.parametrize("kind", CHOSEN)
def test_r57_a_party_keeps_data_as_long_as_it_chose_the_bounds_of_the_table_included(kind):
    term = TERMS[kind]
    for chosen in (term.shortest, term.longest):
        assert RetentionTerms(**{kind.name.lower(): chosen}).of(kind) == chosen
    for wrong in (term.shortest - timedelta(seconds=1), term.longest + timedelta(seconds=1)):
        with pytest.raises(ValueError, match=f"{kind.value} is kept for"):
            RetentionTerms(**{kind.name.lower(): wrong})


@pytest.mark.parametrize("kind", [kind for kind in TERMS if kind not in CHOSEN])
def test_r57_what_a_party_does_not_choose_is_kept_as_the_table_says(kind):
    assert RetentionTerms().of(kind) == TERMS[kind].lasts
