"""Weigh what came of sending to a partner: a circuit that opens after failures in a row and closes by itself.

While it is open one message at a time probes the way (``claim`` sees to that); the others wait in the outbox instead
of hammering a partner that is not there. Everything is kept in the store, so it is the same for every process and
outlives a restart. A lost connection to the broker says nothing about a partner and does not count.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from gateway.ports.services import DeliveryTerms, Services
from gateway.ports.store import OutboxItem, OutboxState, Route, UnitOfWork
from gateway.ports.transport import PublishOutcome

NO_RECEIPT = "no-receipt"
"""The broker took it and the partner does not answer in time."""
REFUSALS = frozenset({PublishOutcome.UNROUTABLE.value, PublishOutcome.REFUSED.value})


def failed(route: Route, times: int, cause: str, at: datetime, terms: DeliveryTerms) -> Route:
    """The route after failures; at the limit the circuit opens, and an open one waits for its next probe."""
    after = replace(route, failures=route.failures + times, cause=cause)
    if after.failures < terms.open_after:
        return after
    return replace(after, opened_at=route.opened_at or at, probe_at=at + terms.probe_every)


def mended(route: Route) -> Route:
    """The route after a success; whether it is paused stays as it is."""
    return replace(route, failures=0, cause=None, opened_at=None, probe_at=None)


async def weigh_claimed(services: Services, work: UnitOfWork, claimed: Collection[OutboxItem]) -> None:
    """A sent message that is claimed again has no receipt in time."""
    await _weigh(services, work, [(item.recipient, NO_RECEIPT) for item in claimed if item.state is OutboxState.SENT])


async def weigh_outcomes(services: Services, work: UnitOfWork, settled: Collection[OutboxItem]) -> None:
    """What the broker said: a refusal is a failure, a confirm mends what only the broker had refused."""
    await _weigh(services, work, [(i.recipient, i.reason) for i in settled if i.reason in REFUSALS])
    taken = {item.recipient for item in settled if item.state in {OutboxState.SENT, OutboxState.DELIVERED}}
    for route in await work.routes() if taken else ():
        if route.partner in taken and route.cause in REFUSALS:
            await work.save_route(mended(await work.hold_route(route.partner)))


async def weigh_receipt(work: UnitOfWork, partner: str) -> None:
    """The partner answers: whatever was the matter, it is over."""
    if (await work.route(partner)).failures:
        await work.save_route(mended(await work.hold_route(partner)))


async def _weigh(services: Services, work: UnitOfWork, failures: Iterable[tuple[str, str | None]]) -> None:
    now = services.clock.now()
    counted: dict[str, list[str]] = {}
    for partner, cause in failures:
        counted.setdefault(partner, []).append(cause or "")
    for partner, causes in sorted(counted.items()):
        route = await work.hold_route(partner)
        await work.save_route(failed(route, len(causes), causes[-1], now, services.terms))
