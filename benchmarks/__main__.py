"""The command line: ``python -m benchmarks run``, ``partners``, ``reading``, ``compare`` and ``publish``."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.partners import fairness
from benchmarks.partners import table as table_of_partners
from benchmarks.plot import PLOTS
from benchmarks.publish import BASELINE, publish
from benchmarks.reading import reading
from benchmarks.reading import table as table_of_reading
from benchmarks.report import compare, table
from benchmarks.run import FULL, QUICK, TINY, run
from benchmarks.servers import servers

_EXTENTS = {"full": FULL, "quick": QUICK, "tiny": TINY}


def main(arguments: list[str] | None = None) -> None:
    """Measure, hold two runs against each other, or put one into the documents."""
    given = _parser().parse_args(arguments)
    if given.command == "partners":
        with servers() as found:
            print(table_of_partners(fairness(found, given.referrals, given.flood)))
    elif given.command == "reading":
        print(table_of_reading(reading(given.cases, given.database)))
    elif given.command == "compare":
        print(compare(_read(given.before), _read(given.after)))
    elif given.command == "publish":
        publish(_read(given.run))
    else:
        _measure(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="What a referral costs, beside a peer and a floor.")
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="measure and print a table")
    runs.add_argument("--extent", choices=_EXTENTS, default="full", help="how much is measured")
    runs.add_argument("--repeats", type=int, help="measurements of which the median counts, instead of the extent's")
    runs.add_argument("--json", type=Path, help="write the figures to this file")
    runs.add_argument("--svg", type=Path, help="write plots to this folder")
    runs.add_argument("--publish", action="store_true", help="put the figures into the documents and the baseline")
    compares = commands.add_parser("compare", help="the ratios of two runs")
    compares.add_argument("after", type=Path)
    compares.add_argument("--before", type=Path, default=BASELINE, help="default: the committed baseline")
    partners = commands.add_parser("partners", help="an honest partner, alone and beside one that floods")
    partners.add_argument("--referrals", type=int, default=600, help="of the honest partner, ten a second")
    partners.add_argument("--flood", type=float, default=200, help="messages a second of the other")
    pages = commands.add_parser("reading", help="a page of each list, beside how many cases there are")
    pages.add_argument("--cases", type=int, nargs="+", default=[1_000, 100_000])
    pages.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    publishes = commands.add_parser("publish", help="put a run into the documents and make it the baseline")
    publishes.add_argument("run", type=Path)
    return parser


def _measure(given: argparse.Namespace) -> None:
    extent = _EXTENTS[given.extent]
    if given.repeats is not None:
        extent = replace(extent, repeats=given.repeats)
    result = run(extent, lambda what: print(f"measuring {what} ...", file=sys.stderr))
    print(table(result))
    if given.json is not None:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if given.svg is not None:
        given.svg.mkdir(parents=True, exist_ok=True)
        for name, plot in PLOTS.items():
            (given.svg / f"{name}.svg").write_text(plot(result), encoding="utf-8")
    if given.publish:
        publish(result)


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
