"""TLS with client certificates as the only login, as in production: the certificate's common name is the party."""

import asyncio
import shutil
import ssl
import tempfile
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.rabbitmq.topology import definitions
from adapters.rabbitmq.transport import RabbitTransport
from gateway.domain.errors import OperatorError
from gateway.ports.transport import Delivery, Parcel, PublishOutcome, Settlement
from tests.support.broker_certificates import Authority
from tests.support.broker_handle import SETTLE_SECONDS
from tests.support.broker_node import node_broker
from tests.support.loopback import free_port


@pytest.fixture(scope="module")
def secure(rabbitmq):
    if "private node" not in rabbitmq.how:
        pytest.skip("a broker with certificates of the test's own needs a private node of rabbitmq-server")
    folder = Path(tempfile.mkdtemp(prefix="sogw-certificates-"))
    folder.chmod(0o755)
    authority, port = Authority(folder), free_port()
    certificate, key = authority.issue("localhost")
    key.chmod(0o644)
    broker = node_broker(
        f"listeners.ssl.1 = 127.0.0.1:{port}\n"
        f"ssl_options.cacertfile = {authority.path}\n"
        f"ssl_options.certfile = {certificate}\n"
        f"ssl_options.keyfile = {key}\n"
        "ssl_options.verify = verify_peer\n"
        "ssl_options.fail_if_no_peer_cert = true\n"
        "ssl_cert_login_from = common_name\n"
        "auth_mechanisms.1 = EXTERNAL\n",
        "rabbitmq_auth_mechanism_ssl",
    )
    try:
        broker.import_definitions(definitions(["arbo-a", "pool-x"]))
        asyncio.run(asyncio.sleep(SETTLE_SECONDS))
        yield SimpleNamespace(authority=authority, url=f"amqps://localhost:{port}")
    finally:
        broker.stop()
        shutil.rmtree(folder)


async def test_a_certificate_opens_the_partys_own_account(secure):
    sender = RabbitTransport("arbo-a", secure.url, ssl_context=secure.authority.context("arbo-a"))
    recipient = RabbitTransport("pool-x", secure.url, ssl_context=secure.authority.context("pool-x"))
    inbox = asyncio.Queue()

    async def handler(delivery: Delivery) -> Settlement:
        inbox.put_nowait(delivery)
        return Settlement.ACK

    await sender.open()
    await recipient.open()
    await recipient.consume(handler)
    one = Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed")
    assert await sender.publish(one) is PublishOutcome.CONFIRMED
    async with asyncio.timeout(10):
        delivery = await inbox.get()
    assert (delivery.message_id, delivery.user_id) == (one.message_id, "arbo-a")
    await sender.close()
    await recipient.close()


async def test_a_certificate_of_another_party_cannot_send_in_ones_name(secure):
    forger = RabbitTransport("arbo-a", secure.url, ssl_context=secure.authority.context("pool-x"))
    await forger.open()
    outcome = await forger.publish(Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed"))
    assert outcome is not PublishOutcome.CONFIRMED
    await forger.close()


async def code_of(secure, url: str, context: ssl.SSLContext, **options) -> str:
    transport = RabbitTransport("arbo-a", url, ssl_context=context, **options)
    with pytest.raises(OperatorError) as caught:
        await transport.open()
    await transport.close()
    return caught.value.code


async def test_a_stranger_is_refused(secure):
    assert await code_of(secure, secure.url, secure.authority.context("stranger")) == "broker-login-refused"


async def test_a_password_is_no_way_in(secure):
    context = secure.authority.context("arbo-a")
    assert await code_of(secure, secure.url, context, password="x") == "broker-login-refused"


async def test_an_unknown_authority_is_refused(secure):
    assert await code_of(secure, secure.url, ssl.create_default_context()) == "broker-tls-refused"


async def test_without_a_certificate_it_is_refused(secure):
    assert await code_of(secure, secure.url, secure.authority.context()) == "broker-tls-refused"
