"""Doing what waits for its moment: what came too early, lines of parked messages, answers that nobody gives by hand."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gateway.application.decline_requests import decline_what_is_due
from gateway.application.replay_message import replay_what_passed
from gateway.application.unpark_messages import unpark_ready
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)


class HeldWorker:
    """Looks as often as a sender without a receipt tries; what fails now is tried at the next look.

    Args:
        services: One party's.
        wake: Called when something was taken in or answered.
    """

    def __init__(self, services: Services, wake: Callable[[], None]) -> None:
        self._services = services
        self._wake = wake

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            await self.look()
            await pause(stopping, self._services.terms.receipt_within.total_seconds())

    async def look(self) -> None:
        """Try each once; one that cannot be done now keeps none of the others from its turn."""
        count = await self._tried(replay_what_passed) + await self._tried(unpark_ready)
        declined = await self._tried(decline_what_is_due)
        party = self._services.party.party_id
        if count:
            _log.info("held-no-more", party=party, count=count)
        if declined:
            _log.info("requests-declined", party=party, count=declined)
        if count or declined:
            self._wake()

    async def _tried(self, job: Callable[[Services], Awaitable[int]]) -> int:
        party = self._services.party.party_id
        try:
            return await job(self._services)
        except GatewayError as error:
            _log.warning("held-not-tried", party=party, code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
            _log.error("held-not-tried", party=party, error=type(error).__name__)
        return 0
