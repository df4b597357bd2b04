"""What must not go out again: an operator hears why, and what to do instead; the message stays as it was."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from gateway.application.relay_outbox import relay_once
from gateway.application.replay_message import replay_message
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.ports.store import OutboxItem, OutboxState
from tests.support.world import EMPLOYEE, OPERATOR, POOL, World, accepted_case, consent

CASE = "SO-2026-0001"


async def the_referral(world: World) -> OutboxItem:
    async with world.ohs.store.look() as work:
        return (await work.outbox())[0]


async def expire(world: World) -> None:
    world.clock.at += world.ohs.terms.give_up_after + timedelta(seconds=1)


async def withdraw(world: World) -> None:
    await withdraw_consent(world.ohs, CASE, consent(Purpose.CONTACT_TO_SO).consent_id, EMPLOYEE)
    await relay_once(world.ohs)


async def be_refused(world: World) -> None:
    def refuse(*_):
        raise RefusedError("bundle-kind-unknown", "No.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.pool.mapper), "from_bundle", refuse)
        await relay_once(world.ohs)
        while world.broker.depth(POOL.party_id):
            await asyncio.sleep(0)
    await world.settle()


@pytest.mark.parametrize(
    ("happens", "state", "code", "way_out", "rules"),
    [
        (expire, OutboxState.PENDING, "message-expired", "Do the act again", ()),
        (withdraw, OutboxState.DROPPED, "message-dropped", "Do the act again", ("R27",)),
        (be_refused, OutboxState.REFUSED, "referral-refused", "Refer again", ("R37",)),
    ],
    ids=["expired", "dropped", "refused"],
)
async def test_what_must_not_go_again_is_not_replayed(
    world: World,
    happens: Callable[[World], Awaitable[None]],
    state: OutboxState,
    code: str,
    way_out: str,
    rules: tuple[str, ...],
):
    await submit_case(world.ohs, CASE, accepted_case())
    await happens(world)
    before = await the_referral(world)
    assert before.state is state
    with pytest.raises(RefusedError) as caught:
        await replay_message(world.ohs, before.message_id, OPERATOR)
    assert (caught.value.code, caught.value.rules) == (code, rules)
    assert way_out in caught.value.remedy
    assert await the_referral(world) == before
