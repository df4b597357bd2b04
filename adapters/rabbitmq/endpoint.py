"""Where a broker is and how a party logs in: one place that decides what is safe and what an error means.

No message, log line or ``repr`` made here contains the URL: it may hold the password.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aio_pika import Connection
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS
from yarl import URL

from adapters.rabbitmq.certificate_probe import overheard
from adapters.rabbitmq.explanations import explained
from adapters.rabbitmq.properties import forgive_properties
from adapters.rabbitmq.provisioning import is_loopback
from gateway.domain.errors import GatewayError, OperatorError, TemporaryError

forgive_properties()

_CLOSE_SECONDS = 5.0
_LONGEST_FACTOR = 15

TlsContext = Callable[[], ssl.SSLContext]
"""Makes the context of one connection; called for each, so that renewed files are used. May raise OperatorError."""


class Link:
    """One connection to one virtual host.

    Attributes:
        connection: The driver's connection; not restored by itself when lost.
        lost: Set when it is gone, by either side.
        cause: Why, when the driver knows.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self.connection = connection
        self.lost = asyncio.Event()
        self.cause: BaseException | None = None
        connection.close_callbacks.add(self._on_close)

    def _on_close(self, _: AbstractConnection | None, cause: BaseException | None) -> None:
        self.cause = self.cause or cause
        self.lost.set()

    async def close(self) -> None:
        """Disconnect; never raises for a connection that is gone already or hangs."""
        with suppress(TimeoutError, *CONNECTION_EXCEPTIONS):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self.connection.close()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A broker as one party reaches it.

    Attributes:
        party_id: The user; a broker lets a user write only keys that begin with its own name.
        url: Scheme, host, port and password; no virtual host.
        tls: For ``amqps``; without a password the client certificate in it logs in (EXTERNAL).
        heartbeat: Seconds; a frozen connection is noticed after about three and a half times this.
        connect_timeout: Seconds for connecting.
    """

    party_id: str
    url: URL = field(repr=False)
    tls: TlsContext | None = None
    heartbeat: int = 10
    connect_timeout: float = 10.0

    @classmethod
    def parse(
        cls,
        party_id: str,
        url: str,
        *,
        password: str | None = None,
        tls: TlsContext | None = None,
        heartbeat: int = 10,
        connect_timeout: float = 10.0,
        allow_insecure: bool = False,
    ) -> "Endpoint":
        """Read and check a broker's address; raises OperatorError with what to change."""
        parsed = _parsed(url)
        _check_place(parsed, tls, allow_insecure=allow_insecure)
        _check_user(parsed, party_id)
        secret = password if password is not None else parsed.password
        _check_password(parsed, secret, allow_insecure=allow_insecure)
        is_external = parsed.scheme == "amqps" and tls is not None and secret is None
        if secret is None and not is_external:
            raise OperatorError(
                "broker-password-missing",
                f"There is neither a password nor a client certificate for party '{party_id}'.",
                remedy="Configure a client certificate (EXTERNAL) or the party's password.",
            )
        port = parsed.port if parsed.explicit_port else None
        bare = URL.build(scheme=parsed.scheme, host=parsed.host or "", port=port, user=party_id, password=secret)
        bare = bare.update_query(auth="external") if is_external else bare
        return cls(party_id, bare, tls, heartbeat, connect_timeout)

    async def connect(self, vhost: str, purpose: str) -> Link:
        """Connect to a virtual host.

        Args:
            vhost: Its name.
            purpose: ``"publish"`` or ``"consume"``, for the broker's list of connections.

        Raises:
            OperatorError: Credentials, virtual host or certificate are refused.
            TemporaryError: Nobody answers.
        """
        url = self.url.with_path("/" + vhost, keep_query=True)
        url = url.update_query(heartbeat=str(self.heartbeat), name=f"gateway {self.party_id} {purpose}")
        connection = Connection(url, ssl_context=self.tls() if self.tls else None)
        link = Link(connection)
        try:
            async with asyncio.timeout(self.connect_timeout):
                await connection.connect()
        except (*CONNECTION_EXCEPTIONS, ValueError) as error:
            await link.close()
            raise await self._explained(error, vhost) from None
        except BaseException:
            await link.close()
            raise
        return link

    async def _explained(self, error: BaseException, vhost: str) -> GatewayError:
        reason = explained(error, vhost, self.party_id)
        if self.tls is None or not isinstance(reason, TemporaryError):
            return reason
        heard = await overheard(self.url, self.tls())
        return reason if heard is None else explained(heard, vhost, self.party_id)


def pause_factor(refusals: int) -> int:
    """Return by how much the pause before the next attempt to connect grows after refusals in a row.

    A refusal that only an operator can mend is asked about ever less often. The first ones are not believed yet: a
    broker that starts or stops, or a proxy before it, may refuse what it accepts a second later.
    """
    return min(1 << min(max(refusals - 1, 0), _LONGEST_FACTOR), _LONGEST_FACTOR)


def _parsed(url: str) -> URL:
    try:
        parsed = URL(url)
        is_usable = parsed.scheme in {"amqp", "amqps"} and bool(parsed.host)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise OperatorError(
            "broker-url-invalid",
            "The broker's address is not an amqp or amqps URL.",
            remedy="Give one such as amqps://broker.example:5671.",
        )
    if parsed.path not in {"", "/"}:
        raise OperatorError(
            "broker-url-vhost",
            "The broker's address names a virtual host, but each lane has its own.",
            remedy="Leave the path out of the address.",
        )
    return parsed


def _check_place(url: URL, tls: TlsContext | None, *, allow_insecure: bool) -> None:
    if url.scheme == "amqps" and tls is None:
        raise OperatorError(
            "broker-tls-missing",
            "The broker's address asks for TLS, but no certificates are configured.",
            remedy="Configure the certificate authority and, for EXTERNAL, the client certificate.",
        )
    if url.scheme == "amqp" and not (allow_insecure or is_loopback(url.host or "")):
        raise OperatorError(
            "broker-insecure",
            "The broker is on another machine and the address is not encrypted (amqp).",
            remedy="Use amqps, or allow insecure connections explicitly in a test environment.",
        )


def _check_password(url: URL, secret: str | None, *, allow_insecure: bool) -> None:
    if secret is not None and not (allow_insecure or is_loopback(url.host or "")):
        raise OperatorError(
            "broker-password-insecure",
            "The broker is on another machine and the login is by password.",
            remedy="Log in with a client certificate (EXTERNAL): a password can be tried by whoever gets hold of it. "
            "In a test environment, allow insecure connections explicitly.",
        )


def _check_user(url: URL, party_id: str) -> None:
    if url.user is not None and url.user != party_id:
        raise OperatorError(
            "broker-user-mismatch",
            f"The user in the broker's address is not party '{party_id}'.",
            remedy="Log in as the party itself: the broker checks the sender by it.",
        )
