"""One process of one side: ``python -m benchmarks.worker PLAN ROLE INDEX``."""

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.plan import Plan
from benchmarks.signal import Signal
from gateway.entrypoints.loop import run


def main() -> None:
    """Run a side of a version until told to stop; all of them on the same kind of loop."""
    plan = Plan.load(Path(sys.argv[1]))
    role, index = sys.argv[2], int(sys.argv[3])
    run(_side(plan, role, index))


async def _side(plan: Plan, role: str, index: int) -> None:
    version = import_module(f"benchmarks.{plan.version}")
    await (version.send if role == "send" else version.receive)(plan, index, Signal())


if __name__ == "__main__":
    main()
