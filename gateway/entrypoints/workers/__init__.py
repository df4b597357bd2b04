"""The workers of one party: what ``sogw serve`` runs until it is asked to stop.

``RelayWorker`` publishes what is in the outbox, ``ConsumerWorker`` takes in what arrives, ``RefreshWorker`` learns of
partners and keys that another process changed; ``AuditWorker``, ``JournalWorker`` and ``AlertWorker`` keep watch.
``PartyWorkers`` runs them together and stops them without losing anything: first it stops taking deliveries, then it
finishes the running ones, then it sends their receipts.

Invariants: a worker never ends because of one message, one lost connection or one busy moment of the store; what it
logs is a code, never content.
"""

from gateway.entrypoints.workers.consumer import ConsumerWorker
from gateway.entrypoints.workers.party import PartyWorkers
from gateway.entrypoints.workers.refresh import RefreshWorker
from gateway.entrypoints.workers.relay import RelayWorker

__all__ = ["ConsumerWorker", "PartyWorkers", "RefreshWorker", "RelayWorker"]
