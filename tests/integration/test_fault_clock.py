"""A clock that jumps an hour while cases are on their way, and is set right later."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.ports.services import Services
from gateway.ports.store import QuarantineItem, QuarantineState
from tests.support.broker import TestBroker
from tests.support.exchange import PARTIES, exchange
from tests.support.world import OHS, POOL

CASES = ("released", "withheld", "contact withdrawn")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def broker(rabbitmq: TestBroker) -> TestBroker:
    rabbitmq.provision(*PARTIES)
    return rabbitmq


class Jumping:
    """In place of a clock: so much before or after it."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self.offset = timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self.offset


@pytest.mark.parametrize("offset", [HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
async def test_a_clock_that_jumps_holds_messages_up_and_loses_none(broker, tmp_path, offset):
    """What is sealed an hour from now is held by who reads it now; it is sent again, and read when its time has come."""
    await broker.purge(*PARTIES)
    here = broker.host, broker.port
    async with exchange(tmp_path, {OHS: here, POOL: here}) as both:
        clocks = {OHS: Jumping(both.ohs.clock), POOL: Jumping(both.pool.clock)}
        both.ohs, both.pool = (
            replace(office, clock=clocks[one]) for one, office in ((OHS, both.ohs), (POOL, both.pool))
        )
        ohs, pool = both.sites

        def at(one):
            return lambda services: replace(services, clock=clocks[one])

        async with ohs.serving(at(OHS)), pool.serving(at(POOL)):
            both.begin(*CASES)
            await both.submitted()  # later, with the clock set back, their consents would lie in the future
            await both.delivered()
            clocks[OHS].offset = offset
            both.begin(*CASES)
            await _something_is_held(both.ohs, both.pool)
            # Somebody sets it right, and the other hour passes for everybody; nobody need do anything else.
            for clock in clocks.values():
                clock.offset = abs(offset) + timedelta(minutes=1)
            await both.end()
            await _nothing_is_held(both.ohs, both.pool)


async def _something_is_held(*sides: Services) -> None:
    async with asyncio.timeout(30):
        while not [item for side in sides for item in await _held(side)]:
            await asyncio.sleep(0.05)


async def _nothing_is_held(*sides: Services) -> None:
    async with asyncio.timeout(30):
        while [item for side in sides for item in await _held(side)]:
            await asyncio.sleep(0.05)


async def _held(side: Services) -> list[QuarantineItem]:
    async with side.store.look() as work:
        return [item for item in await work.quarantine() if item.state is QuarantineState.HELD]
