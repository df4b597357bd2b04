"""Weigh what came of sending to a partner: a circuit that opens after failures in a row and closes by itself.

While it is open one message at a time probes the way (``claim`` sees to that); the others wait in the outbox instead
of hammering a partner that is not there. Everything is kept in the store, so it is the same for every process and
outlives a restart. A broker that is not there says nothing about a partner: what it keeps back does not count.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from gateway.ports.services import DeliveryTerms, Services
from gateway.ports.store import OutboxItem, OutboxState, Route, UnitOfWork
from gateway.ports.transport import PublishOutcome

NO_RECEIPT = "no-receipt"
"""The broker took it again and the partner did not answer in time."""
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send, and what is known after it.

    Attributes:
        item: The message as it is written back.
        outcome: The transport's answer.
        is_overdue: It was sent before, and its receipt did not come in time although nothing but the partner kept it.
    """

    item: OutboxItem
    outcome: PublishOutcome
    is_overdue: bool


async def note_attempts(services: Services, work: UnitOfWork, attempts: Collection[Attempt]) -> None:
    """Note at the ways out what came of attempts to send; nothing is written while all is well."""
    if not attempts:
        return
    now, overdue = services.clock.now(), await _overdue(work, attempts)
    known = {route.partner: route for route in await work.routes()}
    for partner in sorted({attempt.item.recipient for attempt in attempts}):
        outcomes = [attempt.outcome for attempt in attempts if attempt.item.recipient == partner]
        judge = partial(judged, outcomes=outcomes, overdue=overdue[partner], at=now, terms=services.terms)
        route = known.get(partner, Route(partner))
        if judge(route) != route:
            await work.save_route(judge(await work.hold_route(partner)))


def judged(
    route: Route, outcomes: Collection[PublishOutcome], overdue: int, at: datetime, terms: DeliveryTerms
) -> Route:
    """The route after attempts.

    Refusals and overdue receipts are failures; a confirm mends what only the broker had refused. Without a word from
    the broker nothing is counted, and the probe of an open circuit has told nothing: the next one need not wait for
    its claim to run out, and goes at once where the broker was not there.

    Args:
        route: Before them.
        outcomes: Of each of them.
        overdue: How many of them sent a message again whose receipt the partner owes.
        at: Now.
        terms: Of delivery.
    """
    causes = [NO_RECEIPT] * overdue + [outcome.value for outcome in outcomes if outcome.value in REFUSALS]
    if causes:
        route = failed(route, len(causes), causes[-1], at, terms)
    if PublishOutcome.CONFIRMED in outcomes and route.cause in REFUSALS:
        return mended(route)
    if route.probe_at is None:
        return route
    latest = at if PublishOutcome.UNREACHABLE in outcomes else at + terms.probe_every
    return replace(route, probe_at=min(route.probe_at, latest))


async def _overdue(work: UnitOfWork, attempts: Collection[Attempt]) -> Counter[str]:
    """Receipts by partner that are overdue still; one may have come while its message went again."""
    again = [a.item.message_id for a in attempts if a.is_overdue and a.outcome is PublishOutcome.CONFIRMED]
    found = await work.outbox_items(again) if again else {}
    return Counter(item.recipient for item in found.values() if item.state is OutboxState.SENT)


async def note_receipt(work: UnitOfWork, partner: str) -> None:
    """The partner answers: whatever was the matter, it is over."""
    if (await work.route(partner)).failures:
        await work.save_route(mended(await work.hold_route(partner)))
