"""Learning of partners that were onboarded by another process since."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause

_log = structlog.get_logger(__name__)


class PartnerWorker:
    """Reads the partners again every so often.

    Args:
        refresh: Takes over what is new.
        seconds: How often.
    """

    def __init__(self, refresh: Callable[[], Awaitable[None]], seconds: float) -> None:
        self._refresh = refresh
        self._seconds = seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            await pause(stopping, self._seconds)
            try:
                await self._refresh()
            except GatewayError as error:
                _log.warning("partners-not-refreshed", code=error.code)
            except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
                _log.error("partners-not-refreshed", error=type(error).__name__)
