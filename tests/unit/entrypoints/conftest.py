"""A gateway's home folder and its command line, within the process: quick, and nothing but streams to look at."""

import contextlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.entrypoints.cli.main import main
from mappings.backoffices.arbodienst_export import ArbodienstExport
from mappings.backoffices.canonical import write_case

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

    def finish(self) -> None:
        """Take the case that was submitted over again, with word that its second opinion is finished."""
        file = self.home.parent / "case.jsonl"
        [case] = ArbodienstExport().read(file.read_text(encoding="utf-8").splitlines())
        record = json.loads(write_case(case))
        by = {"role": "employee", "organisation": "arbo-lindehof"}
        heard = {"step": "completion-reported", "at": "2026-10-20T10:00:00+02:00", "by": by, "channel": "telephone"}
        record["steps"].append({**heard, "is_confirmed": True})
        file.write_text(json.dumps(record) + "\n", encoding="utf-8")
        self("case", "submit", str(file), "--no-refer")


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


@pytest.fixture(scope="session")
def onboarded(tmp_path_factory) -> Path:
    """The home of an arbodienst that knows the practice of the second physician; made once, and copied."""
    folder = tmp_path_factory.mktemp("onboarded")
    ours, theirs, file = folder / "lindehof", folder / "mulkens", folder / "mulkens.json"
    policy = ("--policy-file", str(SAMPLES / "policies.json"), "--policy", "beleid-vaste-groep")
    name = "Arbodienst Lindehof B.V."
    _run(ours, "init", "--party", "arbo-lindehof", "--role", "ohs", "--name", name, "--kvk", "00000101", *policy)
    _run(theirs, "init", "--party", "praktijk-mulkens", "--role", "pool", "--name", "Praktijk Mulkens")
    _run(theirs, "party", "export", "--out", str(file))
    _run(ours, "partner", "add", str(file), "--fingerprint", _fingerprint(theirs))
    return ours


def _run(home: Path, *arguments: str) -> None:
    assert main(["--home", str(home), *arguments]) == 0


def _fingerprint(home: Path) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        _run(home, "party", "show", "--output", "json")
    return json.loads(said.getvalue())["fingerprint"]


@pytest.fixture
def lindehof(onboarded: Path, home: Path, capsys, monkeypatch) -> Door:
    for name in ("SOGW_HOME", "SOGW_ACTOR", "SOGW_ROLE"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(onboarded, home)
    settings = home / "sogw.toml"
    settings.write_text(settings.read_text().replace(str(onboarded), str(home)))
    return Door(home, capsys)


def outgoing(door: Door) -> list[str]:
    return [message["kind"] for message in reversed(door.data("message", "list", "--limit", "500"))]
