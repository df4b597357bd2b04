"""What a long queue does: to the rate at which messages go in and out, and to the memory of who serves it."""

import asyncio
import os
import statistics
import time
from urllib.parse import unquote, urlsplit

import aio_pika

from adapters.rabbitmq.topology import VHOSTS, inbox_name
from adapters.rabbitmq.transport import RabbitTransport
from benchmarks import gateway
from benchmarks.plan import RECEIVER, SENDER
from benchmarks.run_journey import serve_a_while
from benchmarks.servers import SQLITE, Servers
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from gateway.sections import BrokerSection

COUNT = 500
"""Messages that go in and out at each depth."""
ROUNDS = 7
BODY_BYTES = 40_000
WAITING_BYTES = 500
"""Of those that lie there: what they hold is nobody's business here."""
PATIENCE_SECONDS = 120.0


def queue_depth(found: Servers, depths: list[int]) -> dict[str, dict[str, float]]:
    """Messages per second in and out, by how many wait in the queue."""
    return {str(depth): asyncio.run(_rates(found, depth)) for depth in depths}


def serving_mb(found: Servers, waiting: int, seconds: float) -> float:
    """The most memory of a serving gateway with so many messages in its inbox; it refuses them one by one."""
    with found.plan("gateway", SQLITE, 1) as plan:
        asyncio.run(gateway.prepare(plan))
        asyncio.run(_fill(found, waiting))
        return asyncio.run(serve_a_while(plan, seconds))


async def _rates(found: Servers, depth: int) -> dict[str, float]:
    await found.broker.purge(SENDER, RECEIVER)
    await _fill(found, depth)
    inward, outward = [], []
    for _ in range(ROUNDS):
        inward.append(await _publish(_transport(found, SENDER)))
        outward.append(await _consume(_transport(found, RECEIVER)))
    await found.broker.purge(RECEIVER)
    return {"in_per_second": statistics.median(inward), "out_per_second": statistics.median(outward)}


async def _fill(found: Servers, depth: int) -> None:
    """Not one by one: the channel's flow control is all that is waited for, and then the count."""
    url = f"{found.broker.admin_url}/{VHOSTS[0]}"
    async with await aio_pika.connect(url) as connection, connection.channel(publisher_confirms=False) as channel:
        message = aio_pika.Message(os.urandom(WAITING_BYTES), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        for _ in range(depth):
            await channel.default_exchange.publish(message, inbox_name(RECEIVER))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                queue = await channel.declare_queue(inbox_name(RECEIVER), passive=True)
                if (queue.declaration_result.message_count or 0) >= depth:
                    return
                await asyncio.sleep(0.1)


def _transport(found: Servers, party_id: str) -> RabbitTransport:
    url = urlsplit(found.broker.amqp_url_for(party_id))
    return RabbitTransport(
        party_id,
        f"{url.scheme}://{url.hostname}:{url.port}",
        password=unquote(url.password or ""),
        lanes=(Lane.CASES,),
        prefetch=BrokerSection.model_fields["prefetch"].default,
    )


async def _publish(transport: RabbitTransport) -> float:
    body = os.urandom(BODY_BYTES)
    parcels = [Parcel(f"bench-{i}", SENDER, RECEIVER, body, Lane.CASES) for i in range(COUNT)]
    await transport.open()
    begin = time.perf_counter()
    outcomes = await asyncio.gather(*map(transport.publish, parcels))
    seconds = time.perf_counter() - begin
    await transport.close()
    if set(outcomes) != {PublishOutcome.CONFIRMED}:
        raise RuntimeError("not everything was confirmed")
    return COUNT / seconds


async def _consume(transport: RabbitTransport) -> float:
    came, all_came = 0, asyncio.Event()

    async def handle(_: Delivery) -> Settlement:
        nonlocal came
        came += 1
        if came == COUNT:
            all_came.set()
        return Settlement.ACK

    await transport.open()
    begin = time.perf_counter()
    await transport.consume(handle)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await all_came.wait()
    seconds = time.perf_counter() - begin
    await transport.drain()
    await transport.close()
    return COUNT / seconds
