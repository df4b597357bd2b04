"""A gateway that dies at a chosen moment: the same wiring as ``sogw serve``, with a part that kills the process.

Run as ``python -m tests.support.mortal HOME MOMENT [CASE]``; with a case, somebody refers it in this very process.
SIGKILL ends it, so nothing is closed, flushed or said.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from gateway.application.submit_case import submit_case
from gateway.bootstrap import build
from gateway.entrypoints.loop import run
from gateway.entrypoints.workers import PartyWorkers
from gateway.ports.services import Services
from gateway.ports.transport import Delivery, DeliveryHandler, Parcel, PublishOutcome, Settlement
from gateway.settings import load_settings
from tests.support.courses import case_steps

CLAIM = timedelta(seconds=3)
"""What it had claimed is free soon after its death."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class MortalStore:
    """Dies as a unit of work ends that wrote something in one way.

    Args:
        store: The real one.
        write: Name of the writing method that counts.
        is_committed: Whether death comes after the commit, or before it.
    """

    def __init__(self, store: Any, write: str, *, is_committed: bool) -> None:
        self._store = store
        self._write = write
        self._is_committed = is_committed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def begin(self):
        async with self._store.begin() as work:
            watched = _Watched(work, self._write)
            yield watched
            if watched.has_written and not self._is_committed:
                die()
        if watched.has_written:
            die()


class _Watched:
    """A unit of work that tells whether it wrote in one way."""

    def __init__(self, work: Any, write: str) -> None:
        self._work = work
        self._write = write
        self.has_written = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._work, name)
        return method if name != self._write else partial(self._written, method)

    async def _written(self, method: Callable[[Any], Any], value: Any) -> None:
        await method(value)
        self.has_written = self.has_written or value not in ([], ())


class MortalTransport:
    """Dies once a publish was confirmed, or once the delivery after one that was settled comes in."""

    def __init__(self, transport: Any, *, after_confirm: bool = False, after_ack: bool = False) -> None:
        self._transport = transport
        self._after_confirm = after_confirm
        self._after_ack = after_ack

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    async def publish(self, parcel: Parcel) -> PublishOutcome:
        outcome = await self._transport.publish(parcel)
        if self._after_confirm and outcome is PublishOutcome.CONFIRMED:
            die()
        return outcome

    async def consume(self, handler: DeliveryHandler) -> None:
        settled = 0

        async def handle(delivery: Delivery) -> Settlement:
            nonlocal settled
            if self._after_ack and settled:
                die()  # with one delivery at a time in hand, the broker sends the next one when it has the last ack
            settlement = await handler(delivery)
            settled += 1
            return settlement

        await self._transport.consume(handle)


@dataclass(frozen=True)
class Moment:
    """When it dies: what stands in place of the store and the transport."""

    store: Callable[[Any], Any] = lambda store: store
    transport: Callable[[Any], Any] = lambda transport: transport

    def into(self, services: Services) -> Services:
        return replace(services, store=self.store(services.store), transport=self.transport(services.transport))


def _at(write: str, *, is_committed: bool) -> Moment:
    return Moment(store=lambda store: MortalStore(store, write, is_committed=is_committed))


MOMENTS = {
    "never": Moment(),
    "sender before commit": _at("enqueue", is_committed=False),
    "sender after commit": _at("enqueue", is_committed=True),
    "sender after confirm": Moment(transport=lambda one: MortalTransport(one, after_confirm=True)),
    "sender before mark": _at("settle", is_committed=False),
    "sender after mark": _at("settle", is_committed=True),
    "receiver before commit": _at("save_inbox", is_committed=False),
    "receiver between commit and ack": _at("save_inbox", is_committed=True),
    "receiver after ack": Moment(transport=lambda one: MortalTransport(one, after_ack=True)),
}
"""The moments of a message's life at which a process can end, by name."""


async def main(home: str, moment: str, case_id: str | None = None) -> None:
    gateway = build(load_settings(Path(home)), with_broker=True)
    terms = replace(gateway.services.terms, claim_for=CLAIM)
    gateway.services = MOMENTS[moment].into(replace(gateway.services, terms=terms))
    async with gateway:
        workers = PartyWorkers(gateway, lambda: None)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, workers.stop)
        running = asyncio.create_task(workers.run())
        if case_id is not None:
            await submit_case(gateway.services, case_id, case_steps(datetime.now(UTC)))
        await running


if __name__ == "__main__":
    run(main(*sys.argv[1:]))
