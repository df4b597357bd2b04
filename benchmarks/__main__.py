"""The command line: ``python -m benchmarks run`` and ``python -m benchmarks compare``."""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.plot import journeys_svg, stages_svg
from benchmarks.report import compare, table
from benchmarks.run import FULL, QUICK, TINY, run

BASELINE = Path(__file__).with_name("baseline.json")
_EXTENTS = {"full": FULL, "quick": QUICK, "tiny": TINY}


def main(arguments: list[str] | None = None) -> None:
    """Measure, or hold two runs against each other."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="What a referral costs, beside a peer and a floor.")
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="measure and print a table")
    runs.add_argument("--extent", choices=_EXTENTS, default="full", help="how much is measured")
    runs.add_argument("--json", type=Path, help="write the figures to this file")
    runs.add_argument("--svg", type=Path, help="write plots to this folder")
    compares = commands.add_parser("compare", help="the ratios of two runs")
    compares.add_argument("after", type=Path)
    compares.add_argument("--before", type=Path, default=BASELINE, help="default: the committed baseline")
    given = parser.parse_args(arguments)
    if given.command == "compare":
        print(compare(_read(given.before), _read(given.after)))
        return
    result = run(_EXTENTS[given.extent], lambda what: print(f"measuring {what} ...", file=sys.stderr))
    print(table(result))
    if given.json is not None:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if given.svg is not None:
        given.svg.mkdir(parents=True, exist_ok=True)
        (given.svg / "journeys.svg").write_text(journeys_svg(result), encoding="utf-8")
        (given.svg / "stages.svg").write_text(stages_svg(result), encoding="utf-8")


def _read(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
