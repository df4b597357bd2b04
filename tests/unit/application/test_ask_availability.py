"""A question for room: of a case that is here, and beside what is known of it (R8)."""

import pytest

from gateway.application.ask_availability import ask_availability
from gateway.application.withdraw_consent import withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from tests.support import stages
from tests.support.stages import CASE
from tests.support.world import EMPLOYEE, FIRST_PHYSICIAN, OHS, OTHER_POOL, POOL, World


async def test_a_question_of_a_case_that_is_not_here_makes_none(world: World):
    with pytest.raises(RefusedError) as refused:
        await ask_availability(world.ohs, "SO-2026-9999", POOL.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery("Noord"))
    assert refused.value.code == "case-unknown"
    async with world.ohs.store.look() as work:
        assert await work.outbox() == []
        assert "SO-2026-9999" not in await work.case_ids()


async def ask(world: World, other=POOL) -> m.Message:
    return await ask_availability(world.ohs, CASE, other.party_id, FIRST_PHYSICIAN, m.AvailabilityQuery("Noord"))


async def test_a_question_takes_nothing_of_the_place_of_an_opinion(world: World):
    await stages.submitted(world)
    await ask(world, OTHER_POOL)
    await stages.released(world)
    current = (await world.case(world.ohs, CASE)).current_referral
    assert current is not None
    assert current.state is BusinessStatus.RELEASED


async def test_r08_no_room_is_asked_for_a_request_that_was_withdrawn_or_held(world: World):
    await stages.submitted(world)
    await ask(world)
    sent = await outgoing(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await refused(world, "withdrawn")
    async with world.ohs.store.begin() as work:
        by = s.Actor(s.ActorRole.BACK_OFFICE, OHS.party_id)
        await work.append(CASE, [s.CaseStated(at=world.clock.now(), by=by, doubts=("consent-missing",))])
    await refused(world, "consent-missing")
    assert await outgoing(world) == sent


async def test_r08_no_room_is_asked_once_an_opinion_took_place(world: World):
    await stages.released(world)
    await refused(world, "opinion-already-held")


async def refused(world: World, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        await ask(world)
    assert caught.value.code == code


async def outgoing(world: World) -> list[str]:
    async with world.ohs.store.look() as work:
        return [item.message_id for item in await work.outbox() if item.kind is m.Kind.AVAILABILITY_ASKED]


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
