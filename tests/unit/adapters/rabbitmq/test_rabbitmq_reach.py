"""A broker that cannot be reached: what hangs or hangs up, and how often it is asked."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import structlog

from adapters.rabbitmq.endpoint import Endpoint
from adapters.rabbitmq.publisher import LanePublisher
from gateway.ports.transport import Parcel, PublishOutcome

ONE = Parcel("1", "arbo-a", "pool-x", b"sealed")


class Nobody:
    """Accepts connections and says nothing, or hangs up at once."""

    def __init__(self) -> None:
        self.calls = 0
        self.hangs_up = False
        self._open: list[asyncio.StreamWriter] = []

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"amqp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        self._open.append(writer)
        if self.hangs_up:
            writer.close()

    def stop(self) -> None:
        for writer in self._open:
            writer.close()
        self._server.close()


@pytest.fixture
async def nobody() -> AsyncIterator[Nobody]:
    nobody = Nobody()
    yield nobody
    nobody.stop()


async def publisher_to(nobody: Nobody, interval: float) -> LanePublisher:
    endpoint = Endpoint.parse("arbo-a", await nobody.start(), password="x")
    limits = {"publish_timeout": 0.3, "max_in_flight": 10, "max_body_bytes": 100}
    return LanePublisher(endpoint, "so", **limits, reconnect_interval=interval)


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_broker_that_hangs_or_hangs_up_is_unreachable(nobody, hangs_up):
    nobody.hangs_up = hangs_up
    publisher = await publisher_to(nobody, 60)
    assert publisher.reach()
    assert await publisher.publish(ONE) is PublishOutcome.UNREACHABLE
    assert not publisher.reach()
    await publisher.close()


async def test_it_is_asked_for_at_most_once_per_interval_however_often_somebody_asks(nobody):
    nobody.hangs_up = True
    publisher = await publisher_to(nobody, 60)
    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            assert await publisher.publish(ONE) is PublishOutcome.UNREACHABLE
            assert not publisher.reach()
            await asyncio.sleep(0.01)
    assert nobody.calls == 1
    assert {line["event"] for line in lines} == {"publish-unreachable"}
    await publisher.close()


async def test_asking_alone_tries_again(nobody):
    nobody.hangs_up = True
    publisher = await publisher_to(nobody, 0.01)
    assert await publisher.publish(ONE) is PublishOutcome.UNREACHABLE
    async with asyncio.timeout(20):
        while nobody.calls < 4:
            assert not publisher.reach()
            await asyncio.sleep(0.01)
    await publisher.close()
    calls = nobody.calls
    assert not publisher.reach()
    await asyncio.sleep(0.05)
    assert nobody.calls == calls
