"""What a party may not do is refused by the broker itself, whatever the client sends."""

import uuid

import aio_pika
import pytest
from aio_pika.exceptions import AMQPChannelError, ChannelPreconditionFailed, PublishError
from aiormq.exceptions import ChannelAccessRefused

from tests.support.broker import TestBroker


@pytest.fixture
async def channel(clean_rabbitmq: TestBroker):
    connection = await aio_pika.connect(f"{clean_rabbitmq.amqp_url_for('arbo-a')}/so")
    async with connection:
        yield await connection.channel(on_return_raises=True)


def message(**properties) -> aio_pika.Message:
    return aio_pika.Message(b"sealed", message_id=str(uuid.uuid4()), **properties)


async def publish(channel, key: str, exchange: str = "msg", **properties):
    target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    return await target.publish(message(**properties), key)


async def test_its_own_key_is_accepted(channel):
    assert await publish(channel, "arbo-a.pool-x.m", user_id="arbo-a")


@pytest.mark.parametrize("key", ["arbo-b.pool-x.m", "pool-x.arbo-a.m", "arbo-a", "arbo-ab.pool-x.m", "#"])
async def test_a_key_in_another_name_is_refused(channel, key):
    with pytest.raises(ChannelAccessRefused, match="to topic"):
        await publish(channel, key)


async def test_another_user_id_is_refused(channel):
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await publish(channel, "arbo-a.pool-x.m", user_id="arbo-b")


@pytest.mark.parametrize(("exchange", "key"), [("", "in.pool-x"), ("dlx", "arbo-a.pool-x.m"), ("amq.topic", "a.b.m")])
async def test_another_way_in_is_refused(channel, exchange, key):
    with pytest.raises(AMQPChannelError):
        await publish(channel, key, exchange)


async def test_an_unknown_recipient_is_returned(channel):
    with pytest.raises(PublishError):
        await publish(channel, "arbo-a.nobody.m")


async def ignore(_) -> None: ...


@pytest.mark.parametrize("verb", ["get", "consume", "purge"])
@pytest.mark.parametrize("name", ["in.pool-x", "dead.pool-x", "in.arbo-b"])
async def test_a_foreign_inbox_is_refused(channel, name, verb):
    queue = await channel.get_queue(name, ensure=False)
    arguments = [ignore] if verb == "consume" else []
    with pytest.raises(ChannelAccessRefused):
        await getattr(queue, verb)(*arguments)


async def test_declaring_binding_and_deleting_are_refused(channel):
    with pytest.raises(ChannelAccessRefused):
        await channel.declare_queue("in.spy", durable=True)


async def test_binding_to_the_exchange_is_refused(channel):
    queue = await channel.get_queue("in.arbo-a", ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await queue.bind("msg", "#")


async def test_the_default_virtual_host_is_closed(clean_rabbitmq):
    with pytest.raises(aio_pika.exceptions.AMQPError):
        await aio_pika.connect(f"{clean_rabbitmq.amqp_url_for('arbo-a')}/")
