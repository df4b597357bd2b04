"""The command line as people and service managers use it: subprocesses with a home folder."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
SOGW = (sys.executable, "-W", "error", "-m", "gateway.entrypoints.cli")
READY_SECONDS = 30.0
PATIENCE_SECONDS = 30.0

Value = TypeVar("Value")


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    status: int
    out: str
    err: str


def sogw(*arguments: str, home: Path | None = None, given: str | None = None, **variables: str) -> Ran:
    """Run one command line."""
    done = subprocess.run(
        [*SOGW, *arguments],
        cwd=ROOT,
        env=environment(home, **variables),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def environment(home: Path | None, **variables: str) -> dict[str, str]:
    """The surrounding environment without anything of ours, and what was given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOGW_")}
    return {**kept, **({"SOGW_HOME": str(home)} if home else {}), "PYTHONUTF8": "1", **variables}


@dataclass
class House:
    """One party with its own folder, store and keys."""

    party: str
    home: Path
    _serving: list["Serving"] = field(default_factory=list)
    actor: str | None = None

    def run(self, *arguments: str, given: str | None = None, status: int = 0, **variables: str) -> Ran:
        """Run a command here; its exit status must be the one that is expected."""
        named = {"SOGW_ACTOR": self.actor} if self.actor else {}
        ran = sogw(*arguments, home=self.home, given=given, **named, **variables)
        assert ran.status == status, f"sogw {' '.join(arguments)}: {ran.status}\n{ran.out}\n{ran.err}"
        return ran

    def json(self, *arguments: str, given: str | None = None) -> Any:
        """Run a command and read its data."""
        return json.loads(self.run(*arguments, "--output", "json", given=given).out)

    def introduce(self, other: "House", folder: Path) -> None:
        """Onboard another party by its file and the fingerprint that its people read out."""
        file = folder / f"{other.party}.json"
        file.unlink(missing_ok=True)
        other.run("party", "export", "--out", str(file))
        fingerprint = other.json("party", "show")["fingerprint"]
        self.run("partner", "add", str(file), "--fingerprint", fingerprint)

    def serve(self) -> "Serving":
        """Start the workers and wait until they are ready."""
        serving = Serving.start(self.home)
        self._serving.append(serving)
        return serving

    def stop(self) -> None:
        """Stop whatever still serves."""
        while self._serving:
            self._serving.pop().stop()

    def files(self) -> bytes:
        """Everything the store and the workers left on disk."""
        found = [*self.home.glob("store.db*"), *self.home.glob("serve*.log")]
        return b"".join(file.read_bytes() for file in found)


@dataclass
class Serving:
    """A running ``sogw serve``; its standard error is in a file of the home folder."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, home: Path) -> "Serving":
        ready, log = home / "ready", home / f"serve-{time.monotonic_ns()}.log"
        with log.open("wb") as opened:
            process = subprocess.Popen(
                [*SOGW, "serve", "--ready-file", str(ready)],
                cwd=ROOT,
                env=environment(home, SOGW_LOG__LEVEL="debug"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=opened,
            )
        serving = cls(process, log)
        deadline = time.monotonic() + READY_SECONDS
        while not ready.exists():
            assert process.poll() is None, serving.said()
            assert time.monotonic() < deadline, serving.said()
            time.sleep(0.05)
        return serving

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask for a graceful end; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)
            raise

    def said(self) -> str:
        """What it wrote to standard error."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def eventually(look: Callable[[], Value], what: str) -> Value:
    """Look until there is something; fails with words when there never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.1)
