"""The life of keys over months, and what is still opened or signed when."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from adapters.keyrings import MemoryKeyring, verify_manifest
from gateway.domain.errors import OperatorError

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def days(number):
    return NOW + timedelta(days=number)


@pytest.fixture
def keyring():
    return MemoryKeyring.generate("lpbso", NOW)


def statuses(keyring, alg="HPKE-9-KE"):
    return [key["status"] for key in keyring.manifest().keys if key["alg"] == alg]


def kid(keyring, status, alg="HPKE-9-KE", uses=("sig", "enc")):
    keys = keyring.manifest().keys
    return next(k["kid"] for k in keys if (k["alg"], k["status"]) == (alg, status) and k["use"] in uses)


EVERY_KIND = {
    ("sig", "Ed25519"): 1,
    ("enc", "HPKE-9-KE"): 1,
    ("enc", "ECDH-ES+A256KW"): 1,
    ("checkpoint", "Ed25519"): 1,
    ("checkpoint", "ML-DSA-44"): 1,
}


def test_keys_live_ninety_days_or_a_year(keyring):
    lives = {(key["use"], key["alg"]): (key["exp"] - key["nbf"]) // 86_400 for key in keyring.manifest().keys}
    assert lives == {kind: 90 if kind[0] == "enc" else 365 for kind in EVERY_KIND}


def test_rotating_early_or_twice_changes_nothing(keyring):
    before = keyring.manifest()
    assert not keyring.rotate(NOW)
    assert not keyring.rotate(days(60))
    assert keyring.rotate(days(70))
    assert not keyring.rotate(days(70))
    assert keyring.manifest().counter == before.counter + 1


def test_a_key_goes_from_next_to_active_to_retiring_to_gone(keyring):
    first = kid(keyring, "active")
    keyring.rotate(days(69))
    assert statuses(keyring) == ["active", "next"]
    second = kid(keyring, "next")
    assert keyring.decryption_key(second)
    keyring.rotate(days(82))
    assert statuses(keyring) == ["active", "next"]
    keyring.rotate(days(83))
    assert statuses(keyring) == ["retiring", "active"]
    assert kid(keyring, "active") == second
    assert keyring.decryption_key(first)
    keyring.rotate(days(103))
    assert keyring.decryption_key(first)
    keyring.rotate(days(104))
    assert keyring.decryption_key(first) is None
    assert first not in keyring.secrets.messages
    assert first not in {key["kid"] for key in keyring.manifest().keys}


def test_a_retired_signing_key_stays_published_without_its_private_half(keyring):
    first = kid(keyring, "active", "Ed25519")
    for day in range(0, 400, 5):
        keyring.rotate(days(day))
    assert kid(keyring, "retired", "Ed25519") == first
    assert first not in keyring.secrets.messages


def test_daily_rotation_never_leaves_a_gap_and_every_manifest_succeeds_its_predecessor(keyring):
    pinned = keyring.manifest()
    for day in range(800):
        if keyring.rotate(days(day)):
            pinned = verify_manifest(keyring.manifest().token, pinned=pinned)
        active = Counter((key["use"], key["alg"]) for key in keyring.manifest().keys if key["status"] == "active")
        assert active == EVERY_KIND
        assert keyring.signing_key(days(day)).kid == kid(keyring, "active", "Ed25519")
        assert [key.alg for key in keyring.checkpoint_keys(days(day))] == ["Ed25519", "ML-DSA-44"]


def test_a_gateway_that_was_off_for_a_year_gets_new_keys_at_once(keyring):
    with pytest.raises(OperatorError) as caught:
        keyring.signing_key(days(365))
    assert caught.value.code == "no-signing-key"
    assert keyring.rotate(days(1000))
    keyring.rotate(days(1000))
    assert keyring.signing_key(days(1000))
    assert statuses(keyring) == ["active"]


def test_rotation_at_once_replaces_every_active_key_and_still_opens_what_is_under_way(keyring):
    old = {key["kid"] for key in keyring.manifest().keys}
    keyring.rotate(days(70))
    assert keyring.rotate(days(70), at_once=True)
    active = {key["kid"] for key in keyring.manifest().keys if key["status"] == "active"}
    assert len(active) == len(EVERY_KIND)
    assert not active & old
    encryption = [key for key in keyring.manifest().keys if key["status"] == "retiring" and key["use"] == "enc"]
    assert len(encryption) == 4
    assert all(keyring.decryption_key(key["kid"]) for key in encryption)


def test_a_revoked_key_is_useless_at_once_and_replaced(keyring):
    for alg in ("HPKE-9-KE", "Ed25519"):
        revoked = kid(keyring, "active", alg)
        keyring.revoke(revoked, days(1))
        stated = next(key for key in keyring.manifest().keys if key["kid"] == revoked)
        assert (stated["status"], stated["revoked_at"]) == ("revoked", int(days(1).timestamp()))
        assert keyring.decryption_key(revoked) is None
        assert revoked not in keyring.secrets.messages
        assert kid(keyring, "active", alg) != revoked
    assert keyring.signing_key(days(1)).kid == kid(keyring, "active", "Ed25519")
    manifest = keyring.manifest()
    assert verify_manifest(manifest.token, fingerprint=manifest.fingerprint) == manifest


def test_a_revoked_key_does_not_open_even_where_its_private_half_survived(keyring):
    revoked, survived = kid(keyring, "active"), keyring.secrets
    keyring.revoke(revoked, days(1))
    restored = MemoryKeyring(keyring.manifest(), survived)
    assert revoked in restored.secrets.messages
    assert restored.decryption_key(revoked) is None


def test_an_unknown_key_cannot_be_revoked(keyring):
    with pytest.raises(OperatorError) as caught:
        keyring.revoke("x", NOW)
    assert caught.value.code == "key-unknown"


def test_a_signing_key_is_not_a_decryption_key(keyring):
    assert keyring.decryption_key(kid(keyring, "active", "Ed25519")) is None


def test_a_key_of_the_journal_signs_no_messages_and_a_message_key_no_checkpoints(keyring):
    journal, lattice = (k["kid"] for k in keyring.manifest().keys if k["use"] == "checkpoint")
    assert [key.kid for key in keyring.checkpoint_keys(NOW)] == [journal, lattice]
    assert keyring.signing_key(NOW).kid not in {journal, lattice}
    assert keyring.decryption_key(journal) is keyring.decryption_key(lattice) is None


def test_a_retired_key_of_the_journal_stays_published_so_that_old_proofs_can_be_verified(keyring):
    first = kid(keyring, "active", "ML-DSA-44", uses=("checkpoint",))
    for day in range(0, 400, 5):
        keyring.rotate(days(day))
    assert kid(keyring, "retired", "ML-DSA-44", uses=("checkpoint",)) == first
    assert first not in keyring.secrets.messages


def test_the_identity_key_signs_no_messages(keyring):
    identity = keyring.manifest().fingerprint
    assert identity not in {key["kid"] for key in keyring.manifest().keys}
    assert keyring.signing_key(NOW).kid in {key["kid"] for key in keyring.manifest().keys}


def test_naive_instants_are_a_mistake(keyring):
    with pytest.raises(ValueError, match="aware"):
        keyring.rotate(NOW.replace(tzinfo=None))


def test_secrets_do_not_show_in_their_representation(keyring):
    assert repr(keyring.secrets) == "KeySecrets(storage=StorageKeys())"
