"""Keeping watch: the broker's topology at the start and every so often, and alerts when something changes."""

import asyncio
import platform
from collections.abc import Callable, Iterator, Mapping

import structlog

from gateway.application.watch_alerts import CLOCK_ALERTS, Fact, ceiling_facts, watch
from gateway.bootstrap import Gateway, broker_topology_audit, certificate_lines
from gateway.domain.errors import GatewayError, OperatorError, TemporaryError
from gateway.entrypoints.workers.housekeeping import HousekeepingWorker
from gateway.entrypoints.workers.journal import JournalWorker
from gateway.entrypoints.workers.pause import pause
from gateway.entrypoints.workers.surroundings import (
    certificate_facts,
    group_facts,
    key_facts,
    partner_facts,
    space_facts,
)

_log = structlog.get_logger(__name__)


class AuditWorker:
    """Refuses to run on a broker that would lose messages or let others speak for us.

    Args:
        gateway: Whose settings name who looks, if anybody.
        refuse: Called with the reason to stop, while running.
    """

    def __init__(self, gateway: Gateway, refuse: Callable[[OperatorError], None]) -> None:
        self._audit = broker_topology_audit(gateway.settings)
        self._seconds = gateway.settings.audit.every_seconds
        self._refuse = refuse
        self.facts: tuple[Fact, ...] = () if self._audit else (("broker-not-audited", ""),)

    async def look(self) -> None:
        """Look once.

        Raises:
            OperatorError: ``broker-topology``: something is missing; or we are not let in.
            TemporaryError: Nobody answers.
        """
        if self._audit is None:
            return
        try:
            found = await self._audit.look()
        except TemporaryError:
            self.facts = (("broker-audit-unreachable", ""),)
            raise
        self.facts = tuple(("broker-topology", f"{f.code} {f.where}") for f in found)
        if found:
            first, more = found[0], f" And {len(found) - 1} more." if found[1:] else ""
            raise OperatorError(
                "broker-topology",
                f"{first.what} Then {first.why}.{more}",
                where=first.where,
                remedy="Let the operator run: sogw broker apply, then sogw broker audit",
            )

    async def run(self, stopping: asyncio.Event) -> None:
        """Look every so often, until the event is set."""
        while not stopping.is_set() and self._audit is not None:
            await pause(stopping, self._seconds)
            try:
                await self.look()
            except OperatorError as error:
                self._refuse(error)
            except GatewayError as error:
                _log.warning("broker-not-audited", code=error.code, remedy=error.remedy)


class AlertWorker:
    """Tells what changed.

    Args:
        gateway: Whose.
        audit: What is known of the broker.
        journal: What is known of the journal.
        housekeeping: What is known of the clocks of every case.
    """

    def __init__(
        self, gateway: Gateway, audit: AuditWorker, journal: JournalWorker, housekeeping: HousekeepingWorker
    ) -> None:
        self._gateway = gateway
        self._audit = audit
        self._by_round: Mapping[JournalWorker | HousekeepingWorker, frozenset[str]] = {
            journal: frozenset({"journal-doubted"}),
            housekeeping: CLOCK_ALERTS,
        }
        self._machine = platform.node()

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            is_consuming = self._gateway.services.transport.is_consuming
            await self.look(*(() if is_consuming else (("not-consuming", self._machine),)))
            await pause(stopping, self._gateway.settings.alerts.every_seconds)

    async def look(self, *more: Fact) -> None:
        """Look once, knowing more."""
        seen = [*self._seen(), *more]
        unjudged = {code for worker, codes in self._by_round.items() if worker.facts is None for code in codes}
        try:
            await watch(self._gateway.services, seen, self._gateway.alerts, self._machine, unjudged)
        except GatewayError as error:
            _log.warning("alerts-not-watched", code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
            _log.error("alerts-not-watched", error=type(error).__name__)

    def _seen(self) -> Iterator[Fact]:
        """What this process sees outside the store."""
        settings, now = self._gateway.settings, self._gateway.services.clock.now()
        yield from self._audit.facts
        for worker in self._by_round:
            yield from worker.facts or ()
        yield from certificate_facts(certificate_lines(settings, now))
        yield from key_facts(self._gateway.keyring.manifest().keys, now)
        yield from partner_facts(self._gateway.directory.sealings(now), now)
        yield from space_facts(settings.store_folder())
        yield from group_facts(self._gateway.services.policy, now)
        yield from ceiling_facts(self._gateway.services, self._machine)
