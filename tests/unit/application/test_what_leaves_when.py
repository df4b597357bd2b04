"""What is due leaves, for as long as somebody could open it, and no longer than this process has it in hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.application.relay_outbox import relay_once
from gateway.application.submit_case import submit_case
from gateway.ports.store import OutboxState
from tests.support import stages
from tests.support.world import World, accepted_case

SECOND = timedelta(seconds=1)


async def referral_of(world: World, case_id: str = stages.CASE):
    async with world.ohs.store.look() as work:
        [item] = await work.outbox(case_id)
    return item


@pytest.mark.parametrize(
    ("more", "state", "reason"),
    [(timedelta(), OutboxState.SENT, None), (SECOND, OutboxState.UNDELIVERABLE, "expired")],
    ids=["at its last moment", "after it"],
)
async def test_what_nobody_could_open_any_more_is_given_up_and_says_why(world: World, more, state, reason):
    await submit_case(world.ohs, stages.CASE, accepted_case())
    world.clock.at += world.ohs.terms.give_up_after + more
    await relay_once(world.ohs)
    item = await referral_of(world)
    assert (item.state, item.reason) == (state, reason)
    assert world.seen() == (reason is None)


@pytest.mark.parametrize(("holds", "seen"), [(timedelta(), 0), (SECOND, 1)])
async def test_r27_what_somebody_else_may_have_in_hand_by_now_is_not_said(world: World, holds, seen):
    """The consent was weighed when it was claimed; whoever claims it next weighs it again."""
    await submit_case(world.ohs, stages.CASE, accepted_case())
    await relay_once(replace(world.ohs, terms=replace(world.ohs.terms, claim_for=holds)))
    assert world.seen() == seen
