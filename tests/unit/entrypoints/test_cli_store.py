"""A store is made on purpose: what is absent, empty or somebody else's is refused and never made (ADR 69)."""

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.entrypoints.conftest import Door

ELSEWHERE = "SOGW_STORE__URL"
COMMANDS = (("case", "list"), ("partner", "list"), ("alert", "list"), ("serve",), ("key", "rotate-vault"))


def gone(home: Path) -> None:
    for file in home.glob("store.db*"):
        file.unlink()


def line_of_store(door: Door) -> dict[str, str]:
    lines = json.loads(door("check", "--output", "json", status=78).out)
    return next(line for line in lines if line["what"] == "store")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_store_that_is_gone_is_refused_and_not_made(door: Door, command, monkeypatch):
    monkeypatch.setenv("SOGW_BROKER__URL", "amqp://127.0.0.1:9")
    monkeypatch.setenv("SOGW_BROKER__PASSWORD_FILE", "passphrase")
    gone(door.home)
    assert door(*command, status=78).err.splitlines()[-1].startswith("error[store-missing]: ")
    assert list(door.home.glob("store.db*")) == []


@pytest.mark.parametrize("name", ["stroe.db", "nowhere/store.db"])
def test_a_slip_in_the_address_is_said_by_the_check(door: Door, name, monkeypatch):
    monkeypatch.setenv(ELSEWHERE, f"sqlite:///{name}")
    line = line_of_store(door)
    assert (line["health"], "no store here" in line["why"]) == ("failed", True)
    assert "sogw backup restore" in line["remedy"]
    assert not (door.home / name).exists()


def test_an_empty_file_is_no_store(door: Door):
    gone(door.home)
    (door.home / "store.db").touch(mode=0o600)
    assert "There is no store here" in line_of_store(door)["why"]


def test_a_store_is_made_once_for_who_says_so(door: Door, monkeypatch):
    monkeypatch.setenv(ELSEWHERE, "sqlite:///second.db")
    door("store", "create", "--role", "back-office", status=3)
    assert not (door.home / "second.db").exists()
    assert door.data("store", "create")["party"] == "arbo-lindehof"
    assert (door.home / "second.db").stat().st_mode & 0o777 == 0o600
    assert door.data("case", "list") == []
    assert door("store", "create", status=3).err.startswith("error[store-exists]: ")
    monkeypatch.setenv(ELSEWHERE, "sqlite:///damaged.db")
    (door.home / "damaged.db").write_bytes(b"nothing of use" * 500)
    assert door("store", "create", status=78).err.startswith("error[store-damaged]: ")


def test_the_store_of_another_party_is_refused(door: Door, tmp_path: Path):
    pool = Door(tmp_path / "pool", door.capsys)
    pool("init", "--party", "praktijk-mulkens", "--role", "pool", "--name", "Praktijk Mulkens")
    gone(door.home)
    shutil.copy(pool.home / "store.db", door.home / "store.db")
    assert line_of_store(door)["health"] == "failed"
    assert door("case", "list", status=78).err.startswith("error[vault-key-missing]: ")
    assert door("store", "create", status=78).err.startswith("error[vault-key-missing]: ")
