"""Keeping house once a day, while the gateway runs."""

import asyncio

import structlog

from gateway.application.keep_house import keep_house
from gateway.domain.errors import GatewayError
from gateway.domain.steps import Actor, ActorRole
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)

DAY_SECONDS = 86400.0


class HousekeepingWorker:
    """Deletes what is over its term, at the start and once a day; several processes may do so at the same time."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            await self.look()
            await pause(stopping, DAY_SECONDS)

    async def look(self) -> None:
        """Keep house once; what could not be done now is done tomorrow."""
        party = self._services.party.party_id
        try:
            cleared = await keep_house(self._services, Actor(ActorRole.SYSTEM, party))
        except GatewayError as error:
            _log.warning("housekeeping-failed", party=party, code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
            _log.error("housekeeping-failed", party=party, error=type(error).__name__)
        else:
            for part in cleared:
                if part.count:
                    _log.info("data-deleted", party=party, kind=part.kind.value, count=part.count)
