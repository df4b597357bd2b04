"""What comes too early is held, and its sender tries again until its time has come: nobody need do anything."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from gateway.application.discard_message import discard_message
from gateway.application.replay_message import replay_message
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain.case import fold
from gateway.domain.consent import Purpose
from gateway.domain.messages import Kind
from gateway.domain.protocol import BusinessStatus
from gateway.domain.steps import Actor, ActorRole, MessageReplayed
from gateway.ports.clock import Clock
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, QuarantineState
from tests.support.ledger import balanced
from tests.support.world import EMPLOYEE, OHS, POOL, World, accepted_case

CASE = "SO-2026-0001"
HOUR = timedelta(hours=1)
OPERATOR = Actor(ActorRole.OPERATOR, POOL.party_id, "B. de Beheerder")


@dataclass
class Wrong(Clock):
    """A clock that is an hour ahead until somebody sets it right."""

    right: Clock
    offset: timedelta = HOUR

    def now(self) -> datetime:
        return self.right.now() + self.offset


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A referral was made by an arbodienst whose clock is an hour ahead, and has come to the pool."""
    world = await World().open()
    clock = Wrong(world.clock)
    world.parties[OHS.party_id] = replace(world.ohs, clock=clock)
    await submit_case(world.ohs, CASE, accepted_case(at=clock.now()))
    await world.settle()
    clock.offset = timedelta()
    yield world
    await world.close()


async def referral(world: World) -> OutboxItem:
    async with world.ohs.store.look() as work:
        return next(item for item in await work.outbox() if item.kind is Kind.REFERRAL_REQUESTED)


async def held(world: World) -> list[QuarantineState]:
    async with world.pool.store.look() as work:
        return [item.state for item in await work.quarantine()]


async def states(services: Services) -> list[BusinessStatus]:
    async with services.store.look() as work:
        cases = [fold(case_id, await work.steps(case_id)) for case_id in await work.case_ids()]
    return [one.state for case in cases for one in case.referrals]


async def test_it_is_held_and_the_sender_does_not_give_it_up(world: World):
    assert await held(world) == [QuarantineState.HELD]
    assert (await referral(world)).state is OutboxState.SENT
    assert await states(world.ohs) == [BusinessStatus.REFERRED]
    assert await states(world.pool) == []


async def test_it_is_kept_once_however_often_it_comes_too_early(world: World):
    world.ohs.clock.offset = HOUR
    for _ in range(3):
        world.clock.forward(minutes=2)
        await world.settle()
    assert (await referral(world)).attempts == 4
    assert await states(world.ohs) == [BusinessStatus.REFERRED]
    assert await held(world) == [QuarantineState.HELD]


async def test_it_is_taken_in_by_itself_when_its_time_has_come(world: World):
    world.clock.forward(minutes=125)
    await world.settle()
    assert await states(world.ohs) == await states(world.pool) == [BusinessStatus.REFERRED]
    assert await held(world) == [QuarantineState.REPLAYED]
    assert [(step.by.role, step.reason) for step in await replays(world)] == [(ActorRole.SYSTEM, "not-yet-valid")]
    await balanced(world.ohs, world.pool)


async def test_an_operator_may_be_quicker(world: World):
    world.clock.forward(minutes=61)
    (item,) = await quarantine(world)
    await replay_message(world.pool, item, OPERATOR)
    await world.settle()
    assert (await referral(world)).state is OutboxState.DELIVERED
    assert [step.by for step in await replays(world)] == [OPERATOR]
    await balanced(world.ohs, world.pool)


async def test_what_is_given_up_is_refused_and_does_not_come_again(world: World):
    (item,) = await quarantine(world)
    await discard_message(world.pool, item, "onze klok klopt", OPERATOR)
    await world.settle()
    assert (await referral(world)).state is OutboxState.REFUSED
    world.clock.forward(minutes=125)
    await world.settle()
    assert await states(world.pool) == []


async def test_a_withdrawal_in_the_meantime_keeps_it_from_having_an_effect(world: World):
    await withdraw_consent(world.ohs, CASE, f"T-{Purpose.CONTACT_TO_SO.value}-{POOL.party_id}", EMPLOYEE)
    await world.settle()
    world.clock.forward(minutes=125)
    await world.settle()
    assert await states(world.pool) == []
    await balanced(world.ohs, world.pool)


async def quarantine(world: World) -> list[str]:
    async with world.pool.store.look() as work:
        return [item.item_id for item in await work.quarantine()]


async def replays(world: World) -> list[MessageReplayed]:
    return [step for step in await world.steps(world.pool, GATEWAY_CASE) if isinstance(step, MessageReplayed)]
