"""What a script may rely on: exit statuses, streams, forms of output, errors with a way out, colours only on request."""

import json
from types import SimpleNamespace
from typing import get_args

import pytest
from typer.main import get_command

from gateway.application.check_gateway import Health, check_complaints
from gateway.application.confirm_introduction import FACTS
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from gateway.domain.policy import Policy
from gateway.domain.steps import step_classes
from gateway.entrypoints.cli.failures import EXIT_STATUSES, report
from gateway.entrypoints.cli.main import app, main
from gateway.ports.store import InboxState, OutboxState, QuarantineState
from gateway.sections import KeysSection
from mappings.backoffices.canonical_words import LISTS
from tests.support.secrets import write_secret
from tests.unit.entrypoints.conftest import Door

CASE = "SO-2026-0001"


def _custodies():
    return get_args(KeysSection.model_fields["custody"].annotation)


def _listed_words(name):
    return next(listed for listed in LISTS if listed.name == name).words


def _verbs(command, *words):
    inside = getattr(command, "commands", None)
    return [words] if inside is None else [path for name, part in inside.items() for path in _verbs(part, *words, name)]


def test_the_table_of_exit_statuses_is_the_one_that_errors_have():
    table = {name: status for status, name, _ in EXIT_STATUSES}
    families = {"refused": RefusedError, "temporary": TemporaryError, "operator": OperatorError}
    assert {name: family.exit_status for name, family in families.items()} == {name: table[name] for name in families}
    assert len(table) == len(EXIT_STATUSES)


@pytest.mark.parametrize("words", _verbs(get_command(app)), ids=" ".join)
def test_every_command_has_help_with_an_example_and_the_same_options(words, capsys):
    assert main([*words, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"sogw {' '.join(words)}" in said.partition("Examples:")[2]
    assert "--output" in said
    assert "--home" in said or words == ("demo",)


def test_a_line_that_is_not_understood_is_told_with_the_help_to_read(capsys):
    assert main(["case", "sumbit"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error[usage]: ")
    assert "--help" in said.err


def test_an_id_that_begins_with_a_dash_is_an_id(door: Door):
    """A key id is base64url: one in 64 does."""
    said = door("key", "revoke", "-hXk2v", status=78).err
    assert "key-unknown" in said
    assert "sogw key list" in said


def test_data_is_on_standard_output_and_talk_on_standard_error(door: Door):
    empty = door("case", "list", "--output", "json")
    assert json.loads(empty.out) == []
    assert empty.err == "There are no cases yet.\n"
    door.submit(CASE)
    rows = door("case", "list", "--output", "ndjson").out.splitlines()
    assert [json.loads(row)["case"] for row in rows] == [CASE]
    assert json.loads(door("case", "list", "--output", "json").out) == [json.loads(row) for row in rows]
    assert door("--output", "ndjson", "case", "list").out.splitlines() == rows


def test_nothing_is_coloured_in_a_pipe_nor_where_no_colour_is_wanted(door: Door, monkeypatch):
    assert "\x1b" not in door("case", "show", "unknown", status=3).err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    door.capsys.readouterr()
    report(RefusedError("x", "No."))
    assert "\x1b" not in door.capsys.readouterr().err
    monkeypatch.delenv("NO_COLOR")
    report(RefusedError("x", "No."))
    assert "\x1b[1;31merror[x]\x1b[0m" in door.capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('level = "info"', 'level = "loud"', "log.level"),
        ('role = "ohs"', 'role = "employer"', "party.role"),
        ("[store]", "[stroe]", "stroe"),
        ('folder = "keys"', 'fodler = "keys"', "keys.fodler"),
        ("[party]", "[party", "line"),
    ],
)
def test_a_wrong_setting_is_refused_with_file_key_and_remedy_and_without_its_value(door: Door, old, new, named):
    file = door.home / "sogw.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    said = door("case", "list", status=78)
    assert said.err.startswith(f"error[settings-invalid]: {file}: ")
    assert named in said.err
    assert "\N{RIGHTWARDS ARROW}" in said.err
    assert "loud" not in said.err
    assert '"employer"' not in said.err


def test_a_variable_wins_over_the_file_and_is_named_when_it_is_wrong(door: Door, monkeypatch):
    monkeypatch.setenv("SOGW_LOG__LEVEL", "loud")
    said = door("case", "list", status=78)
    assert "log.level" in said.err
    assert "SOGW_LOG__LEVEL" in said.err


def test_check_tells_of_every_part_what_why_and_what_to_do(door: Door):
    lines = {line["what"]: line for line in door.data("check")}
    parts = [
        "settings",
        "policy",
        "keys",
        "fixed group",
        "store",
        "work lists",
        "partners",
        "complaints",
        "messages",
        "broker",
    ]
    assert list(lines) == parts
    assert {lines[part]["health"] for part in ("settings", "keys", "store", "messages")} == {"ok"}
    for part in ("partners", "complaints", "broker"):
        assert lines[part]["health"] == "attention"
        assert lines[part]["why"]
        assert lines[part]["remedy"]


def test_r21_check_notes_that_no_letter_says_where_a_complaint_goes(door: Door, tmp_path):
    line = next(line for line in door.data("check") if line["what"] == "complaints")
    assert line["health"] == "attention"
    assert "complaint_contact" in line["remedy"]
    services = SimpleNamespace(policy=Policy("beleid", complaint_contact="klachten@lindehof.example"))
    assert check_complaints(services).health is Health.OK
    pool = Door(tmp_path / "pool", door.capsys)
    pool("init", "--party", "praktijk-mulkens", "--role", "pool", "--name", "Praktijk Mulkens")
    assert "complaints" not in [line["what"] for line in pool.data("check")]


def test_check_says_what_is_broken_and_ends_with_its_status(door: Door):
    (door.home / "passphrase").write_text("a wrong one\n", encoding="utf-8")
    said = door("check", "--output", "ndjson", status=78)
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["what"], line["health"]) for line in lines] == [
        ("settings", "ok"),
        ("policy", "ok"),
        ("keys", "failed"),
        ("broker", "attention"),
    ]
    assert lines[2]["why"]
    assert lines[2]["remedy"]


def test_check_of_a_broker_that_is_not_there_asks_to_try_again(door: Door, monkeypatch, tmp_path, caplog):
    password = tmp_path / "password"
    write_secret(password, "x\n")
    monkeypatch.setenv("SOGW_BROKER__URL", "amqp://127.0.0.1:1")
    monkeypatch.setenv("SOGW_BROKER__PASSWORD_FILE", str(password))
    said = door("check", "--output", "ndjson", status=75)
    broker = json.loads(said.out.splitlines()[-1])
    assert (broker["what"], broker["health"]) == ("broker", "failed")
    assert "'sogw serve' does so by itself" in broker["remedy"]
    assert said.err == ""
    assert "Connect call failed" not in caplog.text


def test_check_tries_the_directory_for_large_documents_and_leaves_nothing_there(door: Door, monkeypatch, tmp_path):
    shared = tmp_path / "shared"
    monkeypatch.setenv("SOGW_OBJECTS__DIRECTORY", str(shared))
    documents = next(line for line in door.data("check") if line["what"] == "documents")
    assert documents["health"] == "ok"
    assert not [path for path in shared.rglob("*") if path.is_file()]
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("SOGW_OBJECTS__DIRECTORY", str(tmp_path / "a-file"))
    said = door("check", "--output", "ndjson", status=78)
    documents = next(json.loads(line) for line in said.out.splitlines() if '"documents"' in line)
    assert documents["health"] == "failed"
    assert documents["why"].startswith("[objects] directory: ")
    assert documents["remedy"]
    monkeypatch.setenv("SOGW_OBJECTS__DIRECTORY", str(tmp_path / "mistyped" / "shared"))
    said = door("check", "--output", "ndjson", status=78)
    documents = next(json.loads(line) for line in said.out.splitlines() if '"documents"' in line)
    assert documents["why"] == "[objects] directory: The folder that this one is to lie in is not there."
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize(("key", "value"), [("id", "pool-noord"), ("role", "pool")])
def test_the_keys_of_one_party_do_not_serve_another(door: Door, monkeypatch, key, value):
    monkeypatch.setenv(f"SOGW_PARTY__{key.upper()}", value)
    for command in (("party", "export"), ("key", "list"), ("message", "list"), ("serve",)):
        said = door(*command, status=78)
        assert said.err.startswith(f"error[keyring-of-another]: [party] {key}: ")
        assert f"Put back the {key}" in said.err
    lines = [json.loads(line) for line in door("check", "--output", "ndjson", status=78).out.splitlines()]
    keys = next(line for line in lines if line["what"] == "keys")
    assert (keys["health"], keys["why"].partition(":")[0]) == ("failed", f"[party] {key}")
    assert value not in keys["why"]


def test_keys_that_were_made_before_they_told_a_role_serve_as_before(door: Door):
    file = door.home / "keys" / "keyring.json"
    members = json.loads(file.read_text(encoding="ascii"))
    del members["role"]
    file.write_text(json.dumps(members), encoding="ascii")
    door("key", "list")


def test_a_gateway_is_not_made_twice_in_one_place(door: Door):
    before = {file.name: file.read_bytes() for file in door.home.iterdir() if file.is_file()}
    again = door("init", "--party", "other", "--role", "pool", "--name", "Other", status=78)
    assert again.err.startswith("error[home-in-use]: ")
    assert {file.name: file.read_bytes() for file in door.home.iterdir() if file.is_file()} == before


def test_what_is_secret_is_for_the_owner_alone(door: Door):
    for file in (door.home / "passphrase", *(door.home / "keys").iterdir()):
        assert file.stat().st_mode & 0o077 == 0
    assert (door.home).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "option", "known"),
    [
        (("message", "list"), "--state", [*OutboxState, *InboxState, *QuarantineState]),
        (("journal", "prove", "--case", CASE), "--step", [step.code for step in step_classes()]),
        (("init", "--party", "x", "--role", "pool", "--name", "X"), "--custody", _custodies()),
        (("partner", "add", "file.json"), "--changed", FACTS),
        (("case", "record", CASE, "employer-agreed"), "--payer", _listed_words("payer")),
    ],
    ids=lambda given: given if isinstance(given, str) else None,
)
def test_a_word_that_is_not_in_a_closed_list_is_refused_with_the_list(door: Door, words, option, known):
    said = door(*words, option, "s3cret", status=2)
    assert said.err.startswith(f"error[usage]: Invalid value for '{option}': not one of: ")
    listed = said.err.partition("not one of: ")[2].partition(" \N{RIGHTWARDS ARROW}")[0].split(", ")
    assert sorted(listed) == sorted({str(word) for word in known})
    assert "s3cret" not in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete(shell, capsys, monkeypatch):
    monkeypatch.setenv("_SOGW_COMPLETE", f"source_{shell}")
    assert main([]) == 0
    assert "sogw" in capsys.readouterr().out


@pytest.mark.parametrize("moment", ["9999-12-31T23:59-23:00", "0001-01-01T00:00", "1899-12-31T12:00"])
def test_a_moment_outside_every_registration_is_wrong_use_and_keeps_nothing(door: Door, moment):
    door.submit("SO-2026-0001")
    door("follow-up", "plan", "SO-2026-0001", "--for", moment, status=2)
    assert door.data("case", "list")
