"""``sogw serve`` processes that come back when they are killed, as a service manager brings them back."""

import asyncio
import json
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.support.cli import ROOT, SOGW, environment
from tests.support.sites import Site

_HALT_SECONDS = 40.0
_LOADED_MIB = 60


class KeptGateway:
    """One party's process.

    Args:
        site: Whose.
        log: Gets what every process in turn says on standard error, a JSON document per line.
    """

    def __init__(self, site: Site, log: Path) -> None:
        self.party_id = site.party.party_id
        self._site = site
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._is_leaving = False
        self.ends: Counter[int] = Counter()
        self.first_memory = 0
        self.most_memory = 0

    async def __aenter__(self) -> Self:
        await self._start()
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_leaving = True
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._keeper is not None:
            await self._keeper

    async def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*SOGW, "serve"),
                cwd=ROOT,
                env=environment(self._site.home, SOGW_LOG__FORMAT="json"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
            )

    async def _keep(self) -> None:
        while True:
            assert self._process is not None
            self.ends[await self._process.wait()] += 1
            if self._is_leaving:
                return
            await self._start()

    def signal(self, number: int) -> None:
        """Send a signal to the process that runs now."""
        with suppress(ProcessLookupError):
            if self._process is not None:
                self._process.send_signal(number)

    def look_at_memory(self) -> None:
        """Note what the process that runs now needs, in MiB, where the system tells it."""
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{self._process.pid if self._process else 0}/status").read_text(encoding="ascii")
            needed = next(line for line in status.splitlines() if line.startswith("VmRSS"))
            mib = int(needed.split()[1]) // 1024
            self.most_memory = max(self.most_memory, mib)
            # What it needs once it is up; a process that has just begun has not loaded itself yet.
            self.first_memory = self.first_memory or (mib if mib > _LOADED_MIB else 0)

    async def leave(self) -> int:
        """Ask for a graceful end; returns its exit status."""
        self._is_leaving = True
        self.signal(signal.SIGTERM)
        assert self._process is not None
        async with asyncio.timeout(_HALT_SECONDS):
            return await self._process.wait()

    def deliveries(self) -> int:
        """How many deliveries it took to its store, as it said; what it was killed before saying is not counted."""
        events = Counter[str]()
        for line in self._log.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                events[said["event"]] += said.get("count", 1)
        return events["received"] - events["not-stored"]
