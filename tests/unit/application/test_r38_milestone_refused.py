"""R38: what the arbodienst refuses of a milestone does not stay in the pool's own state."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.application import conduct_referral as pool
from gateway.domain import messages as m
from gateway.domain.ceilings import Ceilings
from gateway.domain.protocol import BusinessStatus
from gateway.entrypoints.cli.referral_view import referral_record
from tests.support import stages
from tests.support.hostile import on_disk, renewed
from tests.support.world import OHS, SECOND_PHYSICIAN, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path)
    yield world
    await world.close()


async def test_r38_a_milestone_that_was_refused_is_booked_as_refused_and_may_be_told_again(world: World):
    referral_id = await stages.accepted(world)
    appointment, started = m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED
    due_at = world.clock.now() + timedelta(days=2)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, appointment, due_at=due_at)
    await world.settle()
    await renewed(world, OHS.party_id, replace(world.ohs, ceilings=Ceilings(messages_of_a_kind=1)))
    world.clock.forward(days=2)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, started)
    await world.settle()
    for side in (world.pool, world.ohs):
        [referral] = (await world.case(side, stages.CASE if side is world.ohs else referral_id)).referrals
        assert (referral.state, referral.first_contact_at) == (BusinessStatus.APPOINTMENT_PLANNED, None)
    case = await world.case(world.pool, referral_id)
    assert referral_record(case, case.referrals[0])["refused_milestones"] == ("so-started",)
    await renewed(world, OHS.party_id, replace(world.ohs, ceilings=Ceilings()))
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, started)
    await world.settle()
    assert (await world.case(world.pool, referral_id)).referrals[0].state is BusinessStatus.SO_STARTED
