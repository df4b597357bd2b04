"""Compose the parts of the store into one transaction, and the store that begins them.

One ``UnitOfWork`` is one transaction: leaving its context commits, an exception rolls back. Steps, sealed message
and audit lines of one act go into one unit of work (the outbox promise); so do inbox row, steps and receipt.
Personal content is sealed under a key per case; the journal's public part is pseudonymous (R52).

Several processes may share one store. A unit of work holds the cases it reads or writes until it ends; outgoing
messages are claimed for a time, so that a worker that stops or freezes keeps nothing from going out.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gateway.ports.store.alerts import Alerts
from gateway.ports.store.backlog import Backlogs
from gateway.ports.store.conversations import Conversations
from gateway.ports.store.counts import CountedMessages
from gateway.ports.store.expired_bodies import ExpiredBodies
from gateway.ports.store.inbox import Inbox
from gateway.ports.store.journal import Journal
from gateway.ports.store.message_index import MessageIndex
from gateway.ports.store.outbox import Outbox
from gateway.ports.store.partners import Partners
from gateway.ports.store.quarantine import Quarantine
from gateway.ports.store.routes import Routes
from gateway.ports.store.witnesses import Witnesses
from gateway.ports.store.work_lists import WorkLists


class UnitOfWork(
    Journal,
    Witnesses,
    Conversations,
    Outbox,
    Inbox,
    CountedMessages,
    Quarantine,
    ExpiredBodies,
    Routes,
    Alerts,
    Partners,
    Backlogs,
    WorkLists,
    MessageIndex,
    Protocol,
):
    """One transaction. Reads see its own writes."""


class Store(Protocol):
    """One party's store."""

    async def open(self) -> None:
        """Connect and bring the schema up to date; raises OperatorError with what to do."""
        ...

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start a transaction; TemporaryError when the store is busy, OperatorError when it is unusable.

        Units of work on one case take turns, in this process and among processes; a store may let all take turns.
        So do not begin one inside another, and do not wait for the network within one. A TemporaryError may also
        come while it runs or as it ends: nothing was changed, and the whole may be done again.
        """
        ...

    def look(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start a transaction that only reads, all of it as of one moment, and holds no case.

        What it reads may have changed by the time it ends, so decide nothing by it. OperatorError on a write.
        """
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...
