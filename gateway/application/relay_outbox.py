"""Relay the outbox: publish what is due, in order per conversation, with consent weighed once more (protocol 4).

A message counts as sent on the broker's confirm and as delivered on the receiver's signed receipt; without a
receipt in time the same bytes go out again. What goes out is claimed first, for a time: consent is weighed in the
transaction that claims, and the outcome is written back only while the claim is still ours. A worker that stops or
freezes leaves its claims to the others when they run out.

Nobody waits for the slowest: one transaction writes back whatever was confirmed since the last one and claims as much
as there is room for, while the others are still on their way. A conversation goes on as soon as its head is confirmed.

While the broker is not there nothing is claimed, so nothing waits longer and longer because of it: what is due stays
due, and goes as soon as the broker is back.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gateway.application.broker_presence import BrokerPresence
from gateway.application.circuit_breaker import Attempt, note_attempts
from gateway.application.drop_message import drop
from gateway.application.overtaking import overtaking
from gateway.application.perform_act import known_partner, situation_of
from gateway.application.seal_waiting import seal_waiting
from gateway.domain.case import fold
from gateway.domain.errors import OperatorError
from gateway.domain.rules.exchange import rests_on_consent, still_permitted
from gateway.domain.steps import ContactCorrected, InformationProvided, ReferralRequested, Step
from gateway.ports.services import Services
from gateway.ports.store import UNREADABLE_CASE, OutboxItem, OutboxState, UnitOfWork
from gateway.ports.transport import Parcel, PublishOutcome

WINDOW = 100
"""How many messages may be on their way at the same time."""

ENOUGH = 25
"""So many outcomes are worth a transaction; fewer are when nothing more is on its way."""

_ALWAYS = datetime.min.replace(tzinfo=UTC)
_IN_A_ROW: Mapping[PublishOutcome, frozenset[str]] = {
    PublishOutcome.UNREACHABLE: frozenset({PublishOutcome.UNREACHABLE.value}),
    PublishOutcome.UNKNOWN: frozenset({PublishOutcome.UNREACHABLE.value, PublishOutcome.UNKNOWN.value}),
}
"""By outcome without a word from the broker: after which reasons it is not the first one in a row."""


async def relay_once(services: Services) -> int:
    """Send what is due now, and wait until it is known what came of it.

    Returns:
        How many messages were tried or dropped; 0 means there is nothing to do now.
    """
    relay = Relay(services, since=_ALWAYS)
    claimed = await relay.beat()
    await relay.finish()
    return claimed


class Relay:
    """What is on its way, and what came of it and is not written back yet.

    Args:
        services: One party's.
        wake: Called when there is something to write back.
        since: From when on the broker is taken to have been there; by default from the first look that finds it.

    Attributes:
        has_more: Whether the last beat left something that may go now: it took all it had room for, or not all of what
            it took went, and what stood behind that may go instead.
    """

    def __init__(
        self, services: Services, wake: Callable[[], None] = lambda: None, since: datetime | None = None
    ) -> None:
        self._services = services
        self._wake = wake
        self._under_way: set[asyncio.Task[None]] = set()
        self._known: list[Attempt] = []
        self._broker = BrokerPresence(services, since)
        self._mistakes: list[BaseException] = []
        self.has_more = False

    async def beat(self) -> int:
        """Write back what is known, claim what there is room for, and let it go; in one transaction.

        Returns:
            How many messages were written back or claimed; 0 means there is nothing to do now.

        Raises:
            Exception: What publishing must never raise, or why a case cannot be read; once, at the next beat.
        """
        self.has_more = False
        self._raise_failures()
        services, known, room, lanes = self._services, tuple(self._known), self._room(), self._broker.look()
        async with services.store.begin() as work:
            now = services.clock.now()  # One for all of it: a clock may be set while it runs.
            await self._write_back(work, known)
            claimed = await work.claim(services.worker, now, now + services.terms.claim_for, room, lanes)
            await work.read_ahead({item.case_id for item in claimed if _is_weighed(item)})
            going = [item for item in claimed if await self._goes(work, item, now)]
        del self._known[: len(known)]
        for item in going:
            task = asyncio.get_running_loop().create_task(self._carry(item, self._is_overdue(item, now)))
            self._under_way.add(task)
            task.add_done_callback(self._has_ended)
        self.has_more = 0 < room == len(claimed) or len(going) < len(claimed)
        return len(known) + len(claimed)

    async def finish(self) -> None:
        """Claim nothing more: wait for what is on its way, and write back what came of it."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        known = tuple(self._known)
        if known:
            async with self._services.store.begin() as work:
                await self._write_back(work, known)
            del self._known[: len(known)]
        self._raise_failures()

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (mistake := task.exception()) is not None:
            self._mistakes.append(mistake)

    def _raise_failures(self) -> None:
        if self._mistakes:
            raise self._mistakes.pop()

    async def _write_back(self, work: UnitOfWork, known: Sequence[Attempt]) -> None:
        await work.settle([attempt.item for attempt in known])
        await note_attempts(self._services, work, known)

    def _is_overdue(self, item: OutboxItem, now: datetime) -> bool:
        """Tell of a claimed message whether its receipt did not come in time, and the broker did not keep it back."""
        return item.state is OutboxState.SENT and self._broker.let_answer(item.lane, now)

    async def _goes(self, work: UnitOfWork, item: OutboxItem, now: datetime) -> bool:
        """What cannot be weighed does not go, and keeps nobody else from going."""
        try:
            return await _may_go(self._services, work, item, now)
        except OperatorError as error:
            if error.code not in UNREADABLE_CASE:
                raise
            self._mistakes.append(error)
            return False

    def _room(self) -> int:
        return WINDOW - len(self._under_way)

    async def _carry(self, item: OutboxItem, is_overdue: bool) -> None:
        outcome = PublishOutcome.UNKNOWN
        try:
            outcome = await _publish(self._services, item)
        finally:
            self._known.append(Attempt(_settled(self._services, item, outcome), outcome, is_overdue))
            is_last = len(self._under_way) == 1
            if is_last or len(self._known) >= ENOUGH:
                self._wake()


def _is_weighed(item: OutboxItem) -> bool:
    return item.referral_id is not None and rests_on_consent(item.kind)


async def _may_go(services: Services, work: UnitOfWork, item: OutboxItem, now: datetime) -> bool:
    """Weigh once more; what will not go is written back as such."""
    if not item.body:
        await seal_waiting(services, work, item)
        return False
    if now - item.created_at > services.terms.give_up_after:
        await work.update_outbox(replace(item, state=OutboxState.UNDELIVERABLE, reason="expired"))
        return False
    reason = await _withheld_because(services, work, item, now)
    if reason is not None:
        await drop(services, work, item, reason)
    return reason is None


async def _withheld_because(services: Services, work: UnitOfWork, item: OutboxItem, now: datetime) -> str | None:
    """The code of what stands in the way by now; None when the message may go (R27)."""
    if item.referral_id is None or not _is_weighed(item):
        return None
    steps = await work.steps(item.case_id)
    if _takes_a_place(steps, item.message_id):
        return None
    case = fold(item.case_id, steps)
    partner = await known_partner(work, item.recipient)
    waits = await overtaking(services, work, partner, item.referral_id)
    situation = replace(situation_of(services, case, item.referral_id, partner, now), overtaken_by=waits)
    decision = still_permitted(situation, item.kind, _carried(steps, item.message_id))
    return None if decision.is_permitted else decision.refusals[0].code


def _takes_a_place(steps: list[Step], message_id: str) -> bool:
    """Whether a message only takes the place of a dropped one in the line: it discloses nothing."""
    own = (step for step in steps if step.message_id == message_id)
    return any(isinstance(step, ContactCorrected) and step.contact is None for step in own)


def _carried(steps: list[Step], message_id: str) -> frozenset[str]:
    """Roles of the documents in one message of ours, from the step it was written down as."""
    own = [step for step in steps if step.message_id == message_id]
    contents = [role for step in own if isinstance(step, ReferralRequested) for role in step.contents]
    documents = [d.role.value for step in own if isinstance(step, InformationProvided) for d in step.documents]
    return frozenset((*contents, *documents))


async def _publish(services: Services, item: OutboxItem) -> PublishOutcome:
    """Publish while the claim holds: who was frozen in between says nothing with an old consent."""
    if services.clock.now() >= item.next_attempt_at:
        return PublishOutcome.UNKNOWN
    parcel = Parcel(item.message_id, services.party.party_id, item.recipient, item.body, item.lane)
    return await services.transport.publish(parcel)


def _settled(services: Services, item: OutboxItem, outcome: PublishOutcome) -> OutboxItem:
    """The message with what is known now."""
    now = services.clock.now()
    if outcome is PublishOutcome.CONFIRMED:
        state = OutboxState.SENT if item.needs_receipt else OutboxState.DELIVERED
        return replace(item, state=state, next_attempt_at=now + services.terms.receipt_within, reason=None)
    if outcome is PublishOutcome.FAULTY:
        return replace(item, state=OutboxState.UNDELIVERABLE, reason=outcome.value)
    return replace(item, next_attempt_at=_later(services, item, outcome, now), reason=outcome.value)


def _later(services: Services, item: OutboxItem, outcome: PublishOutcome, now: datetime) -> datetime:
    """Exponential backoff with full jitter between the first and the longest wait.

    A broker that gave no word makes a message wait the shortest time only, however often it was tried for other
    reasons. When that happens twice in a row, the message itself may be what ends the connection.
    """
    if outcome in _IN_A_ROW and item.reason not in _IN_A_ROW[outcome]:
        return now + services.terms.first_retry
    ceiling = min(services.terms.longest_retry, services.terms.first_retry * (1 << min(item.attempts, 16)))
    spread = ceiling - services.terms.first_retry
    return now + services.terms.first_retry + spread * services.jitter()
