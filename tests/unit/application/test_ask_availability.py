"""A question for room: of a case that is here, and beside what is known of it (R8)."""

import pytest

from gateway.application.ask_availability import ask_availability
from gateway.domain import messages as m
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from tests.support import stages
from tests.support.stages import CASE
from tests.support.world import FIRST_PHYSICIAN, OTHER_POOL, POOL, World


async def test_a_question_of_a_case_that_is_not_here_makes_none(world: World):
    with pytest.raises(RefusedError) as refused:
        await ask_availability(world.ohs, "SO-2026-9999", POOL.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery("Noord"))
    assert refused.value.code == "case-unknown"
    async with world.ohs.store.look() as work:
        assert await work.outbox() == []
        assert "SO-2026-9999" not in await work.case_ids()


async def test_a_question_after_an_opinion_takes_nothing_of_its_place(world: World):
    await stages.released(world)
    await ask_availability(world.ohs, CASE, OTHER_POOL.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery("Noord"))
    await world.settle()
    current = (await world.case(world.ohs, CASE)).current_referral
    assert current is not None
    assert current.state is BusinessStatus.RELEASED


async def test_a_question_before_any_referral_is_what_there_is(world: World):
    await stages.asked_for_room(world)
    current = (await world.case(world.ohs, CASE)).current_referral
    assert current is not None
    assert current.state is BusinessStatus.AVAILABILITY_ASKED


@pytest.mark.parametrize("text", ["Jurriaan van der Kolkmeijer", "regio kolk-meijer", "Noord P10037"])
async def test_r08_a_question_names_nobody_of_its_case(world: World, text: str):
    """No consent is asked for it; who is asked cannot tell a name from a region, who asks can."""
    await stages.submitted(world)
    with pytest.raises(RefusedError) as refused:
        await ask_availability(world.ohs, CASE, POOL.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery(text))
    assert refused.value.code == "text-identifies"
