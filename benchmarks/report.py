"""A run as a table for people, and two runs held against each other."""

from collections.abc import Iterator
from typing import Any

LARGE_CHANGE = 0.15
"""Ratios that differ by less are noise."""


def ratios(result: dict[str, Any]) -> dict[str, float]:
    """What the targets are about, by name: comparable between runs and machines."""
    found: dict[str, float] = {}
    rows = {(row["store"], row["processes"], row["version"]): row for row in result["journeys"]}
    for (store, processes, version), row in rows.items():
        if version != "gateway":
            continue
        here = f"{store}, {processes} per side"
        peer, floor = rows[store, processes, "peer"], rows[store, processes, "floor"]
        found[f"rate to peer ({here})"] = row["per_second"] / peer["per_second"]
        found[f"CPU of peer to ours ({here})"] = peer["cpu_ms"] / row["cpu_ms"]
        found[f"rate to floor ({here})"] = row["per_second"] / floor["per_second"]
        one = rows[store, 1, "gateway"]
        if processes > 1:
            found[f"rate to one process ({here})"] = row["per_second"] / one["per_second"]
            found[f"CPU to one process ({here})"] = row["cpu_ms"] / one["cpu_ms"]
    for percentile in ("p50_ms", "p99_ms"):
        ours, bare = (result["latency"][version][percentile] for version in ("gateway", "floor"))
        if ours and bare:
            found[f"latency to floor, {percentile.removesuffix('_ms')}"] = ours / bare
    start = result["start_ms"]
    found["sogw --help to python with Typer"] = start["sogw --help"] / start["python with Typer"]
    return found | dict(_stage_ratios(result["stages_us"]["referral"]))


def _stage_ratios(stages: dict[str, float]) -> Iterator[tuple[str, float]]:
    written = stages["fhir.resources: build"] + stages["fhir.resources: dump"]
    yield "plain FHIR to ours, writing", written / stages["map, validate, serialise"]
    yield "plain FHIR to ours, reading", stages["fhir.resources: parse and validate"] / stages["parse, validate, map"]
    yield "joserfc to ours, sealing", stages["joserfc: seal"] / stages["seal"]
    yield "joserfc to ours, opening", stages["joserfc: open"] / stages["open"]


def table(result: dict[str, Any]) -> str:
    """The run in text."""
    return "\n".join(_lines(result))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield "Machine: " + ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    yield f"Load before and after: {result['load_before']}, {result['load_after']}"
    for name, stages in result["stages_us"].items():
        yield f"\nStages of a {name} of {stages['bytes']:.0f} bytes, CPU µs of one thread"
        yield from (f"  {stage:<36}{cost:>10.0f}" for stage, cost in stages.items() if stage != "bytes")
    yield f"\n{'Whole way':<12}{'store':<12}{'per side':>8}{'referrals/s':>13}{'CPU ms each':>13}{'largest MB':>12}"
    for row in result["journeys"]:
        yield (
            f"{row['version']:<12}{row['store']:<12}{row['processes']:>8}{row['per_second']:>13.1f}"
            f"{row['cpu_ms']:>13.2f}{row['peak_mb']:>12.0f}"
        )
    yield "\nLatency at a tenth of capacity, ms"
    for version, row in result["latency"].items():
        yield f"  {version:<12}p50 {_ms(row['p50_ms'])}  p99 {_ms(row['p99_ms'])}  at {row['per_second']:.1f}/s"
    yield "\nGrowth"
    for size, row in result["growth"]["attachment_kb"].items():
        yield f"  document of {size:>5} kB: {row['ms']:8.1f} ms, peak {row['peak_mb']:.0f} MB"
    for name, cost in result["growth"]["resource_types_us"].items():
        yield f"  validate with resource types in use: {name}: {cost:.0f} µs"
    for size, row in result["growth"]["journal_proof"].items():
        yield f"  proof in a journal of {size:>7}: {row['hashes']:.0f} hashes, {row['check_us']:.0f} µs to check"
    for size, row in result["growth"]["rows"].items():
        yield f"  beside {size:>7} old rows: sending {row['send_ms']:.2f} ms, a case {row['journal_ms']:.2f} ms"
    yield "\nStart, ms: " + ", ".join(f"{name} {cost:.0f}" for name, cost in result["start_ms"].items())
    yield f"A gateway at rest: {result['resting_mb']:.0f} MB"
    yield "\nRatios"
    yield from (f"  {name:<48}{value:>8.2f}" for name, value in ratios(result).items())


def _ms(value: float | None) -> str:
    return f"{value:8.1f}" if value is not None else "       -"


def compare(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The ratios of two runs, and which moved by more than noise."""
    old, new = ratios(before), ratios(after)
    rows = (
        f"{name:<50}{_cell(old.get(name))}{_cell(new.get(name))}{_mark(old.get(name), new.get(name))}"
        for name in sorted(old.keys() | new.keys())
    )
    return "\n".join([f"{'Ratio':<50}{'before':>9}{'after':>9}", *rows])


def _cell(value: float | None) -> str:
    return f"{value:>9.2f}" if value is not None else f"{'-':>9}"


def _mark(old: float | None, new: float | None) -> str:
    if old is None or new is None or abs(new / old - 1) <= LARGE_CHANGE:
        return ""
    return f"  {new / old - 1:+.0%}"
