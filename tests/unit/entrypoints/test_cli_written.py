"""What commands write: new files only, and a file or folder that does not let them is told by its name and why."""

import stat
from pathlib import Path

import pytest

from tests.unit.entrypoints.conftest import Door

WRITERS = {
    "party export": ("party", "export"),
    "journal prove": ("journal", "prove", "1"),
    "journal checkpoint": ("journal", "checkpoint"),
    "journal grown": ("journal", "grown", "held.txt"),
    "journal witnessed": ("journal", "witnessed", "praktijk-mulkens"),
    "referral document": ("referral", "document", "a-referral", "a-document"),
}


@pytest.mark.parametrize("words", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("name", ["sogw.toml", "store.db", "keys/keyring.json", "keys"])
def test_no_command_writes_over_what_is_there(door: Door, words, name):
    there = door.home / name
    before = there.read_bytes() if there.is_file() else None
    said = door(*words, "--out", str(there), status=3)
    assert said.err.startswith(f"error[file-exists]: {there}: There is a file already; it is not overwritten. → ")
    assert before is None or there.read_bytes() == before


def test_what_is_written_is_for_its_owner_and_whole(door: Door, tmp_path: Path):
    file = tmp_path / "lindehof.json"
    door("party", "export", "--out", str(file))
    assert file.read_text(encoding="utf-8") == door("party", "export").out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.half"))


@pytest.mark.parametrize("words", [WRITERS["party export"], WRITERS["journal checkpoint"]], ids=" ".join)
def test_a_folder_that_is_not_there_is_named_with_the_reason(door: Door, tmp_path: Path, words):
    file = tmp_path / "nowhere" / "x.json"
    said = door(*words, "--out", str(file), status=3)
    assert said.err.startswith(
        f"error[output-not-writable]: {file}: It cannot be written (No such file or directory). → "
    )
