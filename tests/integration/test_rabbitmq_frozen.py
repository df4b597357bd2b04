"""A broker that freezes: the connection stays, nothing answers, and no worker dies of it."""

import asyncio
import uuid

import pytest

from adapters.rabbitmq.transport import RabbitTransport
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from tests.support.broker import BrokerUnavailable, another


@pytest.fixture
def own_broker(rabbitmq):
    """A broker of our own: one that is frozen would hold up everybody else."""
    try:
        broker = another(rabbitmq)
    except BrokerUnavailable as reason:
        pytest.skip(str(reason))
    try:
        broker.provision("arbo-a", "pool-x")
        yield broker
    finally:
        broker.stop()


async def test_a_frozen_broker_is_unreachable_after_one_timeout_and_reached_again_by_itself(own_broker):
    """Its connection stands, and no heartbeat has ended it yet."""
    sender = RabbitTransport("arbo-a", own_broker.amqp_url_for("arbo-a"), publish_timeout=1, heartbeat=60)
    await sender.open()
    own_broker.freeze()
    try:
        assert sender.reach(Lane.CASES)
        assert await sender.publish(Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed")) is PublishOutcome.UNKNOWN
        for _ in range(10):
            assert not sender.reach(Lane.CASES)
            await asyncio.sleep(0.05)
    finally:
        own_broker.thaw()
    await reached(sender)
    await sender.close()


async def reached(sender: RabbitTransport) -> None:
    async with asyncio.timeout(20):
        while not sender.reach(Lane.CASES):
            await asyncio.sleep(0.05)


async def test_a_frozen_broker_is_unreachable_when_the_heartbeat_ends_it_and_everything_resumes(own_broker):
    options = {"heartbeat": 1, "reconnect_interval": 0.2}
    sender = RabbitTransport("arbo-a", own_broker.amqp_url_for("arbo-a"), publish_timeout=30, **options)
    recipient = RabbitTransport("pool-x", own_broker.amqp_url_for("pool-x"), connect_timeout=2, **options)
    inbox = asyncio.Queue()

    async def handler(delivery: Delivery) -> Settlement:
        inbox.put_nowait(delivery.message_id)
        return Settlement.ACK

    await sender.open()
    await recipient.open()
    await recipient.consume(handler)
    one = Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed")
    own_broker.freeze()
    try:
        # The heartbeat, not our timeout, ends this: the driver then cancels the waiting task.
        async with asyncio.timeout(20):
            assert await sender.publish(one) is PublishOutcome.UNREACHABLE
    finally:
        own_broker.thaw()
    async with asyncio.timeout(30):
        outcomes = [PublishOutcome.UNREACHABLE]
        while outcomes[-1] is PublishOutcome.UNREACHABLE:
            await asyncio.sleep(0.1)
            outcomes.append(await sender.publish(one))
        assert outcomes[-1] is PublishOutcome.CONFIRMED
        assert await inbox.get() == one.message_id
    await sender.close()
    await recipient.close()
