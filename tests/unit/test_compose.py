"""The containers without an engine: what compose.yml may not give away, and that its scripts type real commands."""

import importlib.util
import json
import re
import ssl
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
from typer.main import get_command

from gateway.entrypoints.cli.main import app

COMPOSE = Path(__file__).resolve().parents[2] / "compose"
FILE = yaml.safe_load((COMPOSE / "compose.yml").read_text())
SERVICES = FILE["services"]
GATEWAYS = {name: service for name, service in SERVICES.items() if name != "rabbitmq"}
PARTIES = {"arbo-waterlinie", "lpbso", "lso-poli"}
STATES = ("referred", "so-accepted", "draft-with-employee", "released", "finished-without-report")


def script(name):
    spec = importlib.util.spec_from_file_location(f"compose_{name}", COMPOSE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def check_command(arguments):
    """Let the command line take the words apart, without running anything; it refuses what it does not know."""
    command, context, rest = get_command(app), None, list(arguments)
    while True:
        context = command.make_context(command.name, rest, parent=context)
        rest = [*context._protected_args, *context.args]
        if not rest:
            return
        _, command, rest = command.resolve_command(context, rest)


@pytest.fixture
def typed(monkeypatch):
    """Everything the scripts run, checked against the command line, and answered from ``answers``."""
    seen = SimpleNamespace(commands=[], answers={}, statuses={})

    def run(command, **options):
        program, *arguments = command
        assert program == "sogw"
        assert options["timeout"] > 0
        check_command(arguments)
        seen.commands.append(tuple(arguments))
        words = " ".join(word.rsplit("/", 1)[-1] for word in arguments)
        found = next((key for key in seen.answers if key in words), None)
        status = next((status for key, status in seen.statuses.items() if key in words), 0)
        return subprocess.CompletedProcess(command, status, seen.answers.get(found, ""), "")

    monkeypatch.setattr(subprocess, "run", run)
    return seen


@pytest.fixture
def play(monkeypatch, tmp_path):
    module = script("play")
    monkeypatch.setattr(module, "SCRATCH", tmp_path)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    return module


@pytest.fixture
def answered(typed, play):
    """The answers of gateways at which everything goes as it should."""
    typed.answers["referral list"] = json.dumps([{"referral": "r", "state": state} for state in STATES])
    typed.answers["referral show"] = "{}"
    typed.answers["message list"] = json.dumps([{"state": "delivered"}, {"state": "processed"}])
    typed.statuses["lso-poli referral release"] = 3
    return typed


def test_a_typing_error_in_a_command_is_noticed():
    with pytest.raises(Exception, match="relase"):
        check_command(["--home", "x", "referral", "relase", "r"])
    with pytest.raises(Exception, match="--no-such-option"):
        check_command(["--home", "x", "referral", "list", "--no-such-option"])


@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_a_container_of_ours_can_write_nothing_but_its_volumes_and_gain_nothing(name):
    service = GATEWAYS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "ports", "network_mode", "pid", "devices"} & service.keys()


@pytest.mark.parametrize("name", sorted(set(GATEWAYS) - {"provision"}))
def test_everything_but_the_provisioning_runs_as_the_images_user(name):
    assert "user" not in GATEWAYS[name]
    assert "cap_add" not in GATEWAYS[name]


def test_the_image_ends_as_a_user_without_rights():
    lines = (COMPOSE / "Dockerfile").read_text().splitlines()
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER sogw"]
    assert lines.index("USER sogw") > max(n for n, line in enumerate(lines) if line.startswith("COPY"))


def test_a_gateway_sees_its_own_home_and_no_other():
    for party in PARTIES:
        service = SERVICES[party]
        assert service["volumes"] == [f"{party}:/parties/{party}"]
        assert service["environment"]["SOGW_HOME"] == f"/parties/{party}"


def test_no_password_and_no_plaintext_is_anywhere():
    text = "".join(path.read_text() for path in COMPOSE.iterdir() if path.is_file())
    assert not re.search(r"PASSWORD|DEFAULT_PASS|amqp://|guest", text)
    conf = dict(line.split(" = ") for line in script("provision").CONFIGURATION.splitlines() if " = " in line)
    assert conf["listeners.tcp"] == "none"
    assert [value for key, value in conf.items() if key.startswith("ssl_options.versions")] == ["tlsv1.3"]
    assert [value for key, value in conf.items() if key.startswith("auth_mechanisms")] == ["EXTERNAL"]
    assert (conf["ssl_options.verify"], conf["ssl_options.fail_if_no_peer_cert"]) == ("verify_peer", "true")
    assert "ports" not in SERVICES["rabbitmq"]


def test_every_image_can_be_another():
    images = {service["image"] for service in SERVICES.values()}
    assert images == {"${SOGW_IMAGE:-second-opinion-gateway:local}", "${RABBITMQ_IMAGE:-rabbitmq:4.1-management}"}
    assert "ARG PYTHON_IMAGE=" in (COMPOSE / "Dockerfile").read_text()


def test_what_is_copied_into_the_image_is_sent_to_the_engine():
    wanted = [line for line in (COMPOSE / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    sent = (COMPOSE.parent / ".dockerignore").read_text()
    for line in wanted:
        if "--from" not in line:
            for source in line.split()[1:-1]:
                assert f"!{source.split('/')[0].rstrip('*')}" in sent


def test_provisioning_makes_homes_pins_every_partner_and_writes_what_the_broker_needs(typed, monkeypatch, tmp_path):
    provision = script("provision")
    fingerprint = "0a" * 32
    typed.answers |= {"party show": json.dumps({"fingerprint": fingerprint}), "broker export": '{"users": []}'}
    owned = []
    monkeypatch.setattr(provision, "BROKER", tmp_path / "broker")
    monkeypatch.setattr(provision, "PARTIES", tmp_path / "parties")
    monkeypatch.setattr(provision.os, "chown", lambda path, *owner: owned.append((path, owner)))
    (tmp_path / "broker").mkdir()
    provision.main()
    provision.main()  # the second time finds everything done

    verbs = [" ".join(command[2:4] if command[0] == "--home" else command[:1]) for command in typed.commands]
    assert verbs.count("init") == len(PARTIES)
    pinned = [command for command in typed.commands if "partner" in command]
    assert len(pinned) == 2 * (len(PARTIES) - 1)
    assert all(command[command.index("--fingerprint") + 1] == fingerprint for command in pinned)
    assert json.loads((tmp_path / "broker" / "definitions.json").read_text()) == {"users": []}
    for party in PARTIES:
        key = tmp_path / "parties" / party / "tls" / "client.key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert (key, (provision.OWNER, provision.OWNER)) in owned


def test_certificates_serve_their_purpose_only(tmp_path):
    provision = script("provision")
    authority = provision.Authority()
    authority.issue("rabbitmq", tmp_path, "server", hosts=("rabbitmq",))
    authority.issue("lpbso", tmp_path, "client")
    server, client = (
        x509.load_pem_x509_certificate((tmp_path / f"{stem}.pem").read_bytes()) for stem in ("server", "client")
    )
    trust = PolicyBuilder().store(Store([authority.certificate]))
    trust.build_server_verifier(x509.DNSName("rabbitmq")).verify(server, [])
    with pytest.raises(x509.verification.VerificationError):
        trust.build_server_verifier(x509.DNSName("rabbitmq")).verify(client, [])
    with pytest.raises(x509.verification.VerificationError):
        trust.build_client_verifier().verify(server, [])
    ssl.create_default_context(cafile=tmp_path / "ca.pem").load_cert_chain(
        tmp_path / "client.pem", tmp_path / "client.key"
    )


def test_the_play_types_real_commands_and_ends_well(answered, play, monkeypatch):
    reports = iter([json.dumps({"report": {"text": play.REPORT}}), json.dumps({"report": None})])
    told = play._data
    monkeypatch.setattr(play, "_data", lambda *args: json.loads(next(reports)) if "show" in args else told(*args))
    assert play.main() == 0
    cases = (play.SCRATCH / "cases.jsonl").read_text().splitlines()
    assert {json.loads(line)["schema"] for line in cases} == {"second-opinion-case/1"}


def test_the_play_ends_badly_when_a_report_came_back_without_consent(answered, play):
    answered.answers["referral show"] = json.dumps({"report": {"text": play.REPORT}})
    assert play.main() == 1


def test_the_play_ends_with_words_when_the_release_is_not_refused(answered, play):
    answered.statuses.clear()
    with pytest.raises(SystemExit, match="should have been refused"):
        play.main()


def test_the_play_ends_with_words_when_nothing_arrives(answered, play):
    answered.answers["referral list"] = "[]"
    with pytest.raises(SystemExit, match="for a referral at lpbso"):
        play.main()


def test_the_play_ends_with_words_when_a_gateway_does_not_answer(play, monkeypatch):
    def hang(command, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(SystemExit, match="no answer within"):
        play.main()
