"""The store of one party in a database: opened, used in transactions, closed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from adapters.sql.checkpoints import CheckpointPart
from adapters.sql.conversations import ConversationPart
from adapters.sql.counts import CountsPart
from adapters.sql.database import Database
from adapters.sql.expired_bodies import ExpiredBodiesPart
from adapters.sql.failures import plain_failures
from adapters.sql.inbox import InboxPart
from adapters.sql.journal import JournalPart
from adapters.sql.leaves import LeafPart
from adapters.sql.message_index import MessageIndexPart
from adapters.sql.operations import OperationsPart
from adapters.sql.outbox import OutboxPart
from adapters.sql.partners import PartnerPart
from adapters.sql.postgresql import Credentials, PostgresqlDatabase
from adapters.sql.quarantine import QuarantinePart
from adapters.sql.schema import bring_up_to_date
from adapters.sql.sqlite import SqliteDatabase
from adapters.sql.transaction import Transaction
from adapters.sql.work_lists import WorkListPart
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.errors import OperatorError, TemporaryError
from gateway.domain.messages import Kind
from gateway.domain.party import Role
from gateway.domain.policy import Policy
from gateway.domain.steps import Step
from gateway.domain.worklist import Summariser
from gateway.ports.clock import Clock
from gateway.ports.store import Backlog, InboxItem, Route, Store, UnitOfWork
from gateway.ports.vault import Vault

_log = structlog.get_logger(__name__)

SUMMARISER = Summariser(Role.OHS, Policy("default"))
_OPENING = 0
"""Held while the schema is looked at and changed; no case has this key but by a chance of 1 in 2^64."""


class SqlUnitOfWork(
    JournalPart,
    LeafPart,
    CheckpointPart,
    ConversationPart,
    OutboxPart,
    InboxPart,
    CountsPart,
    QuarantinePart,
    PartnerPart,
    OperationsPart,
    ExpiredBodiesPart,
    WorkListPart,
    MessageIndexPart,
    UnitOfWork,
):
    """One transaction, made of one part per neighbourhood of tables."""

    def __init__(self, transaction: Transaction, summariser: Summariser) -> None:
        self._transaction = transaction
        self._summariser = summariser
        self._changed_cases = {}
        self._appended = []
        self._steps = {}
        self._tree = None
        self._bindings = {}
        self._bound_anew = {}
        self._begun = set()
        self._enqueued = []
        self._outgoing = {}
        self._changed = set()
        self._incoming = {}
        self._arrived = {}
        self._lines = {}

    @override
    async def hold(self, case_ids: Collection[str]) -> None:
        """Look up again, once the cases are held, what was looked up before and may have changed."""
        await self._transaction.hold(case_ids)
        await self._transaction.find_keys(case_ids)
        if self._transaction.holds_all:
            return
        await self.forget_outgoing()
        await self.forget_incoming()
        self._bindings = {referral_id: bound for referral_id, bound in self._bindings.items() if bound}

    @override
    async def append(self, case_id: str, steps: Sequence[Step]) -> None:
        await super().append(case_id, steps)
        self.note_change(case_id, steps)

    @override
    async def erase(self, case_id: str) -> None:
        await self.forget_summary(case_id)
        await super().erase(case_id)

    @override
    async def checkpoint(self) -> Checkpoint:
        """Write messages first, in the order of the locks."""
        await self._write_messages()
        return await super().checkpoint()

    @override
    async def hold_route(self, partner: str) -> Route:
        """Write messages first, in the order of the locks."""
        await self.write_outbox()
        return await super().hold_route(partner)

    @override
    async def backlog(self) -> list[Backlog]:
        await self._write_messages()
        return await super().backlog()

    @override
    async def open_questions(self, sender: str, since: datetime) -> int:
        await self._write_messages()
        return await super().open_questions(sender, since)

    @override
    async def taken_in_since(self, sender: str, kind: Kind, since: datetime) -> int:
        await self._write_messages()
        return await super().taken_in_since(sender, kind, since)

    @override
    async def refused_since(self, sender: str, since: datetime) -> int:
        await self._write_messages()
        return await super().refused_since(sender, since)

    @override
    async def open_referrals(self, sender: str, since: datetime) -> int:
        await self._write_messages()
        return await super().open_referrals(sender, since)

    @override
    async def unanswered(self, since: datetime) -> list[InboxItem]:
        await self._write_messages()
        return await super().unanswered(since)

    async def finish(self) -> None:
        """Write what was gathered, in the order of the locks; the last thing before the commit."""
        await self._write_messages()
        await self.write_summaries()
        await self.write_journal()

    async def _write_messages(self) -> None:
        await self.write_conversations()
        await self.write_outbox()
        await self.write_inbox()


class SqlStore(Store):
    """Keeps everything of one party in a database, which other processes may use at the same time.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user@host/database``.
        vault: Seals what is personal.
        clock: Tells when something is recorded.
        patience: Seconds to wait for a turn, and then for another process.
        credentials: For a database on a server.
        may_make: Whether a store is made where there is none.
        summariser: Makes what is kept of a case for work lists; by default as an arbodienst without policy sees it.
    """

    def __init__(
        self,
        url: str,
        vault: Vault,
        clock: Clock,
        *,
        patience: float = 10.0,
        credentials: Credentials | None = None,
        may_make: bool = True,
        summariser: Summariser = SUMMARISER,
    ) -> None:
        is_server = url.startswith("postgresql")
        self._database: Database = (
            PostgresqlDatabase(url, credentials) if is_server else SqliteDatabase(url, may_make=may_make)
        )
        self._vault = vault
        self._clock = clock
        self._patience = patience
        self._may_make = may_make
        self._summariser = summariser
        self._engine: AsyncEngine | None = None
        self._turns = asyncio.Semaphore(self._database.turns)

    @override
    async def open(self) -> None:
        """Connect and bring the schema up to date; a second call does nothing.

        Raises:
            OperatorError: ``store-missing``, ``store-url-invalid``, ``store-damaged``, ``store-newer``, ...
            TemporaryError: ``store-busy``, ``store-unreachable``.
        """
        if self._engine is not None:
            return
        engine = self._database.engine(self._patience)
        try:
            async with _transaction(engine) as connection:
                await self._database.hold(connection, [_OPENING])
                await connection.run_sync(partial(bring_up_to_date, may_make=self._may_make))
                await self._open_ledger(connection)
        except BaseException:
            await engine.dispose()
            raise
        self._engine = engine

    @asynccontextmanager
    @override
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that writes.

        Raises:
            OperatorError: ``store-not-open``, or what stands in the way.
            TemporaryError: ``store-busy``, ``store-contested``, ``store-unreachable``.
        """
        engine = self._opened()
        async with self._turn():
            async with _transaction(engine) as connection:
                transaction = self._transaction_on(connection)
                work = SqlUnitOfWork(transaction, self._summariser)
                yield work
                await work.finish()
            if transaction.has_erased:
                await self._forget(engine)

    @asynccontextmanager
    @override
    async def look(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that only reads; raises as ``begin`` does."""
        engine = self._opened()
        async with self._turn(), _transaction(engine, **self._database.looking) as connection:
            yield SqlUnitOfWork(self._transaction_on(connection, may_write=False), self._summariser)

    @override
    async def close(self) -> None:
        """Disconnect; a second call does nothing."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    async def _open_ledger(self, connection: AsyncConnection) -> None:
        """The gateway's own key is there before two processes can both find that it is not."""
        transaction = self._transaction_on(connection)
        await transaction.ledger_key()
        await transaction.write_cases()

    def _transaction_on(self, connection: AsyncConnection, *, may_write: bool = True) -> Transaction:
        return Transaction(connection, self._database, self._vault, self._clock, may_write=may_write)

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise OperatorError("store-not-open", "The store is not open.", remedy="Call open() first.")
        return self._engine

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            raise TemporaryError(
                "store-busy",
                "Another unit of work holds the store.",
                remedy="Try again ('sogw serve' does so by itself).",
            ) from None
        try:
            yield
        finally:
            self._turns.release()

    async def _forget(self, engine: AsyncEngine) -> None:
        """After an erasure; what cannot be done now is done when the last process closes the store."""
        try:
            with plain_failures():
                is_done = await self._database.forget(engine)
        except (OperatorError, TemporaryError):
            is_done = False
        if not is_done:
            _log.warning("store-log-not-emptied")


@asynccontextmanager
async def _transaction(engine: AsyncEngine, **options: Any) -> AsyncIterator[AsyncConnection]:
    with plain_failures():
        async with engine.connect() as connection:
            if options:
                await connection.execution_options(**options)
            async with connection.begin():
                yield connection
