"""A gateway's home folder and its command line, within the process: quick, and nothing but streams to look at."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.entrypoints.cli.main import main

FIRST_PHYSICIAN = "dr. J.M. Terpstra-Oud"
"""Of most cases of the sample at this arbodienst; here at every desk, unless a test says who is."""
SAMPLES = Path(__file__).parents[3] / "samples" / "arbodienst-export"


@dataclass
class Said:
    """What one command did."""

    status: int
    out: str
    err: str


@dataclass
class Door:
    """The command line of one home."""

    home: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, status: int = 0) -> Said:
        """Run a command line; its exit status must be the one that is expected."""
        self.capsys.readouterr()
        got = main(["--home", str(self.home), *arguments])
        said = Said(got, *self.capsys.readouterr())
        assert got == status, f"sogw {' '.join(arguments)}: {got}\n{said.out}\n{said.err}"
        return said

    def data(self, *arguments: str) -> Any:
        """Run a command and read its data."""
        return json.loads(self(*arguments, "--output", "json").out)

    def text(self, content: str) -> str:
        """A file with a text to give."""
        file = self.home.parent / "given.txt"
        file.write_text(content, encoding="utf-8")
        return str(file)

    def submit(self, case_id: str, **changes: Any) -> None:
        """Take over a sample case as it was on the day of the request: nothing decided, nothing consented to."""
        lines = (SAMPLES / "cases.jsonl").read_text(encoding="utf-8").splitlines()
        record = next(case for line in lines if (case := json.loads(line))["zaak_id"] == case_id)
        nothing = {key: None for key in _LATER if not isinstance(record.get(key), list)}
        record.update({**nothing, **{key: [] for key in _LATER if isinstance(record.get(key), list)}, **changes})
        file = self.home.parent / "case.jsonl"
        file.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
        self("case", "submit", str(file))


_LATER = (
    "beoordeling",
    "toestemmingen",
    "verwijzing",
    "second_opinion",
    "vervolg",
    "klacht",
    "factuur",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def door(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Door:
    """The command line of an arbodienst that works by the fixed-group policy."""
    for name in ("SOGW_HOME", "SOGW_ROLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOGW_ACTOR", FIRST_PHYSICIAN)
    door = Door(home, capsys)
    policy = ("--policy-file", str(SAMPLES / "policies.json"), "--policy", "beleid-vaste-groep")
    door("init", "--party", "arbo-lindehof", "--role", "ohs", "--name", "Arbodienst Lindehof", *policy)
    return door
