"""One run: every group of measurements, side by side."""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks import floor, gateway, growth, peer
from benchmarks.depth import queue_depth, serving_mb
from benchmarks.footprint import start_times
from benchmarks.machine import describe, load
from benchmarks.rows import rows
from benchmarks.run_journey import WARM_UP, Figures, run_journey
from benchmarks.servers import POSTGRESQL, SQLITE, Servers, servers
from benchmarks.stages import stage_costs
from benchmarks.units import unit_costs

VERSIONS = {"floor": floor, "gateway": gateway, "peer": peer}
_COUNTED_BY = {"floor": "send", "gateway": "send", "peer": "receive"}
LATENCY_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a run does.

    Attributes:
        counts: Referrals per measurement and process per side, by version: what a process does only once weighs alike.
        repeats: Measurements of each, of which the median counts.
        processes: Processes per side.
        stores: Kinds of database.
        stage_seconds: For each stage.
        latency_seconds: For each version.
        serve_seconds: How long a gateway serves while its memory is watched.
        unit_count, company: Referrals to measure the units of work with, and how many share a commit.
        start_repeats: How often each command is started.
        attachments_kb, proofs, rows, depths: Sizes to grow through.
    """

    counts: dict[str, int]
    repeats: int
    processes: tuple[int, ...]
    stores: tuple[str, ...]
    stage_seconds: float
    latency_seconds: float
    attachments_kb: tuple[int, ...]
    proofs: tuple[int, ...]
    rows: tuple[int, ...]
    depths: tuple[int, ...]
    unit_count: int
    company: tuple[int, ...]
    start_repeats: int
    serve_seconds: float


FULL = Extent(
    counts={"floor": 400, "gateway": 100, "peer": 40},
    repeats=3,
    processes=(1, 2, 4),
    stores=(SQLITE, POSTGRESQL),
    stage_seconds=0.3,
    latency_seconds=10.0,
    attachments_kb=(20, 200, 1000, 3000, 10_000),
    proofs=(1_000, 10_000, 100_000),
    rows=(1_000, 100_000, 1_000_000),
    depths=(1_000, 10_000, 99_000),
    unit_count=200,
    company=(1, 25),
    start_repeats=7,
    serve_seconds=5.0,
)
QUICK = Extent(
    counts={"floor": 400, "gateway": 80, "peer": 40},
    repeats=1,
    processes=(1,),
    stores=(SQLITE,),
    stage_seconds=0.05,
    latency_seconds=2.0,
    attachments_kb=(20, 300),
    proofs=(1_000, 10_000),
    rows=(1_000, 20_000),
    depths=(1_000, 3_000),
    unit_count=25,
    company=(1, 25),
    start_repeats=1,
    serve_seconds=1.0,
)
TINY = replace(
    QUICK,
    counts={"floor": 20, "gateway": 10, "peer": 5},
    stage_seconds=0.005,
    latency_seconds=0.3,
    attachments_kb=(20,),
    proofs=(100,),
    rows=(100,),
    depths=(600,),
    unit_count=5,
    company=(5,),
    start_repeats=1,
    serve_seconds=0.1,
)
"""For the test of the runner; its figures mean nothing."""

Progress = Callable[[str], None]


def run(extent: Extent, progress: Progress) -> dict[str, Any]:
    """Measure; the result is plain JSON.

    Args:
        extent: How much.
        progress: Told what is being measured.
    """
    progress("stages and units of work")
    result: dict[str, Any] = {
        "repeats": extent.repeats,
        "load_before": load(),
        "stages_us": stage_costs(extent.stage_seconds),
        "units_us": unit_costs(extent.unit_count, list(extent.company)),
    }
    progress("start")
    result["start_ms"] = start_times(extent.start_repeats)
    progress("growth")
    result["growth"] = {
        "attachment_kb": growth.attachments(list(extent.attachments_kb), extent.stage_seconds),
        "resource_types_us": growth.resource_types(extent.stage_seconds),
        "journal_proof": growth.proofs(list(extent.proofs), extent.stage_seconds),
        "rows": rows(list(extent.rows)),
    }
    with servers() as found:
        result["journeys"] = _journeys(found, extent, progress)
        result["latency"] = _latency(found, extent, result["journeys"], progress)
        progress("queue depth and memory")
        result["growth"]["queue"] = queue_depth(found, list(extent.depths))
        result["serving_mb"] = {
            str(waiting): serving_mb(found, waiting, extent.serve_seconds) for waiting in (0, extent.depths[-1])
        }
        database = found.postgres.how if POSTGRESQL in extent.stores else ""
        result["machine"] = describe(found.broker.how, database)
    return result | {"load_after": load()}


def _journeys(found: Servers, extent: Extent, progress: Progress) -> list[dict[str, Any]]:
    """Versions take turns within every repeat, so that what else the machine does touches all of them."""
    made: dict[tuple[str, str, int], list[Figures]] = {}
    for repeat in range(extent.repeats):
        for store in extent.stores:
            for processes in extent.processes:
                for version in VERSIONS:
                    progress(f"{version}, {store}, {processes} per side ({repeat + 1} of {extent.repeats})")
                    figures = _one(found, version, store, extent.counts[version] * processes, processes)
                    made.setdefault((version, store, processes), []).append(figures)
    return [
        {"version": version, "store": store, "processes": processes} | _median(every)
        for (version, store, processes), every in made.items()
    ]


def _one(
    found: Servers, version: str, store: str, count: int, processes: int = 1, per_second: float | None = None
) -> Figures:
    more = {"senders": processes, "receivers": processes, "per_second": per_second}
    with found.plan(version, store, count, **more) as plan:
        asyncio.run(VERSIONS[version].prepare(plan))
        return asyncio.run(run_journey(plan, counted_by=_COUNTED_BY[version]))


def _median(every: list[Figures]) -> dict[str, Any]:
    found = [asdict(figures) for figures in every]
    return {name: _middle([row[name] for row in found]) for name in found[0]}


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _latency(
    found: Servers, extent: Extent, journeys: list[dict[str, Any]], progress: Progress
) -> dict[str, dict[str, float | None]]:
    """Gateway and floor at the same rate: a tenth of what the gateway can."""
    rates = [row["per_second"] for row in journeys if (row["version"], row["store"]) == ("gateway", SQLITE)]
    per_second = rates[0] * LATENCY_SHARE
    count = WARM_UP + max(5, int(extent.latency_seconds * per_second))
    made = {}
    for version in ("floor", "gateway"):
        progress(f"latency of the {version} at {per_second:.1f} per second")
        figures = _one(found, version, SQLITE, count, per_second=per_second)
        made[version] = {"per_second": per_second, "p50_ms": figures.p50_ms, "p99_ms": figures.p99_ms}
    return made
