"""Publishing what is in the outbox: at once when something came in, else every so often."""

import asyncio

import structlog

from gateway.application.relay_outbox import Relay
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)


class RelayWorker:
    """Keeps the relay going.

    Args:
        services: One party's.
        poll_seconds: How long an empty outbox is left alone; another process may have put something in it.
    """

    def __init__(self, services: Services, poll_seconds: float) -> None:
        self._services = services
        self._poll_seconds = poll_seconds
        self._alarm = asyncio.Event()
        self._is_stopping = False
        self._relay = Relay(services, self.wake)

    def wake(self) -> None:
        """There may be something to send, or to write back."""
        self._alarm.set()

    def stop(self) -> None:
        """Claim no more, and write back what came of what is on its way."""
        self._is_stopping = True
        self._alarm.set()

    async def run(self) -> None:
        """Send until stopped; trouble is logged and tried again."""
        while not self._is_stopping:
            self._alarm.clear()
            await self.round()
            if not self._relay.has_more:
                await self._rest()
        await self.finish()

    async def finish(self) -> None:
        """Write back what is on its way; what cannot be written is claimed again when its time has come."""
        try:
            await self._relay.finish()
        except GatewayError as error:
            _log.warning("relay-failed", party=self._services.party.party_id, code=error.code)

    async def round(self) -> int:
        """One round; returns how many messages moved, 0 as well when it could not be done."""
        try:
            moved = await self._relay.beat()
        except GatewayError as error:
            _log.warning("relay-failed", party=self._services.party.party_id, code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake; the type says where to look)
            _log.error("relay-failed", party=self._services.party.party_id, error=type(error).__name__)
        else:
            if moved:
                _log.debug("relayed", party=self._services.party.party_id, count=moved)
            return moved
        return 0

    async def _rest(self) -> None:
        # Between clear() and here something may have come in, or the end may have: then the alarm is set again.
        if not self._is_stopping:
            await pause(self._alarm, self._poll_seconds)
