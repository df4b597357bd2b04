"""Two partners and one inbox: how long an honest one waits, alone and beside one that floods.

The honest arbodienst is a gateway as it is. The other has software of its own, and sends rightly signed and sealed
questions as fast as it is told. The pool is a gateway with everybody's settings, in a process of its own.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring, PinnedPartners
from adapters.memory.no_transport import NoTransport
from adapters.rabbitmq.transport import RabbitTransport
from benchmarks import gateway
from benchmarks.material import OHS, POOL
from benchmarks.plan import Plan
from benchmarks.run_journey import Figures, run_journey
from benchmarks.servers import SQLITE, Servers
from benchmarks.signal import Signal
from gateway.bootstrap import build
from gateway.domain.messages import AvailabilityQuery, Message
from gateway.domain.party import Party, Role
from gateway.ports.store import Partner
from gateway.ports.transport import Lane, Parcel
from mappings.fhir.mapper import FhirBundleMapper

FLOODER = Party("arbo-b", Role.OHS, "Arbodienst Overvloed B.V.", kvk="00000109")
HONEST_PER_SECOND = 10.0
_PARTIES = {party.party_id: party for party in (OHS, POOL, FLOODER)}
_BODIES, _RATE = "flood.jsonl", "flood-rate"


def fairness(found: Servers, count: int, flood_per_second: float) -> dict[str, Figures]:
    """Measure what the honest partner sees, alone and beside the flood.

    Args:
        found: The broker.
        count: Referrals of the honest partner, ten a second.
        flood_per_second: Messages of the other.
    """
    found.broker.provision(FLOODER.party_id)
    return {"alone": _measured(found, count, 0), "beside a flood": _measured(found, count, flood_per_second)}


def _measured(found: Servers, count: int, flood_per_second: float) -> Figures:
    with found.plan("partners", SQLITE, count, senders=2 if flood_per_second else 1) as plan:
        asyncio.run(found.broker.purge(FLOODER.party_id))
        brokers = {**plan.brokers, FLOODER.party_id: found.broker.amqp_url_for(FLOODER.party_id)}
        measured = replace(plan, brokers=brokers, per_second=HONEST_PER_SECOND)
        seconds = count / HONEST_PER_SECOND
        asyncio.run(_prepare(measured, flood_per_second, int(flood_per_second * seconds * 2)))
        return asyncio.run(run_journey(measured, counted_by="send"))


async def _prepare(plan: Plan, flood_per_second: float, messages: int) -> None:
    """Everybody knows everybody, and the flood is sealed beforehand: sealing it would take our processor."""
    await gateway.prepare(plan)
    ring = MemoryKeyring.generate(FLOODER.party_id, datetime.now(UTC) - timedelta(days=1))
    async with build(gateway.settings_of(plan, POOL.party_id), transport=NoTransport()) as pool:
        async with pool.services.store.begin() as work:
            await work.save_partner(Partner(FLOODER, ring.manifest().token, ring.manifest().fingerprint))
        keys, manifest = PinnedPartners(), pool.keyring.manifest()
        keys.pin(manifest.token, manifest.fingerprint)
    folder = Path(plan.folder)
    (folder / _RATE).write_text(str(flood_per_second), encoding="ascii")
    sealer, mapper = JoseSealer(FLOODER.party_id, ring, keys), FhirBundleMapper(_PARTIES.__getitem__)
    with (folder / _BODIES).open("w", encoding="ascii") as file:
        for _ in range(messages):
            file.write(json.dumps(_question(sealer, mapper)) + "\n")


def _question(sealer: JoseSealer, mapper: FhirBundleMapper) -> tuple[str, str]:
    now = datetime.now(UTC)
    message = Message(str(uuid4()), FLOODER.party_id, POOL.party_id, now, AvailabilityQuery(), str(uuid4()), 1)
    sealed = sealer.seal(
        mapper.to_bundle(message), recipient=POOL.party_id, message_id=message.message_id, issued_at=now
    )
    return message.message_id, sealed.body.decode("ascii")


async def send(plan: Plan, index: int, signal: Signal) -> None:
    """The honest arbodienst first; behind it the other."""
    if index == 0:
        await gateway.send(replace(plan, senders=1), 0, signal)
    else:
        await _flood(plan, signal)


async def receive(plan: Plan, index: int, signal: Signal) -> None:
    """The pool."""
    await gateway.receive(plan, index, signal)


async def _flood(plan: Plan, signal: Signal) -> None:
    folder, url = Path(plan.folder), urlsplit(plan.brokers[FLOODER.party_id])
    transport = RabbitTransport(
        FLOODER.party_id,
        f"{url.scheme}://{url.hostname}:{url.port}",
        password=unquote(url.password or ""),
        lanes=(Lane.CASES,),
    )
    await transport.open()
    await signal.ready()
    flooding = asyncio.create_task(_pour(transport, folder))
    await signal.until_stopped()
    flooding.cancel()
    with suppress(asyncio.CancelledError):
        await flooding
    await transport.close()


async def _pour(transport: RabbitTransport, folder: Path) -> None:
    per_second = float((folder / _RATE).read_text(encoding="ascii"))
    loop = asyncio.get_running_loop()
    began = loop.time()
    with (folder / _BODIES).open(encoding="ascii") as file:
        async with asyncio.TaskGroup() as tasks:
            for number, line in enumerate(file):
                await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
                message_id, body = json.loads(line)
                parcel = Parcel(message_id, FLOODER.party_id, POOL.party_id, body.encode("ascii"))
                tasks.create_task(_published(transport, parcel))


async def _published(transport: RabbitTransport, parcel: Parcel) -> None:
    await transport.publish(parcel)


def table(figures: dict[str, Figures]) -> str:
    """Set out the figures of the honest partner, and the ratio that must stay below three."""
    lines = [
        f"{name:<16}{one.p50_ms or 0:>8.1f}{one.p99_ms or 0:>8.1f}{one.peak_mb:>8.0f}" for name, one in figures.items()
    ]
    alone, beside = figures["alone"].p99_ms, figures["beside a flood"].p99_ms
    ratio = (beside or 0) / alone if alone else 0.0
    return "\n".join(
        [f"{'honest partner':<16}{'p50 ms':>8}{'p99 ms':>8}{'MB':>8}", *lines, f"p99 beside / alone {ratio:.2f}"]
    )
