"""All that is particular to PostgreSQL: how to connect, and how cases are held.

Transactions overlap (READ COMMITTED); what must hold until the commit is held by a lock of its own: an advisory lock
per case, released by the end of the transaction whichever way it ends. The server ends a session that does nothing
in the middle of a transaction: a process that was frozen there does not keep its cases from the others.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from typing_extensions import override

from adapters.sql.database import Database
from gateway.domain.errors import OperatorError

DRIVER = "postgresql+psycopg"

_HOLD = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
_HOLD_FREE = text("SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key WHERE pg_try_advisory_xact_lock(key)")

_LONGEST_IDLE_MS = 10_000
"""After this the server takes a transaction back whose process does nothing: it may have been frozen."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How the server knows us and we know the server.

    Attributes:
        password: Instead of one in the address; None with a client certificate.
        ca_file: Who vouches for the server; with it the connection is encrypted and the server's name checked.
        certificate_file, key_file: Our client certificate.
        allow_insecure: Accept another machine without encryption.
    """

    password: str | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    allow_insecure: bool = False


class PostgresqlDatabase(Database):
    """A database on a server.

    Args:
        url: ``postgresql://user@host:port/database``, with or without the driver's name.
        credentials: Password and certificates.
    """

    turns = 10
    holds_all = False
    looking: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def __init__(self, url: str, credentials: Credentials | None = None) -> None:
        self._url = url
        self._credentials = credentials or Credentials()

    @override
    def engine(self, patience: float) -> AsyncEngine:
        """An engine with as many connections as there are turns.

        Raises:
            OperatorError: ``store-url-invalid``, ``store-insecure``.
        """
        location = _location(self._url)
        limits = {"lock_timeout": int(patience * 1000), "idle_in_transaction_session_timeout": _LONGEST_IDLE_MS}
        return create_async_engine(
            location.set(drivername=DRIVER, password=self._credentials.password or location.password),
            connect_args={
                "connect_timeout": max(2, round(patience)),
                "application_name": "sogw",
                "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
                **self._encryption(location),
            },
            isolation_level="READ COMMITTED",
            pool_size=self.turns,
            max_overflow=0,
            hide_parameters=True,
        )

    def _encryption(self, location: URL) -> dict[str, str]:
        own = self._credentials
        if own.ca_file is None:
            if own.allow_insecure or _is_here(location):
                return {}
            raise OperatorError(
                "store-insecure",
                "The database is on another machine and nothing vouches for it: personal data would travel in clear.",
                where="[store] ca_file",
                remedy="Name the certificate authority of the database server.",
            )
        files = {"sslrootcert": own.ca_file, "sslcert": own.certificate_file, "sslkey": own.key_file}
        named = {option: str(file) for option, file in files.items() if file is not None}
        # Without the last, libpq would take encryption by Kerberos instead where it can, and verify nothing of this.
        return {"sslmode": "verify-full", "ssl_min_protocol_version": "TLSv1.3", **named, "gssencmode": "disable"}

    @override
    async def hold(self, connection: AsyncConnection, keys: Sequence[int]) -> None:
        """Take the advisory locks one after the other, in the order given."""
        await connection.execute(_HOLD, {"keys": list(keys)})

    @override
    async def hold_free(self, connection: AsyncConnection, keys: Sequence[int]) -> Sequence[int]:
        """Take the advisory locks that can be had at once."""
        return (await connection.execute(_HOLD_FREE, {"keys": list(keys)})).scalars().all()

    @override
    async def forget(self, made: AsyncEngine) -> bool:
        """Nothing here: old pages and backups keep a deleted key; what makes it unreadable is another storage key."""
        del made
        return True


def _location(url: str) -> URL:
    try:
        location = make_url(url)
    except (ArgumentError, ValueError):
        location = URL.create("")
    if location.drivername in {"postgresql", DRIVER} and location.database and not _has_own_tls(location):
        return location
    raise OperatorError(
        "store-url-invalid",
        "The address of the store is not one of a PostgreSQL database.",
        remedy="Write it as postgresql://user@host/database; certificates have settings of their own.",
    )


def _has_own_tls(location: URL) -> bool:
    return any(option.startswith("ssl") for option in location.query)


def _is_here(location: URL) -> bool:
    """Whether it cannot leave this machine: a loopback address or a socket in the file system."""
    hosts = [location.host or "", *_texts(location.query.get("host")), *_texts(location.query.get("hostaddr"))]
    return all(host in {"", "localhost"} or host.startswith("/") or _is_loopback(host) for host in hosts)


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(value.split(",")) if isinstance(value, str) else value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
