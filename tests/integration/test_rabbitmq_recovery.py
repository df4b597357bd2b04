"""After the broker was away, consuming resumes and publishing recovers, without anybody doing anything."""

import asyncio
import datetime as dt
import struct
import uuid

import aio_pika
import pamqp.encode
import pytest
import structlog
from pamqp import commands
from pamqp.base import BasicProperties

from adapters.rabbitmq.transport import RabbitTransport
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from tests.support.broker import TestBroker


def parcel() -> Parcel:
    return Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed")


async def until_confirmed(sender: RabbitTransport, one: Parcel) -> list[PublishOutcome]:
    outcomes = []
    async with asyncio.timeout(30):
        while PublishOutcome.CONFIRMED not in outcomes:
            outcomes.append(await sender.publish(one))
            await asyncio.sleep(0.05)
    return outcomes


@pytest.fixture
async def pair(clean_rabbitmq: TestBroker):
    transports = [
        RabbitTransport(party, clean_rabbitmq.amqp_url_for(party), reconnect_interval=0.2, requeue_delay=0.05)
        for party in ("arbo-a", "pool-x")
    ]
    for transport in transports:
        await transport.open()
    yield transports
    for transport in transports:
        await transport.close()


@pytest.fixture
def inbox():
    return asyncio.Queue()


@pytest.fixture
async def receiving(pair, inbox):
    await receive_into(inbox, pair[1])


async def receive_into(inbox: asyncio.Queue, recipient: RabbitTransport) -> None:
    async def handler(delivery: Delivery) -> Settlement:
        inbox.put_nowait(delivery.message_id)
        return Settlement.ACK

    await recipient.consume(handler)


async def arrives(inbox, message_id: str) -> None:
    async with asyncio.timeout(30):
        while await inbox.get() != message_id:
            pass


def close_connections(broker: TestBroker) -> None:
    if not broker.has_ctl:
        pytest.skip("closing connections needs rabbitmqctl, which a broker known by its URL does not offer")
    broker.ctl("close_all_connections", "--vhost", "so", "test")


async def test_all_connections_closed_by_the_operator(pair, receiving, inbox, clean_rabbitmq):
    sender, recipient = pair
    await until_confirmed(sender, first := parcel())
    await arrives(inbox, first.message_id)
    await asyncio.to_thread(close_connections, clean_rabbitmq)
    await until_confirmed(sender, second := parcel())
    await arrives(inbox, second.message_id)
    assert recipient.is_consuming


async def test_restart_of_the_broker(pair, receiving, inbox, clean_rabbitmq):
    if not clean_rabbitmq.has_ctl:
        pytest.skip("a restart needs rabbitmqctl, which a broker known by its URL does not offer")
    sender, _ = pair
    await until_confirmed(sender, first := parcel())
    await arrives(inbox, first.message_id)
    await asyncio.to_thread(clean_rabbitmq.ctl, "stop_app")
    try:
        assert await sender.publish(parcel()) is PublishOutcome.UNREACHABLE
        with pytest.raises(TemporaryError):
            await RabbitTransport("arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"), connect_timeout=2).open()
    finally:
        await asyncio.to_thread(clean_rabbitmq.ctl, "start_app")
    await until_confirmed(sender, second := parcel())
    await arrives(inbox, second.message_id)


async def test_a_settlement_that_comes_too_late_hurts_nobody(pair, clean_rabbitmq):
    sender, recipient = pair
    got, may_finish = asyncio.Queue(), asyncio.Event()

    async def slow(delivery: Delivery) -> Settlement:
        got.put_nowait(delivery.is_redelivered)
        if not delivery.is_redelivered:
            await may_finish.wait()
        return Settlement.ACK

    await recipient.consume(slow)
    await sender.publish(parcel())
    async with asyncio.timeout(30):
        assert await got.get() is False
        await asyncio.to_thread(close_connections, clean_rabbitmq)
        may_finish.set()
        assert await got.get() is True


def nested(depth: int) -> bytes:
    """A table in a table, so deep that a reader that calls itself has no room."""
    table = b""
    for _ in range(depth):
        value = b"\x01aF" + struct.pack(">I", len(table)) + table
        table = value
    return struct.pack(">I", len(table)) + table


def strange(**values) -> commands.Basic.Properties:
    """Properties as a hostile partner can write them, past the driver's own checks."""
    properties = commands.Basic.Properties()
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


STRANGE = {
    "nothing at all": strange(),
    "headers": strange(headers={"x-death": "no", "CC": ["a"], "n": -1}),
    "empty texts": strange(message_id="", content_type="", expiration="60000", priority=255),
    "a time beyond all calendars": strange(timestamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    "an id that is no text": strange(message_id=b"\xff\xfe", correlation_id=b"\xc0\x80"),
    "an id no store can keep": strange(message_id="\x00\x1b[2J", user_id=None, type="\x00"),
    "headers inside headers": strange(headers=nested(1000)),
}


def as_octets(value) -> bytes:
    """A short text, or octets that are none."""
    octets = value if isinstance(value, bytes) else value.encode()
    return struct.pack("B", len(octets)) + octets


UNREADABLE = ["a time beyond all calendars", "an id that is no text", "headers inside headers"]
"""Over which the driver would give the connection up."""


async def publish_strange(case, clean_rabbitmq, monkeypatch):
    async with await aio_pika.connect(f"{clean_rabbitmq.admin_url}/so") as connection:
        channel = await (await connection.channel()).get_underlay_channel()
        with monkeypatch.context() as patch:
            patch.setitem(pamqp.encode.METHODS, "timestamp", lambda _: struct.pack(">Q", 2**63))
            patch.setitem(pamqp.encode.METHODS, "shortstr", as_octets)
            encoded = pamqp.encode.METHODS["table"]
            patch.setitem(pamqp.encode.METHODS, "table", lambda t: t if isinstance(t, bytes) else encoded(t))
            await channel.basic_publish(b"x", exchange="msg", routing_key="arbo-a.pool-x.m", properties=STRANGE[case])


@pytest.mark.parametrize("case", STRANGE)
async def test_strange_properties_do_not_stop_the_inbox(case, pair, inbox, clean_rabbitmq, monkeypatch):
    """It comes as it is, in its turn, and no connection is lost over it."""
    await publish_strange(case, clean_rabbitmq, monkeypatch)
    with structlog.testing.capture_logs() as logs:
        await receive_into(inbox, pair[1])
        one = parcel()
        await until_confirmed(pair[0], one)
        async with asyncio.timeout(30):
            while await inbox.get() != one.message_id:
                pass
    assert [log["event"] for log in logs if log["event"] == "inbox-lost"] == []


@pytest.mark.parametrize("case", UNREADABLE)
async def test_what_the_driver_gives_a_connection_up_for_takes_nothing_along(
    case, pair, inbox, clean_rabbitmq, monkeypatch
):
    """Should anything still be unreadable: what waits behind it does not share its fate."""
    monkeypatch.setattr(commands.Basic.Properties, "unmarshal", BasicProperties.unmarshal)
    await publish_strange(case, clean_rabbitmq, monkeypatch)
    sent = [parcel() for _ in range(15)]
    for one in sent:
        await until_confirmed(pair[0], one)
    waiting = {one.message_id for one in sent}
    await receive_into(inbox, pair[1])
    async with asyncio.timeout(30):
        while waiting:
            waiting.discard(await inbox.get())
    assert pair[1].is_consuming


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "wrong-s3cret"}, "broker-login-refused"),
        ({"vhosts": dict.fromkeys(Lane, "nowhere")}, "broker-vhost-refused"),
    ],
)
async def test_what_the_operator_must_do_is_said_at_opening(change, code, clean_rabbitmq):
    transport = RabbitTransport("arbo-a", clean_rabbitmq.amqp_url_for("arbo-a"), **change)
    with pytest.raises(OperatorError) as caught:
        await transport.open()
    assert caught.value.code == code
    assert "s3cret" not in str(caught.value)
    assert "test-arbo-a" not in str(caught.value)
    await transport.close()


async def test_nobody_there_is_temporary():
    transport = RabbitTransport("arbo-a", "amqp://127.0.0.1:9", password="x")
    with pytest.raises(TemporaryError) as caught:
        await transport.open()
    assert caught.value.code == "broker-unreachable"


async def test_a_party_without_inbox_cannot_consume(clean_rabbitmq):
    user = {"name": "no-inbox", "password": "test-no-inbox", "tags": ""}
    right = {"user": "no-inbox", "configure": "^$", "write": "^msg$", "read": "^in\\.no-inbox$"}
    clean_rabbitmq.import_definitions({"users": [user], "permissions": [{**right, "vhost": "so"}]})
    transport = RabbitTransport("no-inbox", clean_rabbitmq.amqp_url_for("no-inbox"))
    await transport.open()
    with pytest.raises(OperatorError) as caught:
        await transport.consume(lambda _: None)
    assert caught.value.code == "broker-inbox-refused"
    await transport.close()
