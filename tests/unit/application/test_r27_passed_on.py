"""R27: what the employee takes back at one desk is known to everybody who holds something under it."""

from dataclasses import replace

from gateway.application import conduct_referral as pool
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.protocol import BusinessStatus
from tests.support.ledger import balanced
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    POOL,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
    consented,
)

CASE = "SO-2026-0001"
CONTACT = consent(Purpose.CONTACT_TO_SO)
FEEDBACK = consent(Purpose.FEEDBACK_TO_SO)


async def two_referrals(world: World) -> tuple[str, str]:
    """One that was stopped and one that goes on at the same pool, under the same consent for the feedback (R37)."""
    await submit_case(world.ohs, CASE, accepted_case(CONTACT, FEEDBACK))
    await world.settle()
    (first,) = (await world.case(world.ohs, CASE)).referrals
    await pool.stop_referral(world.pool, first.referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    await world.settle()
    world.clock.forward(minutes=1)
    anew = replace(CONTACT, consent_id="T-anew", decided_at=world.clock.now())
    await record_step(world.ohs, CASE, consented(anew))
    await refer(world.ohs, CASE, FIRST_PHYSICIAN, recipient=POOL.party_id)
    await world.settle()
    second = (await world.case(world.ohs, CASE)).referrals[-1]
    assert second.is_open
    return first.referral_id, second.referral_id


async def gone_in(world: World, case_id: str) -> set[str]:
    async with world.pool.store.look() as work:
        return {step.consent_id for step in await work.steps(case_id) if isinstance(step, s.ConsentWithdrawn)}


async def test_what_is_withdrawn_at_the_pool_in_one_referral_is_known_in_the_other(world: World):
    first, second = await two_referrals(world)

    await withdraw_consent(world.pool, second, FEEDBACK.consent_id, EMPLOYEE)
    await world.settle()

    assert await gone_in(world, first) == await gone_in(world, second) == {FEEDBACK.consent_id}
    referral = (await world.case(world.ohs, CASE)).referral(second)
    assert referral is not None
    assert referral.is_open
    await balanced(world.ohs, world.pool)


async def test_who_takes_back_the_contact_consent_at_the_pool_ends_the_referral_as_at_the_arbodienst(world: World):
    first, second = await two_referrals(world)

    await withdraw_consent(world.pool, first, CONTACT.consent_id, EMPLOYEE)
    await world.settle()

    assert await gone_in(world, first) == await gone_in(world, second) == {CONTACT.consent_id}
    for side, case_id in ((world.ohs, CASE), (world.pool, second)):
        referral = (await world.case(side, case_id)).referral(second)
        assert referral is not None
        assert referral.state is BusinessStatus.WITHDRAWN
    await balanced(world.ohs, world.pool)
