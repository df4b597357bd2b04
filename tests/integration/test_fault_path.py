"""A road to the broker that goes bad under cases that are on their way: stalled, deaf, cut in the middle of a message."""

import asyncio

import pytest

from tests.support.broker import TestBroker
from tests.support.chaos_proxy import ChaosProxy, ConfirmChannel
from tests.support.exchange import PARTIES, exchange
from tests.support.world import OHS, POOL

CASES = ("released", "withheld")


@pytest.fixture(scope="module")
def broker(rabbitmq: TestBroker) -> TestBroker:
    rabbitmq.provision(*PARTIES)
    return rabbitmq


@pytest.fixture
async def road(broker: TestBroker):
    await broker.purge(*PARTIES)
    async with ChaosProxy((broker.host, broker.port)) as proxy:
        yield proxy


@pytest.fixture
async def both(broker: TestBroker, road: ChaosProxy, tmp_path):
    """The arbodienst's road is the bad one."""
    roads = {OHS: road.address, POOL: (broker.host, broker.port)}
    async with exchange(tmp_path, roads) as opened, opened.sites[1].serving():
        yield opened


async def test_a_stalled_road_is_given_up_and_everything_resumes(both, road):
    async with both.sites[0].serving(heartbeat=1):
        both.begin(*CASES)
        await both.delivered()
        road.road = ConfirmChannel.STALLED
        await asyncio.sleep(5)  # longer than the heartbeats that may be missed
        road.road = ConfirmChannel.OPEN
        await both.end()


async def test_lost_confirms_put_messages_in_the_queue_twice_and_in_effect_once(both, road):
    async with both.sites[0].serving(publish_timeout=0.5):
        both.begin(*CASES)
        await both.delivered()
        road.road = ConfirmChannel.DEAF
        both.begin(*CASES)
        await asyncio.sleep(2)
        assert road.lost
        road.road = ConfirmChannel.OPEN
        road.reset()  # on a real road, bytes that are lost for good end the connection
        ledger = await both.end()
    assert ledger.resent


async def test_a_message_cut_in_the_middle_is_sent_again_whole(both, road):
    async with both.sites[0].serving():
        both.begin(CASES[0])
        await both.delivered()
        for after in (100, 3_000, 9_000):
            happened = road.cut_after(after)
            both.begin(CASES[0])
            async with asyncio.timeout(20):
                await happened.wait()
        await both.end()
