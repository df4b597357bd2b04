"""Learning of what another process changed since: new partners, newer keys of theirs, newer keys of our own."""

import asyncio

import structlog

from gateway.bootstrap import Gateway
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause

_log = structlog.get_logger(__name__)

REFRESH_SECONDS = 2.0


class RefreshWorker:
    """Looks every so often; what cannot be read now leaves everything as it was.

    Args:
        gateway: Ours.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            await pause(stopping, REFRESH_SECONDS)
            try:
                if await self._gateway.refresh():
                    _log.info("own-keys-refreshed", version=self._gateway.keyring.manifest().counter)
            except GatewayError as error:
                _log.warning("not-refreshed", code=error.code)
            except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
                _log.error("not-refreshed", error=type(error).__name__)
