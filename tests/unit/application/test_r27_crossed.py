"""R27: a withdrawal that crosses the pool's last word wins, and both sides know it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_request
from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.ports.services import Services
from tests.support.ledger import balanced
from tests.support.world import EMPLOYEE, OHS, SECOND, SECOND_PHYSICIAN, World, accepted_case, consent

CASE = "SO-2026-0001"


async def release(at_pool: Services, referral_id: str) -> None:
    outcome = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=at_pool.clock.now() + timedelta(seconds=1))
    at_pool.clock.forward(seconds=2)
    await pool.record_consent(at_pool, referral_id, SECOND_PHYSICIAN, outcome)
    await pool.release_report(at_pool, referral_id, SECOND_PHYSICIAN, "Verslag.")


async def withhold(at_pool: Services, referral_id: str) -> None:
    await pool.withhold_report(at_pool, referral_id, SECOND_PHYSICIAN)


async def stop(at_pool: Services, referral_id: str) -> None:
    await pool.stop_referral(at_pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)


async def decline(at_pool: Services, referral_id: str) -> None:
    await pool.decline_referral(at_pool, referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)


LAST_WORDS: dict[str, tuple[bool, Callable[[Services, str], Awaitable[None]]]] = {
    "released": (True, release),
    "withheld": (True, withhold),
    "stopped": (True, stop),
    "declined": (False, decline),
}
"""What the pool says last, and whether the draft was discussed before."""


@pytest.mark.parametrize("last_word", LAST_WORDS)
async def test_a_withdrawal_and_the_pools_last_word_cross_and_both_sides_call_it_withdrawn(
    world: World, last_word: str
):
    is_examined, say = LAST_WORDS[last_word]
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    if is_examined:
        await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
        await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
        await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
        await world.settle()

    await say(world.pool, referral_id)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()

    for side, case_id in ((world.ohs, CASE), (world.pool, referral_id)):
        referral = (await world.case(side, case_id)).referral(referral_id)
        assert referral is not None
        assert referral.state is BusinessStatus.WITHDRAWN
    ours = (await world.case(world.ohs, CASE)).referral(referral_id)
    assert ours is not None
    assert ours.report is None
    ledger = await balanced(world.ohs, world.pool)
    assert ledger.counts["refused"] == 1


async def test_a_draft_discussed_at_the_moment_of_the_withdrawal_does_not_revive_the_referral(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await world.settle()
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()

    with pytest.raises(RefusedError) as refused:
        await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    with pytest.raises(RefusedError):
        await release(world.pool, referral_id)

    assert refused.value.code == "wrong-state"
    referral = (await world.case(world.pool, referral_id)).referral(referral_id)
    assert referral is not None
    assert referral.state is BusinessStatus.WITHDRAWN
    await balanced(world.ohs, world.pool)
