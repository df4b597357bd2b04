"""The stage: one real gateway per party, a stage clock, and recorders of what was said and what a broker saw."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from typing_extensions import override

from adapters.keyrings import MemoryKeyring
from adapters.memory.transport import MemoryBroker, MemoryTransport
from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.bootstrap import Gateway, build
from gateway.domain.errors import TemporaryError
from gateway.domain.messages import Kind, Message
from gateway.domain.policy import Policy
from gateway.entrypoints.demo.cast import CAST, Member
from gateway.ports.bundles import AuditRecord, BundleMapper
from gateway.ports.clock import Clock
from gateway.ports.services import Services
from gateway.ports.store import Partner
from gateway.ports.transport import Delivery, DeliveryHandler, Lane, Parcel, PublishOutcome, Settlement, Transport
from gateway.sections import PartySection
from gateway.settings import Settings

KEYS_FROM = datetime(2026, 8, 31, 6, 0, tzinfo=UTC)
"""When the parties made their keys; the sample's messages fall within the ninety days after."""

_PATIENCE = timedelta(seconds=60)
_GLANCE = 0.001


class StageClock(Clock):
    """Stands at the moment of the step being played; every look moves it a millisecond, so that order shows."""

    def __init__(self) -> None:
        self._at = KEYS_FROM

    @override
    def now(self) -> datetime:
        """The stage's present."""
        self._at += timedelta(milliseconds=1)
        return self._at

    def begin(self, at: datetime) -> None:
        """Go to the first moment of a case, back or forth."""
        self._at = at.astimezone(UTC)

    def move_to(self, at: datetime) -> None:
        """Go to a later moment; within a case time never runs back."""
        self._at = max(self._at, at.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Said:
    """One message as its sender wrote it: sample data in clear, for inspection only."""

    message: Message
    bundle: bytes
    audit: tuple[AuditRecord, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One parcel as the broker's operator sees it, and its bytes."""

    lane: str
    sender: str
    recipient: str
    message_id: str
    body: bytes


@dataclass(slots=True)
class Record:
    """What was said and what was seen, in order; and who still has something to do.

    Attributes:
        said: Every message, as its sender wrote it.
        seen: Every parcel a broker took.
        busy: Parties that may have something in their outbox.
        under_way: Ids of parcels that were taken and not handled yet.
    """

    said: list[Said] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)

    @property
    def kinds(self) -> set[Kind]:
        """Every kind that was said."""
        return {said.message.kind for said in self.said}


class RecordingMapper(BundleMapper):
    """Writes down every bundle on its way to the envelope."""

    def __init__(self, mapper: BundleMapper, record: Record) -> None:
        self._mapper, self._record = mapper, record

    @override
    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        bundle = self._mapper.to_bundle(message, audit=audit)
        self._record.said.append(Said(message, bundle, tuple(audit)))
        self._record.busy.add(message.sender)
        return bundle

    @override
    def from_bundle(self, payload: bytes) -> Message:
        return self._mapper.from_bundle(payload)


class RecordingTransport(Transport):
    """Writes down what leaves for the broker."""

    def __init__(self, transport: Transport, record: Record) -> None:
        self._transport, self._record = transport, record

    @override
    async def open(self) -> None:
        await self._transport.open()

    @override
    async def consume(self, handler: DeliveryHandler) -> None:
        await self._transport.consume(handler)

    @property
    @override
    def is_consuming(self) -> bool:
        return self._transport.is_consuming

    @override
    async def drain(self) -> None:
        await self._transport.drain()

    @override
    async def close(self) -> None:
        await self._transport.close()

    @override
    def reach(self, lane: Lane) -> bool:
        return self._transport.reach(lane)

    @override
    async def publish(self, parcel: Parcel) -> PublishOutcome:
        self._record.under_way.add(parcel.message_id)
        outcome = await self._transport.publish(parcel)
        if outcome is PublishOutcome.CONFIRMED:
            seen = Seen(parcel.lane.value, parcel.sender, parcel.recipient, parcel.message_id, parcel.body)
            self._record.seen.append(seen)
        return outcome


TransportOf = Callable[[str], Transport]


class Stage:
    """All gateways, on and off."""

    def __init__(self, folder: Path, policies: dict[str, Policy], transport_of: TransportOf | None = None) -> None:
        self.clock = StageClock()
        self.record = Record()
        self.members = {member.party.party_id: member for member in CAST}
        self.gateways: dict[str, Gateway] = {}
        self._folder = folder
        self._policies = policies
        self._transport_of = transport_of or _embedded()
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> Self:
        rings = {party_id: MemoryKeyring.generate(party_id, KEYS_FROM) for party_id in self.members}
        for party_id, member in self.members.items():
            self.gateways[party_id] = await self._enter(member, rings[party_id])
        partners = [self._partner(self.members[party_id], ring) for party_id, ring in rings.items()]
        for gateway in self.gateways.values():
            await _introduce(gateway, partners)
            await gateway.services.transport.consume(_handler(gateway.services, self.record))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    async def _enter(self, member: Member, ring: MemoryKeyring) -> Gateway:
        party = member.party
        home = self._folder / party.party_id
        home.mkdir(parents=True, exist_ok=True)
        section = PartySection(
            id=party.party_id,
            role=party.role,
            name=party.name,
            ura=party.ura,
            kvk=party.kvk,
            agb=party.agb,
            recipients=member.recipients,
        )
        transport = RecordingTransport(self._transport_of(party.party_id), self.record)
        settings = Settings(home=home, party=section)
        gateway = build(settings, clock=self.clock, transport=transport, keyring=ring, makes_store=True)
        policy = self._policies[member.policy_id] if member.policy_id else Policy("pool")
        mapper = RecordingMapper(gateway.services.mapper, self.record)
        gateway.services = replace(gateway.services, policy=policy, mapper=mapper)
        await self._exits.enter_async_context(gateway)
        await transport.open()
        return gateway

    @staticmethod
    def _partner(member: Member, ring: MemoryKeyring) -> Partner:
        manifest = ring.manifest()
        return Partner(member.party, manifest.token, manifest.fingerprint, recipients=member.recipients)

    def services(self, party_id: str) -> Services:
        """The wired services of a party."""
        return self.gateways[party_id].services

    async def settle(self) -> None:
        """Relay and wait until every message has its receipt.

        Raises:
            TemporaryError: It does not come to rest.
        """
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                while self.record.busy or self.record.under_way:
                    await self._relay()
                    await asyncio.sleep(0 if self.record.busy else _GLANCE)
        except TimeoutError:
            raise TemporaryError(
                "demo-stuck", "A message is not delivered.", remedy="Check that the broker is reachable."
            ) from None

    async def _relay(self) -> None:
        for party_id in sorted(self.record.busy):
            self.record.busy.discard(party_id)
            if await relay_once(self.services(party_id)):
                self.record.busy.add(party_id)


def _embedded() -> TransportOf:
    broker = MemoryBroker()
    return lambda party_id: MemoryTransport(party_id, broker)


async def _introduce(gateway: Gateway, partners: list[Partner]) -> None:
    own = gateway.services.party.party_id
    async with gateway.services.store.begin() as work:
        for partner in partners:
            if partner.party.party_id != own:
                await work.save_partner(partner)
    await gateway.refresh()


def _handler(services: Services, record: Record) -> DeliveryHandler:
    async def handle(delivery: Delivery) -> Settlement:
        settlement = await receive(services, delivery)
        record.under_way.discard(delivery.message_id)
        return settlement

    return handle
