"""``sogw case export``: two files for the employee, for nobody else to read, and a line in the log."""

import json
from pathlib import Path

import pytest

from tests.unit.entrypoints.conftest import FIRST_PHYSICIAN, Door

CASE = "SO-2026-0001"


@pytest.fixture
def door_with_case(door: Door) -> Door:
    door.submit(CASE)
    return door


def exports(door: Door) -> list[dict]:
    return [line for line in door.data("case", "log", CASE) if line["what"] == "Gemaakt: een kopie van uw gegevens."]


def test_a_folder_gets_both_forms_for_the_owner_alone(door_with_case: Door, tmp_path: Path):
    out = tmp_path / "kopie"
    said = door_with_case("case", "export", CASE, "--out", str(out))
    assert sorted(file.name for file in out.iterdir()) == ["copy.json", "copy.txt"]
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    document = json.loads((out / "copy.json").read_text(encoding="utf-8"))
    assert document["schema"] == "second-opinion-copy/1"
    assert document["made_by"]["name"] == FIRST_PHYSICIAN
    assert "Houtduifpad" in (out / "copy.txt").read_text(encoding="utf-8")
    assert "Kolk" not in said.out + said.err
    [line] = exports(door_with_case)
    assert line["by"].startswith(FIRST_PHYSICIAN)


@pytest.mark.parametrize(("name", "begins"), [("mijn.json", "{"), ("mijn.txt", "KOPIE VAN UW GEGEVENS")])
def test_a_file_gets_the_form_of_its_name(door_with_case: Door, tmp_path: Path, name: str, begins: str):
    out = tmp_path / name
    door_with_case("case", "export", CASE, "--out", str(out))
    assert out.read_text(encoding="utf-8").startswith(begins)


def test_nothing_is_overwritten_and_then_nothing_was_copied(door_with_case: Door, tmp_path: Path):
    out = tmp_path / "copy.txt"
    out.write_text("mine", encoding="utf-8")
    for target in (out, tmp_path):
        refused = door_with_case("case", "export", CASE, "--out", str(target), status=3)
        assert refused.err.startswith("error[copy-exists]: ")
    assert out.read_text(encoding="utf-8") == "mine"
    assert exports(door_with_case) == []


def test_what_is_neither_a_folder_nor_a_known_form_is_a_mistake(door_with_case: Door, tmp_path: Path):
    assert "--out" in door_with_case("case", "export", CASE, "--out", str(tmp_path / "copy.pdf"), status=2).err
    assert exports(door_with_case) == []


def test_where_nothing_can_be_written_it_says_so(door_with_case: Door, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    refused = door_with_case("case", "export", CASE, "--out", str(blocked / "kopie"), status=3)
    assert refused.err.startswith("error[copy-not-writable]: ")
