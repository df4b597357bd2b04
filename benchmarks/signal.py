"""How a worker process talks with the run: a line when ready, lines of progress, one line of figures at the end."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

KB = 1024


def cpu_seconds() -> float:
    """What this process used of the processor, in user and kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The most memory this process ever held, in MB; what the system counts for a child begins with its parent's."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KB


@dataclass(slots=True)
class Signal:
    """The worker's end.

    Attributes:
        started: When each referral was begun, by its id.
        taken: Seconds each took.
    """

    started: dict[str, float] = field(default_factory=dict)
    taken: list[float] = field(default_factory=list)
    _done: int = 0
    _cpu: float = 0.0

    async def ready(self) -> None:
        """Say so and wait for the start."""
        _say({"ready": True})
        await _line()
        self._cpu = cpu_seconds()

    @staticmethod
    def now() -> float:
        """A moment, in seconds."""
        return time.perf_counter()

    def begin(self, name: str, *, at: float) -> None:
        """A referral began."""
        self.started[name] = at

    def done(self, *names: str) -> None:
        """Referrals came to their end."""
        now = self.now()
        self.taken += [now - self.started.pop(name) for name in names if name in self.started]
        self._done += len(names)
        _say({"done": self._done})

    async def until_stopped(self) -> None:
        """Wait for the end, and give the figures."""
        await _line()
        used = cpu_seconds() - self._cpu
        _say({"cpu": used, "peak_mb": peak_mb(), "taken": self.taken})


async def paced(
    numbers: range, per_second: float | None, act: Callable[[int], Awaitable[None]], *, at_once: int = 20
) -> None:
    """Act for each number: at a rate, or as fast as it goes with a few under way."""
    if per_second is None:
        gate = asyncio.Semaphore(at_once)

        async def guarded(number: int) -> None:
            async with gate:
                await act(number)

        await asyncio.gather(*(guarded(number) for number in numbers))
        return
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for i, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, begin + i / per_second - time.perf_counter()))
            tasks.create_task(_started(act, number))


async def _started(act: Callable[[int], Awaitable[None]], number: int) -> None:
    await act(number)


async def _line() -> str:
    return await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
