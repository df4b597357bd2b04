"""What goes wrong: one thing at a time, at random moments, until it is told to stop."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.soak.gateways import KeptGateway
from tests.support.broker_cluster import ClusterBroker
from tests.support.broker_container import ContainerBroker
from tests.support.broker_handle import TestBroker
from tests.support.broker_node import NodeBroker
from tests.support.chaos_proxy import ChaosProxy
from tests.support.postgres_handle import TestPostgres
from tests.support.world import OHS, OTHER_POOL, POOL

FREEZE_SECONDS = (2.0, 9.0)


@dataclass(frozen=True)
class Mishap:
    """One thing that goes wrong, and is over when it returns.

    Attributes:
        name: As the report counts it.
        weight: How often, compared with the others.
        happen: Lets it happen.
    """

    name: str
    weight: int
    happen: Callable[[], Awaitable[None]]


async def go_wrong(mishaps: Sequence[Mishap], every: float, until: asyncio.Event) -> Counter[str]:
    """Let mishaps happen, each kind at least once, until the event is set.

    Args:
        mishaps: What can happen.
        every: Seconds between two, on average.
        until: Ends it; what is happening is finished first.
    """
    happened = Counter[str]()
    waiting = list(mishaps)
    random.shuffle(waiting)
    while not until.is_set():
        try:
            await asyncio.wait_for(until.wait(), every * random.uniform(0.5, 1.5))
        except TimeoutError:
            one = waiting.pop() if waiting else random.choices(mishaps, [m.weight for m in mishaps])[0]
            await one.happen()
            happened[one.name] += 1
    return happened


def of_gateways(gateways: Sequence[KeptGateway]) -> list[Mishap]:
    """Each gateway is killed, and frozen for longer than its heartbeats."""

    def killing(one: KeptGateway) -> Callable[[], Awaitable[None]]:
        async def happen() -> None:
            one.signal(signal.SIGKILL)

        return happen

    def freezing(one: KeptGateway) -> Callable[[], Awaitable[None]]:
        async def happen() -> None:
            one.signal(signal.SIGSTOP)
            await asyncio.sleep(random.uniform(*FREEZE_SECONDS))
            one.signal(signal.SIGCONT)

        return happen

    return [Mishap(f"{one.party_id} killed", 4, killing(one)) for one in gateways] + [
        Mishap(f"{one.party_id} frozen", 1, freezing(one)) for one in gateways
    ]


def addresses_of(broker: TestBroker) -> list[tuple[str, int]]:
    """Where it listens now: several places for a cluster."""
    return broker.addresses if isinstance(broker, ClusterBroker) else [(broker.host, broker.port)]


def of_broker(broker: TestBroker, proxy: ChaosProxy) -> list[Mishap]:
    """The broker is killed, and frozen; of a cluster, the node that leads an inbox.

    Args:
        broker: Which.
        proxy: In front of it, so that it may come back on another port.
    """
    if isinstance(broker, ClusterBroker):
        return _of_cluster(broker)
    if not isinstance(broker, NodeBroker | ContainerBroker):
        return []

    async def killed() -> None:
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        proxy.servers = addresses_of(broker)

    async def frozen() -> None:
        await asyncio.to_thread(broker.freeze)
        await asyncio.sleep(random.uniform(*FREEZE_SECONDS))
        await asyncio.to_thread(broker.thaw)

    return [Mishap("broker killed", 3, killed), Mishap("broker frozen", 1, frozen)]


def _of_cluster(cluster: ClusterBroker) -> list[Mishap]:
    async def leader() -> object:
        party = random.choice([OHS, POOL, OTHER_POOL])
        return await asyncio.to_thread(cluster.leader_of, party.party_id)

    async def killed() -> None:
        node = await leader()
        await asyncio.to_thread(node.kill)
        await asyncio.sleep(random.uniform(1, 5))
        await asyncio.to_thread(node.boot)

    async def frozen() -> None:
        node = await leader()
        cluster.freeze(node)
        await asyncio.sleep(random.uniform(5, 15))
        cluster.thaw(node)

    async def cut_off() -> None:
        node = await leader()
        await asyncio.to_thread(cluster.cut_off, node)
        await asyncio.sleep(random.uniform(5, 15))
        await asyncio.to_thread(cluster.mend, node)

    return [
        Mishap("leader killed", 3, killed),
        Mishap("leader frozen", 2, frozen),
        Mishap("leader cut off", 2, cut_off),
    ]


def of_database(server: TestPostgres | None) -> list[Mishap]:
    """The database server is killed."""
    if server is None or server.machine is None:
        return []

    async def killed() -> None:
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)

    return [Mishap("database killed", 2, killed)]
