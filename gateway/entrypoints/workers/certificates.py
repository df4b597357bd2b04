"""Watching our certificate: an open connection outlives it, so nobody else would say that it ends."""

import asyncio
from collections.abc import Callable

import structlog

from gateway.application.check_gateway import CheckLine, Health
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause

_log = structlog.get_logger(__name__)


class CertificateWorker:
    """Looks at our certificate every so often, and speaks once per change.

    Args:
        look: Says how it is; None when there is none. May raise GatewayError.
        seconds: How often.
    """

    def __init__(self, look: Callable[[], CheckLine | None], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._last = Health.OK.value

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""
        while not stopping.is_set():
            self.look()
            await pause(stopping, self._seconds)

    def look(self) -> None:
        """Look once."""
        try:
            line = self._look()
        except GatewayError as error:
            self._say(error.code, error.remedy)
            return
        if line is not None:
            self._say(line.health.value, line.remedy)

    def _say(self, state: str, remedy: str) -> None:
        if state == self._last:
            return
        self._last = state
        if state == Health.OK.value:
            _log.info("certificate-renewed", state=state)
        elif state == Health.ATTENTION.value:
            _log.warning("certificate-expires-soon", state=state, remedy=remedy)
        else:
            _log.error("certificate-unusable", state=state, remedy=remedy)
