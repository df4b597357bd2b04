"""Worlds in which both parties take what a partner turned against us would send."""

import asyncio
import json
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import uuid4

from gateway.application.receive_message import receive
from gateway.application.submit_case import submit_case
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.messages import Kind, Message
from gateway.ports.store import InboxState
from gateway.ports.transport import Delivery, Lane, Settlement
from mappings.fhir.mapper import FhirBundleMapper
from tests.fuzz.mutations import MARK
from tests.support.messages import SAMPLES as MESSAGES
from tests.support.messages import any_party
from tests.support.world import POOL, World, accepted_case

PER_WORLD = 150
"""A store in memory grows; a new one now and then keeps a long run as quick as a short one."""
_MAPPER = FhirBundleMapper(any_party)


@dataclass(frozen=True)
class Sample:
    """A good message, first in its conversation, as a tree; its ids give way to others when it is sent."""

    message: Message
    tree: dict

    def __str__(self):
        return self.message.kind


def _sample(message: Message) -> Sample:
    first = replace(message, sequence=1) if message.sequence is not None else message
    return Sample(first, json.loads(_MAPPER.to_bundle(first)))


SENT = [_sample(m) for name, m in MESSAGES.items() if "long" not in name and m.kind is not Kind.RECEIPT]
"""Receipts leave no row in the inbox; they are searched as bundles."""


class Stage:
    """Worlds in which both parties take hostile deliveries, one world after the other."""

    def __init__(self):
        self._runner = asyncio.Runner()
        self._world = None
        self._taken = 0

    @property
    def world(self) -> World:
        if self._world is None or self._taken >= PER_WORLD:
            self.close_world()
            self._world = self._runner.run(World().open())
            self._taken = 0
        return self._world

    def send(self, sample: Sample, payload: bytes) -> str:
        """Seal the payload by the sender's own keys, under ids of its own, and deliver it.

        A pool's message is about a referral that was really made; an arbodienst's opens one, or tries.
        """
        message, message_id = sample.message, str(uuid4())
        referral_id = self._referral(message) or str(uuid4())
        for old, new in ((message.message_id, message_id), (message.referral_id or "-", referral_id)):
            payload = payload.replace(old.encode(), new.encode())
        try:
            body = self.sealed(message, payload, message_id)
        except RefusedError as refusal:
            return refusal.code
        lane = Lane.BILLING if message.kind is Kind.INVOICE_ISSUED else Lane.CASES
        delivery = Delivery(message_id, message.sender, message.sender, message.recipient, body, lane)
        return self.take(message.recipient, delivery, message_id)

    def sealed(self, message: Message, payload: bytes, message_id: str) -> bytes:
        """As the sender of the message would."""
        sealer, at = self.world.parties[message.sender].sealer, self.world.clock.now()
        return sealer.seal(payload, recipient=message.recipient, message_id=message_id, issued_at=at).body

    def opened(self, message: Message, body: bytes) -> bytes:
        """As the recipient of the message would."""
        return self.world.parties[message.recipient].sealer.open(body, at=self.world.clock.now()).payload

    def _referral(self, message: Message) -> str | None:
        if message.sender != POOL.party_id or message.referral_id is None:
            return None
        return self._runner.run(self._refer(self.world, str(uuid4())))

    async def _refer(self, world: World, case_id: str) -> str:
        submission = await submit_case(world.ohs, case_id, accepted_case())
        assert submission.refusals == ()
        return (await world.case(world.ohs, case_id)).referrals[-1].referral_id

    def take(self, recipient, delivery, message_id) -> str:
        """Deliver; what arrived is in quarantine with its bytes, or in the inbox under the id that was signed.

        Returns:
            The reason of the quarantine or refusal, or the state in the inbox.
        """
        self._taken += 1
        return self._runner.run(self._take(self.world.parties[recipient], delivery, message_id))

    async def _take(self, services, delivery, message_id) -> str:
        try:
            assert await receive(services, delivery) is Settlement.ACK
        except TemporaryError as waiting:
            return waiting.code  # not settled: the broker keeps it, and it comes again
        async with services.store.begin() as work:
            held = [item for item in await work.quarantine() if item.digest == sha256(delivery.body).hexdigest()]
            inbox = await work.inbox_item(delivery.user_id, message_id)
        if held:
            assert MARK not in held[0].reason
            return held[0].reason
        assert inbox is not None, "lost: neither in quarantine nor in the inbox"
        assert inbox.state is not InboxState.PARKED or inbox.body == delivery.body
        return inbox.reason or inbox.state.value

    def close_world(self):
        if self._world is not None:
            self._runner.run(self._world.close())
            self._world = None

    def close(self):
        self.close_world()
        self._runner.close()
