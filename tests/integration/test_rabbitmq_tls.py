"""TLS with client certificates as the only login, as in production: the certificate's common name is the party."""

import asyncio
import datetime as dt
import os
import shutil
import socket
import ssl
import tempfile
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog

from adapters.rabbitmq.topology import definitions
from adapters.rabbitmq.transport import RabbitTransport
from adapters.x509 import TlsFiles
from gateway.domain.errors import OperatorError
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from tests.support.broker_certificates import Authority
from tests.support.broker_handle import SETTLE_SECONDS, BrokerUnavailable
from tests.support.broker_node import NodeBroker, node_broker
from tests.support.loopback import free_port

DAY = dt.timedelta(days=1)


@dataclass
class Secure:
    """A broker that speaks TLS on two doors, one of them with the certificate of another root."""

    folder: Path
    authority: Authority
    new_authority: Authority
    broker: NodeBroker
    port: int

    @property
    def url(self) -> str:
        return f"amqps://localhost:{self.port}"

    def files(self, party: str | None = None, authority: Authority | None = None, **certificate) -> TlsFiles:
        """The files of a client, with a certificate of its own when a party is named."""
        issued = (authority or self.authority).issue(party, stem=f"{uuid.uuid4()}", **certificate) if party else ()
        return TlsFiles(self.authority.path, *issued)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def contexts(files: TlsFiles):
    """What a transport takes: a context for each connection."""
    return lambda: files.context(now())


def conf(port: int, authority: Path, certificate: Path, key: Path) -> str:
    return (
        f"listeners.ssl.1 = 127.0.0.1:{port}\n"
        f"ssl_options.cacertfile = {authority}\n"
        f"ssl_options.certfile = {certificate}\n"
        f"ssl_options.keyfile = {key}\n"
        "ssl_options.verify = verify_peer\n"
        "ssl_options.fail_if_no_peer_cert = true\n"
        "ssl_options.versions.1 = tlsv1.3\n"
        "ssl_cert_login_from = common_name\n"
        "auth_mechanisms.1 = EXTERNAL\n"
    )


@pytest.fixture(scope="module")
def secure(rabbitmq):
    folder = Path(tempfile.mkdtemp(prefix="sogw-certificates-"))
    folder.chmod(0o755)
    authority, port = Authority(folder), free_port()
    certificate, key = authority.issue("localhost")
    key.chmod(0o644)  # a broker may run as another user
    try:
        broker = node_broker(conf(port, authority.path, certificate, key), "rabbitmq_auth_mechanism_ssl")
    except BrokerUnavailable as reason:
        pytest.skip(f"a broker with certificates of the test's own needs a private node: {reason}")
    try:
        broker.import_definitions(definitions(["arbo-a", "pool-x"]))
        asyncio.run(asyncio.sleep(SETTLE_SECONDS))
        yield Secure(folder, authority, Authority(folder, "new-root"), broker, port)
    finally:
        broker.stop()
        shutil.rmtree(folder)


async def code_of(url: str, files: TlsFiles, **options) -> str:
    return await refusal_of(RabbitTransport("arbo-a", url, tls=contexts(files), **options))


async def refusal_of(transport: RabbitTransport) -> str:
    """Why it is not let in."""
    with pytest.raises(OperatorError) as caught:
        await transport.open()
    await transport.close()
    assert caught.value.remedy
    return caught.value.code


async def test_a_certificate_opens_the_partys_own_account(secure):
    sender = RabbitTransport("arbo-a", secure.url, tls=contexts(secure.files("arbo-a")))
    recipient = RabbitTransport("pool-x", secure.url, tls=contexts(secure.files("pool-x")))
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
    forger = RabbitTransport("arbo-a", secure.url, tls=contexts(secure.files("pool-x")))
    await forger.open()
    outcome = await forger.publish(Parcel(str(uuid.uuid4()), "arbo-a", "pool-x", b"sealed"))
    assert outcome is not PublishOutcome.CONFIRMED
    await forger.close()


def test_the_handshake_is_tls_1_3_with_a_suite_that_ncsc_calls_good(secure):
    context = secure.files("arbo-a").context(now())
    with (
        socket.create_connection(("127.0.0.1", secure.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as safe,
    ):
        assert safe.version() == "TLSv1.3"
        assert safe.cipher()[0] in {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


def test_a_client_that_knows_no_more_than_tls_1_2_is_refused_by_this_broker(secure):
    old = secure.authority.context("arbo-a")
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", secure.port)) as plain,
        pytest.raises(ssl.SSLError),
        old.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass


# --- our certificate, as the broker and we ourselves see it


async def test_a_stranger_is_refused(secure):
    assert await code_of(secure.url, secure.files("stranger")) == "broker-login-refused"


@pytest.mark.parametrize("certificate", ["arbo-a", "pool-x"])
async def test_plain_login_over_mutual_tls_is_refused_even_with_the_password(secure, certificate):
    """Else the certificate of one party would carry the login of another (messaging.md section 3.6)."""
    secure.broker.ctl("change_password", "arbo-a", "known")
    assert await code_of(secure.url, secure.files(certificate), password="known") == "broker-login-refused"
    secure.broker.ctl("clear_password", "arbo-a")


async def test_without_a_certificate_it_is_refused(secure):
    assert await code_of(secure.url, secure.files()) == "certificate-missing"


async def test_a_certificate_of_another_authority_is_refused(secure):
    assert await code_of(secure.url, secure.files("arbo-a", secure.new_authority)) == "certificate-refused"


async def test_our_expired_certificate_is_told_from_here(secure):
    assert await code_of(secure.url, secure.files("arbo-a", begins=-2 * DAY, lives=DAY)) == "certificate-expired"


async def test_our_expired_certificate_is_told_from_there_too(secure):
    expired = secure.authority.issue("arbo-a", stem="expired", begins=-2 * DAY, lives=DAY)
    context = ssl.create_default_context(cafile=secure.authority.path)
    context.load_cert_chain(*expired)
    assert await refusal_of(RabbitTransport("arbo-a", secure.url, tls=lambda: context)) == "certificate-expired"


async def test_our_certificate_of_tomorrow_is_told(secure):
    assert await code_of(secure.url, secure.files("arbo-a", begins=DAY)) == "certificate-not-yet-valid"


# --- the broker's certificate, as we see it


@pytest.fixture
async def door(secure):
    """Opens a TLS door with a certificate of the test's own; says nothing, for the handshake is what counts."""
    servers = []

    async def opened(authority: Authority, **certificate) -> str:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*authority.issue("localhost", stem=str(uuid.uuid4()), **certificate))
        servers.append(await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=context))
        return f"amqps://localhost:{servers[-1].sockets[0].getsockname()[1]}"

    yield opened
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        ({"begins": -2 * DAY, "lives": DAY}, "broker-certificate-expired"),
        ({"begins": DAY}, "broker-certificate-not-yet-valid"),
        ({"hosts": ("broker.example",)}, "broker-certificate-wrong-host"),
    ],
)
async def test_a_broker_whose_certificate_does_not_fit_is_refused(secure, door, certificate, code):
    assert await code_of(await door(secure.authority, **certificate), secure.files("arbo-a")) == code


async def test_a_broker_of_another_authority_is_refused(secure, door):
    code = await code_of(await door(secure.new_authority), secure.files("arbo-a"))
    assert code == "broker-certificate-unknown-authority"


@pytest.fixture
def old_door(secure):
    """A TLS door that knows no more than TLS 1.2."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*secure.authority.issue("localhost", stem="old-broker"))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            plain, _ = listener.accept()
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(10)
    listener.close()


async def test_a_broker_without_tls_1_3_is_refused_until_a_setting_allows_it(secure, old_door):
    files = secure.files("arbo-a")
    assert await code_of(f"amqps://localhost:{old_door}", files) == "broker-tls-version"
    context = replace(files, min_version="1.2").context(now())
    with (
        socket.create_connection(("127.0.0.1", old_door)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as safe,
    ):
        suite, version, _ = safe.cipher()
    assert version == "TLSv1.2"
    assert suite.startswith("ECDHE-")
    assert "GCM" in suite or "CHACHA20" in suite


async def test_two_roots_are_trusted_while_the_broker_moves_from_one_to_the_other(secure, door):
    both = secure.folder / "both.pem"
    both.write_bytes(secure.authority.path.read_bytes() + secure.new_authority.path.read_bytes())
    own = secure.files("arbo-a")
    files = TlsFiles(both, own.certificate_file, own.key_file)
    old = RabbitTransport("arbo-a", secure.url, tls=contexts(files))
    await old.open()
    await old.close()
    address = await door(secure.new_authority)
    _, writer = await asyncio.open_connection(
        "127.0.0.1", int(address.rpartition(":")[2]), ssl=files.context(now()), server_hostname="localhost"
    )
    writer.close()
    await writer.wait_closed()


# --- over time


REFUSALS = ("inbox-refused", "outlet-unreachable")


@pytest.mark.skipif(os.name != "posix", reason="files are replaced while they are open")
async def test_a_refusal_is_an_alarm_once_and_a_renewed_certificate_needs_no_restart(secure):
    good, expired = secure.files("pool-x"), secure.files("pool-x", begins=-2 * DAY, lives=DAY)
    live = [shutil.copy(path, secure.folder / f"live{path.suffix}") for path in (good.certificate_file, good.key_file)]
    files = TlsFiles(secure.authority.path, Path(live[0]), Path(live[1]))

    def put(renewed: TlsFiles) -> None:
        shutil.copy(renewed.certificate_file, live[0])
        shutil.copy(renewed.key_file, live[1])

    transport = RabbitTransport(
        "pool-x", secure.url, tls=contexts(files), lanes=(Lane.CASES,), reconnect_interval=0.05, drain_timeout=1
    )

    async def handler(_: Delivery) -> Settlement:
        return Settlement.ACK

    with structlog.testing.capture_logs() as lines:
        await transport.open()
        await transport.consume(handler)
        put(expired)
        secure.broker.ctl("close_all_connections", "--global", "the test renews certificates")
        async with asyncio.timeout(30):
            while min(sum(line["event"] == event for line in lines) for event in REFUSALS) < 2:
                transport.reach(Lane.CASES)  # as a relay does, which sees to it that the connection is made again
                await asyncio.sleep(0.05)
        assert not transport.is_consuming
        assert not transport.reach(Lane.CASES)
        put(good)
        async with asyncio.timeout(30):
            while not (transport.is_consuming and transport.reach(Lane.CASES)):
                await asyncio.sleep(0.05)
    await transport.close()
    for event in REFUSALS:
        refused = [line for line in lines if line["event"] == event]
        assert [line["log_level"] for line in refused][:2] == ["error", "warning"]
        assert {line["code"] for line in refused} == {"certificate-expired"}
        assert all(line["remedy"] for line in refused)
