"""The store: what one party keeps, one module for each kind of row.

A use case that needs one part only names that part: ``Outbox``, ``Journal``, ``Partners``.
"""

from gateway.ports.store.alerts import Alert, Alerts
from gateway.ports.store.amount import Amount
from gateway.ports.store.backlog import Backlog, Backlogs
from gateway.ports.store.conversations import Conversations
from gateway.ports.store.counts import CountedMessages
from gateway.ports.store.expired_bodies import ExpiredBodies
from gateway.ports.store.inbox import WAITING_INBOX_STATES, Inbox, InboxItem, InboxState
from gateway.ports.store.journal import (
    GATEWAY_CASE,
    UNREADABLE_CASE,
    ContentState,
    EntryContent,
    Journal,
    JournalEntry,
    Leaf,
)
from gateway.ports.store.message_index import Direction, MessageIndex, MessageLine, MessageQuery
from gateway.ports.store.outbox import FINAL_OUTBOX_STATES, SETTLED_OUTBOX_STATES, Outbox, OutboxItem, OutboxState
from gateway.ports.store.page import Page
from gateway.ports.store.partners import Partner, Partners
from gateway.ports.store.quarantine import SETTLED_QUARANTINE_STATES, Quarantine, QuarantineItem, QuarantineState
from gateway.ports.store.routes import Route, Routes
from gateway.ports.store.unit_of_work import Store, UnitOfWork
from gateway.ports.store.witnesses import Witnesses
from gateway.ports.store.work_lists import WorkLine, WorkLists, WorkQuery

__all__ = [
    "FINAL_OUTBOX_STATES",
    "GATEWAY_CASE",
    "SETTLED_OUTBOX_STATES",
    "SETTLED_QUARANTINE_STATES",
    "UNREADABLE_CASE",
    "WAITING_INBOX_STATES",
    "Alert",
    "Alerts",
    "Amount",
    "Backlog",
    "Backlogs",
    "ContentState",
    "Conversations",
    "CountedMessages",
    "Direction",
    "EntryContent",
    "ExpiredBodies",
    "Inbox",
    "InboxItem",
    "InboxState",
    "Journal",
    "JournalEntry",
    "Leaf",
    "MessageIndex",
    "MessageLine",
    "MessageQuery",
    "Outbox",
    "OutboxItem",
    "OutboxState",
    "Page",
    "Partner",
    "Partners",
    "Quarantine",
    "QuarantineItem",
    "QuarantineState",
    "Route",
    "Routes",
    "Store",
    "UnitOfWork",
    "Witnesses",
    "WorkLine",
    "WorkLists",
    "WorkQuery",
]
