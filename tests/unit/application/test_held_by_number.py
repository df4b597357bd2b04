"""A case that is held because of a number that reads like its own: what waits in its queue does not go out (R25)."""

import pytest

from gateway.application.confirm_statement import confirm_statement
from gateway.application.submit_case import hold_case, submit_case
from gateway.domain.consent import Purpose
from gateway.domain.steps import Actor, ActorRole
from tests.support.world import OHS, World, accepted_case, consent

CASE = "SO-2026-0001"
BY = Actor(ActorRole.BACK_OFFICE, OHS.party_id, "M. de Planner")


@pytest.mark.parametrize("code", ["case-number-alike", "organisation-id-alike", "not-understood"])
async def test_a_referral_that_waits_in_the_queue_of_a_held_case_does_not_go_out(world: World, code):
    given = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    assert (await submit_case(world.ohs, CASE, accepted_case(*given))).message_id
    assert await hold_case(world.ohs, CASE, BY, code)
    await world.settle()
    assert (await world.case(world.ohs, CASE)).referrals == ()
    async with world.pool.store.look() as work:
        assert await work.case_ids() == []
    again = await submit_case(world.ohs, CASE, accepted_case(*given))
    assert [refusal.code for refusal in again.refusals] == ["not-explained"]
    assert await confirm_statement(world.ohs, CASE, BY) == ()
    assert (await submit_case(world.ohs, CASE, accepted_case(*given))).message_id
    await world.settle()
    async with world.pool.store.look() as work:
        assert len(await work.case_ids()) == 1
