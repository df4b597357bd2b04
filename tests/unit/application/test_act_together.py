"""Many acts in one unit of work: each its own effect and its own refusal, and nobody suffers from a neighbour."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from gateway.application import perform_act
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.messages import Kind
from gateway.domain.steps import ActionRefused, Actor, ActorRole
from gateway.ports.turn import TOGETHER, SharedTurn
from tests.support.world import FIRST, OHS, POOL, World, accepted_case

COUNT = 5
PHYSICIAN = Actor(ActorRole.FIRST_PHYSICIAN, OHS.party_id, FIRST.name)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = await World().open(OHS, POOL)
    for number in range(COUNT):
        await submit_case(world.ohs, f"case-{number}", accepted_case(), refer=False)
    yield world
    await world.close()


def counting(services):
    """The same services over a disk that has to be waited for, and the number of units of work."""
    count = []

    class Counting:
        def __getattr__(self, name):
            return getattr(services.store, name)

        @asynccontextmanager
        async def begin(self):
            count.append(1)
            await asyncio.sleep(0.01)
            async with services.store.begin() as work:
                yield work

    return replace(services, store=Counting()), count


async def all_refer(services, *case_ids):
    return await asyncio.gather(*(refer(services, case_id, PHYSICIAN) for case_id in case_ids), return_exceptions=True)


def cases(first=0):
    return [f"case-{number}" for number in range(first, COUNT)]


async def sent(world):
    async with world.ohs.store.look() as work:
        return [item.message_id for item in await work.outbox() if item.kind is Kind.REFERRAL_REQUESTED]


async def test_whoever_waits_for_the_store_shares_the_next_unit_of_work(world):
    services, count = counting(world.ohs)
    messages = await all_refer(services, *cases())
    assert len(count) == 2
    assert await sent(world) == [message.message_id for message in messages]


async def test_one_that_is_refused_has_its_own_refusal_and_the_others_their_effect(world):
    services, _ = counting(world.ohs)
    await refer(services, "case-2", PHYSICIAN)
    outcomes = await all_refer(services, *cases())
    assert [isinstance(outcome, RefusedError) for outcome in outcomes] == [False, False, True, False, False]
    assert len(await sent(world)) == COUNT
    async with world.ohs.store.look() as work:
        refusals = {c: sum(isinstance(step, ActionRefused) for step in await work.steps(c)) for c in cases()}
    assert refusals == dict.fromkeys(cases(), 0) | {"case-2": 1}


async def test_one_that_fails_in_a_way_nobody_foresaw_fails_alone(world, monkeypatch):
    compose = perform_act.compose

    async def fail_for_one(services, work, draft, case):
        if draft.case_id == "case-3":
            raise ZeroDivisionError
        return await compose(services, work, draft, case)

    monkeypatch.setattr(perform_act, "compose", fail_for_one)
    outcomes = await all_refer(counting(world.ohs)[0], *cases())
    assert [isinstance(outcome, ZeroDivisionError) for outcome in outcomes] == [False, False, False, True, False]
    assert len(await sent(world)) == COUNT - 1


async def test_a_store_that_is_busy_is_asked_once_for_all_who_wait(world):
    services, count = counting(world.ohs)
    services.store.begin = lambda: count.append(1) or Busy()
    outcomes = await all_refer(services, *cases())
    assert {type(outcome) for outcome in outcomes} == {TemporaryError}
    assert len(count) == 2


class Busy:
    async def __aenter__(self):
        await asyncio.sleep(0)
        raise TemporaryError("store-busy", "Another unit of work holds the store.")

    async def __aexit__(self, *_):
        raise AssertionError


# The turn by itself


async def doubled(items):
    await asyncio.sleep(0)
    return [item * 2 for item in items]


async def test_everybody_gets_the_outcome_of_their_own(world):
    turn = SharedTurn[int, int]()
    numbers = range(TOGETHER * 2 + 5)
    assert await asyncio.gather(*(turn.take(n, doubled) for n in numbers)) == [n * 2 for n in numbers]


@pytest.mark.parametrize("who", [0, 1, 3], ids=["who serves", "who is served", "the last"])
async def test_who_is_cancelled_keeps_nobody_waiting_and_is_not_served_later(who):
    served = []

    async def serve(items):
        await asyncio.sleep(0.01)
        served.extend(items)
        return items

    turn = SharedTurn[int, int]()
    tasks = [asyncio.create_task(turn.take(number, serve)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[who].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    others = [number for number in range(4) if number != who]
    assert [outcomes[number] for number in others] == others
    assert isinstance(outcomes[who], asyncio.CancelledError)
    assert served == others
