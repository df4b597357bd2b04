"""``sogw broker apply`` takes nothing away that nobody asked to take away."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.rabbitmq import provisioning
from adapters.rabbitmq.topology import BrokerUser, definitions
from tests.unit.entrypoints.conftest import Door

PARTY = ("--party", "arbo-lindehof")
_CONTROL = """\
import pathlib, sys
held = pathlib.Path({held!r})
if "export_definitions" in sys.argv:
    print(held.read_text())
else:
    held.write_text(sys.stdin.read())
"""


class Broker:
    """A stand-in for ``rabbitmqctl`` that keeps what it was given last."""

    def __init__(self, folder: Path) -> None:
        self._held = folder / "held.json"
        script = folder / "control.py"
        script.write_text(_CONTROL.format(held=str(self._held)))
        self.arguments = ("--rabbitmqctl", f"{sys.executable} {script}")

    def has(self, document: Any) -> None:
        self._held.write_text(json.dumps(document))

    def users(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in json.loads(self._held.read_text())["users"]}


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setattr(provisioning.time, "sleep", lambda _: None)
    broker = Broker(tmp_path)
    broker.has(definitions([BrokerUser("arbo-lindehof", "first")]))
    return broker


def test_who_is_given_no_password_keeps_what_the_broker_has(door: Door, broker: Broker):
    row = broker.users()["arbo-lindehof"]
    row["hashing_algorithm"] = "rabbit_password_hashing_sha512"
    broker.has({"users": [row]})
    said = door("broker", "apply", *PARTY, "--party", "pool-noord", *broker.arguments)
    assert broker.users()["arbo-lindehof"] == row
    assert broker.users()["pool-noord"]["password_hash"] == ""
    assert "Kept the passwords that the broker has of: arbo-lindehof.\n" in said.err


def test_a_folder_without_a_file_of_the_party_takes_nothing_away(door: Door, broker: Broker, tmp_path: Path):
    before = broker.users()["arbo-lindehof"]["password_hash"]
    folder = tmp_path / "passwords"
    folder.mkdir()
    given = ("broker", "apply", *PARTY, "--passwords", str(folder), *broker.arguments)
    door(*given)
    assert broker.users()["arbo-lindehof"]["password_hash"] == before
    (folder / "arbo-lindehof").write_text("second")
    (folder / "arbo-lindehof").chmod(0o600)
    assert "Kept" not in door(*given).err
    assert broker.users()["arbo-lindehof"]["password_hash"] not in {"", before}


def test_passwords_go_when_the_person_says_so(door: Door, broker: Broker):
    assert "Kept" not in door("broker", "apply", *PARTY, "--certificates-only", *broker.arguments).err
    assert broker.users()["arbo-lindehof"]["password_hash"] == ""


@pytest.mark.parametrize("users", [[{"name": "arbo-lindehof"}], [{}], [None], None])
def test_a_broker_that_hides_its_passwords_is_given_nothing(door: Door, broker: Broker, users):
    broker.has({"users": users})
    said = door("broker", "apply", *PARTY, *broker.arguments, status=78)
    assert said.err.splitlines()[-1].startswith("error[broker-definitions-unreadable]")


def test_an_export_says_who_has_no_password_in_it(door: Door):
    said = door("broker", "export", *PARTY)
    assert said.err == (
        "By certificate only: arbo-lindehof. Whoever imports this file takes a password of theirs away.\n"
    )
