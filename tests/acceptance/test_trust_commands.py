"""Trust by the command line: rotation reaches a partner by a file, a certificate instead of a call, and the report."""

import io
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest

from gateway.entrypoints.cli.main import main
from tests.support.cli import House, Ran
from tests.support.pki import Issuer, key_pem, pem
from tests.support.secrets import write_secret

URA = "90000123"


class Here(House):
    """A house whose commands run in this process: thirty of them would take a minute to start."""

    def run(self, *arguments: str, given: str | None = None, status: int = 0, **variables: str) -> Ran:
        assert given is None
        assert not variables
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = main(["--home", str(self.home), *arguments])
        assert ended == status, f"sogw {' '.join(arguments)}: {ended}\n{out.getvalue()}\n{err.getvalue()}"
        return Ran(ended, out.getvalue(), err.getvalue())


@pytest.fixture
def houses(tmp_path):
    made = []
    for party, role, ura in (("arbo-a", "ohs", "90000555"), ("pool-x", "pool", URA)):
        made.append(Here(party, tmp_path / party))
        made[-1].run("init", "--party", party, "--role", role, "--name", party, "--ura", ura)
    return made


def exported(house: House, folder, *options: str) -> str:
    file = folder / f"{house.party}.json"
    file.unlink(missing_ok=True)
    house.run("party", "export", "--out", str(file), *options)
    return str(file)


def test_new_keys_reach_a_partner_by_a_file_and_without_a_call(houses, tmp_path):
    arbo, pool = houses
    before = exported(pool, tmp_path)
    arbo.run("partner", "update", before, status=3)
    arbo.introduce(pool, tmp_path)
    old = exported(pool, tmp_path)
    kept = tmp_path / "old.json"
    kept.write_text((tmp_path / "pool-x.json").read_text())
    pool.run("key", "rotate", "--at-once")
    assert arbo.json("partner", "update", exported(pool, tmp_path))["manifest_version"] == 2
    refused = arbo.run("partner", "update", str(kept), status=3)
    assert "counter" in refused.err
    stranger = Here("pool-x", tmp_path / "stranger")
    stranger.run("init", "--party", "pool-x", "--role", "pool", "--name", "X")
    assert "identity" in arbo.run("partner", "update", exported(stranger, tmp_path), status=3).err
    assert old == before


def test_a_stolen_key_is_revoked_from_the_moment_of_the_theft(houses, tmp_path):
    arbo, pool = houses
    arbo.introduce(pool, tmp_path)
    kid = next(key["kid"] for key in pool.json("key", "list") if key["use"] == "sig")
    pool.run("key", "revoke", kid, "--since", "2199-01-01T00:00+00:00", status=78)
    pool.run("key", "revoke", kid, "--since", "2026-01-01T00:00+00:00")
    updated = arbo.json("partner", "update", exported(pool, tmp_path))
    assert updated["taken_since_revocation"] == 0
    keys = arbo.json("partner", "show", "pool-x")["keys"]
    assert {key["status"] for key in keys if key["kid"] == kid} == {"revoked"}


def test_a_certificate_of_an_authority_stands_in_for_the_call(houses, tmp_path):
    arbo, pool = houses
    now = datetime.now(UTC)
    root = Issuer.root("Test Root", now)
    issuing = root.authority("Test UZI-register", now)
    own = issuing.organisation(URA, now)
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    (tmp_path / "own.pem").write_bytes(pem(own.certificate, issuing.certificate))
    write_secret(tmp_path / "own.key", key_pem(own.key))
    vouching = ("--certificate", str(tmp_path / "own.pem"), "--key", str(tmp_path / "own.key"))
    file = exported(pool, tmp_path, *vouching)
    add = ("partner", "add", file, "--ca", str(tmp_path / "root.pem"))
    assert "revocation" in arbo.run(*add, "--ura", URA, status=3).err
    folder = arbo.home / "crl"
    folder.mkdir()
    for name, issuer in (("root", root), ("issuing", issuing)):
        (folder / f"{name}.crl").write_bytes(pem(issuer.revocations(now)))
    arbo.run(*add, "--ura", "90000999", status=3)
    arbo.run(*add, status=3)
    added = arbo.json(*add, "--ura", URA)
    assert added["vouched_by"] == "CN=Test UZI-register"
    assert added["fingerprint"] == pool.json("party", "show")["fingerprint"]


def test_the_report_says_what_is_not_quantum_safe_and_until_when(houses, tmp_path):
    arbo, pool = houses
    arbo.introduce(pool, tmp_path)
    (line,) = arbo.json("partner", "report")
    assert (line["quantum_safe"], line["exception"]) == (True, None)
    assert (line["can_send"], line["suite"]) == (True, "HPKE-9-KE")
    assert line["ends_at"]
    fingerprint = pool.json("party", "show")["fingerprint"]
    date = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    begin = ("add", exported(pool, tmp_path), "--fingerprint", fingerprint, "--classical-until", date)
    for command, exception in ((begin, "running"), (("end-exception", pool.party), "ended")):
        arbo.run("partner", *command)
        (line,) = arbo.json("partner", "report")
        assert line["exception"] == exception
        assert (line["exception_until"].startswith(date)) == (exception == "running")
        assert line["quantum_safe"] == (exception == "ended")
        partners = next(line for line in arbo.json("check") if line["what"] == "partners")
        assert partners["health"] == ("attention" if exception == "running" else "ok")
        assert ("exception until" in partners["why"]) == (exception == "running")
