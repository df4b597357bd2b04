"""What goes wrong between making a message and its receipt: consent that goes, erasure, refusals half-way."""

from dataclasses import replace

import pytest

from gateway.application import conduct_referral as pool
from gateway.application import take_in_message
from gateway.application.answer_information import provide_information
from gateway.application.refer_case import refer
from gateway.application.relay_outbox import relay_once
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.ports.store import GATEWAY_CASE, OutboxState
from gateway.ports.transport import PublishOutcome
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
    consented,
)

CASE = "SO-2026-0001"
CONTACT = consent(Purpose.CONTACT_TO_SO)
FEEDBACK = consent(Purpose.FEEDBACK_TO_SO)
MEDICAL = consent(Purpose.MEDICAL_TO_SO)
REASONING, WORK = m.InformationKind.REASONING, m.InformationKind.WORK_CIRCUMSTANCES


async def started(world: World, *consents) -> str:
    """Bring a referral to the second physician's first contact; returns its id."""
    await submit_case(world.ohs, CASE, accepted_case(CONTACT, FEEDBACK, *consents))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    world.clock.forward(hours=1)
    return referral_id


async def asked(world: World, referral_id: str, kind: m.InformationKind) -> str:
    """Let the pool ask something; returns the request's id."""
    now = world.clock.now()
    await pool.request_information(world.pool, referral_id, SECOND_PHYSICIAN, kind, employee_decided_at=now)
    await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].requests[-1].request_id


async def answered(world: World, referral_id: str, request_id: str, kind: m.InformationKind, text: str) -> None:
    await provide_information(world.ohs, referral_id, request_id, FIRST_PHYSICIAN, kind, text)


async def withdrawn(world: World, side, case_id: str, given) -> None:
    world.clock.forward(seconds=1)
    await withdraw_consent(side, case_id, given.consent_id, EMPLOYEE)


async def outbox(side, kind: m.Kind) -> list[OutboxState]:
    async with side.store.begin() as work:
        return [item.state for item in await work.outbox() if item.kind is kind]


async def texts_at_pool(world: World, referral_id: str) -> list[str]:
    return [d.text for d in (await world.case(world.pool, referral_id)).referrals[-1].documents]


async def test_r30_an_answer_in_the_queue_is_weighed_by_what_it_carries_and_not_by_an_earlier_one(world: World):
    referral_id = await started(world, MEDICAL)
    await answered(world, referral_id, await asked(world, referral_id, REASONING), REASONING, "Mijn onderbouwing.")
    await world.settle()
    await answered(world, referral_id, await asked(world, referral_id, WORK), WORK, "Magazijn.")
    await withdrawn(world, world.ohs, CASE, MEDICAL)
    await world.settle()
    assert await texts_at_pool(world, referral_id) == ["Mijn onderbouwing.", "Magazijn."]
    assert set(await outbox(world.ohs, m.Kind.INFORMATION_PROVIDED)) == {OutboxState.DELIVERED}


async def test_r32_of_two_answers_in_the_queue_only_the_one_without_consent_is_declined_in_its_place(world: World):
    referral_id = await started(world, MEDICAL)
    first = await asked(world, referral_id, REASONING)
    second = await asked(world, referral_id, WORK)
    await answered(world, referral_id, first, REASONING, "Mijn onderbouwing.")
    await answered(world, referral_id, second, WORK, "Magazijn.")
    await withdrawn(world, world.ohs, CASE, MEDICAL)
    await world.settle()
    referral = (await world.case(world.pool, referral_id)).referrals[-1]
    assert await texts_at_pool(world, referral_id) == ["Magazijn."]
    assert {r.request_id: r.outcome for r in referral.requests} == {
        first: "information-declined",
        second: "information-provided",
    }


async def test_r26_a_referral_in_the_queue_goes_nowhere_when_the_feedback_it_carries_may_not(world: World):
    await submit_case(world.ohs, CASE, accepted_case(CONTACT, FEEDBACK))
    await withdrawn(world, world.ohs, CASE, FEEDBACK)
    await world.settle()
    assert world.seen() == 0
    again = await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    await world.settle()
    at_pool = (await world.case(world.pool, again.referral_id)).referrals[-1]
    assert at_pool.state is BusinessStatus.REFERRED
    assert at_pool.contents == ("contact-data",)


async def test_r27_a_referral_that_never_left_is_out_of_the_case(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await withdrawn(world, world.ohs, CASE, CONTACT)
    await world.settle()
    case = await world.case(world.ohs, CASE)
    assert case.referrals == ()
    dropped = [x for x in await world.steps(world.ohs, CASE) if isinstance(x, s.MessageDropped)]
    assert [x.was_attempted for x in dropped if x.kind == m.Kind.REFERRAL_REQUESTED] == [False]
    async with world.ohs.store.look() as work:
        gone = [item.message_id for item in await work.outbox(CASE) if item.state is OutboxState.DROPPED]
    assert len(gone) == 3
    assert sorted(x.message_id for x in dropped) == sorted(gone)
    world.clock.forward(seconds=1)
    again = replace(consent(Purpose.CONTACT_TO_SO, at=world.clock.now()), consent_id="T-again")
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(again),))
    await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    await world.settle()
    assert [r.state for r in (await world.case(world.ohs, CASE)).referrals] == [BusinessStatus.REFERRED]


@pytest.mark.parametrize("is_stored", [False, True], ids=["the attempt was lost", "the attempt arrived"])
async def test_r27_a_referral_that_may_have_left_is_over_at_both_sides(world: World, is_stored: bool):
    await submit_case(world.ohs, CASE, accepted_case())
    world.broker.fail_next(PublishOutcome.UNKNOWN, is_stored=is_stored)
    await relay_once(world.ohs)
    await withdrawn(world, world.ohs, CASE, CONTACT)
    world.clock.forward(minutes=10)
    await world.settle()
    [ours] = (await world.case(world.ohs, CASE)).referrals
    assert not ours.is_open
    dropped = [x for x in await world.steps(world.ohs, CASE) if isinstance(x, s.MessageDropped)]
    assert all(x.was_attempted for x in dropped if x.kind == m.Kind.REFERRAL_REQUESTED)
    at_pool = (await world.case(world.pool, ours.referral_id)).referrals
    assert not any(referral.is_open for referral in at_pool)


async def test_a_referral_that_the_pools_gateway_refuses_is_over_and_another_may_be_made(world: World):
    await submit_case(world.ohs, CASE, accepted_case(), refer=False)
    message = await refer(world.ohs, CASE, FIRST_PHYSICIAN)
    receipt = s.MessageDelivered(
        at=world.clock.now(),
        by=s.Actor(s.ActorRole.SYSTEM, POOL.party_id),
        referral_id=message.referral_id,
        kind=message.kind.value,
        verdict="fatal-error",
        reason="not-the-recipient",
    )
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (receipt,))
    [referral] = (await world.case(world.ohs, CASE)).referrals
    assert referral.state is BusinessStatus.STOPPED


async def test_what_a_rule_refuses_half_way_leaves_nothing_but_a_reason(world: World, monkeypatch):
    referral_id = await started(world)

    async def refuse_half_way(*_: object) -> None:
        raise RefusedError("wrong-state", "Not now.")

    monkeypatch.setattr(take_in_message, "react", refuse_half_way)
    steps = len(await world.steps(world.ohs, CASE))
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.APPOINTMENT_PLANNED)
    await world.settle()
    assert len(await world.steps(world.ohs, CASE)) == steps
    async with world.ohs.store.begin() as work:
        held = await work.quarantine()
    assert [item.reason for item in held] == ["wrong-state"]
    refused = [x for x in await world.steps(world.pool, referral_id) if isinstance(x, s.MessageDelivered)]
    assert refused[-1].verdict == "fatal-error"


async def test_r58_the_proof_of_a_delivery_outlives_the_case_it_was_about(world: World):
    """The case of a pool can be erased before the receipt for its last word comes."""
    referral_id = await started(world)
    await pool.stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    async with world.pool.store.begin() as work:
        await work.erase(referral_id)
    await world.settle()
    assert await world.steps(world.pool, referral_id) == []
    kept = [x for x in await world.steps(world.pool, GATEWAY_CASE) if isinstance(x, s.MessageDelivered)]
    assert [x.kind for x in kept] == [m.Kind.REFERRAL_STOPPED]


async def test_r27_a_consent_taken_back_at_the_pool_is_told_and_ends_nothing_that_is_not_the_pools(world: World):
    referral_id = await started(world)
    await withdrawn(world, world.pool, referral_id, CONTACT)
    await world.settle()
    assert await outbox(world.pool, m.Kind.CONSENT_WITHDRAWN) == [OutboxState.DELIVERED]
    assert await outbox(world.pool, m.Kind.REFERRAL_WITHDRAWN) == []
    known = (await world.case(world.ohs, CASE)).consent(CONTACT.consent_id)
    assert known is not None
    assert known.withdrawn_at is not None
