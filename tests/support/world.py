"""A world of gateways in one process: real envelopes, real bundles, memory for stores and broker."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from adapters.memory.objects import LaidOut, MemoryObjects
from adapters.memory.store import MemoryStore
from adapters.memory.transport import MemoryBroker, MemoryTransport
from adapters.notes import KeyringNotary
from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.domain.advice import AdviceKind, ContestedAdvice
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.party import Party, Role
from gateway.domain.people import Address, Employee, Employer, PersonName, Physician
from gateway.domain.policy import Policy
from gateway.domain.steps import (
    Actor,
    ActorRole,
    ConsentGiven,
    ConsentRefused,
    RequestAccepted,
    RequestSubmitted,
    Step,
)
from gateway.domain.worklist import Summariser
from gateway.ports.services import Services
from gateway.ports.store import Partner
from gateway.ports.transport import Delivery, Lane, Settlement
from mappings.fhir.mapper import FhirBundleMapper

START = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
OHS = Party("arbo-lindehof", Role.OHS, "Arbodienst Lindehof B.V.", kvk="00000101", agb="99000101")
POOL = Party("praktijk-mulkens", Role.POOL, "Praktijk Mulkens", kvk="00000301")
OTHER_POOL = Party("praktijk-wiarda", Role.POOL, "Praktijk Wiarda", kvk="00000302")
FIRST = Physician("dr. J.M. Terpstra-Oud", "99990001101", "84990011", organisation=OHS.party_id)
SECOND = Physician("dr. S. Mulkens", "99990005101", "84990051", organisation=POOL.party_id)
THIRD = Physician("H. Wiarda-Postma", "99990005201", "84990052", organisation=OTHER_POOL.party_id)

EMPLOYEE = Actor(ActorRole.EMPLOYEE, OHS.party_id)
FIRST_PHYSICIAN = Actor(ActorRole.FIRST_PHYSICIAN, OHS.party_id, FIRST.name)
SECOND_PHYSICIAN = Actor(ActorRole.SECOND_PHYSICIAN, POOL.party_id, SECOND.name)
BACK_OFFICE = Actor(ActorRole.BACK_OFFICE, OHS.party_id, "M. de Planner")
COORDINATOR = Actor(ActorRole.POOL_COORDINATOR, POOL.party_id)
OPERATOR = Actor(ActorRole.OPERATOR, OHS.party_id, "B. de Beheerder")
AUDITOR = Actor(ActorRole.AUDITOR, OHS.party_id, "T. de Toezichthouder")


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)


@dataclass
class World:
    """Three parties that know each other, and what the broker has seen of them."""

    clock: HandClock = field(default_factory=HandClock)
    policy: Policy = field(default_factory=lambda: Policy("test", decision_age_limit_days=14))
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    parties: dict[str, Services] = field(default_factory=dict)
    deliveries: list[tuple[Services, Delivery]] = field(default_factory=list)
    objects: dict[tuple[str, str], LaidOut] = field(default_factory=dict)

    async def open(self, *parties: Party) -> "World":
        parties = parties or (OHS, POOL, OTHER_POOL)
        rings = {p.party_id: MemoryKeyring.generate(p.party_id, self.clock.now()) for p in parties}
        manifests = {party_id: ring.manifest() for party_id, ring in rings.items()}
        known = {p.party_id: p for p in parties}
        for party in parties:
            keys = PinnedPartners()
            for manifest in manifests.values():
                keys.pin(manifest.token, manifest.fingerprint)
            policy = self.policy if party.role is Role.OHS else Policy("pool")
            store = MemoryStore(self.clock, summariser=Summariser(party.role, policy))
            await store.open()
            async with store.begin() as work:
                for other in parties:
                    manifest = manifests[other.party_id]
                    await work.save_partner(Partner(other, manifest.token, manifest.fingerprint))
            transport = MemoryTransport(party.party_id, self.broker)
            await transport.open()
            self.parties[party.party_id] = Services(
                party=party,
                store=store,
                sealer=JoseSealer(party.party_id, rings[party.party_id], keys),
                notary=KeyringNotary(party.party_id, rings[party.party_id], keys),
                transport=transport,
                mapper=FhirBundleMapper(known.__getitem__),
                clock=self.clock,
                policy=policy,
                new_id=lambda: str(uuid4()),
                jitter=lambda: 0.5,
                objects=MemoryObjects(party.party_id, self.objects, self.clock),
            )
            await transport.consume(self._handler(self.parties[party.party_id]))
        return self

    def _handler(self, services: Services):
        async def handle(delivery: Delivery) -> Settlement:
            self.deliveries.append((services, delivery))
            return await receive(services, delivery)

        return handle

    async def settle(self) -> None:
        """Relay and receive until nobody has anything to do."""
        for _ in range(50):
            tried = [await relay_once(services) for services in self.parties.values()]
            while any(self.broker.depth(party_id, lane) for party_id in self.parties for lane in Lane):
                await asyncio.sleep(0)
            if not any(tried):
                return
        raise AssertionError("the world does not come to rest")

    async def close(self) -> None:
        for services in self.parties.values():
            await services.transport.close()
            await services.store.close()

    @property
    def ohs(self) -> Services:
        return self.parties[OHS.party_id]

    @property
    def pool(self) -> Services:
        return self.parties[POOL.party_id]

    async def case(self, services: Services, case_id: str) -> Case:
        async with services.store.begin() as work:
            return fold(case_id, await work.steps(case_id))

    async def steps(self, services: Services, case_id: str) -> list[Step]:
        async with services.store.begin() as work:
            return await work.steps(case_id)

    def seen(self) -> int:
        """How many parcels the broker has seen."""
        return len(self.broker.observations())


def consent(purpose: Purpose, recipient: str = POOL.party_id, *, at: datetime = START, choice: Choice = Choice.GIVEN):
    return Consent(f"T-{purpose.value}-{recipient}", purpose, choice, recipient, at, "digital")


def consented(given: Consent) -> Step:
    make = ConsentGiven if given.choice is Choice.GIVEN else ConsentRefused
    return make(at=given.decided_at, by=EMPLOYEE, consent=given)


def request(**changes) -> RequestSubmitted:
    """A request of six days after the advice, by the employee, discussed, with two options."""
    options = (
        ContractOption("opt-1", OptionKind.PHYSICIAN, physician=SECOND),
        ContractOption("opt-2", OptionKind.PHYSICIAN, physician=THIRD),
    )
    fields = {
        "at": START - timedelta(days=1),
        "by": EMPLOYEE,
        "submitted_by": ActorRole.EMPLOYEE,
        "employee": Employee(
            PersonName("Kolkmeijer", "van der", "J.P.", "Jurriaan Pieter", "Jur"),
            Address("Houtduifpad", "12", None, "9401 KX", "Assen", "NL"),
            telephone="+31 6 0000 0101",
            email="j.vanderkolk@post.example",
            personnel_number="P10037",
            birth_date=date(1979, 3, 14),
        ),
        "employer": Employer("Noordelijke Transportgroep De Zwaluw B.V.", "00000201", 214, "D-201"),
        "contract": Contract("BC-201", date(2025, 1, 1), options=options),
        "first_physician": FIRST,
        "organisation": OHS.party_id,
        "advice": ContestedAdvice(
            START - timedelta(days=7),
            AdviceKind.ABSENCE_GUIDANCE,
            date(2026, 9, 7),
            "Vier uur aangepast werk.",
            FIRST.name,
        ),
        "doubt": "Ik kan nog geen vier uur staan.",
        "chosen_option": "opt-1",
        "second_preference": "opt-2",
        "discussed_with_first_physician_on": date(2026, 9, 13),
        "no_suspension_discussed": True,
    }
    return RequestSubmitted(**{**fields, **changes})


def accepted_case(*consents: Consent, **changes) -> tuple[Step, ...]:
    """A request that was accepted, with the consents given."""
    given = consents or (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    return (request(**changes), RequestAccepted(at=START, by=FIRST_PHYSICIAN), *map(consented, given))
