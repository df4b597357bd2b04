"""The command line: ``python -m supply_chain audit`` and ``sbom``."""

import argparse
import sys
from pathlib import Path

from supply_chain.audit import audit
from supply_chain.lock import ROOT


def main(arguments: list[str] | None = None) -> int:
    """Ask for advisories about the lock, or write the bill of materials; returns the exit status."""
    given = _parser().parse_args(arguments)
    if given.command == "sbom":
        from supply_chain.sbom import bill_of_materials

        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(bill_of_materials(), encoding="utf-8")
        print(f"Written: {given.out}")
        return 0
    judgement = audit(given.cache, given.service, offline=given.offline)
    print("\n".join(judgement.lines))
    return judgement.status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="supply_chain", description="Advisories and a bill of materials of the lock.")
    commands = parser.add_subparsers(dest="command", required=True)
    audits = commands.add_parser("audit", help="0 clean, 1 vulnerable, 75 not audited")
    audits.add_argument("--cache", type=Path, default=ROOT / ".audit", help="folder for answers; may be carried along")
    audits.add_argument("--service", choices=("pypi", "osv"), default="pypi")
    audits.add_argument("--offline", action="store_true", help="judge by the kept answer, without a network")
    boms = commands.add_parser("sbom", help="CycloneDX 1.6, from the lock")
    boms.add_argument("--out", type=Path, default=ROOT / "dist" / "sbom.cdx.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
