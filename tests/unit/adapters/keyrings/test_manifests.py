"""What makes a manifest believed, and what does not."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.keyrings import MemoryKeyring, PinnedPartners, jwk, verify_manifest
from adapters.keyrings.manifests import TYP
from adapters.keyrings.private_keys import Ed25519Key
from gateway.domain.errors import RefusedError

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def keyring():
    return MemoryKeyring.generate("lpbso", NOW)


def encode(value):
    return jwk.encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def payload_of(manifest):
    return json.loads(jwk.decode(manifest.token.split(".")[1]))


def forge(keyring, payload=None, header=None):
    """A manifest signed by the true identity key around any payload and header."""
    identity = Ed25519Key(keyring.secrets.identity)
    head = {"alg": "Ed25519", "kid": identity.kid, "typ": TYP} if header is None else header
    data = f"{encode(head)}.{encode(payload_of(keyring.manifest()) if payload is None else payload)}"
    return f"{data}.{jwk.encode(identity.sign(data.encode()))}"


def refused(token, **trust):
    with pytest.raises(RefusedError) as caught:
        verify_manifest(token, **trust)
    assert caught.value.code == "manifest-refused"
    assert caught.value.remedy
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_manifest_is_believed_by_its_fingerprint(keyring):
    manifest = keyring.manifest()
    assert verify_manifest(manifest.token, fingerprint=manifest.fingerprint) == manifest
    assert {key["alg"] for key in manifest.keys} == {"Ed25519", "HPKE-9-KE", "ECDH-ES+A256KW", "ML-DSA-44"}
    assert {key["status"] for key in manifest.keys} == {"active"}
    assert all(key["kid"] == jwk.thumbprint(key) for key in manifest.keys)


def test_a_fingerprint_may_be_written_as_people_do(keyring):
    manifest = keyring.manifest()
    text = manifest.fingerprint.upper()
    grouped = " ".join(text[i : i + 4] for i in range(0, 64, 4))
    assert verify_manifest(manifest.token, fingerprint=grouped) == manifest


def test_another_fingerprint_is_refused(keyring):
    assert "expected fingerprint" in refused(keyring.manifest().token, fingerprint="0" * 64)
    for part in ("", "50c6", "3f1a...", keyring.manifest().fingerprint[:-1]):
        assert "64 hexadecimal digits" in refused(keyring.manifest().token, fingerprint=part)


def test_without_trust_there_is_no_verification(keyring):
    with pytest.raises(ValueError, match="trusted"):
        verify_manifest(keyring.manifest().token)


def test_the_forger_makes_manifests_that_verify(keyring):
    assert verify_manifest(forge(keyring), fingerprint=keyring.manifest().fingerprint)


def test_a_newer_counter_of_the_same_identity_is_taken_and_an_older_never(keyring):
    ring = MemoryKeyring(keyring.manifest(), keyring.secrets)
    old = ring.manifest()
    assert ring.rotate(NOW, at_once=True)
    new = ring.manifest()
    assert new.counter == old.counter + 1
    assert verify_manifest(new.token, pinned=old) == new
    assert verify_manifest(new.token, pinned=new) == new
    assert "counter" in refused(old.token, pinned=new)


def test_the_same_counter_with_another_content_is_refused(keyring):
    old = keyring.manifest()
    token = forge(keyring, payload_of(old) | {"iat": 1})
    assert "counter" in refused(token, pinned=old)


def test_a_newer_manifest_by_another_identity_is_refused(keyring):
    other = MemoryKeyring.generate("lpbso", NOW)
    other.rotate(NOW, at_once=True)
    assert "identity key" in refused(other.manifest().token, pinned=keyring.manifest())


def test_a_newer_manifest_for_another_party_is_refused(keyring):
    token = forge(keyring, payload_of(keyring.manifest()) | {"iss": "arbo", "counter": 9})
    assert "identity key" in refused(token, pinned=keyring.manifest())


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "EdDSA"},
        {"alg": "HS256"},
        {"alg": ["Ed25519"]},
        {"typ": "so+jws"},
        {"kid": "A" * 43},
        {"crit": ["x"]},
        {"jwk": {}},
        {"b64": False},
    ],
)
def test_another_header_is_refused(keyring, change):
    identity = Ed25519Key(keyring.secrets.identity)
    header = {"alg": "Ed25519", "kid": identity.kid, "typ": TYP} | change
    assert refused(forge(keyring, header=header), fingerprint=keyring.manifest().fingerprint)


def with_key(keyring, **change):
    payload = payload_of(keyring.manifest())
    payload["jwks"]["keys"][0] |= change
    return payload


@pytest.mark.parametrize(
    "change",
    [
        {"kid": "A" * 43},
        {"use": "enc"},
        {"alg": "HPKE-9-KE"},
        {"alg": ["Ed25519"]},
        {"status": "fresh"},
        {"nbf": "1"},
        {"exp": 1.5},
        {"exp": True},
        {"x": "AAAA"},
        {"x": None},
        {"crv": "X25519"},
        {"kty": "EC"},
        {"d": "A" * 43},
        {"status": "revoked"},
        {"x5u": "https://example.org"},
        {"exp": 10**20},
        {"nbf": -(10**20)},
        {"nbf": 4_000_000_000, "exp": 3_999_999_999},
        {"nbf": 0, "exp": 0},
        {"nbf": 0, "exp": 731 * 86_400 + 1},
        {"status": "revoked", "revoked_at": 10**20},
        {"revoked_at": "1"},
    ],
)
def test_a_key_that_is_not_as_it_must_be_is_refused(keyring, change):
    token = forge(keyring, with_key(keyring, **change))
    assert refused(token, fingerprint=keyring.manifest().fingerprint)


def test_a_key_twice_is_refused(keyring):
    payload = payload_of(keyring.manifest())
    payload["jwks"]["keys"].append(payload["jwks"]["keys"][0])
    assert refused(forge(keyring, payload), fingerprint=keyring.manifest().fingerprint)


@pytest.mark.parametrize("member", ["d", "priv", "k"])
def test_a_private_key_of_an_unknown_algorithm_is_refused(keyring, member):
    payload = payload_of(keyring.manifest())
    payload["jwks"]["keys"].append({"kty": "AKP", "alg": "ML-DSA-65", "kid": "x", "pub": "AA", member: "AA"})
    assert refused(forge(keyring, payload), fingerprint=keyring.manifest().fingerprint)


def test_keys_of_unknown_algorithms_are_left_out(keyring):
    payload = payload_of(keyring.manifest())
    payload["jwks"]["keys"].append({"kty": "AKP", "alg": "ML-DSA-65", "kid": "x", "pub": "AA"})
    verified = verify_manifest(forge(keyring, payload), fingerprint=keyring.manifest().fingerprint)
    assert verified.keys == keyring.manifest().keys


@pytest.mark.parametrize(
    "change",
    [
        {"counter": 0},
        {"counter": "1"},
        {"counter": True},
        {"counter": 10**20},
        {"iss": "A.b"},
        {"iss": 1},
        {"iat": None},
        {"iat": 10**20},
        {"iat": -1},
        {"x": 1},
    ],
)
def test_a_payload_that_is_not_as_it_must_be_is_refused(keyring, change):
    payload = payload_of(keyring.manifest()) | change
    assert refused(forge(keyring, payload), fingerprint=keyring.manifest().fingerprint)


def test_duplicate_members_are_refused(keyring):
    raw = json.dumps(payload_of(keyring.manifest())).encode()
    token = forge(keyring, raw[:-1] + b', "counter": 7}')
    assert refused(token, fingerprint=keyring.manifest().fingerprint)


def test_a_nesting_bomb_is_refused(keyring):
    token = forge(keyring, b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}")
    assert refused(token, fingerprint=keyring.manifest().fingerprint)


def test_a_manifest_that_is_too_long_is_refused(keyring):
    assert refused("A" * 262_145, fingerprint=keyring.manifest().fingerprint)


@settings(max_examples=400)
@given(where=st.integers(0, 5000), data=st.text("ABab01-_.= \né", min_size=1, max_size=3))
def test_no_mutation_of_a_manifest_is_believed(keyring, where, data):
    manifest = keyring.manifest()
    at = where % len(manifest.token)
    changed = manifest.token[:at] + data + manifest.token[at + len(data) :]
    if changed != manifest.token:
        assert refused(changed, fingerprint=manifest.fingerprint)


# --- partners


def test_partners_are_pinned_by_fingerprint_and_updated_by_succession():
    ring, partners = MemoryKeyring.generate("lpbso", NOW), PinnedPartners()
    first = ring.manifest()
    assert partners.manifest_of("lpbso") is None
    with pytest.raises(RefusedError):
        partners.pin(first.token, "0" * 64)
    with pytest.raises(RefusedError) as caught:
        partners.update("lpbso", first.token)
    assert caught.value.code == "partner-unknown"
    assert partners.pin(first.token, first.fingerprint) == first
    ring.rotate(NOW, at_once=True)
    assert partners.update("lpbso", ring.manifest().token).counter == 2
    assert partners.manifest_of("lpbso") == ring.manifest()
    with pytest.raises(RefusedError):
        partners.pin(first.token, first.fingerprint)


def test_another_identity_does_not_replace_a_pinned_one():
    partners = PinnedPartners([MemoryKeyring.generate("lpbso", NOW).manifest()])
    other = MemoryKeyring.generate("lpbso", NOW).manifest()
    with pytest.raises(RefusedError):
        partners.pin(other.token, other.fingerprint)


def test_exceptions_have_an_end():
    partners = PinnedPartners(classical_until={"a": NOW})
    partners.allow_classical("b", NOW + timedelta(days=1))
    assert partners.classical_suite_until("a") == NOW
    assert partners.classical_suite_until("b") == NOW + timedelta(days=1)
    assert partners.classical_suite_until("c") is None
