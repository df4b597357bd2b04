"""The attack table of the topology, against a real broker: what a party with a valid login may not do.

First what the broker itself refuses, whatever the client sends; then what it lets through (some by its age) and the
receiving gateway refuses. Everything here is tried as ``arbo-a``, a party like any other, or as ``pool-x``.
"""

import asyncio
import uuid
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest
from aio_pika.exceptions import AMQPChannelError, ChannelPreconditionFailed, PublishError
from aiormq.exceptions import ChannelAccessRefused

from adapters.rabbitmq.topology import DEAD_POLICY
from adapters.rabbitmq.transport import RabbitTransport
from gateway.application.compose_message import Draft, compose
from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.domain.messages import AvailabilityQuery
from gateway.domain.party import Party, Role
from gateway.domain.steps import Actor, ActorRole
from gateway.ports.services import DeliveryTerms
from gateway.ports.store import GATEWAY_CASE, OutboxState
from gateway.ports.transport import Delivery, Settlement
from tests.support.broker import TestBroker
from tests.support.world import HandClock, World

ARBO = Party("arbo-a", Role.OHS, "Arbodienst A", kvk="00000101")
POOL = Party("pool-x", Role.POOL, "Pool X", kvk="00000301")
OTHER_POOL = Party("pool-y", Role.POOL, "Pool Y", kvk="00000302")
QUERY = AvailabilityQuery("Noord", "bedrijfsgeneeskunde", "nl")
PATIENCE = 15


@pytest.fixture
async def channel(clean_rabbitmq: TestBroker):
    async with login(clean_rabbitmq, "arbo-a") as opened:
        yield opened


@asynccontextmanager
async def login(broker: TestBroker, party: str):
    async with await aio_pika.connect(f"{broker.amqp_url_for(party)}/so") as connection:
        yield await connection.channel(on_return_raises=True)


async def publish(channel, key: str, exchange: str = "msg", body: bytes = b"sealed", **properties):
    target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    message = aio_pika.Message(body, **{"message_id": str(uuid.uuid4()), **properties})
    return await target.publish(message, key)


async def ignore(_) -> None: ...


# --- the broker refuses


async def test_a_party_may_send_in_its_own_name(channel):
    assert await publish(channel, "arbo-a.pool-x.m", user_id="arbo-a")


@pytest.mark.parametrize("key", ["arbo-b.pool-x.m", "pool-x.arbo-a.m", "arbo-a", "arbo-ab.pool-x.m", "#"])
async def test_spoofed_routing_key_is_refused(channel, key):
    with pytest.raises(ChannelAccessRefused, match="to topic"):
        await publish(channel, key)


async def test_foreign_user_id_is_refused(channel):
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await publish(channel, "arbo-a.pool-x.m", user_id="arbo-b")


@pytest.mark.parametrize(
    ("exchange", "key"),
    [("", "in.pool-x"), ("dlx", "arbo-a.pool-x.m"), ("amq.topic", "a.b.m"), ("amq.fanout", "")],
    ids=["default-exchange", "dead-letter-exchange", "amq.topic", "amq.fanout"],
)
async def test_publishing_to_another_exchange_is_refused(channel, exchange, key):
    with pytest.raises(AMQPChannelError):
        await publish(channel, key, exchange)


async def test_an_unknown_recipient_is_returned_and_not_swallowed(channel):
    with pytest.raises(PublishError):
        await publish(channel, "arbo-a.nobody.m")


@pytest.mark.parametrize("verb", ["get", "consume", "purge", "bind", "delete"])
@pytest.mark.parametrize("name", ["in.pool-x", "dead.pool-x", "in.arbo-b"])
async def test_a_foreign_queue_is_closed(channel, name, verb):
    queue = await channel.get_queue(name, ensure=False)
    arguments = {"consume": [ignore], "bind": ["msg", "#"]}.get(verb, [])
    options = {"if_unused": False, "if_empty": False} if verb == "delete" else {}
    with pytest.raises(ChannelAccessRefused):
        await getattr(queue, verb)(*arguments, **options)


@pytest.mark.parametrize("verb", ["bind", "delete"])
async def test_even_ones_own_queue_cannot_be_bound_or_deleted(channel, verb):
    queue = await channel.get_queue("in.arbo-a", ensure=False)
    call = queue.bind("msg", "#") if verb == "bind" else queue.delete(if_unused=False, if_empty=False)
    with pytest.raises(ChannelAccessRefused):
        await call


@pytest.mark.parametrize("verb", ["declare_queue", "declare_exchange"])
async def test_declaring_is_refused(channel, verb):
    with pytest.raises(ChannelAccessRefused):
        await getattr(channel, verb)("in.spy", durable=True)


MIB = 1024 * 1024


@pytest.fixture
async def narrow(clean_rabbitmq: TestBroker):
    """Dead letters with a ceiling that a test can reach, and otherwise as they are everywhere."""
    policy = {"vhost": "so", "name": "narrow", "pattern": "^dead[.]pool-x$", "apply-to": "queues", "priority": 20}
    definition = {**DEAD_POLICY, "max-length-bytes": min(2 * MIB, DEAD_POLICY.get("max-length-bytes", 2 * MIB))}
    await asyncio.to_thread(clean_rabbitmq.import_definitions, {"policies": [{**policy, "definition": definition}]})
    yield clean_rabbitmq
    await asyncio.to_thread(clean_rabbitmq.ctl, "-p", "so", "clear_policy", "narrow")
    await clean_rabbitmq.purge("pool-x")


async def test_messages_that_expire_at_once_fill_no_disk_and_stop_no_inbox(channel, narrow):
    """A full queue of dead letters once kept the next ones in the inbox, and the broker kept all of them."""
    for _ in range(12):
        await publish(channel, "arbo-a.pool-x.m", body=bytes(MIB), expiration=0.001)
    async with asyncio.timeout(60):
        while (found := await asyncio.to_thread(_depths, narrow)) != {"in.pool-x": 0, "dead.pool-x": 2}:
            await asyncio.sleep(0.5)
    assert found


def _depths(broker: TestBroker) -> dict[str, int]:
    lines = broker.ctl("--silent", "-p", "so", "list_queues", "name", "messages").split("\n")
    rows = (line.split() for line in lines if len(line.split()) == 2)
    return {name: int(depth) for name, depth in rows if name.endswith("pool-x")}


async def test_the_default_virtual_host_is_closed(clean_rabbitmq):
    with pytest.raises(aio_pika.exceptions.AMQPError):
        await aio_pika.connect(f"{clean_rabbitmq.amqp_url_for('arbo-a')}/")


# PLAIN over a connection with a client certificate: tests/integration/test_rabbitmq_tls.py, for it needs such a broker.


# --- the receiving gateway refuses


class Street:
    """An arbodienst and two pools, each a whole gateway on the real broker."""

    def __init__(self, broker: TestBroker) -> None:
        self.broker = broker
        self.world = World(clock=HandClock(datetime.now(UTC)))
        self.parties = {}

    async def __aenter__(self):
        await self.world.open(ARBO, POOL, OTHER_POOL)
        for party_id, services in self.world.parties.items():
            transport = RabbitTransport(party_id, self.broker.amqp_url_for(party_id), reconnect_interval=0.2)
            terms = DeliveryTerms(receipt_within=timedelta(seconds=60))
            self.parties[party_id] = replace(services, transport=transport, terms=terms)
            await transport.open()
        return self

    async def __aexit__(self, *_):
        for services in self.parties.values():
            await services.transport.close()
        await self.world.close()

    async def consume(self, *party_ids: str) -> None:
        for party_id in party_ids:
            services = self.parties[party_id]

            async def handle(delivery: Delivery, services=services) -> Settlement:
                return await receive(services, delivery)

            await services.transport.consume(handle)

    async def write(self, recipient: str, sender: str = "arbo-a"):
        """An authentic message in the sender's outbox; not sent."""
        services = self.parties[sender]
        by = Actor(ActorRole.BACK_OFFICE, sender)
        async with services.store.begin() as work:
            draft = Draft(QUERY, recipient, GATEWAY_CASE, by, services.new_id())
            message = await compose(services, work, draft)
            return await work.outbox_item(message.message_id)

    async def relay(self, *party_ids: str) -> None:
        for party_id in party_ids or self.parties:
            await relay_once(self.parties[party_id])

    async def held(self, party_id: str, count: int = 1) -> list[str]:
        """The reasons in quarantine, once there are so many."""
        return [item.reason for item in await self._until(party_id, "quarantine", count)]

    async def taken(self, party_id: str, count: int = 1) -> list[str]:
        """What the inbox holds, once it holds so many: ids in order of arrival."""
        return [item.message_id for item in await self._until(party_id, "inbox", count)]

    async def now(self, party_id: str, what: str) -> list:
        async with self.parties[party_id].store.begin() as work:
            return await getattr(work, what)()

    async def _until(self, party_id: str, what: str, count: int) -> list:
        async with asyncio.timeout(PATIENCE):
            while len(found := await self.now(party_id, what)) < count:
                await asyncio.sleep(0.02)
        return found

    async def state(self, sender: str, message_id: str) -> OutboxState:
        async with self.parties[sender].store.begin() as work:
            return (await work.outbox_item(message_id)).state


@pytest.fixture
async def street(clean_rabbitmq: TestBroker):
    async with Street(clean_rabbitmq) as opened:
        yield opened


async def test_an_honest_message_arrives_and_is_receipted(street):
    await street.consume("arbo-a", "pool-x")
    item = await street.write("pool-x")
    await street.relay("arbo-a")
    assert await street.taken("pool-x") == [item.message_id]
    async with asyncio.timeout(PATIENCE):
        while await street.state("arbo-a", item.message_id) is not OutboxState.DELIVERED:
            await street.relay("pool-x")
            await asyncio.sleep(0.05)


async def test_missing_user_id_is_quarantined(street, channel):
    item = await street.write("pool-x")
    await publish(channel, "arbo-a.pool-x.m", body=item.body, message_id=item.message_id)
    await street.consume("pool-x")
    assert await street.held("pool-x") == ["sender-mismatch"]
    assert await street.now("pool-x", "inbox") == []


@pytest.mark.parametrize("header", ["CC", "BCC"])
async def test_cc_and_bcc_past_the_topic_permission_are_refused_by_the_broker_or_quarantined(street, channel, header):
    """Brokers before 4.0.3 deliver the copy: user arbo-a reaches pool-y by a key of arbo-b (messaging.md fact 7)."""
    item = await street.write("pool-y")
    properties = {"message_id": item.message_id, "user_id": "arbo-a", "headers": {header: ["arbo-b.pool-y.m"]}}
    try:
        await publish(channel, "arbo-a.pool-x.m", body=item.body, **properties)
    except ChannelAccessRefused:
        return  # a broker since 4.0.3
    await street.consume("pool-x", "pool-y")
    assert await street.held("pool-y") == ["routed-past-permission"]
    assert await street.held("pool-x") == ["wrong-recipient"]
    assert await street.now("pool-x", "inbox") == await street.now("pool-y", "inbox") == []


async def test_parcel_re_addressed_to_another_recipient_is_quarantined(street, channel):
    item = await street.write("pool-x")
    await publish(channel, "arbo-a.pool-y.m", body=item.body, message_id=item.message_id, user_id="arbo-a")
    await street.consume("pool-y")
    assert await street.held("pool-y") == ["wrong-recipient"]


async def test_parcel_of_another_sent_on_in_ones_own_name_is_quarantined(street):
    item = await street.write("pool-y")
    async with login(street.broker, "pool-x") as thief:
        await publish(thief, "pool-x.pool-y.m", body=item.body, message_id=item.message_id, user_id="pool-x")
    await street.consume("pool-y")
    assert await street.held("pool-y") == ["sender-mismatch"]
    assert await street.now("pool-y", "inbox") == []


async def test_a_parcel_under_another_message_id_is_quarantined(street, channel):
    item = await street.write("pool-x")
    await publish(channel, "arbo-a.pool-x.m", body=item.body, user_id="arbo-a")
    await street.consume("pool-x")
    assert await street.held("pool-x") == ["message-id-mismatch"]


async def test_replayed_parcel_has_no_second_effect(street, channel):
    await street.consume("pool-x")
    item = await street.write("pool-x")
    await street.relay("arbo-a")
    await street.taken("pool-x")
    before = len(await street.now("pool-x", "case_ids"))
    for _ in range(3):
        await publish(channel, "arbo-a.pool-x.m", body=item.body, message_id=item.message_id, user_id="arbo-a")
    marker = await street.write("pool-x")
    await street.relay("arbo-a")
    assert await street.taken("pool-x", 2) == [item.message_id, marker.message_id]
    assert len(await street.now("pool-x", "case_ids")) == before + 1
    assert await street.now("pool-x", "quarantine") == []


async def test_own_inbox_purged_the_sender_sends_again_until_it_holds_the_receipt(street):
    item = await street.write("pool-x")
    await street.relay("arbo-a")
    async with login(street.broker, "pool-x") as careless:
        queue = await careless.get_queue("in.pool-x", ensure=False)
        assert (await queue.purge()).message_count == 1
    await street.consume("arbo-a", "pool-x")
    await street.relay("arbo-a")
    assert await street.state("arbo-a", item.message_id) is OutboxState.SENT
    street.world.clock.forward(seconds=61)
    await street.relay("arbo-a")
    assert await street.taken("pool-x") == [item.message_id]
    async with asyncio.timeout(PATIENCE):
        while await street.state("arbo-a", item.message_id) is not OutboxState.DELIVERED:
            await street.relay("pool-x")
            await asyncio.sleep(0.05)
