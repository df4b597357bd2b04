"""A world in which the test decides what the network does: which attempt arrives, when, in which order, how often."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.application.replay_message import replay_message
from gateway.domain.errors import EnvelopeError, GatewayError
from gateway.domain.messages import Message
from gateway.domain.steps import Actor, ActorRole, Step
from gateway.ports.envelope import OpenedMessage
from gateway.ports.services import Services
from gateway.ports.store import InboxState, OutboxState, QuarantineState
from gateway.ports.transport import Delivery, DeliveryHandler, Lane, Parcel, PublishOutcome, Transport
from tests.support.world import World

Result = TypeVar("Result")

BREATHS = 60
"""Turns of the event loop after which every task waits for something the test decides."""


@dataclass
class Attempt:
    """One publish that the test has not answered yet."""

    parcel: Parcel
    answer: asyncio.Future[PublishOutcome]
    is_new: bool = True


@dataclass
class Network:
    """Attempts that wait for an answer, and parcels that wait for delivery."""

    attempts: list[Attempt] = field(default_factory=list)
    under_way: list[Parcel] = field(default_factory=list)

    def new_attempts(self) -> list[Parcel]:
        """Attempts nobody asked for before."""
        new = [attempt for attempt in self.attempts if attempt.is_new]
        for attempt in new:
            attempt.is_new = False
        return [attempt.parcel for attempt in new]


class RaceTransport(Transport):
    """Hands every attempt to the network and waits for the test's answer."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def open(self) -> None: ...

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        attempt = Attempt(parcel, asyncio.get_running_loop().create_future())
        self._network.attempts.append(attempt)
        return await attempt.answer

    def reach(self, lane: Lane) -> bool:  # noqa: ARG002
        return True

    @property
    def is_consuming(self) -> bool:
        return True

    async def consume(self, handler: DeliveryHandler) -> None: ...

    async def drain(self) -> None: ...

    async def close(self) -> None: ...


class BlindSealer:
    """A sealer that does not know the sender's keys, yet or any more."""

    def __init__(self, sealer) -> None:
        self._sealer = sealer

    def __getattr__(self, name: str):
        return getattr(self._sealer, name)

    def open(self, body: bytes, *, at: datetime) -> OpenedMessage:  # noqa: ARG002
        raise EnvelopeError("unknown-key")


class Races:
    """Gateways of three parties on one event loop that turns only when the test says so."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.network = Network()
        self.world = World()
        self.relays: dict[str, asyncio.Task[int]] = {}
        self.do(self.world.open())
        for party_id, services in self.world.parties.items():
            self.world.parties[party_id] = replace(services, transport=RaceTransport(self.network))

    def close(self) -> None:
        for task in self.relays.values():
            task.cancel()
        self.do(self._breathe())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def do(self, work: Awaitable[Result]) -> Result:
        return self.loop.run_until_complete(work)

    async def _breathe(self) -> None:
        for _ in range(BREATHS):
            await asyncio.sleep(0)

    def services(self, party_id: str) -> Services:
        return self.world.parties[party_id]

    def attempted(self, work: Awaitable[object]) -> GatewayError | None:
        """Do something a rule may refuse."""
        try:
            self.do(work)
        except GatewayError as refusal:
            return refusal
        return None

    # The relay, in the steps in which it can be overtaken.

    def start_relay(self, party_id: str) -> None:
        running = self.relays.get(party_id)
        if running is None or running.done():
            if running is not None:
                running.result()
            self.relays[party_id] = self.loop.create_task(relay_once(self.services(party_id)))
        self.do(self._breathe())

    def answer(self, index: int, outcome: PublishOutcome, *, arrives: bool) -> None:
        attempt = self.network.attempts.pop(index % len(self.network.attempts))
        if arrives:
            self.network.under_way.append(attempt.parcel)
        if not attempt.answer.done():
            attempt.answer.set_result(outcome)
        self.do(self._breathe())

    # The other side.

    def deliver(self, index: int, *, again: bool = False, blind: bool = False) -> None:
        place = index % len(self.network.under_way)
        parcel = self.network.under_way[place] if again else self.network.under_way.pop(place)
        services = self.services(parcel.recipient)
        if blind:
            services = replace(services, sealer=BlindSealer(services.sealer))
        self.do(receive(services, _delivery(parcel, is_redelivered=again)))

    def lose(self, index: int) -> None:
        self.network.under_way.pop(index % len(self.network.under_way))

    def replay_held(self, party_id: str) -> None:
        services = self.services(party_id)
        for item in self.do(self._quarantine(services)):
            if item.state is QuarantineState.HELD:
                self.do(replay_message(services, item.item_id, Actor(ActorRole.OPERATOR, party_id)))

    async def _quarantine(self, services: Services):
        async with services.store.begin() as work:
            return await work.quarantine()

    def journals(self, party_id: str) -> dict[str, list[Step]]:
        return self.do(self._journals(self.services(party_id)))

    async def _journals(self, services: Services) -> dict[str, list[Step]]:
        async with services.store.begin() as work:
            return {case_id: await work.steps(case_id) for case_id in await work.case_ids()}

    def waiting(self, party_id: str) -> list[Message]:
        """Messages that came before their turn: not taken in, but known."""
        return self.do(self._waiting(self.services(party_id)))

    async def _waiting(self, services: Services) -> list[Message]:
        async with services.store.begin() as work:
            parked = [item for item in await work.inbox() if item.state is InboxState.PARKED and item.body]
        opened = [services.sealer.open(item.body, at=item.received_at) for item in parked]
        return [services.mapper.from_bundle(one.payload) for one in opened]

    def unsettled(self) -> int:
        return sum(self.do(self._unsettled(services)) for services in self.world.parties.values())

    async def _unsettled(self, services: Services) -> int:
        async with services.store.begin() as work:
            return sum(item.state in {OutboxState.PENDING, OutboxState.SENT} for item in await work.outbox())

    def come_to_rest(self) -> None:
        """From now on the network is kind, operators replay what they held, and what was lost is sent again."""
        for _ in range(200):
            for party_id in self.world.parties:
                self.replay_held(party_id)
            while self.network.attempts:
                self.answer(0, PublishOutcome.CONFIRMED, arrives=True)
            while self.network.under_way:
                self.deliver(0)
            for party_id in self.world.parties:
                self.start_relay(party_id)
            if self.network.attempts or self.network.under_way:
                continue
            if not self.unsettled():
                return
            self.world.clock.forward(minutes=6)
        raise AssertionError("the world does not come to rest")


def _delivery(parcel: Parcel, *, is_redelivered: bool) -> Delivery:
    return Delivery(
        message_id=parcel.message_id,
        routing_key_sender=parcel.sender,
        user_id=parcel.sender,
        recipient=parcel.recipient,
        body=parcel.body,
        lane=parcel.lane,
        is_redelivered=is_redelivered,
    )
