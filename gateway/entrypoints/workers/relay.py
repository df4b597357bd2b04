"""Publishing what is in the outbox: at once when something came in, else every so often."""

import asyncio

import structlog

from gateway.application.relay_outbox import relay_once
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)


class RelayWorker:
    """Runs rounds of the relay.

    Args:
        services: One party's.
        poll_seconds: How long an empty outbox is left alone; another process may have put something in it.
    """

    def __init__(self, services: Services, poll_seconds: float) -> None:
        self._services = services
        self._poll_seconds = poll_seconds
        self._alarm = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """There may be something to send."""
        self._alarm.set()

    def stop(self) -> None:
        """Finish the round that runs, and no more."""
        self._is_stopping = True
        self._alarm.set()

    async def run(self) -> None:
        """Send until stopped; trouble is logged and tried again."""
        while not self._is_stopping:
            self._alarm.clear()
            if not await self.round():
                await self._rest()

    async def round(self) -> int:
        """One round; returns how many messages were tried, 0 as well when it could not be done."""
        try:
            tried = await relay_once(self._services)
        except GatewayError as error:
            _log.warning("relay-failed", party=self._services.party.party_id, code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            _log.error("relay-failed", party=self._services.party.party_id, error=type(error).__name__)
        else:
            if tried:
                _log.debug("relayed", party=self._services.party.party_id, count=tried)
            return tried
        return 0

    async def _rest(self) -> None:
        # Between clear() and here something may have come in, or the end may have: then the alarm is set again.
        if not self._is_stopping:
            await pause(self._alarm, self._poll_seconds)
