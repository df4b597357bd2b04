"""A run as text for people, and two runs held against each other."""

from collections.abc import Iterator
from typing import Any

from benchmarks.targets import judged, ratios

LARGE_CHANGE = 0.15
"""Ratios that differ by less are noise."""


def table(result: dict[str, Any]) -> str:
    """The run in text."""
    return "\n".join(line for section in _SECTIONS for line in section(result))


def _machine(result: dict[str, Any]) -> Iterator[str]:
    yield "Machine: " + ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    yield f"Medians of {result['repeats']}; load before and after: {result['load_before']}, {result['load_after']}"


def _stages(result: dict[str, Any]) -> Iterator[str]:
    for name, stages in result["stages_us"].items():
        yield f"\nStages of a {name} of {stages['bytes']:.0f} bytes, CPU µs of one thread"
        yield from (f"  {stage:<40}{cost:>6.0f}" for stage, cost in stages.items() if stage != "bytes")


def _units(result: dict[str, Any]) -> Iterator[str]:
    for together, units in result["units_us"].items():
        yield f"\nUnits of work, {together} in a commit, CPU µs per referral, the broker left out"
        yield from (f"  {unit:<40}{cost:>6.0f}" for unit, cost in units.items())
        yield f"  {'together':<40}{sum(units.values()):>6.0f}"


def _journeys(result: dict[str, Any]) -> Iterator[str]:
    yield f"\n{'Whole way':<12}{'store':<12}{'per side':>8}{'referrals/s':>13}{'CPU ms each':>13}{'largest MB':>12}"
    for row in result["journeys"]:
        yield (
            f"{row['version']:<12}{row['store']:<12}{row['processes']:>8}{row['per_second']:>13.1f}"
            f"{row['cpu_ms']:>13.2f}{row['peak_mb']:>12.0f}"
        )


def _latency(result: dict[str, Any]) -> Iterator[str]:
    yield "\nLatency at a tenth of capacity, ms"
    for version, row in result["latency"].items():
        yield f"  {version:<12}p50 {_ms(row['p50_ms'])}  p99 {_ms(row['p99_ms'])}  at {row['per_second']:.1f}/s"


def _growth(result: dict[str, Any]) -> Iterator[str]:
    growth = result["growth"]
    yield "\nGrowth"
    for size, row in growth["attachment_kb"].items():
        yield f"  document of {size:>5} kB: {row['ms']:.1f} ms from message to message, peak {row['peak_mb']:.0f} MB"
    for name, cost in growth["resource_types_us"].items():
        yield f"  validate with resource types in use: {name}: {cost:.0f} µs"
    for size, row in growth["journal_proof"].items():
        yield f"  proof in a journal of {size:>7}: {row['hashes']:.0f} hashes, {row['check_us']:.0f} µs to check"
    for size, row in growth["rows"].items():
        yield f"  beside {size:>7} old rows: sending {row['send_ms']:.2f} ms, a case {row['journal_ms']:.2f} ms"
    for depth, row in growth["queue"].items():
        yield f"  {depth:>7} messages waiting: {row['in_per_second']:.0f}/s in, {row['out_per_second']:.0f}/s out"


def _start(result: dict[str, Any]) -> Iterator[str]:
    yield "\nStart, ms: " + ", ".join(f"{name} {cost:.0f}" for name, cost in result["start_ms"].items())
    for waiting, memory in result["serving_mb"].items():
        yield f"A serving gateway with {waiting} messages in its inbox: {memory:.0f} MB at most"


def _judged(result: dict[str, Any]) -> Iterator[str]:
    yield "\nRatios"
    yield from (f"  {name:<52}{value:>9.2f}" for name, value in ratios(result).items())
    yield "\nTargets"
    for target in judged(result):
        holds = "holds" if target.holds else "missed"
        yield f"  {target.group:<8} {target.name:<54}{target.value:>9.2f}  {target.bound_text:<8} {holds}"


_SECTIONS = (_machine, _stages, _units, _journeys, _latency, _growth, _start, _judged)


def _ms(value: float | None) -> str:
    return f"{value:8.1f}" if value is not None else "       -"


def compare(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The ratios of two runs, and which moved by more than noise."""
    old, new = ratios(before), ratios(after)
    rows = (
        f"{name:<54}{_cell(old.get(name))}{_cell(new.get(name))}{_mark(old.get(name), new.get(name))}"
        for name in sorted(old.keys() | new.keys())
    )
    return "\n".join([f"{'Ratio':<54}{'before':>9}{'after':>9}", *rows])


def _cell(value: float | None) -> str:
    return f"{value:>9.2f}" if value is not None else f"{'-':>9}"


def _mark(old: float | None, new: float | None) -> str:
    if old is None or new is None or abs(new / old - 1) <= LARGE_CHANGE:
        return ""
    return f"  {new / old - 1:+.0%}"
