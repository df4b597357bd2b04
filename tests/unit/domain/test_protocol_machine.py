"""The protocol table drives what may be said: every kind, every role, every state, at both sides."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from gateway.domain.case import Case, apply
from gateway.domain.effects import steps_of
from gateway.domain.messages import Kind, Message, Milestone, MilestoneNotice
from gateway.domain.party import Party, Role
from gateway.domain.policy import Policy
from gateway.domain.protocol import ENDED_STATES, OPEN_STATES, PROTOCOL, BusinessStatus, TaskStatus
from gateway.domain.referral_state import ReferralState
from gateway.domain.rules.exchange import Situation, may_receive, may_send
from gateway.domain.rules.refusal import refuse
from gateway.domain.steps import Actor, ActorRole
from tests.support.messages import full, sample_id

AT = datetime(2026, 9, 14, 12, tzinfo=UTC)
OHS = Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof")
POOL = Party("praktijk-mulkens", Role.POOL, "Praktijk Mulkens")
REFERRAL = sample_id("referral")
TALK = [kind for kind in Kind if kind not in {Kind.RECEIPT, Kind.INVOICE_ISSUED}]


def in_state(state: BusinessStatus | None) -> tuple[Case, ReferralState | None]:
    if state is None:
        return Case("case"), None
    referral = ReferralState(REFERRAL, POOL.party_id, POOL.party_id, AT, state, TaskStatus.REQUESTED)
    return replace(Case("case"), referrals=(referral,)), referral


def situation(role: Role, state: BusinessStatus | None) -> Situation:
    case, referral = in_state(state)
    us, them = (OHS, POOL) if role is Role.OHS else (POOL, OHS)
    return Situation(case, referral, Policy("test"), us, them, AT)


def test_every_kind_has_one_row():
    assert set(PROTOCOL) == set(Kind)


def test_open_and_ended_states_are_apart():
    assert not OPEN_STATES & ENDED_STATES


@pytest.mark.parametrize(("kind", "state"), list(product(TALK, [None, *BusinessStatus])))
def test_a_kind_is_refused_outside_its_states(kind: Kind, state: BusinessStatus | None):
    row = PROTOCOL[kind]
    role = next(iter(row.senders))
    is_allowed = state is None if row.opens else state in row.before
    decision = may_send(situation(role, state), full(kind).content)
    assert (refuse("wrong-state") in decision.refusals) is not is_allowed
    other = Role.POOL if role is Role.OHS else Role.OHS
    received = may_receive(situation(other, state), full(kind).content)
    assert (refuse("wrong-state") in received.refusals) is not (is_allowed or state in row.crosses)


@pytest.mark.parametrize("kind", TALK)
def test_a_kind_is_refused_from_the_wrong_role(kind: Kind):
    row = PROTOCOL[kind]
    for role in Role:
        decision = may_send(situation(role, None), full(kind).content)
        assert (refuse("wrong-role") in decision.refusals) is (role not in row.senders)


@pytest.mark.parametrize("kind", [kind for kind in TALK if PROTOCOL[kind].after or PROTOCOL[kind].choices])
def test_the_fold_moves_a_referral_as_the_table_says(kind: Kind):
    row = PROTOCOL[kind]
    before = next(iter(row.before), None)
    case, _ = in_state(None if row.opens else before)
    message = replace(full(kind), referral_id=REFERRAL)
    case = apply(case, steps_of(message, partner=POOL.party_id, by=Actor(ActorRole.SYSTEM, OHS.party_id), at=AT))
    referral = case.referral(REFERRAL)
    assert referral is not None
    assert referral.task_status is row.task_status
    assert referral.state in (row.choices or {row.after})


@pytest.mark.parametrize("milestone", Milestone)
def test_each_milestone_is_a_state(milestone: Milestone):
    case, _ = in_state(BusinessStatus.SO_ACCEPTED)
    message = Message(sample_id("m"), "a", "b", AT, MilestoneNotice(milestone, AT), REFERRAL, 2)
    case = apply(case, steps_of(message, partner=POOL.party_id, by=Actor(ActorRole.SYSTEM, OHS.party_id), at=AT))
    referral = case.referral(REFERRAL)
    assert referral is not None
    assert referral.state.value == milestone.value


def test_sensitive_pairs_share_one_size():
    sharing = {kind for kind, row in PROTOCOL.items() if row.shares_size}
    pairs = {Kind.REPORT_RELEASED, Kind.REPORT_WITHHELD, Kind.INFORMATION_PROVIDED, Kind.INFORMATION_DECLINED}
    assert sharing == pairs


def test_what_carries_documents_is_a_disclosure_and_has_needs():
    for row in PROTOCOL.values():
        if "Binary" in row.resources:
            assert row.audit == "disclosure"
            assert row.needs
