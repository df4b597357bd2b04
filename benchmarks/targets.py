"""What a run is judged by: ratios that can be held against those of other runs, and the targets set for them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FLAT = 1.15
"""What grows stays within this."""


@dataclass(frozen=True, slots=True)
class Target:
    """One target and what a run gave.

    Attributes:
        group: ``peer``, ``floor``, ``latency``, ``growth`` or ``start``.
        name: What is measured.
        value: What it was.
        bound: At least this, or at most.
        is_floor: Whether the bound is a lower one.
    """

    group: str
    name: str
    value: float
    bound: float
    is_floor: bool = False

    @property
    def holds(self) -> bool:
        """Whether the target was met."""
        return self.value >= self.bound if self.is_floor else self.value <= self.bound

    @property
    def bound_text(self) -> str:
        """The bound as people write it."""
        return f"{'>=' if self.is_floor else '<='} {self.bound:g}"


def ratios(result: dict[str, Any]) -> dict[str, float]:
    """By name, comparable between runs and machines."""
    return {
        **_journeys(result["journeys"]),
        **_latency(result["latency"]),
        "sogw --help to python with Typer": result["start_ms"]["sogw --help"] / result["start_ms"]["python with Typer"],
        **_stages(result["stages_us"]["referral"]),
        "a unit of work alone to one of many": _sum(result["units_us"], first=True) / _sum(result["units_us"]),
    }


def _sum(units: dict[str, dict[str, float]], *, first: bool = False) -> float:
    return sum(list(units.values())[0 if first else -1].values())


def _journeys(journeys: list[dict[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    rows = {(row["store"], row["processes"], row["version"]): row for row in journeys}
    for store, processes in sorted({(store, processes) for store, processes, _ in rows}):
        here = f"{store}, {processes} per side"
        ours, peer, floor = (rows[store, processes, version] for version in ("gateway", "peer", "floor"))
        found[f"rate to peer ({here})"] = ours["per_second"] / peer["per_second"]
        found[f"CPU of peer to ours ({here})"] = peer["cpu_ms"] / ours["cpu_ms"]
        found[f"rate to floor ({here})"] = ours["per_second"] / floor["per_second"]
        found[f"CPU of floor to ours ({here})"] = floor["cpu_ms"] / ours["cpu_ms"]
        if processes > 1:
            alone = rows[store, 1, "gateway"]
            found[f"rate to one process ({here})"] = ours["per_second"] / alone["per_second"]
            found[f"CPU to one process ({here})"] = ours["cpu_ms"] / alone["cpu_ms"]
    return found


def _latency(latency: dict[str, dict[str, float | None]]) -> dict[str, float]:
    found = {}
    for percentile in ("p50_ms", "p99_ms"):
        ours, bare = (latency[version][percentile] for version in ("gateway", "floor"))
        if ours and bare:
            found[f"latency to floor, {percentile.removesuffix('_ms')}"] = ours / bare
    return found


def _stages(stages: dict[str, float]) -> dict[str, float]:
    written = stages["fhir.resources: build"] + stages["fhir.resources: dump"]
    return {
        "plain FHIR to ours, writing": written / stages["map, validate, serialise"],
        "plain FHIR to ours, reading": stages["fhir.resources: parse and validate"] / stages["parse, validate, map"],
        "joserfc to ours, sealing": stages["joserfc: seal"] / stages["seal"],
        "joserfc to ours, opening": stages["joserfc: open"] / stages["open"],
    }


_BOUNDS = (
    ("peer", "rate to peer (", 10.0, True),
    ("peer", "CPU of peer to ours (", 10.0, True),
    ("floor", "rate to floor (", 1 / 3, True),
    ("floor", "rate to one process (sqlite, 2", 1.6, True),
    ("floor", "rate to one process (postgresql, 2", 1.6, True),
    ("floor", "CPU to one process (postgresql", FLAT, False),
    ("latency", "latency to floor, p50", 5.0, False),
    ("latency", "latency to floor, p99", 8.0, False),
    ("start", "sogw --help to python with Typer", 3.0, False),
)
"""Ratios by the beginning of their name; those of more than one process to peer and floor are told, not judged."""


def judged(result: dict[str, Any]) -> list[Target]:
    """Every target of the five groups."""
    found = [
        Target(group, name, value, bound, is_floor)
        for group, begin, bound, is_floor in _BOUNDS
        for name, value in ratios(result).items()
        if name.startswith(begin) and not (begin.endswith("(") and "1 per side" not in name)
    ]
    return [*found, *_growth(result["growth"]), *_absolute(result)]


def _growth(growth: dict[str, Any]) -> Iterator[Target]:
    for table, column, name in (
        ("queue", "in_per_second", "time to publish, longest queue to shortest"),
        ("queue", "out_per_second", "time to consume, longest queue to shortest"),
        ("rows", "send_ms", "time to send, most outbox rows to fewest"),
        ("rows", "journal_ms", "time to journal, most entries to fewest"),
    ):
        values = [row[column] for row in growth[table].values()]
        is_rate = column.endswith("per_second")
        yield Target("growth", name, values[0] / values[-1] if is_rate else values[-1] / values[0], FLAT)
    few, many = growth["resource_types_us"].values()
    yield Target("growth", "time to validate, all resource types to its own", many / few, FLAT)
    sizes = list(growth["attachment_kb"])
    if len(sizes) > 1:
        per_kb = [growth["attachment_kb"][size]["ms"] / float(size) for size in sizes[-2:]]
        yield Target("growth", f"time per kB, document of {sizes[-1]} to {sizes[-2]} kB", per_kb[1] / per_kb[0], FLAT)
    entries, proof = list(growth["journal_proof"].items())[-1]
    yield Target(
        "growth", f"hashes in a proof of {entries} entries", proof["hashes"], math.ceil(math.log2(int(entries)))
    )


def _absolute(result: dict[str, Any]) -> Iterator[Target]:
    yield Target("start", "sogw case show, ms", result["start_ms"]["sogw case show"], 500.0)
    at_rest, busy = result["serving_mb"].items()
    yield Target("start", "serving gateway at rest, MB", at_rest[1], 150.0)
    yield Target("start", f"serving gateway, {busy[0]} messages waiting, MB", busy[1], 300.0)
