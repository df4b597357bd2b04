"""Read the lock files: every distribution with its version, the hashes of its files, and what asks for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
ITSELF = "second-opinion-gateway"

_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==(?P<version>[^\s;]+)(?P<rest>[^#]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])")
_DIRECT = "-r "


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution of the lock.

    Attributes:
        name: Normalized name (PEP 503).
        version: The only version that is installed.
        hashes: SHA-256 of every file of that version, lower-case hex.
        asked_by: Names of the distributions that require it; ``ITSELF`` for a direct dependency.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    asked_by: tuple[str, ...]

    @override
    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


def lock_files(folder: Path = FOLDER) -> list[Path]:
    """List every lock file."""
    return sorted(folder.glob("*.txt"))


def read_lock(file: Path) -> tuple[Pin, ...]:
    """Read one lock file.

    Raises:
        ValueError: A line is not a pin with hashes; the message names file and line.
    """
    return tuple(_pins(file))


def _pins(file: Path) -> Iterator[Pin]:
    whole = file.read_text(encoding="utf-8").replace("\\\n", " ")
    entry: str | None = None
    asked: list[str] = []
    for line in whole.splitlines():
        if line.lstrip().startswith("#"):
            asked += _asked_by(line)
            continue
        if entry is not None:
            yield _pin(file, entry, asked)
        entry, asked = line, []
    if entry is not None:
        yield _pin(file, entry, asked)


def _asked_by(line: str) -> list[str]:
    """Read one line of the annotation ``# via``; a constraint (``-c``) asks for nothing."""
    said = line.strip().removeprefix("#").strip().removeprefix("via").strip().partition(" (")[0]
    if said.startswith(_DIRECT):
        return [ITSELF]
    return [said] if said and not said.startswith("-") else []


def _pin(file: Path, entry: str, asked: list[str]) -> Pin:
    found = _PIN.fullmatch(entry)
    hashes = tuple(_HASH.findall(entry))
    if found is None or not hashes:
        raise ValueError(f"{file.name}: not a pin with hashes: {entry[:60]}")
    return Pin(found["name"], found["version"], hashes, tuple(asked))
