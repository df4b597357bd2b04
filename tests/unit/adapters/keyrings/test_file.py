"""Keys on disk: sealed, atomic, and opened by the right passphrase only."""

import base64
import errno
import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest

from adapters.keyrings import FileKeyring, PassphraseCustody, ScryptCost, key_file
from gateway.domain.errors import OperatorError
from gateway.ports.keyring import StorageKeys

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CHEAP = ScryptCost(n=2**10)
PASSPHRASE = b"correct horse battery staple"
CUSTODY = PassphraseCustody(PASSPHRASE, CHEAP)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def keyring(folder):
    return FileKeyring.create(folder, "lpbso", CUSTODY, NOW)


def code(error, call, *values, **named):
    with pytest.raises(OperatorError) as caught:
        call(*values, **named)
    assert caught.value.code == error
    assert caught.value.remedy
    return caught.value


def test_what_was_created_loads_again(folder, keyring):
    loaded = FileKeyring.load(folder, CUSTODY)
    assert loaded.manifest() == keyring.manifest()
    assert loaded.storage_keys() == keyring.storage_keys()
    assert [len(key) for key in (*loaded.storage_keys().wrapping, loaded.storage_keys().indexing)] == [32, 32]
    assert loaded.signing_key(NOW).sign(b"x") == keyring.signing_key(NOW).sign(b"x")
    assert all(loaded.decryption_key(k["kid"]) for k in loaded.manifest().keys if k["use"] == "enc")


def test_only_the_owner_can_read(folder, keyring):
    assert stat.S_IMODE((folder / "keyring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["keyring.json"]


def test_no_secret_is_in_the_file_in_any_spelling(folder, keyring):
    keyring.rotate(NOW + timedelta(days=70))
    content = (folder / "keyring.json").read_bytes()
    secrets = keyring._keyring.secrets
    storage = (*secrets.storage.wrapping, secrets.storage.indexing)
    every = [secrets.identity, *storage, keyring._kek, *secrets.messages.values()]
    assert len(every) == 11
    for secret in every:
        for spelling in (
            secret,
            secret.hex().encode(),
            base64.b64encode(secret)[:-2],
            base64.urlsafe_b64encode(secret)[:-2],
        ):
            assert spelling not in content
    assert PASSPHRASE not in content


def test_a_wrong_passphrase_says_what_to_do_and_shows_nothing(folder, keyring):
    error = code("passphrase-wrong", FileKeyring.load, folder, PassphraseCustody(b"secret guess"))
    assert "secret guess" not in str(error)
    assert error.__cause__ is None
    assert "keyring.json" in error.where


def test_an_empty_passphrase_is_refused(folder, keyring, tmp_path):
    code("passphrase-missing", FileKeyring.load, folder, PassphraseCustody(b""))
    code("passphrase-missing", FileKeyring.create, tmp_path / "other", "a", PassphraseCustody(b""), NOW)


def test_a_keyring_is_not_overwritten(folder, keyring):
    code("keyring-exists", FileKeyring.create, folder, "lpbso", CUSTODY, NOW)


def test_a_missing_keyring_is_said_so(tmp_path):
    code("keyring-missing", FileKeyring.load, tmp_path, CUSTODY)


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / "file").write_text("")
    code("keyring-not-writable", FileKeyring.create, tmp_path / "file" / "x", "a", CUSTODY, NOW)


def change(folder, edit):
    path = folder / "keyring.json"
    members = json.loads(path.read_text())
    edit(members)
    path.write_text(json.dumps(members))


def swap_identity_and_storage(members):
    sealed = members["sealed"]
    sealed["identity"], sealed["storage"] = sealed["storage"], sealed["identity"]


def swap_message_keys(members):
    sealed = members["sealed"]
    first, second = [name for name in sealed if name not in {"identity", "storage"}][:2]
    sealed[first], sealed[second] = sealed[second], sealed[first]


def break_manifest(members):
    members["manifest"] = members["manifest"][:-4] + "AAAA"


@pytest.mark.parametrize(
    "edit",
    [
        swap_identity_and_storage,
        swap_message_keys,
        break_manifest,
        lambda m: m["sealed"].pop("storage"),
        lambda m: m["sealed"].update(identity="AAAA"),
        lambda m: m.update(format="so-keyring/9"),
        lambda m: m.update(kek=[]),
        lambda m: m.update(sealed=7),
        lambda m: m["kek"].update(n=2**30),
        lambda m: m["kek"].update(n=1000),
        lambda m: m["kek"].update(n="x"),
        lambda m: m["kek"].update(salt="*"),
        lambda m: m["kek"].update(custody="ask-me"),
        lambda m: m["kek"].update(custody=7),
        lambda m: m["kek"].pop("sealed"),
        lambda m: m.pop("manifest"),
    ],
)
def test_a_changed_file_is_damaged(folder, keyring, edit):
    change(folder, edit)
    code("keyring-damaged", FileKeyring.load, folder, CUSTODY)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\u00e9"])
def test_a_file_that_is_no_keyring_is_damaged(folder, keyring, text):
    (folder / "keyring.json").write_text(text, encoding="utf-8")
    code("keyring-damaged", FileKeyring.load, folder, CUSTODY)


def test_keys_of_another_party_do_not_open_under_its_name(folder, keyring):
    change(folder, lambda members: members.update(party_id="other"))
    code("passphrase-wrong", FileKeyring.load, folder, CUSTODY)


def test_rotation_and_revocation_are_on_disk_when_they_return(folder, keyring):
    assert keyring.rotate(NOW + timedelta(days=70))
    assert FileKeyring.load(folder, CUSTODY).manifest() == keyring.manifest()
    assert not keyring.rotate(NOW + timedelta(days=70))
    keyring.revoke(keyring.signing_key(NOW).kid, NOW + timedelta(days=71))
    assert FileKeyring.load(folder, CUSTODY).manifest() == keyring.manifest()


def test_a_rotation_that_cannot_be_written_does_not_count(keyring, monkeypatch):
    before = keyring.manifest()

    def full(*_):
        raise OSError

    monkeypatch.setattr(key_file, "_replace", full)
    code("keyring-not-writable", keyring.rotate, NOW + timedelta(days=70))
    assert keyring.manifest() == before


def test_the_old_file_survives_a_crash_while_writing(folder, keyring, monkeypatch):
    before = (folder / "keyring.json").read_bytes()

    def crash(_):
        raise OSError

    monkeypatch.setattr(key_file.os, "fsync", crash)
    code("keyring-not-writable", keyring.rotate, NOW + timedelta(days=70))
    assert (folder / "keyring.json").read_bytes() == before


def test_the_passphrase_can_change(folder, keyring):
    another = PassphraseCustody(b"another", ScryptCost(n=2**11))
    keyring.change_custody(another)
    code("passphrase-wrong", FileKeyring.load, folder, CUSTODY)
    assert FileKeyring.load(folder, another).manifest() == keyring.manifest()


def test_the_default_cost_is_strong():
    assert ScryptCost().n >= 2**15
    with pytest.raises(ValueError, match="bounds"):
        ScryptCost(n=2**30)


def test_a_disk_that_is_full_half_way_leaves_the_old_file_and_no_other(folder, keyring, monkeypatch):
    before = (folder / "keyring.json").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code("keyring-not-writable", keyring.rotate, NOW + timedelta(days=70))
    assert [path.name for path in folder.iterdir()] == ["keyring.json"]
    assert (folder / "keyring.json").read_bytes() == before


def test_a_storage_key_is_replaced_in_two_steps_and_both_are_kept_in_between(folder, keyring):
    (former,), index = keyring.storage_keys().wrapping, keyring.storage_keys().indexing
    made = keyring.add_storage_key()
    between = FileKeyring.load(folder, CUSTODY)
    newest = between.storage_keys().wrapping[0]
    assert between.storage_keys().wrapping == (newest, former)
    assert between.add_storage_key() == made  # who begins again goes on where it ended
    between.keep_storage_key(made)
    assert FileKeyring.load(folder, CUSTODY).storage_keys() == StorageKeys((newest,), index)
    code("vault-key-missing", between.keep_storage_key, "0" * 16)
    assert between.storage_keys().wrapping == (newest,)


# --- what another process changed


def test_what_another_process_rotated_is_taken_over_once(folder, keyring):
    assert not keyring.refresh()
    other = FileKeyring.load(folder, CUSTODY)
    other.rotate(NOW, at_once=True)
    other.add_storage_key()
    assert keyring.signing_key(NOW).kid != other.signing_key(NOW).kid
    assert keyring.refresh()
    assert not keyring.refresh()
    assert keyring.manifest() == other.manifest()
    assert keyring.signing_key(NOW).kid == other.signing_key(NOW).kid
    assert keyring.storage_keys() == other.storage_keys()


def test_after_a_revocation_elsewhere_the_key_signs_no_more_here(folder, keyring):
    kid = keyring.signing_key(NOW).kid
    FileKeyring.load(folder, CUSTODY).revoke(kid, NOW)
    keyring.refresh()
    assert keyring.signing_key(NOW).kid != kid
    assert next(key for key in keyring.manifest().keys if key["kid"] == kid)["status"] == "revoked"


def test_a_new_passphrase_need_not_be_known_to_who_has_the_keys_open(folder, keyring):
    other = FileKeyring.load(folder, CUSTODY)
    other.change_custody(PassphraseCustody(b"another passphrase altogether", CHEAP))
    other.rotate(NOW, at_once=True)
    assert keyring.refresh()
    assert keyring.manifest() == other.manifest()
    keyring.rotate(NOW, at_once=True)
    assert (
        FileKeyring.load(folder, PassphraseCustody(b"another passphrase altogether")).manifest() == keyring.manifest()
    )


def test_a_file_that_is_gone_damaged_or_of_others_leaves_the_keys_as_they_were(folder, keyring, tmp_path):
    before, file = keyring.manifest(), folder / "keyring.json"
    FileKeyring.create(tmp_path / "other", "lpbso", CUSTODY, NOW)
    for content in (b"{", (tmp_path / "other" / "keyring.json").read_bytes()):
        file.write_bytes(content)
        code("keyring-damaged", keyring.refresh)
    file.unlink()
    code("keyring-missing", keyring.refresh)
    assert keyring.manifest() == before
    assert keyring.signing_key(NOW)
