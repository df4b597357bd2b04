"""One party's gateway, whole: made of its parts, opened and closed as one."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import SystemRandom
from typing import Self
from uuid import uuid4

from typing_extensions import override

from gateway.bootstrap.keys import load_keyring
from gateway.bootstrap.servers import broker_transport, object_store, sql_store
from gateway.domain.errors import OperatorError
from gateway.domain.messages import Message
from gateway.domain.party import Party
from gateway.domain.policy import Policy
from gateway.ports.alerts import Alerts
from gateway.ports.bundles import AuditRecord, BundleMapper
from gateway.ports.clock import Clock
from gateway.ports.keyring import Keyring, StorageKeys
from gateway.ports.services import Services
from gateway.ports.store import Partner
from gateway.ports.suites import Sealing, sealing
from gateway.ports.transport import Transport
from gateway.settings import Settings


class SystemClock(Clock):
    """The machine's clock."""

    @override
    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class LazyMapper(BundleMapper):
    """The FHIR mapper, imported at its first use: commands that touch no FHIR start without it."""

    def __init__(self, find_party: Callable[[str], Party]) -> None:
        self._find_party = find_party
        self._mapper: BundleMapper | None = None

    def _loaded(self) -> BundleMapper:
        if self._mapper is None:
            from mappings.fhir.mapper import FhirBundleMapper

            self._mapper = FhirBundleMapper(self._find_party)
        return self._mapper

    def warm_up(self) -> None:
        """Load it and compile the validators of every kind, so that no message waits for that."""
        from mappings.fhir.schema import compile_all

        self._loaded()
        compile_all()

    @override
    def to_bundle(self, message: Message, *, audit: Sequence[AuditRecord] = ()) -> bytes:
        return self._loaded().to_bundle(message, audit=audit)

    @override
    def from_bundle(self, payload: bytes) -> Message:
        return self._loaded().from_bundle(payload)


@dataclass(slots=True)
class Gateway:
    """One party's gateway, wired and closed as one."""

    settings: Settings
    services: Services
    keyring: Keyring
    directory: "Directory"
    alerts: Alerts

    async def __aenter__(self) -> Self:
        await self.services.store.open()
        try:
            await self.refresh()
        except BaseException:
            await self.services.store.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.services.transport.close()
        await self.services.store.close()

    def warm_up(self) -> None:
        """Before taking traffic: do what the first message would otherwise wait for."""
        if isinstance(self.services.mapper, LazyMapper):
            self.services.mapper.warm_up()
        gc.freeze()  # what is loaded stays: the search for garbage need not walk through it again and again

    async def refresh(self) -> bool:
        """Take over what this or another process changed since: the partners with their keys, and our own keys.

        Returns:
            Whether our own keys are others now.
        """
        async with self.services.store.look() as work:
            self.directory.take(await work.partners())
        return self.keyring.refresh()


class Directory:
    """Who is who: ourselves and the onboarded partners, with their pinned keys."""

    def __init__(self, party: Party) -> None:
        from adapters.keyrings import PinnedPartners

        self._parties = {party.party_id: party}
        self._tokens: dict[str, str] = {}
        self.keys = PinnedPartners()

    def take(self, partners: list[Partner]) -> None:
        """Pin what is new."""
        for partner in partners:
            party_id = partner.party.party_id
            self._parties[party_id] = partner.party
            if partner.classical_until is not None:
                self.keys.allow_classical(party_id, partner.classical_until)
            if self._tokens.get(party_id) == partner.manifest:
                continue
            pinned = self.keys.manifest_of(party_id)
            if pinned is not None and pinned.fingerprint != partner.fingerprint:
                self.keys.forget(party_id)  # a certificate vouched for another identity; the store has its history
            self.keys.pin(partner.manifest, partner.fingerprint)
            self._tokens[party_id] = partner.manifest

    def knows(self, party_id: str) -> bool:
        """Whether that is a partner, or ourselves."""
        return party_id in self._parties

    def sealings(self, at: datetime) -> dict[str, Sealing]:
        """Judge for each partner what a message to it would be sealed with at an instant."""
        keys = self.keys
        return {name: sealing(keys.manifest_of(name), keys.classical_suite_until(name), at) for name in self._tokens}

    def find(self, party_id: str) -> Party:
        """The party with that id."""
        try:
            return self._parties[party_id]
        except KeyError:
            raise OperatorError(
                "partner-not-onboarded",
                f"No partner '{party_id}' was onboarded.",
                remedy="See who was: sogw partner list. Another: sogw partner add FILE --fingerprint FINGERPRINT",
            ) from None


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    transport: Transport | None = None,
    keyring: Keyring | None = None,
    with_broker: bool = False,
    makes_store: bool = False,
) -> Gateway:
    """Wire a gateway.

    Args:
        settings: Checked settings.
        clock: The machine's when None.
        transport: To use instead of what the settings say.
        keyring: To use instead of the one in the settings' folder.
        with_broker: Connect to the settings' broker; otherwise nothing is published by this process.
        makes_store: Make the store when it is opened and is not there; otherwise that is refused.

    Raises:
        OperatorError: Keys, passphrase, policy or broker settings are not as they must be.
    """
    from adapters.alerts import LogAlerts
    from adapters.jose import JoseSealer
    from adapters.keyrings import AesVault
    from adapters.memory.no_transport import NoTransport
    from adapters.notes import KeyringNotary

    clock = clock or SystemClock()
    party = settings.as_party()
    own = keyring or load_keyring(settings)
    directory = Directory(party)

    def storage_keys() -> StorageKeys:
        own.refresh()
        return own.storage_keys()

    vault, policy = AesVault.of(own.storage_keys(), storage_keys), policy_of(settings)
    store = sql_store(settings, vault, clock, policy, may_make=makes_store)
    services = Services(
        party=party,
        store=store,
        sealer=JoseSealer(party.party_id, own, directory.keys),
        notary=KeyringNotary(party.party_id, own, directory.keys),
        transport=transport or (broker_transport(settings) if with_broker else NoTransport()),
        mapper=LazyMapper(directory.find),
        clock=clock,
        policy=policy,
        new_id=lambda: str(uuid4()),
        jitter=SystemRandom().random,
        recipients=settings.party.recipients,
        terms=settings.terms(),
        checkpoints=settings.checkpoint_terms(),
        retention=settings.retention.terms(),
        ceilings=settings.ceilings.ceilings(),
        objects=object_store(settings),
    )
    return Gateway(settings, services, own, directory, LogAlerts(party.party_id))


def policy_of(settings: Settings) -> Policy:
    """The policy the settings name; the defaults of the law when they name none."""
    if settings.policy.id is None:
        return Policy("default")
    from mappings.backoffices.policies import read_policy

    return read_policy(settings.path(settings.policy.file or Path("policies.json")), settings.policy.id)
