"""One measurement of the whole way: start the processes of both sides, let them go, and take their figures."""

import asyncio
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import Plan

PATIENCE_SECONDS = 180.0
GOODBYE_SECONDS = 10.0
WARM_UP = 5
"""So many of a process's first referrals fill caches; how long they took is not counted."""


class BenchmarkError(Exception):
    """A measurement that came to nothing; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one measurement gave.

    Attributes:
        per_second: Referrals that came to their end.
        cpu_ms: Processor time per referral, of all processes of both sides together.
        p50_ms, p99_ms: From the moment it was said to its end, as its sender sees it; None when nobody looked.
        peak_mb: The largest process.
    """

    per_second: float
    cpu_ms: float
    p50_ms: float | None
    p99_ms: float | None
    peak_mb: float


@dataclass(slots=True)
class _Worker:
    process: Process
    counts: bool
    done: int = 0
    figures: dict[str, object] | None = None


async def run_journey(plan: Plan, *, counted_by: str) -> Figures:
    """Run the processes of a plan whose sides were prepared.

    Args:
        plan: What to do.
        counted_by: The role that sees a referral come to its end: ``send`` or ``receive``.

    Raises:
        BenchmarkError: A process ended, or it takes too long.
    """
    file = plan.save()
    roles = [("receive", i) for i in range(plan.receivers)] + [("send", i) for i in range(plan.senders)]
    workers = [_Worker(await _start(file, role, i), role == counted_by) for role, i in roles]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for worker in workers:
                await _told(worker, "ready")
            begin = time.perf_counter()
            for worker in workers:
                _tell(worker)
            all_done = asyncio.Event()
            listeners = [asyncio.create_task(_listen(worker, workers, plan.count, all_done)) for worker in workers]
            await _first(all_done, listeners)
            seconds = time.perf_counter() - begin
            for worker in workers:
                _tell(worker)
            await asyncio.gather(*listeners)
    except TimeoutError:
        done = sum(worker.done for worker in workers)
        raise BenchmarkError(f"{plan.version}: {done} of {plan.count} in {PATIENCE_SECONDS:.0f} s") from None
    finally:
        await asyncio.gather(*(_ended(worker.process) for worker in workers))
    return _figures(plan, workers, seconds)


async def serve_a_while(plan: Plan, seconds: float) -> float:
    """Run one receiver, whatever comes; returns the most memory it held, in MB."""
    worker = _Worker(await _start(plan.save(), "receive", 0), counts=False)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _told(worker, "ready")
            _tell(worker)
            await asyncio.sleep(seconds)
            _tell(worker)
            return sum(_numbers([(await _told(worker, "peak_mb"))["peak_mb"]]))
    finally:
        await _ended(worker.process)


async def _start(file: Path, role: str, index: int) -> Process:
    command = (sys.executable, "-m", "benchmarks.worker", str(file), role, str(index))
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=2**24)


async def _ended(process: Process) -> None:
    """Let a process end in its own way, and no longer than that takes."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), GOODBYE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _tell(worker: _Worker) -> None:
    if worker.process.stdin is not None:
        worker.process.stdin.write(b"\n")


async def _told(worker: _Worker, what: str) -> dict[str, object]:
    line = await worker.process.stdout.readline() if worker.process.stdout else b""
    said: dict[str, object] = json.loads(line) if line else {}
    if what not in said:
        raise BenchmarkError("a process ended before it was ready")
    return said


async def _listen(worker: _Worker, workers: list[_Worker], count: int, all_done: asyncio.Event) -> None:
    stream = worker.process.stdout
    while stream is not None and (line := await stream.readline()):
        said = json.loads(line)
        if "cpu" in said:
            worker.figures = said
            return
        worker.done = said["done"]
        if sum(w.done for w in workers if w.counts) >= count:
            all_done.set()
    raise BenchmarkError("a process ended too early")


async def _first(all_done: asyncio.Event, listeners: list[asyncio.Task[None]]) -> None:
    """Wait for the end, or for a process that fails."""
    waiting = asyncio.create_task(all_done.wait())
    finished, _ = await asyncio.wait([waiting, *listeners], return_when=asyncio.FIRST_COMPLETED)
    for task in finished:
        task.result()


def _figures(plan: Plan, workers: list[_Worker], seconds: float) -> Figures:
    every = [worker.figures or {} for worker in workers]
    taken = sorted(ms * 1000 for figures in every for ms in _numbers(figures.get("taken"))[WARM_UP:])
    cut = statistics.quantiles(taken, n=100) if len(taken) > 1 else None
    cpu = sum(sum(_numbers([figures.get("cpu")])) for figures in every)
    return Figures(
        per_second=plan.count / seconds,
        cpu_ms=cpu * 1000 / plan.count,
        p50_ms=cut[49] if cut else None,
        p99_ms=cut[98] if cut else None,
        peak_mb=max(max(_numbers([figures.get("peak_mb")]), default=0.0) for figures in every),
    )


def _numbers(values: object) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float)] if isinstance(values, list) else []
