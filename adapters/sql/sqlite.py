"""All that is particular to SQLite: how to connect, begin, and what its errors mean.

Every process that uses the file does the same: write-ahead log, a full flush at every commit, deleted bytes
overwritten, and ``BEGIN IMMEDIATE``: a transaction has the write lock before its first read, so that what it read
still holds when it writes, and no upgrade can fail half-way. So one unit of work at a time holds every case.
"""

import asyncio
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only
from typing_extensions import override

from adapters.sql.database import Database
from adapters.sql.schema import missing
from adapters.sql.sqlite_driver import connect
from gateway.domain.errors import GatewayError, OperatorError, TemporaryError

_PRAGMAS = ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")
_FREE_SPACE = ("store-disk-full", "The disk of the store is full.", "Make room; waiting work goes on by itself.")
_READ_ONLY = (
    "store-unwritable",
    "The store cannot be written.",
    "Let the gateway's user write the file and its folder.",
)
_DAMAGED = ("store-damaged", "The file of the store is damaged or is no store.", "Restore the store from a backup.")
_DISK = (
    "store-disk-failed",
    "The disk of the store does not answer as it should.",
    "Check the disk and its file system.",
)
_ALARMS = {
    sqlite3.SQLITE_FULL: _FREE_SPACE,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_IOERR_SHMSIZE: _FREE_SPACE,
}
"""By a result code, or by the family that it belongs to. The memory that processes share lies in a file beside the
store: on a full disk whoever opens the store, also to read, cannot make that file as large as it must be.
"""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PRIMARY_CODE = 0xFF
_SWITCHES = 100
_SWITCH_SECONDS = 0.05
"""How often, and how long after each other, a new file is asked into another mode while somebody else does the same."""


class SqliteDatabase(Database):
    """A file, for its owner only.

    Args:
        url: ``sqlite:///path``; the path is relative to the working directory, absolute with a fourth slash.
        may_make: Whether it is made when it is missing.
    """

    turns = 1
    holds_all = True
    looking: Mapping[str, Any] = {"begin": "BEGIN"}

    def __init__(self, url: str, *, may_make: bool = True) -> None:
        self._url = url
        self._may_make = may_make

    @override
    def engine(self, patience: float) -> AsyncEngine:
        """An engine with one connection on the file.

        Raises:
            OperatorError: ``store-url-invalid``, ``store-unwritable``, ``store-missing``.
        """
        location = location_of(self._url)
        make_file(Path(location.database or ""), may_make=self._may_make)
        made = create_async_engine(
            location.set(drivername="sqlite+aiosqlite"),
            connect_args={"timeout": patience, "async_creator_fn": connect},
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
        )
        event.listen(made.sync_engine, "connect", _connected)
        event.listen(made.sync_engine, "begin", _begun)
        return made

    @override
    async def hold(self, connection: AsyncConnection, keys: Sequence[int]) -> None:
        """Nothing to do: the transaction has the write lock."""

    @override
    async def hold_free(self, connection: AsyncConnection, keys: Sequence[int]) -> Sequence[int]:
        """All of them: the transaction has the write lock."""
        del connection
        return keys

    @override
    async def forget(self, made: AsyncEngine) -> bool:
        """Move the write-ahead log into the file and empty it, so that erased bytes do not stay in the log.

        Returns:
            Whether it could be done; other processes may hold it for longer than our patience.
        """
        async with made.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                (is_busy, *_) = await cursor.fetchone()
        return not is_busy


def failure(error: BaseException) -> GatewayError:
    """Our error for one of the driver's, by its result code and without its text."""
    exact = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    code = exact & _PRIMARY_CODE
    if code in _BUSY:
        return TemporaryError(
            "store-busy", "Another process holds the store.", remedy="Try again ('sogw serve' does so by itself)."
        )
    alarm = _ALARMS.get(exact) or _ALARMS.get(code)
    if alarm is not None:
        identity, message, remedy = alarm
        return OperatorError(identity, message, remedy=remedy)
    return OperatorError(
        "store-failed",
        f"The store could not do its work ({getattr(error, 'sqlite_errorname', type(error).__name__)}).",
        remedy="Report this as a defect; nothing was changed.",
    )


def location_of(url: str) -> URL:
    """The address of a file.

    Raises:
        OperatorError: ``store-url-invalid``.
    """
    try:
        location = make_url(url)
    except ArgumentError:
        location = URL.create("")
    is_file = location.database not in {None, "", ":memory:"} and not location.query
    if location.get_backend_name() == "sqlite" and is_file:
        return location
    raise OperatorError(
        "store-url-invalid",
        "The address of the store is not one of a SQLite file.",
        remedy="Write it as sqlite:///folder/file.db, or sqlite:////folder/file.db from the root; "
        "of a PostgreSQL server as postgresql://user@host/database.",
    )


def make_file(path: Path, *, may_make: bool = True) -> None:
    """See that it can be written; make it, for its owner only, when it is missing.

    Raises:
        OperatorError: ``store-unwritable``, or ``store-missing`` where it may not be made.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if may_make else 0), 0o600))
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not may_make:
            raise missing(str(path)) from None
        raise OperatorError(
            "store-unwritable",
            f"The file of the store cannot be opened for writing: {error.strerror}.",
            where=str(path),
            remedy="Make its folder, let the gateway's user write it, or choose another path.",
        ) from None


def _connected(connection: Any, _: object) -> None:
    """On every new connection; the driver itself begins nothing."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        mode = _in_wal_mode(cursor)
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()
    if mode != "wal":
        raise OperatorError(
            "store-disk-unfit",
            "The file system of the store cannot share a write-ahead log.",
            remedy="Put the store on a local disk.",
        )


def _in_wal_mode(cursor: Any) -> str:
    """Ask for the write-ahead log; returns the mode the file is in then.

    Of two connections that change a new file at the same moment SQLite refuses one at once, whatever its patience: both
    would wait for each other. A moment later the other has done it.
    """
    for _ in range(_SWITCHES):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE not in _BUSY:
                raise
        await_only(asyncio.sleep(_SWITCH_SECONDS))
    else:
        cursor.execute("PRAGMA journal_mode = WAL")
    return str(cursor.fetchone()[0])


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))
