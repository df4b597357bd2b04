"""Back up and go on from the copy, by the command line: nothing is lost for good, and nothing goes out unasked."""

import io
import json
import os
import sqlite3
from contextlib import closing, redirect_stderr, redirect_stdout

import pytest
import structlog

from gateway.bootstrap import load_keyring
from gateway.entrypoints.cli.main import main
from gateway.settings import load_settings
from tests.support.cli import House, Ran


class Here(House):
    """A house whose commands run in this process."""

    def run(self, *arguments: str, given: str | None = None, status: int = 0, **variables: str) -> Ran:
        assert given is None
        assert not variables
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = main(["--home", str(self.home), *arguments])
        assert ended == status, f"sogw {' '.join(arguments)}: {ended}\n{out.getvalue()}\n{err.getvalue()}"
        return Ran(ended, out.getvalue(), err.getvalue())


@pytest.fixture
def house(tmp_path):
    made = Here("arbo-a", tmp_path / "arbo-a")
    made.run("init", "--party", "arbo-a", "--role", "ohs", "--name", "A")
    other = Here("pool-x", tmp_path / "pool-x")
    other.run("init", "--party", "pool-x", "--role", "pool", "--name", "X")
    made.introduce(other, tmp_path)
    yield made
    structlog.reset_defaults()  # commands in this process set logging up for it


def steps(house):
    """How many entries of each kind the store has, as anybody sees who has the file."""
    with closing(sqlite3.connect(house.home / "store.db")) as file:
        return dict(file.execute("SELECT code, count(*) FROM journal GROUP BY code"))


def test_a_copy_takes_the_place_of_the_store_and_every_partner_is_paused(house, tmp_path):
    backup = tmp_path / "backup.db"
    assert house.json("backup", "create", str(backup))["bytes"] == backup.stat().st_size
    assert backup.stat().st_mode & 0o777 == 0o600
    house.run("backup", "create", str(backup), status=3)
    house.run("partner", "pause", "pool-x", "--reason", "Straks vergeten")
    house.run("partner", "resume", "pool-x", "--reason", "Straks vergeten")

    restored = house.json("backup", "restore", str(backup), "--reason", "De schijf is stuk")

    assert restored["paused"] == ["pool-x"]
    assert house.json("partner", "show", "pool-x")["way_out"] == "paused"
    assert steps(house) == {"partner-pinned": 1, "backup-made": 1, "store-restored": 1, "partner-paused": 1}
    assert house.json("journal", "verify")["is_whole"]
    assert sorted(path.name for path in house.home.glob("store.db*")) == ["store.db", "store.db.replaced"]
    with closing(sqlite3.connect(restored["replaced_file"])) as aside:
        assert aside.execute("SELECT count(*) FROM journal WHERE code = 'partner-resumed'").fetchone() == (1,)
    house.run("partner", "resume", "pool-x", "--reason", "Alles is weer bekend")


def test_the_copy_holds_no_key_that_opens_it(house, tmp_path):
    backup = tmp_path / "backup.db"
    house.run("backup", "create", str(backup))
    secrets = load_keyring(load_settings(house.home))._keyring.secrets
    content = backup.read_bytes()
    assert b"partner-pinned" in content
    assert not [key for key in (*secrets.storage.wrapping, secrets.storage.indexing) if key in content]


@pytest.mark.parametrize("content", [b"", b"not a store at all", None, "another", "cut"])
def test_what_is_no_whole_copy_changes_nothing(house, tmp_path, content):
    backup = tmp_path / "backup.db"
    if content == "another":
        with closing(sqlite3.connect(backup)) as file:
            file.execute("CREATE TABLE something (x)")
    elif content == "cut":
        house.run("backup", "create", str(backup))
        os.truncate(backup, backup.stat().st_size // 2)
    elif content is not None:
        backup.write_bytes(content)
    before = steps(house)
    refused = house.run("backup", "restore", str(backup), "--reason", "Proef", status=78)
    assert "backup-unreadable" in refused.err
    assert steps(house) == before
    assert not list(house.home.glob("store.db.*"))


def test_a_copy_from_before_the_storage_key_was_replaced_is_refused(house, tmp_path):
    backup = tmp_path / "backup.db"
    house.run("backup", "create", str(backup))
    house.run("key", "rotate-vault")
    refused = house.run("backup", "restore", str(backup), "--reason", "Proef", status=78)
    assert "vault-unreadable" in refused.err
    assert steps(house)["storage-key-replaced"] == 1
    assert not list(house.home.glob("store.db.*"))


def test_while_somebody_uses_the_store_it_is_not_replaced(house, tmp_path, monkeypatch):
    monkeypatch.setattr("adapters.sql.backup.PATIENCE", 0.1)
    backup = tmp_path / "backup.db"
    house.run("backup", "create", str(backup))
    with closing(sqlite3.connect(house.home / "store.db")) as serving:
        serving.execute("SELECT count(*) FROM journal").fetchall()
        refused = house.run("backup", "restore", str(backup), "--reason", "Proef", status=75)
    assert "store-busy" in refused.err
    assert "store-restored" not in steps(house)


def test_a_store_that_is_gone_or_damaged_is_replaced_too(house, tmp_path):
    backup = tmp_path / "backup.db"
    house.run("backup", "create", str(backup))
    (house.home / "store.db").write_bytes(b"nothing of use")
    house.run("backup", "restore", str(backup), "--reason", "Beschadigd")
    assert steps(house)["store-restored"] == 1
    for path in house.home.glob("store.db*"):
        path.unlink()
    assert house.json("backup", "restore", str(backup), "--reason", "Weg")["replaced_file"] is None
    assert steps(house)["store-restored"] == 1


def test_a_database_on_a_server_is_copied_by_its_own_tools(house, postgres_url):
    settings = house.home / "sogw.toml"
    before = settings.read_text()
    settings.write_text(before.replace('url = "sqlite:///store.db"', f"url = {json.dumps(postgres_url)}"))
    assert settings.read_text() != before
    assert "store-missing" in house.run("case", "list", status=78).err
    assert house.json("store", "create")["party"]
    assert "store-exists" in house.run("store", "create", status=3).err
    refused = house.run("backup", "create", "x.db", status=78)
    assert "pg_dump" in refused.err
    assert house.json("backup", "restored", "--reason", "Teruggezet")["paused"] == []
