"""Keeping house once a day, while the gateway runs, and looking whose turn is over (R21, R23, R36, R42, R57, R58)."""

import asyncio

import structlog

from gateway.application.apply_retention import delete_expired
from gateway.application.reading.work_lists import refresh_summaries
from gateway.application.watch_alerts import Fact, overdue_facts
from gateway.domain.errors import GatewayError
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)

DAY_SECONDS = 86400.0


class HousekeepingWorker:
    """Deletes what is over its term, at the start and once a day; several processes may do so at the same time.

    Args:
        services: One party's.

    Attributes:
        facts: Which clocks have run out in any case, at the last look; None before there was one.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.facts: tuple[Fact, ...] | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            await self.look()
            await pause(stopping, DAY_SECONDS)

    async def look(self) -> None:
        """Keep house once; what could not be done now is done tomorrow."""
        party = self._services.party.party_id
        try:
            await self._clear(party)
            await self._see_what_is_due()
        except GatewayError as error:
            _log.warning("housekeeping-failed", party=party, code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
            _log.error("housekeeping-failed", party=party, error=type(error).__name__)

    async def _clear(self, party: str) -> None:
        for part in await delete_expired(self._services, Actor(ActorRole.SYSTEM, party)):
            if part.count:
                _log.info("data-deleted", party=party, kind=part.kind.value, count=part.count)

    async def _see_what_is_due(self) -> None:
        await refresh_summaries(self._services)
        self.facts = tuple(sorted(await overdue_facts(self._services)))
