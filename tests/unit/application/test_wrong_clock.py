"""What comes too early is held, and its sender tries again until its time has come: nobody need do anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from gateway.application.discard_message import discard_message
from gateway.application.relay_outbox import relay_once
from gateway.application.replay_message import replay_message, replay_what_passed
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain.case import fold
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.messages import Kind, ReceiptVerdict
from gateway.domain.protocol import BusinessStatus
from gateway.domain.steps import Actor, ActorRole, MessageDelivered, MessageReplayed
from gateway.entrypoints.workers.held import HeldWorker
from gateway.ports.clock import Clock
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, QuarantineState
from tests.support.ledger import balanced
from tests.support.world import EMPLOYEE, OHS, POOL, World, accepted_case

CASE = "SO-2026-0001"
HOUR = timedelta(hours=1)
CONTACT = f"T-{Purpose.CONTACT_TO_SO.value}-{POOL.party_id}"
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


async def test_it_has_one_answer_however_often_it_comes_too_early(world: World):
    """A receipt of 22 kB was made for each time, whoever brought the same bytes."""
    world.ohs.clock.offset = HOUR
    for _ in range(5):
        world.clock.forward(minutes=2)
        await world.settle()
    async with world.pool.store.look() as work:
        (answer,) = [item for item in await work.outbox() if item.kind is Kind.RECEIPT]
    assert answer.attempts > 1, "it goes again each time"
    assert UUID(answer.message_id).version == 4, "and looks like any other"
    async with world.pool.store.look() as work:
        (held,) = await work.quarantine()
    known_to_the_broker = f"{held.sender} {held.digest} {ReceiptVerdict.TRANSIENT_ERROR}"
    assert answer.message_id != str(uuid5(NAMESPACE_OID, known_to_the_broker)), "nobody makes it from the bytes"


async def test_it_is_taken_in_by_itself_when_its_time_has_come(world: World):
    world.clock.forward(minutes=125)
    await world.settle()
    assert await states(world.ohs) == await states(world.pool) == [BusinessStatus.REFERRED]
    assert await held(world) == [QuarantineState.REPLAYED]
    assert [(step.by.role, step.reason) for step in await replays(world)] == [(ActorRole.SYSTEM, "not-yet-valid")]
    async with world.pool.store.look() as work:
        taken_in = {item.message_id for item in await work.inbox()}
    assert {step.message_id for step in await replays(world)} <= taken_in
    await balanced(world.ohs, world.pool)


async def test_r27_an_operator_leaves_to_its_sender_what_would_disclose_something(world: World):
    (item,) = await quarantine(world)
    for minutes in (0, 61):
        world.clock.forward(minutes=minutes)
        with pytest.raises(RefusedError) as refused:
            await replay_message(world.pool, item, OPERATOR)
        assert refused.value.code == "message-left-to-sender"
    assert await states(world.pool) == []


async def test_an_operator_may_be_quicker_with_what_was_given_up(world: World):
    await given_up(world)
    for item in await quarantine(world):
        with suppress(RefusedError):  # what took its place has come already
            await replay_message(world.pool, item, OPERATOR)
    assert OPERATOR in [step.by for step in await replays(world)]
    await world.settle()
    assert await states(world.pool) == []
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
    await withdraw_consent(world.ohs, CASE, CONTACT, EMPLOYEE)
    await world.settle()
    world.clock.forward(minutes=125)
    await world.settle()
    assert await states(world.pool) == []
    await balanced(world.ohs, world.pool)


async def given_up(world: World) -> None:
    """Its consent was withdrawn, and what took its place has come."""
    await withdraw_consent(world.ohs, CASE, CONTACT, EMPLOYEE)
    await world.settle()
    world.clock.forward(minutes=125)
    await world.settle()


async def test_what_its_sender_gave_up_is_held_no_longer_than_until_its_time(world: World):
    await given_up(world)
    assert await replay_what_passed(world.pool) == 1
    await world.settle()
    assert set(await held(world)) == {QuarantineState.REPLAYED}
    assert await states(world.pool) == []
    await balanced(world.ohs, world.pool)


async def test_r27_what_was_given_up_has_no_effect_before_its_withdrawal_can_be_read(world: World):
    """The sender's clock stays ahead: the withdrawal comes too early as well, and later than what it withdraws."""
    world.ohs.clock.offset = HOUR
    world.clock.forward(minutes=10)
    await withdraw_consent(world.ohs, CASE, CONTACT, EMPLOYEE)
    await world.settle()
    assert (await referral(world)).state is OutboxState.DROPPED
    world.clock.forward(minutes=46)
    assert await replay_what_passed(world.pool) == 0
    assert await states(world.pool) == []
    world.clock.forward(minutes=30)
    await world.settle()
    await replay_what_passed(world.pool)
    await world.settle()
    assert set(await held(world)) == {QuarantineState.REPLAYED}
    assert await states(world.pool) == []
    await balanced(world.ohs, world.pool)


async def test_what_comes_too_early_stays_until_its_time(world: World):
    sent = await outbox(world.pool)
    assert await replay_what_passed(world.pool) == 0
    assert await held(world) == [QuarantineState.HELD]
    assert await outbox(world.pool) == sent, "nobody is told anything new"


async def test_what_its_sender_still_sends_is_left_to_it(world: World):
    world.clock.forward(minutes=61)
    assert await replay_what_passed(world.pool) == 0
    assert await states(world.pool) == []
    await world.settle()
    assert await states(world.pool) == [BusinessStatus.REFERRED]


async def test_two_processes_that_try_it_at_once_replay_it_once(world: World):
    await given_up(world)
    other = replace(world.pool, worker="another")
    await asyncio.gather(replay_what_passed(world.pool), replay_what_passed(other))
    assert len(await replays(world)) == len(await held(world))
    await world.settle()
    await balanced(world.ohs, world.pool)


async def test_what_was_given_up_here_is_not_tried(world: World):
    (item,) = await quarantine(world)
    await discard_message(world.pool, item, "onze klok klopt", OPERATOR)
    world.clock.forward(minutes=61)
    assert await replay_what_passed(world.pool) == 0
    assert await states(world.pool) == []


async def test_who_serves_tries_it_and_outlives_a_store_that_fails(world: World, monkeypatch):
    woken = []
    worker = HeldWorker(world.pool, lambda: woken.append(True))
    await worker.look()
    assert not woken, "its time has not come"
    await given_up(world)
    waiting = await held(world)
    with monkeypatch.context() as broken:
        broken.setattr(world.pool.store, "begin", refuse)
        await worker.look()
    assert not woken
    assert await held(world) == waiting
    await worker.look()
    assert woken
    assert set(await held(world)) == {QuarantineState.REPLAYED}


def refuse():
    raise TemporaryError("store-busy", "Not now.", remedy="Wait.")


class TestAnHourBehind:
    """A clock that is set back an hour after a referral was made."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[World]:
        world = await World().open()
        world.clock.forward(hours=2)
        for party_id, services in world.parties.items():
            world.parties[party_id] = replace(services, clock=Wrong(world.clock, timedelta()))
        await submit_case(world.ohs, CASE, accepted_case(at=world.clock.now()))
        yield world
        await world.close()

    async def test_a_receipt_is_read_whenever_it_comes_for_it_never_comes_again(self, world: World):
        world.pool.clock.offset = -HOUR
        await world.settle()
        assert (await referral(world)).state is OutboxState.SENT, "the receipt is still at the pool"
        world.clock.forward(hours=-1)
        world.pool.clock.offset = HOUR
        await world.settle()
        assert (await referral(world)).state is OutboxState.DELIVERED
        async with world.ohs.store.look() as work:
            assert await work.quarantine() == []
        told = [step for step in await world.steps(world.ohs, CASE) if isinstance(step, MessageDelivered)]
        assert [step.kind for step in told] == [Kind.REFERRAL_REQUESTED.value]

    async def test_what_was_claimed_before_it_is_weighed_as_of_then(self, world: World):
        """A consent that was given an hour from now would count as not given; the referral would be given up."""
        clock = world.ohs.clock

        class SetBackInBetween(Clock):
            def now(self) -> datetime:
                now = clock.now()
                clock.offset = -HOUR
                return now

        await relay_once(replace(world.ohs, clock=SetBackInBetween()))
        assert (await referral(world)).state is not OutboxState.DROPPED


async def outbox(services: Services) -> list[OutboxItem]:
    async with services.store.look() as work:
        return await work.outbox()


async def quarantine(world: World) -> list[str]:
    async with world.pool.store.look() as work:
        return [item.item_id for item in await work.quarantine()]


async def replays(world: World) -> list[MessageReplayed]:
    return [step for step in await world.steps(world.pool, GATEWAY_CASE) if isinstance(step, MessageReplayed)]
