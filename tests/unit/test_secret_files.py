"""A secret that others can read or change is refused, wherever one is read; a container's mount is named, not guessed."""

import json
import os

import pytest

from adapters.keyrings import FileKeyring, PassphraseCustody, ScryptCost, read_credential
from adapters.x509 import TlsFiles
from gateway.bootstrap import broker_login, broker_topology_audit, certificate_lines, key_custody, sql_store
from gateway.domain.errors import OperatorError
from gateway.domain.policy import Policy
from gateway.secret_files import check_secret, read_secret
from gateway.settings import Settings
from tests.support.pki import Issuer, key_pem, pem
from tests.support.secrets import write_secret
from tests.unit.adapters.keyrings.test_custody import NOW
from tests.unit.entrypoints.conftest import Door, door, home  # noqa: F401  (fixtures)

EXPOSED = [0o640, 0o604, 0o644, 0o620, 0o602, 0o666, 0o660]
PARTY = {"id": "lpbso", "role": "pool", "name": "LPBSO"}
ELSE = 65534
"""Some user that is not the one who runs the tests."""

POLICY = Policy("default")


def refused(code, act):
    with pytest.raises(OperatorError) as error:
        act()
    assert error.value.code == code
    assert "chmod 600" in error.value.remedy
    return error.value


@pytest.fixture
def secret(tmp_path):
    return write_secret(tmp_path / "secret", "geheim-7Q\n")


@pytest.mark.parametrize("mode", EXPOSED)
def test_a_secret_that_others_can_read_or_change_is_refused_with_its_place(secret, mode):
    secret.chmod(mode)
    for act in (read_secret, check_secret):
        error = refused("secret-file-exposed", lambda act=act: act(secret))
        assert error.where == str(secret)
        assert "geheim" not in str(error)
        assert f"{mode:04o}" in error.message


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_secret_of_its_owner_alone_is_read(secret, mode):
    secret.chmod(mode)
    assert read_secret(secret) == b"geheim-7Q\n"


def test_a_link_counts_for_the_file_that_it_leads_to(secret, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(secret)
    assert read_secret(link) == b"geheim-7Q\n"
    secret.chmod(0o644)
    refused("secret-file-exposed", lambda: read_secret(link))


def test_a_secret_of_another_user_is_refused_but_to_root(secret, monkeypatch):
    owner = secret.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: ELSE)
    if owner != 0:
        refused("secret-file-foreign", lambda: read_secret(secret))
    monkeypatch.setattr("gateway.secret_files._ROOT", -1)  # so that the owner is somebody else, whoever runs the tests
    refused("secret-file-foreign", lambda: read_secret(secret))
    monkeypatch.setattr(os, "geteuid", lambda: -1)
    assert read_secret(secret)


def test_in_a_named_mount_roots_files_may_be_readable_and_never_writable(secret, tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.secret_files._ROOT", secret.stat().st_uid)
    for mode in (0o444, 0o440, 0o644):
        secret.chmod(mode)
        assert read_secret(secret, (tmp_path,))
        refused("secret-file-exposed", lambda: read_secret(secret, (tmp_path / "other",)))
        refused("secret-file-exposed", lambda: read_secret(secret))
    for mode in (0o664, 0o646):
        secret.chmod(mode)
        refused("secret-file-exposed", lambda: read_secret(secret, (tmp_path,)))
    monkeypatch.setattr("gateway.secret_files._ROOT", -1)
    secret.chmod(0o444)
    refused("secret-file-exposed", lambda: read_secret(secret, (tmp_path,)))


def test_a_link_in_a_mount_does_not_make_a_mount_of_where_it_leads(secret, tmp_path, monkeypatch):
    """Kubernetes links within the mount; a link out of it leads to an ordinary file."""
    monkeypatch.setattr("gateway.secret_files._ROOT", secret.stat().st_uid)
    mount = tmp_path / "mount"
    (mount / "..data").mkdir(parents=True)
    inside = write_secret(mount / "..data" / "password", "x")
    inside.chmod(0o444)
    secret.chmod(0o444)
    (mount / "password").symlink_to("..data/password")
    (mount / "out").symlink_to(secret)
    assert read_secret(mount / "password", (mount,)) == b"x"
    refused("secret-file-exposed", lambda: read_secret(mount / "out", (mount,)))


# --- every place that reads one


@pytest.fixture
def settings(tmp_path):
    issuer = Issuer.root("Root", NOW)
    own = issuer.organisation("90000123", NOW)
    (tmp_path / "ca.pem").write_bytes(pem(issuer.certificate))
    (tmp_path / "own.pem").write_bytes(pem(own.certificate))
    for name, content in (
        ("passphrase", "correct horse"),
        ("own.key", key_pem(own.key)),
        ("broker-password", "x"),
        ("audit-password", "x"),
        ("store-password", "x"),
    ):
        write_secret(tmp_path / name, content)
    return Settings(
        home=tmp_path,
        party=PARTY,
        broker={"url": "amqp://127.0.0.1", "password_file": "broker-password"},
        audit={"management_url": "http://127.0.0.1:1"},
        store={
            "url": "postgresql://u@127.0.0.1/x",
            "password_file": "store-password",
            "ca_file": "ca.pem",
            "certificate_file": "own.pem",
            "key_file": "own.key",
        },
    )


def read_everything(settings):
    """Every act that reads a secret, by the file it reads."""
    files = TlsFiles(settings.home / "ca.pem", settings.home / "own.pem", settings.home / "own.key")
    return {
        "passphrase": lambda: key_custody(settings),
        "broker-password": lambda: broker_login(settings),
        "audit-password": lambda: broker_topology_audit(settings),
        "store-password": lambda: sql_store(settings, None, None, POLICY),
        "own.key": lambda: files.context(NOW),
    }


@pytest.mark.parametrize("name", ["passphrase", "broker-password", "audit-password", "store-password", "own.key"])
def test_every_reader_of_a_secret_refuses_an_exposed_one(settings, name):
    act = read_everything(settings)[name]
    act()
    (settings.home / name).chmod(0o644)
    assert refused("secret-file-exposed", act).where == str(settings.home / name)


def test_the_check_of_a_certificate_judges_its_key(settings):
    (settings.home / "own.key").chmod(0o640)
    (line,) = certificate_lines(settings, NOW)
    assert line.why.startswith(f"{settings.home / 'own.key'}: ")


def test_the_key_of_a_database_is_judged_before_the_driver_reads_it(settings):
    (settings.home / "own.key").chmod(0o640)
    refused("secret-file-exposed", lambda: sql_store(settings, None, None, POLICY))


def test_a_key_in_the_file_of_its_certificate_is_judged_there(settings):
    file = settings.home / "both.pem"
    file.write_bytes((settings.home / "own.pem").read_bytes() + (settings.home / "own.key").read_bytes())
    files = TlsFiles(settings.home / "ca.pem", file)
    refused("secret-file-exposed", lambda: files.context(NOW))
    file.chmod(0o600)
    files.context(NOW)


def test_a_keyring_that_others_can_read_is_not_opened(tmp_path):
    custody = PassphraseCustody(b"correct horse", ScryptCost(n=2**10))
    ring = FileKeyring.create(tmp_path, "lpbso", custody, NOW)
    (tmp_path / "keyring.json").chmod(0o640)
    refused("secret-file-exposed", lambda: FileKeyring.load(tmp_path, custody))
    refused("secret-file-exposed", ring.refresh)


def test_a_systemd_credential_may_be_readable_for_the_group_that_its_access_list_shows(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    file = write_secret(tmp_path / "sogw-passphrase", "x")
    monkeypatch.setattr("gateway.secret_files._ROOT", file.stat().st_uid)
    file.chmod(0o440)
    assert read_credential("sogw-passphrase") == b"x"
    file.chmod(0o460)
    refused("secret-file-exposed", lambda: read_credential("sogw-passphrase"))


def test_a_mount_in_the_settings_is_accepted_everywhere(settings, monkeypatch):
    monkeypatch.setattr("gateway.secret_files._ROOT", settings.home.stat().st_uid)
    keys = settings.keys.model_copy(update={"secret_mounts": (settings.home,)})
    mounted = settings.model_copy(update={"keys": keys})
    for name in ("passphrase", "broker-password", "audit-password", "store-password", "own.key"):
        (settings.home / name).chmod(0o444)
    for name in ("passphrase", "broker-password", "audit-password", "store-password"):
        read_everything(mounted)[name]()


def test_the_check_names_the_place_of_an_exposed_secret(door: Door):  # noqa: F811
    (door.home / "passphrase").chmod(0o644)
    lines = json.loads(door("check", "--output", "json", status=78).out)
    keys = next(line for line in lines if line["what"] == "keys")
    assert keys["why"].startswith(f"{door.home / 'passphrase'}: ")
    assert "chmod 600" in keys["remedy"]


def test_the_command_line_refuses_exposed_passwords_and_keys(door: Door, tmp_path):  # noqa: F811
    passwords = tmp_path / "passwords"
    passwords.mkdir()
    file = write_secret(passwords / "arbo-lindehof", "x")
    door("broker", "export", "--passwords", str(passwords))
    file.chmod(0o644)
    said = door("broker", "export", "--passwords", str(passwords), status=78)
    assert said.err.startswith(f"error[secret-file-exposed]: {file}: ")
    audit = ("broker", "audit", "--management", "http://127.0.0.1:1", "--password-file", str(file))
    assert "secret-file-exposed" in door(*audit, status=78).err
    (tmp_path / "own.pem").write_text("x")
    vouch = ("party", "export", "--certificate", str(tmp_path / "own.pem"), "--key", str(file))
    assert "secret-file-exposed" in door(*vouch, status=78).err
