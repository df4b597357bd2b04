"""How long a command takes to start."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_TYPER = "import typer; app = typer.Typer(); app.command()(lambda: None); app(['--help'], standalone_mode=False)"


def start_times(repeats: int) -> dict[str, float]:
    """Milliseconds from start to end, median, by command."""
    with tempfile.TemporaryDirectory(prefix="sogw-bench-") as folder:
        home = Path(folder) / "home"
        sogw = str(Path(sys.executable).with_name("sogw"))
        environment = os.environ | {"SOGW_HOME": str(home)}
        _init(sogw, environment)
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "python with Typer": [sys.executable, "-c", _TYPER],
            "sogw --help": [sogw, "--help"],
            "sogw case show": [sogw, "case", "show", "SO-NONE"],
        }
        return {name: _median(command, environment, repeats) for name, command in commands.items()}


def _init(sogw: str, environment: dict[str, str]) -> None:
    command = [sogw, "init", "--party", "arbo-a", "--role", "ohs", "--name", "Arbodienst A"]
    subprocess.run(command, env=environment, check=False, capture_output=True)


def _median(command: list[str], environment: dict[str, str], repeats: int) -> float:
    return statistics.median(_once(command, environment) for _ in range(repeats))


def _once(command: list[str], environment: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=False, capture_output=True)
    return (time.perf_counter() - begin) * 1000
