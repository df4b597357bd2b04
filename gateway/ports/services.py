"""Everything a use case may lean on, gathered once by the wiring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from gateway.domain.ceilings import Ceilings
from gateway.domain.party import Party
from gateway.domain.policy import Policy
from gateway.domain.receipts import MOST_TOGETHER
from gateway.domain.retention import RetentionTerms
from gateway.ports.bundles import BundleMapper
from gateway.ports.clock import Clock
from gateway.ports.envelope import EnvelopeSealer
from gateway.ports.notary import Notary
from gateway.ports.objects import ObjectStore
from gateway.ports.reached import ReachedCeilings
from gateway.ports.store import Store
from gateway.ports.transport import Transport
from gateway.ports.turn import SharedTurn


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """How patient delivery is.

    Attributes:
        receipt_within: Without a receipt by then the same bytes go out again.
        first_retry, longest_retry: Exponential backoff between these, with jitter.
        give_up_after: Age at which a message is undeliverable; the envelope expires then too.
        claim_for: How long a worker keeps what it claimed without settling it; longer than one attempt to publish.
        open_after: So many failures in a row open a partner's circuit.
        probe_every: How often one message then tries the way.
        common_size: Padded size of kinds whose difference is sensitive, in bytes.
        receipts_together: How many messages that were accepted with one commit share a receipt at most.
    """

    receipt_within: timedelta = timedelta(seconds=60)
    first_retry: timedelta = timedelta(seconds=1)
    longest_retry: timedelta = timedelta(minutes=5)
    give_up_after: timedelta = timedelta(days=7)
    claim_for: timedelta = timedelta(seconds=30)
    open_after: int = 10
    probe_every: timedelta = timedelta(seconds=30)
    common_size: int = 256 * 1024
    receipts_together: int = MOST_TOGETHER


@dataclass(frozen=True, slots=True)
class CheckpointTerms:
    """How often the journal is signed: what is newer than the newest checkpoint in a partner's hands has no witness.

    Attributes:
        every: After this many new entries the next receipt carries a new checkpoint.
        within: After this time also, when there is a new entry at all.
    """

    every: int = 256
    within: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Services:
    """One party's gateway, wired.

    Attributes:
        party: Ourselves.
        recipients: Recipient texts we serve besides our own id (R25).
        policy: The arbodienst's policy; a default at a pool.
        new_id: Makes message and referral ids (UUID text).
        jitter: Makes a number in [0, 1) for backoff.
        objects: Where files lie that are too large for a message; None when the settings name no place.
        worker: Names this process among those that share the store.
        acts: Where acts of people wait for the store, and share a unit of work.
        reached: Which partners reached a ceiling lately.
    """

    party: Party
    store: Store
    sealer: EnvelopeSealer
    notary: Notary
    transport: Transport
    mapper: BundleMapper
    clock: Clock
    policy: Policy
    new_id: Callable[[], str]
    jitter: Callable[[], float]
    recipients: tuple[str, ...] = ()
    terms: DeliveryTerms = field(default_factory=DeliveryTerms)
    checkpoints: CheckpointTerms = field(default_factory=CheckpointTerms)
    retention: RetentionTerms = field(default_factory=RetentionTerms)
    ceilings: Ceilings = field(default_factory=Ceilings)
    objects: ObjectStore | None = None
    worker: str = field(default_factory=lambda: uuid4().hex)
    acts: SharedTurn[Any, Any] = field(default_factory=SharedTurn)
    reached: ReachedCeilings = field(default_factory=ReachedCeilings)
