"""What a command says that cannot do its work: the code, its exit status, and what to do; and nothing is done."""

import json
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.memory.transport import MemoryBroker, MemoryTransport
from gateway.entrypoints.cli.main import main
from gateway.entrypoints.demo import stage
from gateway.ports.transport import PublishOutcome
from tests.support.pki import Issuer, key_pem, pem
from tests.unit.entrypoints.conftest import SAMPLES, Door

CASE = "SO-2026-0001"
EXPORT = str(SAMPLES / "cases.jsonl")
URA, OTHER_URA = "90000123", "90000999"


def refused(door: Door, code: str, way_out: str, *arguments: str, status: int = 3) -> str:
    """Nothing on standard output, and one line with the code and what to do."""
    said = door(*arguments, status=status)
    assert said.out == ""
    assert f"error[{code}]: " in said.err
    assert way_out in said.err.partition(" → ")[2]
    return said.err


def answered(code: str, way_out: str, status: int, said: pytest.CaptureFixture[str], *arguments: str) -> None:
    """The same of a command that needs no gateway."""
    assert main(list(arguments)) == status
    err = said.readouterr().err
    assert f"error[{code}]: " in err
    assert way_out in err


def secret(file: Path, text: str = "secret\n") -> str:
    """A file that only its owner can read."""
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    return str(file)


# --- taking cases over


def test_an_attachment_goes_with_one_case(door: Door, tmp_path):
    file = tmp_path / "medical.txt"
    file.write_text("Tekst.", encoding="utf-8")
    attached = ("--attach", f"medical-data={file}")
    refused(door, "attachment-without-case", "--case", "case", "submit", EXPORT, *attached)
    assert door.data("case", "list") == []


def test_the_one_case_that_is_named_must_be_in_the_export(door: Door):
    refused(door, "case-not-in-export", "Check --case", "case", "submit", EXPORT, "--case", "SO-2026-9999")
    assert door.data("case", "list") == []


def test_a_file_with_policies_that_is_gone_is_named_by_its_setting(door: Door):
    settings = door.home / "sogw.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(SAMPLES / "policies.json"), "gone.json"), encoding="utf-8")
    refused(door, "policies-missing", "[policy] file", "case", "list", status=78)


# --- what people give


@pytest.mark.parametrize("content", [b"caf\xe9", b" \n", b"\xe2\x80\x8b"], ids=["latin-1", "blank", "invisible"])
def test_a_text_that_shows_nothing_or_is_not_utf_8_is_not_recorded(door: Door, tmp_path, content):
    door.submit(CASE)
    file = tmp_path / "reasons.txt"
    file.write_bytes(content)
    reasons = ("--reason", "improper-use", "--reasons", str(file))
    refused(door, "input-not-text", "ave ", "case", "decline", CASE, *reasons)
    assert door.data("case", "show", CASE)["triage"] == "received"


def test_a_pool_that_is_no_partner_is_told_with_where_to_see_who_is(door: Door):
    door.submit(CASE)
    asked = ("referral", "availability", "ask", CASE, "--pool", "pool-noord")
    refused(door, "partner-not-onboarded", "sogw partner list", *asked, status=78)


def test_a_consent_names_its_recipient(door: Door):
    door.submit(CASE)
    refused(door, "recipient-missing", "--recipient", "consent", "give", CASE, "CONTACT-TO-SO")
    assert door.data("consent", "list", CASE) == []


def test_an_invoice_is_written_after_it_was_recorded(door: Door):
    door.submit(CASE)
    refused(door, "nothing-to-write", "sogw invoice employer", "case", "letter", CASE, "employer-invoice")


# --- whose case it is


def test_r50_another_employee_reads_nothing_of_a_case(door: Door):
    door.submit(CASE)
    another = ("--role", "employee", "--actor", "P. de Ander")
    refused(door, "not-the-own-case", "as it is on record", "case", "log", CASE, *another)


def test_r21_a_complaints_officer_sees_a_case_after_the_complaint(door: Door):
    door.submit(CASE)
    officer = ("--role", "complaints-officer", "--actor", "mr. P. Kist")
    refused(door, "no-complaint-at-hand", "file the complaint first", "case", "log", CASE, *officer)
    door("complaint", "file", CASE, "other", *officer)
    door("case", "log", CASE, *officer)


# --- the journal


def test_which_entry_is_proven_must_be_said_and_be_there(door: Door):
    refused(door, "entry-not-named", "--step", "journal", "prove", "--case", CASE)
    refused(door, "entry-unknown", "sogw journal list", "journal", "prove", "999")


def test_a_checkpoint_that_is_not_of_this_journal_makes_it_doubted(door: Door, tmp_path):
    door.submit(CASE)
    other = Door(tmp_path / "elders", door.capsys)
    other("init", "--party", "arbo-elders", "--role", "ohs", "--name", "Arbodienst Elders")
    for party, status in ((door, 0), (other, 78)):
        held = str(tmp_path / f"checkpoint-{party.home.name}.txt")
        party("journal", "checkpoint", "--out", held)
        said = door("journal", "verify", "--checkpoint", held, "--output", "json", status=status)
        assert json.loads(said.out)["is_whole"] is (status == 0)
    assert [finding["code"] for finding in json.loads(said.out)["findings"]] == ["checkpoint-refused"]
    assert "error[journal-doubted]: " in said.err
    assert "restore a backup" in said.err


def test_whose_proof_it_is_shows_by_a_fingerprint(door: Door, tmp_path):
    door.submit(CASE)
    file = str(tmp_path / "entry.tlog-proof")
    door("journal", "prove", "1", "--out", file)
    refused(door, "fingerprint-missing", "--fingerprint", "proof", "verify", file)
    assert door.data("proof", "verify", file, *compared(door))["proven"] is True


def test_half_a_fingerprint_asks_for_the_whole_of_it_and_for_no_partner(door: Door, tmp_path):
    door.submit(CASE)
    file = str(tmp_path / "entry.tlog-proof")
    door("journal", "prove", "1", "--out", file)
    said = refused(door, "manifest-refused", "whole fingerprint", "proof", "verify", file, "--fingerprint", "3f1a")
    assert "partner" not in said


def test_a_number_that_is_none_is_told_in_our_words(door: Door):
    said = door("journal", "prove", "x", status=2)
    assert "Invalid value for 'ENTRY': it must be a whole number \u2192" in said.err


def test_an_export_that_is_not_there_is_what_is_told_of_it(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    for file, code, words, status in (
        ("weg.jsonl", "input-unreadable", "weg.jsonl: It cannot be read (No such file or directory)", 2),
        ("there.jsonl", "policies-not-given", "--policies", 3),
    ):
        (tmp_path / "there.jsonl").touch()
        assert main(["--home", str(tmp_path / "none"), "case", "check", file]) == status
        said = capsys.readouterr().err
        assert said.startswith(f"error[{code}]: ")
        assert words in said


def test_a_partner_of_whom_nothing_came_has_left_no_checkpoint(door: Door):
    refused(door, "checkpoint-unknown", "sogw partner list", "journal", "witnessed", "praktijk-mulkens")


# --- the gateway's own surroundings


def test_a_gateway_is_made_in_a_folder_that_can_be_written(tmp_path, capsys):
    home = tmp_path / "home"
    home.mkdir()
    (home / "sogw.toml").symlink_to(tmp_path / "elsewhere" / "sogw.toml")
    arguments = ("init", "--party", "arbo-a", "--role", "ohs", "--name", "Arbodienst A")
    answered("home-not-writable", "Choose a folder", 78, capsys, "--home", str(home), *arguments)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--policy-file", "policies.json"), ("--token", "sogw"), ("--token-module", "lib.so"), ("--pin-file", "pin")],
)
def test_an_option_that_would_do_nothing_is_not_dropped_unseen(tmp_path, capsys, option, value):
    home = tmp_path / "home"
    given = ("init", "--home", str(home), "--party", "arbo-lindehof", "--role", "ohs", "--name", "Lindehof")
    answered("usage", f"Invalid value for {option}: it does nothing without --", 2, capsys, *given, option, value)
    assert not home.exists()


def test_nobody_serves_without_a_broker(door: Door):
    said = refused(door, "broker-not-set", "SOGW_BROKER__URL", "serve", status=78)
    assert "[broker] url" in said


def test_a_token_needs_what_the_extra_installs(door: Door, monkeypatch):
    monkeypatch.setitem(sys.modules, "adapters.keyrings.pkcs11", None)
    monkeypatch.setenv("SOGW_KEYS__CUSTODY", "pkcs11")
    monkeypatch.setenv("SOGW_KEYS__PKCS11__MODULE", "/usr/lib/softhsm/libsofthsm2.so")
    monkeypatch.setenv("SOGW_KEYS__PKCS11__TOKEN", "sogw")
    monkeypatch.setenv("SOGW_KEYS__PKCS11__PIN_FILE", "pin")
    refused(door, "key-token-unsupported", "extra pkcs11", "key", "list", status=78)


# --- backups


def test_a_backup_overwrites_nothing(door: Door, tmp_path):
    file = tmp_path / "store.db"
    file.write_text("mine", encoding="utf-8")
    refused(door, "backup-exists", "another name", "backup", "create", str(file))
    assert file.read_text(encoding="utf-8") == "mine"


def test_what_is_no_store_is_not_restored(door: Door, tmp_path):
    door.submit(CASE)
    file = tmp_path / "store.db"
    file.write_text("no store", encoding="utf-8")
    restore = ("backup", "restore", str(file), "--reason", "Schijf stuk")
    refused(door, "backup-unreadable", "another backup", *restore, status=78)
    assert [case["case"] for case in door.data("case", "list")] == [CASE]


def test_a_database_on_a_server_has_tools_of_its_own(door: Door, tmp_path, monkeypatch):
    monkeypatch.setenv("SOGW_STORE__URL", "postgresql://gateway@db.example/gateway")
    refused(door, "backup-by-server", "pg_dump", "backup", "create", str(tmp_path / "store.db"), status=78)
    assert not (tmp_path / "store.db").exists()


# --- the operator of the broker


@pytest.mark.parametrize("url", ["ftp://broker.example", "broker.example:15672", "https://"])
def test_the_management_address_is_a_web_address(door: Door, tmp_path, url):
    where = ("--management", url, "--password-file", secret(tmp_path / "password"))
    refused(door, "broker-management-url", "https://", "broker", "audit", *where, status=78)


def test_a_management_api_that_does_not_answer_is_tried_again(door: Door, tmp_path):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # taken, and nobody listens
        where = ("--management", f"http://127.0.0.1:{reserved.getsockname()[1]}")
        password = ("--password-file", secret(tmp_path / "password"))
        refused(door, "broker-management-unreachable", "rabbitmqctl", "broker", "audit", *where, *password, status=75)


def test_the_administrators_password_is_in_a_file(door: Door, tmp_path):
    where = ("--management", "http://127.0.0.1:9", "--password-file", str(tmp_path / "gone"))
    refused(door, "password-missing", "0600", "broker", "audit", *where, status=78)


# --- whom we believe


@pytest.mark.parametrize("party_id", [".*", "#", "Lindehof", "", "a.b", "-a"])
@pytest.mark.parametrize("verb", ["export", "apply", "audit"])
def test_what_is_no_party_id_becomes_no_user_of_the_broker(door: Door, verb, party_id):
    command = ("broker", verb, "--party", "pool-noord", f"--party={party_id}")
    assert "--party: " in refused(door, "party-id-invalid", "such as 'lpbso'", *command)


@pytest.mark.parametrize("verb", ["export", "apply"])
def test_a_folder_with_passwords_that_is_not_there_is_no_empty_one(door: Door, tmp_path, verb):
    (tmp_path / "a-file").touch()
    for name in ("nowhere", "a-file"):
        folder = str(tmp_path / name)
        said = refused(door, "passwords-missing", "--passwords", "broker", verb, "--passwords", folder, status=78)
        assert folder in said


@pytest.mark.parametrize("verb", ["apply", "audit"])
def test_a_command_that_is_not_there_has_no_log_to_look_in(door: Door, tmp_path, verb):
    gone = ("broker", verb, "--rabbitmqctl", str(tmp_path / "rabbitmqctl"))
    assert "log" not in refused(door, "broker-control-missing", "--management", *gone, status=78)
    (tmp_path / "rabbitmqctl").touch(mode=0o600)
    assert "(Permission denied)" in refused(door, "broker-control-missing", "--rabbitmqctl", *gone, status=78)
    refused(door, "broker-control-failed", "by hand", "broker", verb, "--rabbitmqctl", "false", status=78)


@pytest.mark.parametrize("command", ["docker exec 'broker", "", " "])
def test_words_that_are_no_command_are_wrong_use(door: Door, command):
    assert "--rabbitmqctl" in door("broker", "audit", "--rabbitmqctl", command, status=2).err


@pytest.fixture
def pool(tmp_path: Path, door: Door) -> Door:
    """Another organisation, with the other role."""
    pool = Door(tmp_path / "pool", door.capsys)
    pool("init", "--party", "praktijk-mulkens", "--role", "pool", "--name", "Praktijk Mulkens", "--ura", URA)
    return pool


def exported(party: Door, *options: str, **changes) -> str:
    """The file that introduces a party, changed as somebody may have done on the way."""
    file = party.home.parent / f"{party.home.name}.json"
    file.unlink(missing_ok=True)
    party("party", "export", "--out", str(file), *options)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["party"].update(changes)
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def compared(party: Door) -> tuple[str, str]:
    return "--fingerprint", party.data("party", "show")["fingerprint"]


def test_the_manifest_must_be_of_whom_the_file_introduces(door: Door, pool: Door):
    file = exported(pool, id="praktijk-wiarda")
    refused(door, "partner-mismatch", "export its party again", "partner", "add", file, *compared(pool))
    assert door.data("partner", "list") == []


def test_nobody_is_a_partner_of_themselves(door: Door):
    refused(door, "partner-is-ourselves", "take the partner's", "partner", "add", exported(door), *compared(door))
    refused(door, "partner-is-ourselves", "take the partner's", "partner", "update", exported(door))


def test_an_exchange_is_between_an_arbodienst_and_a_pool(door: Door, tmp_path):
    other = Door(tmp_path / "elders", door.capsys)
    other("init", "--party", "arbo-elders", "--role", "ohs", "--name", "Arbodienst Elders")
    refused(door, "partner-same-role", "which role", "partner", "add", exported(other), *compared(other))
    assert door.data("partner", "list") == []


def test_a_certificate_vouches_with_its_key(pool: Door, tmp_path):
    file = secret(tmp_path / "own.pem", "no certificate")
    refused(pool, "vouching-impossible", "in PEM", "party", "export", "--certificate", file, status=78)


class Authority:
    """A root with one organisation, and its lists in the folder of a gateway."""

    def __init__(self, folder: Path, name: str, lists_of: Door) -> None:
        now = datetime.now(UTC)
        root, self.file = Issuer.root(name, now), folder / f"{name}.pem"
        own = root.organisation(URA, now)
        self.file.write_bytes(pem(root.certificate))
        certificate, key = folder / f"{name}-own.pem", folder / f"{name}-own.key"
        certificate.write_bytes(pem(own.certificate))
        secret(key, key_pem(own.key).decode("ascii"))
        self.vouching = ("--certificate", str(certificate), "--key", str(key))
        crl = lists_of.home / "crl"
        crl.mkdir(exist_ok=True)
        (crl / f"{name}.crl").write_bytes(pem(root.revocations(now)))

    @property
    def believed(self) -> tuple[str, ...]:
        return "--ca", str(self.file), "--ura", URA


def test_a_certificate_vouches_for_one_ura_by_one_authority(door: Door, pool: Door, tmp_path):
    authority = Authority(tmp_path, "root", door)
    add, whole = ("partner", "add"), exported(pool, *authority.vouching)
    way_out = "sogw party export --certificate"
    refused(door, "vouching-incomplete", way_out, *add, whole, "--ca", str(authority.file))
    refused(door, "vouching-incomplete", way_out, *add, whole, "--ca", str(authority.file), "--ura", OTHER_URA)
    refused(door, "vouching-incomplete", way_out, *add, exported(pool), *authority.believed)
    assert door.data("partner", "list") == []


def test_another_authority_does_not_take_a_partner_over(door: Door, pool: Door, tmp_path):
    first, second = (Authority(tmp_path, name, door) for name in ("first", "second"))
    door("partner", "add", exported(pool, *first.vouching), *first.believed)
    before = door.data("partner", "list")
    refused(door, "vouching-changed", "Call", "partner", "add", exported(pool, *second.vouching), *second.believed)
    assert door.data("partner", "list") == before


def test_the_file_with_authorities_holds_certificates(door: Door, pool: Door, tmp_path):
    authority = Authority(tmp_path, "root", door)
    authority.file.write_text("no certificate", encoding="utf-8")
    file = exported(pool, *authority.vouching)
    refused(door, "authorities-unreadable", "root certificate", "partner", "add", file, *authority.believed, status=78)


@pytest.mark.parametrize("content", [b"-----BEGIN X509 CRL-----\n", b"no list"], ids=["pem", "der"])
def test_a_list_that_cannot_be_read_is_no_empty_list(door: Door, pool: Door, tmp_path, content):
    authority = Authority(tmp_path, "root", door)
    (door.home / "crl" / "root.crl").write_bytes(content)
    file = exported(pool, *authority.vouching)
    arguments = ("partner", "add", file, *authority.believed)
    assert "root.crl" in refused(door, "revocation-list-unreadable", "Fetch it again", *arguments, status=78)


# --- the demo


def test_the_demo_needs_its_sample_whole(tmp_path, capsys):
    answered("sample-missing", "Use --sample", 78, capsys, "demo", "--sample", str(tmp_path))
    for name in ("cases.jsonl", "extra-cases.jsonl", "policies.json"):
        (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())
    with (tmp_path / "extra-cases.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"zaak_id": "SO-2026-9999"}\n')
    answered("sample-unreadable", "Restore the sample", 78, capsys, "demo", "--sample", str(tmp_path))


def test_the_demo_waits_in_vain_for_a_broker_that_takes_nothing(tmp_path, capsys, monkeypatch):
    broker = MemoryBroker()
    broker.fail_next(PublishOutcome.REFUSED, times=100_000)
    monkeypatch.setattr(stage, "_embedded", lambda: lambda party_id: MemoryTransport(party_id, broker))
    monkeypatch.setattr(stage, "_PATIENCE", stage._PATIENCE * 0)
    answered("demo-stuck", "broker is reachable", 75, capsys, "demo", "--output", "ndjson")
