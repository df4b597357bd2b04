"""This gateway as it is: both sides with the workers of ``sogw serve`` and all of their work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from adapters.keyrings import FileKeyring
from adapters.memory.no_transport import NoTransport
from adapters.rabbitmq.transport import RabbitTransport
from benchmarks.material import OHS, PHYSICIAN, POOL, case_steps
from benchmarks.plan import Plan
from benchmarks.signal import Signal, paced
from benchmarks.watch import WatchedStore
from gateway.application.refer_case import refer
from gateway.bootstrap import Gateway, build, key_custody, load_keyring
from gateway.domain.party import Party
from gateway.entrypoints.workers import PartyWorkers
from gateway.logging import configure_logging
from gateway.ports.store import Partner, Store
from gateway.ports.transport import Lane
from gateway.sections import CeilingsSection, PartySection, StoreSection
from gateway.settings import Settings

_CHEAP_SCRYPT = 2**10
_BATCH = 200


async def prepare(plan: Plan) -> None:
    """Keys, partners, and a case on record for every referral."""
    now = datetime.now(UTC)
    rings = {
        party.party_id: _new_keys(settings_of(plan, party.party_id), now - timedelta(days=2)) for party in (OHS, POOL)
    }
    for party, other in ((OHS, POOL), (POOL, OHS)):
        manifest = rings[other.party_id].manifest()
        async with build(settings_of(plan, party.party_id), transport=NoTransport(), makes_store=True) as gateway:
            async with gateway.services.store.begin() as work:
                await work.save_partner(Partner(other, manifest.token, manifest.fingerprint))
            if party is OHS:
                await put_on_record(gateway, range(plan.count), now)


async def put_on_record(gateway: Gateway, numbers: range, now: datetime) -> None:
    """A request, accepted and with its consents, for each number."""
    steps = case_steps(now)
    for first in range(0, len(numbers), _BATCH):
        async with gateway.services.store.begin() as work:
            for number in numbers[first : first + _BATCH]:
                await work.append(case_id(number), steps)


def case_id(number: int) -> str:
    """The case of a referral."""
    return f"SO-BENCH-{number:06d}"


async def send(plan: Plan, index: int, signal: Signal) -> None:
    """The arbodienst: refer, relay, and take in the receipts."""
    async with _running(plan, OHS, signal) as (gateway, workers):

        async def act(number: int) -> None:
            began = signal.now()
            message = await refer(gateway.services, case_id(number), PHYSICIAN)
            signal.begin(message.message_id, at=began)
            workers.wake()

        await signal.ready()
        await paced(plan.share(index), plan.per_second, act)
        await signal.until_stopped()


async def receive(plan: Plan, _index: int, signal: Signal) -> None:
    """The pool: take in referrals and send signed receipts."""
    async with _running(plan, POOL, None):
        await signal.ready()
        await signal.until_stopped()


@asynccontextmanager
async def _running(plan: Plan, party: Party, signal: Signal | None) -> AsyncIterator[tuple[Gateway, PartyWorkers]]:
    configure_logging("error", "json")
    settings = settings_of(plan, party.party_id)
    url = urlsplit(plan.brokers[party.party_id])
    transport = RabbitTransport(
        party.party_id,
        f"{url.scheme}://{url.hostname}:{url.port}",
        password=unquote(url.password or ""),
        lanes=(Lane.CASES,),
        prefetch=settings.broker.prefetch,
    )
    async with build(settings, transport=transport, keyring=load_keyring(settings)) as gateway:
        gateway.warm_up()
        if signal is not None:
            store = cast("Store", WatchedStore(gateway.services.store, signal))
            gateway.services = replace(gateway.services, store=store)
        is_ready = asyncio.Event()
        workers = PartyWorkers(gateway, is_ready.set)
        running = asyncio.create_task(workers.run())
        await is_ready.wait()
        yield gateway, workers
        workers.stop()
        await running


def settings_of(plan: Plan, party_id: str) -> Settings:
    """The settings of one side, as everybody has them; what it can take is measured above what a partner may send."""
    party = {OHS.party_id: OHS, POOL.party_id: POOL}[party_id]
    ceilings = CeilingsSection() if plan.version == "partners" else CeilingsSection(deliveries_in_hand=1_000_000)
    return Settings(
        home=Path(plan.folder) / party.party_id,
        ceilings=ceilings,
        party=PartySection(id=party.party_id, role=party.role, name=party.name, kvk=party.kvk, agb=party.agb),
        store=StoreSection(url=plan.stores[party.party_id]),
    )


def _new_keys(settings: Settings, since: datetime) -> FileKeyring:
    settings.home.mkdir(parents=True, exist_ok=True)
    passphrase = settings.path(settings.keys.passphrase_file)
    passphrase.touch(mode=0o600)
    passphrase.write_text("only for benchmarks", encoding="utf-8")
    custody = key_custody(settings, _CHEAP_SCRYPT)
    return FileKeyring.create(settings.path(settings.keys.folder), settings.party.id, custody, since)
