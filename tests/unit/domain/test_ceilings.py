"""What one partner may say in one referral and in a day: the rules, at their very edges."""

from dataclasses import replace

import pytest

from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Choice, Purpose
from gateway.domain.effects import steps_of
from gateway.domain.messages import Kind
from gateway.domain.protocol import ENDINGS, PROTOCOL, TAKES_BACK
from gateway.domain.rules import ceilings as rules
from tests.support.cases import POOL, REFERRAL_ID, STARTED, at, consent, of_referral, ready, referred
from tests.support.messages import full

CEILINGS = Ceilings()
BROUGHT = replace(consent(Purpose.MEDICAL_TO_SO, POOL), recorder=POOL)


def codes(decision):
    return [refusal.code for refusal in decision.refusals]


def record(count, **changes):
    brought = tuple(replace(BROUGHT, consent_id=f"T-{i}", **changes) for i in range(count))
    return replace(ready(referred(), STARTED), consents=brought)


def asking(*consents):
    return m.InformationRequest("r1", m.InformationKind.REASONING, at(20), consents)


@pytest.mark.parametrize(("steps", "expected"), [((), ["asked-again"]), ((STARTED,), [])])
def test_r29_r32_what_was_asked_before_the_first_contact_is_asked_once(steps, expected):
    """With every consent there is: before the opinion has started the answer is no."""
    fields = {"request_id": "r0", "asked": m.InformationKind.REASONING, "employee_decided_at": at(18)}
    before = of_referral(s.InformationRequested, at(18), **fields)
    case = ready(referred(), before, *steps)
    decision = rules.may_ask_information(CEILINGS, case, case.referral(REFERRAL_ID), asking(), at(20))
    assert codes(decision) == expected


@pytest.mark.parametrize("choice", Choice)
def test_r25_a_partner_brings_fifty_consents_and_not_one_more(choice):
    """An objection too many is refused with its message, so that its sender hears; what is on record stays."""
    more = replace(BROUGHT, consent_id="another", choice=choice, recorder=None)
    assert codes(rules.may_add_consents(CEILINGS, record(49), POOL, asking(more))) == []
    assert codes(rules.may_add_consents(CEILINGS, record(50), POOL, asking(more))) == ["too-many-consents"]


def test_r25_what_a_partner_repeats_or_another_brought_counts_under_no_ceiling():
    known = replace(BROUGHT, consent_id="T-0", recorder=None)
    assert codes(rules.may_add_consents(CEILINGS, record(60), POOL, asking(known))) == []
    assert codes(rules.may_add_consents(CEILINGS, record(60), POOL, asking())) == []
    assert codes(rules.may_add_consents(CEILINGS, record(60, recorder=None), POOL, asking(known))) == []


@pytest.mark.parametrize("kind", sorted(set(Kind) - TAKES_BACK))
def test_r38_five_hundred_messages_of_a_referral_and_fifty_of_a_kind(kind):
    assert codes(rules.may_say_again(CEILINGS, kind, 500, 49)) == []
    assert codes(rules.may_say_again(CEILINGS, kind, 501, 49)) == ["too-many-messages"]
    assert codes(rules.may_say_again(CEILINGS, kind, 500, 50)) == ["repeated-too-often"]
    assert codes(rules.may_say_again(CEILINGS, kind, None, 0)) == []


@pytest.mark.parametrize("kind", sorted(TAKES_BACK))
def test_r27_what_takes_something_back_always_counts(kind):
    assert codes(rules.may_say_again(CEILINGS, kind, 10_000, 10_000)) == []
    assert codes(rules.may_act_again(CEILINGS, kind, 10_000, 10_000)) == []


def test_r58_the_last_places_are_left_to_what_the_gateway_says_by_itself():
    assert codes(rules.may_act_again(CEILINGS, Kind.MILESTONE_REACHED, 500 - rules.RESERVED, 0)) == []
    assert codes(rules.may_act_again(CEILINGS, Kind.MILESTONE_REACHED, 501 - rules.RESERVED, 0)) == [
        "too-many-messages"
    ]
    assert codes(rules.may_act_again(CEILINGS, Kind.ERASURE_CONFIRMED, 500, 50)) == []


@pytest.mark.parametrize("kind", sorted(kind for kind, row in PROTOCOL.items() if row.is_sequenced))
def test_r38_of_every_kind_one_message_is_counted_once(kind):
    """Withdrawals were counted under another code than that of their step, and so never."""
    told = full(kind)
    steps = steps_of(told, partner=told.sender, by=s.Actor(s.ActorRole.SYSTEM, told.sender), at=at(20))
    assert {one: rules.times_said(steps, one, told.referral_id or "") for one in Kind} == {
        one: int(one is kind) for one in Kind
    }


def test_what_was_said_is_counted_by_referral_and_kind():
    steps = [STARTED, STARTED, replace(STARTED, referral_id="another"), referred()]
    assert rules.times_said(steps, Kind.MILESTONE_REACHED, REFERRAL_ID) == 2
    assert rules.times_said(steps, Kind.REPORT_WITHHELD, REFERRAL_ID) == 0


def test_r8_so_many_referrals_are_open_and_so_many_begin_in_a_day():
    assert codes(rules.may_begin_referral(CEILINGS, 499, 99)) == []
    assert codes(rules.may_begin_referral(CEILINGS, 500, 0)) == ["too-many-referrals"]
    assert codes(rules.may_begin_referral(CEILINGS, 0, 100)) == ["too-many-referrals"]


def test_r54_so_many_invoices_come_in_a_day():
    assert codes(rules.may_invoice(CEILINGS, 99)) == []
    assert codes(rules.may_invoice(CEILINGS, 100)) == ["too-many-invoices"]


def test_five_kinds_end_a_referral():
    assert {
        *(Kind.REFERRAL_DECLINED, Kind.REPORT_RELEASED, Kind.REPORT_WITHHELD),
        *(Kind.REFERRAL_WITHDRAWN, Kind.REFERRAL_STOPPED),
    } == ENDINGS
