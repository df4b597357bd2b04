"""Data at rest: sealed to its place, erased with its key, looked up blindly."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keyrings import AesVault
from gateway.domain.errors import OperatorError
from gateway.ports.keyring import StorageKeys

KEK = bytes(range(32))
PLACE = b"case 1, table notes, row 7, field text, v1"


@pytest.fixture(scope="module")
def vault():
    return AesVault(KEK)


def unreadable(call, *values):
    with pytest.raises(OperatorError) as caught:
        call(*values)
    assert caught.value.code == "vault-unreadable"
    assert caught.value.remedy
    assert caught.value.__cause__ is None


@given(plaintext=st.binary(max_size=500), aad=st.binary(max_size=50))
def test_what_is_sealed_opens(vault, plaintext, aad):
    key = vault.new_key()
    sealed = vault.seal(key, plaintext, aad)
    assert len(key) == 40
    assert len(sealed) == len(plaintext) + 28
    assert vault.open(key, sealed, aad) == plaintext


def test_sealing_twice_differs(vault):
    key = vault.new_key()
    assert vault.seal(key, b"x", PLACE) != vault.seal(key, b"x", PLACE)
    assert vault.new_key() != vault.new_key()


def test_a_value_that_was_moved_or_changed_does_not_open(vault):
    key, other = vault.new_key(), vault.new_key()
    sealed = vault.seal(key, b"text", PLACE)
    unreadable(vault.open, key, sealed, b"case 2")
    unreadable(vault.open, other, sealed, PLACE)
    unreadable(vault.open, key, b"", PLACE)
    unreadable(vault.open, key, sealed[:20], PLACE)
    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        unreadable(vault.open, key, bytes(changed), PLACE)


@pytest.mark.parametrize(
    "key", [b"", bytes(39), bytes(40), bytes(41), b"\x5a" * 40], ids=["none", "short", "zeros", "long", "other"]
)
def test_a_key_that_is_not_wrapped_here_is_refused(vault, key):
    unreadable(vault.seal, key, b"x", PLACE)
    unreadable(vault.rewrap, key, vault.kek_id())


def test_rewrapping_moves_a_key_to_another_kek_and_leaves_the_data(vault):
    key, new_kek = vault.new_key(), os.urandom(32)
    sealed = vault.seal(key, b"text", PLACE)
    both = AesVault(new_kek, former=[KEK])
    moved = both.rewrap(key, both.kek_id())
    assert both.open(key, sealed, PLACE) == both.open(moved, sealed, PLACE) == b"text"
    assert AesVault(new_kek).open(moved, sealed, PLACE) == b"text"
    unreadable(vault.open, moved, sealed, PLACE)
    unreadable(AesVault(new_kek).open, key, sealed, PLACE)


def test_a_key_is_wrapped_under_the_kek_that_is_in_force(vault):
    both = AesVault(os.urandom(32), former=[KEK])
    sealed = vault.seal(wrapped := both.new_key(vault.kek_id()), b"text", PLACE)
    assert vault.open(wrapped, sealed, PLACE) == b"text"
    with pytest.raises(OperatorError) as missing:
        vault.new_key(both.kek_id())
    assert missing.value.code == "vault-key-missing"


def test_keys_that_another_process_changed_are_looked_up_again():
    kept = [StorageKeys((KEK,), KEK)]
    vault = AesVault.of(kept[0], lambda: kept[0])
    key = vault.new_key()
    sealed = vault.seal(key, b"text", PLACE)
    kept[0] = StorageKeys((bytes(32), KEK), KEK)
    other = AesVault.of(kept[0])
    assert vault.open(moved := other.rewrap(key, other.kek_id()), sealed, PLACE) == b"text"
    kept[0] = StorageKeys((bytes(32),), KEK)
    assert vault.open(moved, sealed, PLACE) == b"text"
    assert vault.index("referral:1") == AesVault(KEK).index("referral:1")


def test_the_index_is_stable_keyed_and_one_way(vault):
    assert vault.index("referral:1") == vault.index("referral:1") == AesVault(KEK).index("referral:1")
    assert vault.index("referral:1") != vault.index("referral:2")
    assert vault.index("referral:1") != AesVault(os.urandom(32)).index("referral:1")
    assert len(vault.index("é")) == 64


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_kek_has_32_bytes(length):
    with pytest.raises(ValueError, match="32"):
        AesVault(bytes(length))
    with pytest.raises(ValueError, match="32"):
        AesVault(KEK, former=[bytes(length)])
