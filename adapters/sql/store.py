"""The store of one party in a database: opened, used in transactions one at a time, closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql import sqlite
from adapters.sql.checkpoints import CheckpointPart
from adapters.sql.conversations import ConversationPart
from adapters.sql.failures import plain_failures
from adapters.sql.inbox import InboxPart
from adapters.sql.journal import JournalPart
from adapters.sql.leaves import LeafPart
from adapters.sql.outbox import OutboxPart
from adapters.sql.partners import PartnerPart
from adapters.sql.quarantine import QuarantinePart
from adapters.sql.schema import bring_up_to_date
from adapters.sql.transaction import Transaction
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.ports.clock import Clock
from gateway.ports.store import Store, UnitOfWork
from gateway.ports.vault import Vault

_log = structlog.get_logger(__name__)


class SqlUnitOfWork(
    JournalPart,
    LeafPart,
    CheckpointPart,
    ConversationPart,
    OutboxPart,
    InboxPart,
    QuarantinePart,
    PartnerPart,
    UnitOfWork,
):
    """One transaction, made of one part per neighbourhood of tables."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction


class SqlStore(Store):
    """Keeps everything of one party in a SQLite file, which other processes may use at the same time.

    Units of work of one process wait for each other in the order in which they came; between processes the file's
    lock decides.

    Args:
        url: ``sqlite:///path``.
        vault: Seals what is personal.
        clock: Tells when something is recorded.
        patience: Seconds to wait for a turn, and then for another process.
    """

    def __init__(self, url: str, vault: Vault, clock: Clock, *, patience: float = 10.0) -> None:
        self._url = url
        self._vault = vault
        self._clock = clock
        self._patience = patience
        self._engine: AsyncEngine | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Connect and bring the schema up to date; a second call does nothing.

        Raises:
            OperatorError: ``store-url-invalid``, ``store-unwritable``, ``store-damaged``, ``store-newer``, ...
            TemporaryError: ``store-busy``.
        """
        if self._engine is not None:
            return
        engine = sqlite.engine(self._url, self._patience)
        try:
            async with _transaction(engine) as connection:
                await connection.run_sync(bring_up_to_date)
        except BaseException:
            await engine.dispose()
            raise
        self._engine = engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction with the write lock from its start.

        Raises:
            OperatorError: ``store-not-open``, or what stands in the way.
            TemporaryError: ``store-busy``.
        """
        engine = self._opened()
        await self._wait_for_turn()
        try:
            async with _transaction(engine) as connection:
                transaction = Transaction(connection, self._vault, self._clock)
                yield SqlUnitOfWork(transaction)
            if transaction.has_erased:
                await _forget(engine)
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Disconnect; a second call does nothing."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise OperatorError("store-not-open", "The store is not open.", remedy="Call open() first.")
        return self._engine

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise TemporaryError(
                "store-busy", "Another unit of work holds the store.", remedy="It is tried again."
            ) from None


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with plain_failures():
        async with engine.begin() as connection:
            yield connection


async def _forget(engine: AsyncEngine) -> None:
    """After an erasure; what cannot be done now is done when the last process closes the store."""
    try:
        with plain_failures():
            is_done = await sqlite.forget(engine)
    except (OperatorError, TemporaryError):
        is_done = False
    if not is_done:
        _log.warning("store-log-not-emptied")
