"""What the gateway's units of work cost, with a store and without a broker: alone, and sharing a commit."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from typing_extensions import override

from adapters.memory.no_transport import NoTransport
from benchmarks import gateway as version
from benchmarks.material import PHYSICIAN
from benchmarks.plan import RECEIVER, SENDER, Plan
from gateway.application.receive_message import read_delivery, receive_all
from gateway.application.refer_case import refer
from gateway.application.relay_outbox import relay_once
from gateway.bootstrap import Gateway, build, load_keyring
from gateway.logging import configure_logging
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome


class _Tray(NoTransport):
    """Takes every parcel and confirms it."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    @override
    async def publish(self, parcel: Parcel) -> PublishOutcome:
        self.parcels.append(parcel)
        return PublishOutcome.CONFIRMED

    @override
    def reach(self, lane: Lane) -> bool:
        """Always."""
        del lane
        return True

    def deliveries(self) -> list[Delivery]:
        """What was put in, as it would arrive."""
        parcels, self.parcels = self.parcels, []
        return [Delivery(p.message_id, p.sender, p.sender, p.recipient, p.body, p.lane) for p in parcels]


def unit_costs(count: int, company: list[int]) -> dict[str, dict[str, float]]:
    """CPU µs per referral, by how many share a commit and by unit of work.

    Args:
        count: Referrals to measure with.
        company: How many act, or arrive, at the same time.
    """
    configure_logging("error", "json")
    return {str(together): asyncio.run(_costs(count, together)) for together in company}


async def _costs(count: int, together: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder:
        stores = {party: f"sqlite:///{Path(folder) / party / 'store.db'}" for party in (SENDER, RECEIVER)}
        for party in stores:
            (Path(folder) / party).mkdir()
        plan = Plan("gateway", folder, stores, {}, count)
        await version.prepare(plan)
        async with AsyncExitStack() as exits:
            sender, tray = await _opened(plan, SENDER, exits)
            receiver, returning = await _opened(plan, RECEIVER, exits)
            work: dict[str, Callable[[], Awaitable[None]]] = {
                "refer: judge, map, seal, commit": lambda: _refer(sender.services, count, together),
                "relay: claim, weigh again, write back": lambda: _relay(sender.services),
                "take in: open, judge, receipt, commit": lambda: _take(receiver.services, tray, together),
                "relay the receipt": lambda: _relay(receiver.services),
                "take in the receipt": lambda: _take(sender.services, returning, together),
            }
            return {name: await _cost(unit, count) for name, unit in work.items()}


async def _opened(plan: Plan, party_id: str, exits: AsyncExitStack) -> tuple[Gateway, _Tray]:
    settings, tray = version.settings_of(plan, party_id), _Tray()
    gateway = build(settings, transport=tray, keyring=load_keyring(settings))
    await exits.enter_async_context(gateway)
    gateway.warm_up()
    return gateway, tray


async def _cost(unit: Callable[[], Awaitable[None]], count: int) -> float:
    begin = time.process_time()
    await unit()
    return (time.process_time() - begin) / count * 1e6


async def _refer(services: Services, count: int, together: int) -> None:
    for first in range(0, count, together):
        numbers = range(first, min(first + together, count))
        await asyncio.gather(*(refer(services, version.case_id(number), PHYSICIAN) for number in numbers))


async def _relay(services: Services) -> None:
    while await relay_once(services):
        pass


async def _take(services: Services, tray: _Tray, together: int) -> None:
    deliveries = tray.deliveries()
    for first in range(0, len(deliveries), together):
        outcomes = await receive_all(
            services, [read_delivery(services, d) for d in deliveries[first : first + together]]
        )
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
