"""Verifying the journal while it is written: a page at a time from the first entry to the last, and then again."""

import asyncio

import structlog

from gateway.application.read_journal import Pace
from gateway.application.verify_journal import verify_journal
from gateway.application.watch_alerts import Fact
from gateway.domain.errors import GatewayError
from gateway.entrypoints.workers.pause import pause
from gateway.ports.services import Services

_log = structlog.get_logger(__name__)

PAGE = 250
"""Entries that are verified at once: some ten milliseconds in which nothing else of this process moves."""


class _Stopped(Exception):  # noqa: N818  (no error)
    """There is no time for the rest."""


class JournalWorker:
    """Reads every row again and again, and remembers nothing of it between two rounds: memory is no witness.

    Args:
        services: One party's.
        seconds: Between two pages.

    Attributes:
        facts: What the last whole round found; None before there was one.
    """

    def __init__(self, services: Services, seconds: float) -> None:
        self._services = services
        self._seconds = seconds
        self.facts: tuple[Fact, ...] | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on until the event is set."""

        async def rest() -> None:
            await pause(stopping, self._seconds)
            if stopping.is_set():
                raise _Stopped

        while not stopping.is_set():
            try:
                await self._round(Pace(PAGE, rest))
                await rest()
            except _Stopped:
                return

    async def _round(self, pace: Pace) -> None:
        try:
            report = await verify_journal(self._services, pace=pace)
        except _Stopped:
            raise
        except GatewayError as error:
            _log.warning("journal-not-verified", code=error.code)
        except Exception as error:  # noqa: BLE001  (a worker outlives every mistake)
            _log.error("journal-not-verified", error=type(error).__name__)
        else:
            found = sorted({finding.code for finding in report.findings})
            self.facts = tuple(("journal-doubted", code) for code in found)
            _log.debug("journal-verified", count=report.size)
