"""What commands write: new files only, and a file or folder that does not let them is told by its name and why."""

import stat
from pathlib import Path

import pytest

from gateway.entrypoints.cli import check_lines
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


def test_a_home_that_is_a_file_is_refused(tmp_path: Path, capsys):
    file = tmp_path / "somefile"
    file.write_text("mine", encoding="utf-8")
    said = Door(file, capsys)("init", "--party", "pool-noord", "--role", "pool", "--name", "Noord", status=78)
    assert said.err.startswith(f"error[home-not-writable]: {file}: It cannot be written (File exists). → ")
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("name", "why"), [("nowhere/ready", "No such file or directory"), ("", "Is a directory")])
def test_a_ready_file_that_cannot_be_written_is_told_before_anything_starts(door: Door, tmp_path: Path, name, why):
    file = tmp_path / "folder" / name
    (tmp_path / "folder").mkdir()
    said = door("serve", "--ready-file", str(file), status=78)
    assert said.err.startswith(f"error[ready-file-not-writable]: {file}: It cannot be written ({why}). → ")
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_gateway_that_does_not_start_leaves_no_ready_file(door: Door, tmp_path: Path):
    said = door("serve", "--ready-file", str(tmp_path / "folder-ready"), status=78)
    assert "error[broker-not-set]: " in said.err
    assert not [file for file in tmp_path.iterdir() if "ready" in file.name]


@pytest.mark.parametrize("name", ["/gone/file", b"/gone/file"], ids=["text", "bytes"])
def test_any_other_file_that_does_not_let_us_is_no_mistake_of_the_program(door: Door, monkeypatch, name):
    async def lines(_):
        raise PermissionError(13, "Permission denied", name)
        yield

    monkeypatch.setattr(check_lines, "lines", lines)
    said = door("check", status=78)
    assert said.err.startswith(
        "error[file-not-usable]: /gone/file: This file or folder cannot be used (Permission denied). → "
    )


def test_what_the_system_refuses_without_a_file_stays_a_mistake_of_the_program(door: Door, monkeypatch):
    async def lines(_):
        raise OSError(12, "Cannot allocate memory")
        yield

    monkeypatch.setattr(check_lines, "lines", lines)
    assert door("check", status=1).err.startswith("error[internal]: ")
