"""Vectors written by others: the draft's, Wycheproof's, the RFC cookbook's."""

import base64
import contextlib
import warnings

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwe, jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, KeySet

from adapters.jose.headers import parse_inner, parse_outer
from adapters.jose.strict import decode_base64url, decode_object, split_parts
from adapters.jose.suites import CONCAT_INFO, ENCRYPTED_KEY_BYTES, HPKE_INFO, decrypt_content
from adapters.keyrings.private_keys import AgreementKey, Ed25519Key, HybridKey
from gateway.domain.errors import EnvelopeError

LIMIT = 64 * 1024
FROM_LIBRARY = (JoseError, ValueError, KeyError, TypeError, AttributeError, AssertionError)
"""What joserfc raises on bad input: errors of many kinds."""

# --- draft-ietf-jose-hpke-pq-pqt


def hpke_vector(vectors, alg="HPKE-9-KE"):
    return next(vector for vector in vectors("jose-hpke-pq/jose-vectors.json") if vector["alg"] == alg)


def test_the_seed_of_the_draft_gives_its_public_key_and_kid(vectors):
    key = hpke_vector(vectors)["jwk"]
    own = HybridKey(decode_base64url(key["priv"].encode()))
    assert own.public == {"kty": "AKP", "alg": "HPKE-9-KE", "pub": key["pub"]}
    assert own.kid == key["kid"]


def test_the_compact_vector_of_the_draft_opens_byte_for_byte(vectors):
    vector = hpke_vector(vectors)
    own = HybridKey(decode_base64url(vector["jwk"]["priv"].encode()))
    head, *parts = split_parts(vector["compact"].encode(), 5, LIMIT)
    members = decode_object(head, 4096)
    encrypted_key, iv, ciphertext, tag = map(decode_base64url, parts)
    assert len(encrypted_key) == ENCRYPTED_KEY_BYTES["HPKE-9-KE"]
    ek = decode_base64url(members["ek"].encode())
    content_key = own.unwrap(encrypted_key, encapsulated=ek, info=HPKE_INFO)
    text = decrypt_content(content_key, iv, ciphertext, tag, head)
    assert text.decode().startswith("You can trust us to stick with you through thick and thin–to the bitter end.")
    assert text.decode().endswith("We are your friends, Frodo.")


def test_the_flattened_vector_of_the_draft_opens_with_its_own_aad(vectors):
    """The JSON form is not in the profile; the vector proves the framing of the content key once more."""
    vector = hpke_vector(vectors)
    flat = {name: value.encode() for name, value in vector["flattened"].items()}
    own = HybridKey(decode_base64url(vector["jwk"]["priv"].encode()))
    ek = decode_base64url(decode_object(flat["protected"], 4096)["ek"].encode())
    content_key = own.unwrap(decode_base64url(flat["encrypted_key"]), encapsulated=ek, info=HPKE_INFO)
    parts = (decode_base64url(flat[name]) for name in ("iv", "ciphertext", "tag"))
    assert b"Frodo" in decrypt_content(content_key, *parts, flat["protected"] + b"." + flat["aad"])


@pytest.mark.parametrize("info", [b"", HPKE_INFO + b"\x00", HPKE_INFO[:-1], HPKE_INFO.replace(b"A256", b"A128")])
def test_another_info_does_not_open_the_vector(vectors, info):
    vector = hpke_vector(vectors)
    own = HybridKey(decode_base64url(vector["jwk"]["priv"].encode()))
    head, encrypted_key, *_ = vector["compact"].encode().split(b".")
    ek = decode_base64url(decode_object(head, 4096)["ek"].encode())
    with pytest.raises(EnvelopeError):
        own.unwrap(decode_base64url(encrypted_key), encapsulated=ek, info=info)


def test_a_vector_of_the_draft_is_not_an_envelope_of_the_profile(world, vectors):
    for vector in vectors("jose-hpke-pq/jose-vectors.json"):
        with pytest.raises(EnvelopeError):
            world.recipient.open(vector["compact"].encode(), at=world.now)


# --- cookbook


def test_ed25519_of_rfc_8037_signs_byte_for_byte(vectors):
    vector = vectors("cookbook/curve25519/jws.json")
    own = Ed25519Key(decode_base64url(vector["input"]["key"]["d"].encode()))
    assert own.public["x"] == vector["input"]["key"]["x"]
    signature = own.sign(vector["signing"]["sig-input"].encode())
    assert signature == decode_base64url(vector["signing"]["sig"].encode())
    assert own.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037 appendix A.3


def test_x25519_of_the_cookbook_agrees_on_its_content_key(vectors):
    """``ECDH-ES`` there, ``+A256KW`` here: the agreement is the same, so is opening the content."""
    vector = vectors("cookbook/curve25519/ecdh-es.json")
    key = {**vector["input"]["key"], "kid": "Bob"}
    opened = jwe.decrypt_compact(
        vector["output"]["compact"],
        JWKRegistry.import_key(key),
        registry=jwe.JWERegistry(algorithms=["ECDH-ES", "A128GCM"]),
    )
    assert opened.plaintext.decode() == vector["input"]["plaintext"]
    own = AgreementKey(decode_base64url(key["d"].encode()))
    assert own.public["x"] == key["x"]


def test_our_unwrapping_opens_what_joserfc_sealed_and_the_other_way(world):
    sender, recipient = world.classical()
    body = sender.seal(b'{"a":1}', recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    assert recipient.open(body, at=world.now).payload == b'{"a":1}'
    assert not recipient.open(body, at=world.now).is_quantum_safe
    secrets = world.keyrings["lpbso"].secrets.messages
    key = next(
        k for k in map(AgreementKey, secrets.values()) if k.kid == decode_object(body.split(b".")[0], 4096)["kid"]
    )
    private = {**key.public, "d": base64.urlsafe_b64encode(secrets[key.kid]).decode().rstrip("=")}
    registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"], strict_check_header=False)
    registry.header_registry["prf"] = jwe.JWERegistry().header_registry["typ"]
    opened = jwe.decrypt_compact(body, JWKRegistry.import_key(private), registry=registry)
    assert opened.plaintext.count(b".") == 2
    assert CONCAT_INFO.startswith(b"\x00\x00\x00\x0eECDH-ES+A256KW")
    assert X25519PrivateKey.from_private_bytes(secrets[key.kid])


def test_rfc_7520_nesting_opens_by_the_library_and_is_refused_by_the_profile(world, vectors):
    vector = vectors("cookbook/6.nesting_signatures_and_encryption.json")
    compact = vector["encrypt"]["output"]["compact"]
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP", "A128GCM"])
    opened = jwe.decrypt_compact(compact, JWKRegistry.import_key(vector["encrypt"]["input"]["key"]), registry=registry)
    assert opened.plaintext.decode() == vector["sign"]["output"]["compact"]
    head, payload, signature = split_parts(opened.plaintext, 3, LIMIT)
    assert decode_object(head, 4096)["alg"] == "PS256"
    assert decode_base64url(payload).decode() == vector["sign"]["input"]["payload"]
    assert signature
    with pytest.raises(EnvelopeError):
        world.recipient.open(compact.encode(), at=world.now)


# --- Wycheproof


def cases(vectors, name):
    document = vectors(f"wycheproof/json_web_{name}_test.json")
    found = [(group, test) for group in document["testGroups"] for test in group["tests"]]
    assert len(found) == document["numberOfTests"]
    return found


def token_of(test):
    token = test.get("jwe") or test.get("jws") or ""
    return (token if isinstance(token, str) else repr(token)).encode()


@pytest.mark.parametrize("name", ["encryption", "signature", "key"])
def test_no_wycheproof_token_passes_the_profile_and_none_crashes_it(world, vectors, name):
    """The profile knows none of these algorithms, so also the valid ones are refused, by the strict parser."""
    for _, test in cases(vectors, name):
        token = token_of(test)
        with pytest.raises(EnvelopeError):
            world.recipient.open(token, at=world.now)
        with pytest.raises(EnvelopeError):
            world.recipient.open(world.encrypt(world.outer_header(), token), at=world.now)
        for parse in (parse_outer, parse_inner):
            with pytest.raises(EnvelopeError):
                parse(token.split(b".")[0])


def keys_of(jwk):
    return KeySet.import_key_set(jwk) if "keys" in jwk else JWKRegistry.import_key(jwk)


def verify(group, test):
    """Strict decoding of every part, then the library: the path of a real token, with Wycheproof's algorithms."""
    jwk = group.get("public", group["private"])
    token = token_of(test)
    count = 5 if "jwe" in test else 3
    head, *rest = token.split(b".")
    members = decode_object(head, 4096)
    for part in rest:
        decode_base64url(part)
    allowed = [key["alg"] for key in jwk.get("keys", [jwk]) if "alg" in key]
    if count == 3:
        jws.deserialize_compact(token, keys_of(jwk), algorithms=allowed or [members["alg"]])
        return
    registry = jwe.JWERegistry(algorithms=[*(allowed or [members["alg"]]), members["enc"]])
    opened = jwe.decrypt_compact(token, keys_of(group["private"]), registry=registry)
    assert opened.plaintext == bytes.fromhex(test["pt"])


def accepted(group, test):
    with warnings.catch_warnings(), contextlib.suppress(EnvelopeError, *FROM_LIBRARY):
        warnings.simplefilter("ignore", SecurityWarning)
        verify(group, test)
        return True
    return False


SAME_TEXT_AS_A_VALID_TOKEN = {367, 370}
"""Labelled "invalid padding", but their text has none: byte for byte the group's valid token."""
REFUSED_THOUGH_LABELLED_VALID = {
    132,  # direct encryption: the key names the content algorithm only
    135,  # compressed
    *(346, 347, 350, 351),  # the key says another alg than the header: one key, one algorithm
    *(372, 373),  # a question mark inside base64url
}


@pytest.mark.parametrize("name", ["encryption", "signature"])
def test_strict_decoding_and_the_library_refuse_every_invalid_wycheproof_token(vectors, name):
    every = cases(vectors, name)
    valid = {token_of(test) for _, test in every if test["result"] == "valid"}
    invalid = [(group, test) for group, test in every if test["result"] == "invalid"]
    through = [test for group, test in invalid if accepted(group, test)]
    assert len(invalid) == {"encryption": 74, "signature": 355}[name]
    assert {test["tcId"] for test in through} <= SAME_TEXT_AS_A_VALID_TOKEN
    assert {token_of(test) for test in through} <= valid


@pytest.mark.parametrize("name", ["encryption", "signature"])
def test_strict_decoding_accepts_valid_wycheproof_tokens(vectors, name):
    valid = [(group, test) for group, test in cases(vectors, name) if test["result"] == "valid"]
    refused = {test["tcId"] for group, test in valid if not accepted(group, test)}
    assert len(valid) == {"encryption": 65, "signature": 46}[name]
    assert refused <= REFUSED_THOUGH_LABELLED_VALID
