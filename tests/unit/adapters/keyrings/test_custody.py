"""Where private keys lie when nobody uses them: passphrase file, systemd credential, PKCS#11 token."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass

from adapters.keyrings import (
    FileKeyring,
    PassphraseCustody,
    ScryptCost,
    read_credential,
    verify_manifest,
)
from adapters.keyrings.pkcs11 import Pkcs11Custody, TokenAddress
from gateway.bootstrap import key_custody
from gateway.domain.errors import OperatorError
from gateway.settings import Settings
from tests.support.secrets import write_secret

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CHEAP = ScryptCost(n=2**10)
NAME = "so-keyring/1 lpbso kek"
PARTY = {"id": "lpbso", "role": "pool", "name": "LPBSO"}


def code(error, call, *values, **named):
    with pytest.raises(OperatorError) as caught:
        call(*values, **named)
    assert caught.value.code == error
    assert caught.value.remedy
    assert caught.value.__cause__ is None
    return caught.value


@pytest.fixture(params=["passphrase", "token"])
def custody(request):
    if request.param == "passphrase":
        return PassphraseCustody(b"correct horse", CHEAP)
    return Pkcs11Custody(request.getfixturevalue("token"))


# --- what every custody promises


def test_what_was_wrapped_unwraps_and_can_be_stored_as_json(custody):
    wrapped = json.loads(json.dumps(custody.wrap(b"k" * 32, NAME)))
    assert custody.unwrap(wrapped, NAME) == b"k" * 32


def test_wrapped_keys_differ_and_cannot_change_places(custody):
    first, second = custody.wrap(b"k" * 32, NAME), custody.wrap(b"k" * 32, NAME)
    assert first["sealed"] != second["sealed"]
    for wrapped, name in ((first, "so-keyring/1 other kek"), ({**first, "sealed": second["sealed"]}, NAME)):
        with pytest.raises(OperatorError):
            custody.unwrap(wrapped, name)


def test_a_signing_key_is_found_again_by_its_handle_until_it_is_forgotten(custody):
    handle, other = custody.new_signing_key(), custody.new_signing_key()
    key = custody.signing_key(handle)
    assert (len(handle), key.alg, key.use) == (32, "Ed25519", "sig")
    assert key.kid == custody.signing_key(handle).kid != custody.signing_key(other).kid
    assert key.sign(b"x") == custody.signing_key(handle).sign(b"x")
    custody.forget(handle)
    custody.forget(handle)
    assert custody.signing_key(other)


def test_a_keyring_lives_through_loading_rotation_and_revocation(custody, tmp_path):
    keyring = FileKeyring.create(tmp_path, "lpbso", custody, NOW)
    pinned = keyring.manifest()
    for day in (70, 90, 360, 366, 400):
        keyring = FileKeyring.load(tmp_path, custody)
        if keyring.rotate(NOW + timedelta(days=day)):
            pinned = verify_manifest(keyring.manifest().token, pinned=pinned)
    later = NOW + timedelta(days=400)
    kid = keyring.signing_key(later).kid
    keyring.revoke(kid, later)
    loaded = FileKeyring.load(tmp_path, custody)
    assert loaded.signing_key(later).kid != kid
    assert loaded.storage_keys() == keyring.storage_keys()


ROTATE = """
import sys
from datetime import datetime
from pathlib import Path
from adapters.keyrings import FileKeyring
from adapters.keyrings.pkcs11 import Pkcs11Custody, TokenAddress
folder, module, token, pin, now = sys.argv[1:]
keyring = FileKeyring.load(Path(folder), Pkcs11Custody(TokenAddress(Path(module), token, pin)))
keyring.rotate(datetime.fromisoformat(now), at_once=True)
"""


def test_a_key_that_another_process_made_in_the_token_signs_here_after_a_look(token, tmp_path):
    keyring = FileKeyring.create(tmp_path, "lpbso", Pkcs11Custody(token), NOW)
    kid = keyring.signing_key(NOW).kid
    address = (str(token.module), token.token, token.pin)
    subprocess.run([sys.executable, "-c", ROTATE, str(tmp_path), *address, NOW.isoformat()], check=True)
    assert keyring.refresh()
    assert keyring.signing_key(NOW).kid != kid
    assert len(keyring.signing_key(NOW).sign(b"x")) == 64


def test_the_settings_must_name_the_custody_the_keyring_was_made_with(tmp_path, token):
    passphrase, hardware = PassphraseCustody(b"correct horse", CHEAP), Pkcs11Custody(token)
    for made, named in ((passphrase, hardware), (hardware, passphrase)):
        folder = tmp_path / type(made).__name__
        FileKeyring.create(folder, "lpbso", made, NOW)
        assert code("custody-mismatch", FileKeyring.load, folder, named).where.endswith("keyring.json")


# --- the token


def test_no_key_of_the_token_can_be_read_out(token, tmp_path):
    FileKeyring.create(tmp_path, "lpbso", Pkcs11Custody(token), NOW)
    session = pkcs11.lib(str(token.module)).get_token(token_label=token.token).open()
    secret = [
        key
        for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.SECRET_KEY)
        for key in session.get_objects({Attribute.CLASS: kind})
    ]
    assert len(secret) >= 3
    for key in secret:
        assert (key[Attribute.EXTRACTABLE], key[Attribute.SENSITIVE]) == (False, True)
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[Attribute.VALUE]


def test_a_retired_signing_key_is_destroyed_in_the_token(token, tmp_path):
    custody = Pkcs11Custody(token)
    keyring = FileKeyring.create(tmp_path, "lpbso", custody, NOW)
    kid = keyring.signing_key(NOW).kid
    handle = keyring._keyring.secrets.messages[kid]
    keyring.revoke(kid, NOW)
    code("key-token-wrong", custody.signing_key, handle)


def test_another_token_does_not_open_the_keyring(token, tmp_path):
    keyring = FileKeyring.create(tmp_path, "lpbso", Pkcs11Custody(token), NOW)
    path = tmp_path / "keyring.json"
    members = json.loads(path.read_text())
    members["kek"]["key_id"] = "00" * 32
    path.write_text(json.dumps(members))
    assert code("key-token-wrong", FileKeyring.load, tmp_path, Pkcs11Custody(token)).where == str(path)
    assert keyring.signing_key(NOW).sign(b"still open")


@pytest.mark.parametrize("change", [{"token": "nobody"}, {"module": Path("/nowhere.so")}])
def test_a_token_that_cannot_be_reached_says_what_to_check(token, change):
    address = TokenAddress(**{"module": token.module, "token": token.token, "pin": token.pin, **change})
    error = code("key-token-unusable", Pkcs11Custody(address).new_signing_key)
    assert token.pin not in str(error)
    assert token.pin not in repr(address)


# --- the systemd credential


def settings(home, **keys):
    return Settings(home=home, party=PARTY, keys=keys)


def test_the_passphrase_may_come_as_a_systemd_credential(tmp_path, monkeypatch):
    write_secret(tmp_path / "sogw-passphrase", b"correct horse\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    FileKeyring.create(tmp_path / "keys", "lpbso", PassphraseCustody(b"correct horse", CHEAP), NOW)
    custody = key_custody(settings(tmp_path, custody="systemd-credential"))
    assert FileKeyring.load(tmp_path / "keys", custody).signing_key(NOW)


def test_without_systemd_or_without_the_credential_it_says_how_to_give_it(tmp_path, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "systemd" in str(code("credential-missing", read_credential, "sogw-passphrase"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    code("credential-missing", read_credential, "sogw-passphrase")
    (tmp_path.parent / "outside").write_text("x")
    code("credential-missing", read_credential, "../outside")


def test_the_pin_of_a_token_comes_from_a_file_or_a_credential(tmp_path, monkeypatch, token):
    write_secret(tmp_path / "sogw-pin", token.pin + "\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    section = {"module": token.module, "token": token.token}
    for pin in ({}, {"pin_file": tmp_path / "sogw-pin"}):
        custody = key_custody(settings(tmp_path, custody="pkcs11", pkcs11={**section, **pin}))
        assert custody._address == token


def test_a_token_must_be_named_when_it_guards_the_keys(tmp_path):
    with pytest.raises(ValueError, match=r"keys\.pkcs11"):
        settings(tmp_path, custody="pkcs11")
