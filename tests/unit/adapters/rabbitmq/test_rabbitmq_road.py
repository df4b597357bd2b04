"""What an error on a channel says about whom: about nobody in company, about the one message alone on its road."""

import asyncio

import pytest
from aio_pika.exceptions import AMQPConnectionError
from aiormq.exceptions import ChannelAccessRefused

from adapters.rabbitmq.confirm_channel import ConfirmChannel, CrowdedError
from gateway.ports.transport import PublishOutcome

FOREIGN = ChannelAccessRefused("access to topic 'a.b.m' in exchange 'msg' refused")
LOST = AMQPConnectionError("Server connection unexpectedly closed.")


class Exchange:
    """Lets each message fail as it is told, in the order it is told."""

    def __init__(self):
        self.words: dict[str, asyncio.Future[object]] = {}

    async def publish(self, message, *_, **__):
        self.words[message] = asyncio.get_running_loop().create_future()
        return await self.words[message]


async def outcomes(*told: tuple[str, Exception], is_alone: bool = False):
    exchange = Exchange()
    road = ConfirmChannel(channel=None, exchange=exchange)  # type: ignore[arg-type]
    sent = {name: asyncio.create_task(road.send(name, "a.b.m", is_alone=is_alone)) for name, _ in told}  # type: ignore[arg-type]
    await asyncio.sleep(0)
    for name, error in told:
        exchange.words[name].set_exception(error)
        await asyncio.sleep(0)
    return dict(zip(sent, await asyncio.gather(*sent.values(), return_exceptions=True), strict=True))


async def test_who_was_beside_a_faulty_message_when_the_connection_ended_over_it_tries_alone():
    got = await outcomes(("faulty", FOREIGN), ("beside", LOST))
    assert {name: type(error) for name, error in got.items()} == {"faulty": CrowdedError, "beside": CrowdedError}


async def test_a_connection_that_is_lost_by_itself_is_nobodys_fault():
    got = await outcomes(("one", LOST), ("two", LOST))
    assert {name: type(error) for name, error in got.items()} == {
        "one": AMQPConnectionError,
        "two": AMQPConnectionError,
    }


@pytest.mark.parametrize(("error", "outcome"), [(FOREIGN, PublishOutcome.FAULTY), (LOST, AMQPConnectionError)])
async def test_alone_an_error_is_about_that_message_or_about_the_connection(error, outcome):
    got = (await outcomes(("alone", error), is_alone=True))["alone"]
    assert outcome in {got, type(got)}
