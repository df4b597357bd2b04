"""One test per refusal of the profile; every token is right in all other respects."""

import json
from datetime import timedelta

import pytest

from adapters.jose import JoseSealer
from adapters.jose.profile import MAX_BODY_BYTES
from adapters.jose.strict import decode_base64url, encode_base64url
from gateway.domain.errors import EnvelopeError, OperatorError, TemporaryError

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def reason(sealer, body, at):
    with pytest.raises(EnvelopeError) as caught:
        sealer.open(body, at=at)
    assert str(caught.value) == "The envelope was refused. See the local journal for the reason."
    assert caught.value.__cause__ is None
    return caught.value.reason


@pytest.fixture
def refused(world):
    return lambda body, at=world.now: reason(world.recipient, body, at)


def test_the_forger_makes_tokens_that_open(world):
    opened = world.recipient.open(world.forge(payload=b'{"a":1}'), at=world.now)
    assert (opened.payload, opened.sender, opened.is_quantum_safe) == (b'{"a":1}', "arbo-linde", True)


# --- who it is for, and who it is from


def test_recipient_substitution_is_refused(world):
    body = world.forge(inner={"aud": "third-party"}, outer={"aud": "third-party"})
    assert reason(world.recipient, body, world.now) == "wrong-recipient"


def test_a_message_that_names_another_recipient_inside_is_refused(world, refused):
    assert refused(world.forge(inner={"aud": "third-party"})) == "inner-differs-from-outer"


def test_surreptitious_forwarding_is_refused(world):
    """The recipient encrypts the sender's signed letter again, for a third party."""
    stranger_kid = next(k["kid"] for k in world.keyrings["third-party"].manifest().keys if k["alg"] == "HPKE-9-KE")
    letter = world.sign(world.inner_header())
    header = world.outer_header(aud="third-party", kid=stranger_kid)
    body = world.encrypt(header, letter, recipient="third-party")
    assert reason(world.stranger, body, world.now) == "inner-differs-from-outer"


def test_author_substitution_outside_is_refused(world, refused):
    assert refused(world.forge(outer={"iss": "third-party"})) == "inner-differs-from-outer"


def test_author_substitution_on_both_sides_is_refused(world, refused):
    """The stranger claims to be the sender, with its own signature and key id."""
    kid = world.keyrings["third-party"].signing_key(world.now).kid
    assert refused(world.forge(inner={"kid": kid}, signer="third-party")) == "signing-key-unknown"


def test_a_signature_by_somebody_else_is_refused(world, refused):
    assert refused(world.forge(signer="third-party")) == "signature"


def test_an_unknown_partner_is_refused(world, refused):
    body = world.forge(inner={"iss": "nobody"}, outer={"iss": "nobody"})
    assert refused(body) == "signing-key-unknown"


def test_another_message_id_inside_is_refused(world, refused):
    other = "11111111-1111-4111-8111-111111111111"
    assert refused(world.forge(inner={"jti": other})) == "inner-differs-from-outer"


def test_a_wrong_enk_is_refused(world, refused):
    assert refused(world.forge(inner={"enk": "A" * 43})) == "inner-differs-from-outer"


# --- keys


def test_key_confusion_between_the_suites_is_refused(world):
    """The kid of the classical key under the hybrid algorithm."""
    kid = next(k["kid"] for k in world.keyrings["lpbso"].manifest().keys if k["alg"] == "ECDH-ES+A256KW")
    body = world.forge(inner={"enk": kid}, outer={"kid": kid})
    assert reason(world.recipient, body, world.now) == "encryption-key-unknown"


def test_key_confusion_with_a_signing_key_as_encryption_key_is_refused(world):
    kid = world.keyrings["lpbso"].signing_key(world.now).kid
    body = world.forge(inner={"enk": kid}, outer={"kid": kid})
    assert reason(world.recipient, body, world.now) == "encryption-key-unknown"


def test_key_confusion_with_an_encryption_key_as_signing_key_is_refused(world, refused):
    kid = next(k["kid"] for k in world.keyrings["arbo-linde"].manifest().keys if k["use"] == "enc")
    assert refused(world.forge(inner={"kid": kid})) == "signing-key-unknown"


@pytest.mark.parametrize("kid", ["../../etc/passwd", "https://example.org/key", "", "A" * 42, "A" * 44, 5, None])
def test_a_kid_that_is_not_a_thumbprint_is_refused(world, refused, kid):
    assert refused(world.forge(outer={"kid": kid})) == "kid"
    assert refused(world.forge(inner={"kid": kid})) == "kid"


def test_a_signing_key_that_is_out_of_use_is_refused(world):
    partners = world.with_keys(lambda key: {**key, "status": "retired"}, party="arbo-linde")
    sealer = JoseSealer("lpbso", world.keyrings["lpbso"], partners)
    assert reason(sealer, world.forge(), world.now) == "signing-key-not-valid"


@pytest.mark.parametrize("status", ["next", "active", "retiring"])
def test_a_signing_key_around_its_rotation_is_accepted(world, status):
    partners = world.with_keys(lambda key: {**key, "status": status}, party="arbo-linde")
    sealer = JoseSealer("lpbso", world.keyrings["lpbso"], partners)
    assert sealer.open(world.forge(), at=world.now).sender == "arbo-linde"


@pytest.mark.parametrize("change", [{"nbf": 301}, {"exp": 0}])
def test_a_signing_key_outside_its_dates_is_refused(world, change):
    shifted = {name: int(world.now.timestamp()) + seconds for name, seconds in change.items()}
    partners = world.with_keys(lambda key: {**key, **shifted}, party="arbo-linde")
    sealer = JoseSealer("lpbso", world.keyrings["lpbso"], partners)
    assert reason(sealer, world.forge(), world.now) == "signing-key-not-valid"


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1)])
def test_a_message_issued_when_the_encryption_key_has_expired_is_refused(world, later):
    """The sender's key is longer valid here, so that the recipient's key alone decides."""
    partners = world.with_keys(lambda key: {**key, "exp": key["exp"] + 7 * 86_400}, party="arbo-linde")
    sealer = JoseSealer("lpbso", world.keyrings["lpbso"], partners)
    at = world.now + timedelta(days=90) + later
    iat = int(at.timestamp())
    body = world.forge(inner={"iat": iat, "exp": iat + 60})
    assert reason(sealer, body, at) == "encryption-key-not-valid"
    before = int((world.now + timedelta(days=90)).timestamp()) - 1
    assert sealer.open(world.forge(inner={"iat": before, "exp": iat + 60}), at=at)


def test_a_message_issued_before_the_encryption_key_existed_is_refused(world):
    """The sender's key is older here, so that the recipient's key alone decides."""
    partners = world.with_keys(lambda key: {**key, "nbf": key["nbf"] - 86_400}, party="arbo-linde")
    sealer = JoseSealer("lpbso", world.keyrings["lpbso"], partners)
    iat = int(world.now.timestamp())
    assert sealer.open(world.forge(inner={"iat": iat - 300, "exp": iat}), at=world.now)
    body = world.forge(inner={"iat": iat - 301, "exp": iat})
    assert reason(sealer, body, world.now) == "encryption-key-not-valid"


def test_embedded_keys_and_addresses_are_refused(world, refused):
    for name in ("jwk", "jku", "x5u", "x5c", "x5t"):
        assert refused(world.forge(outer={name: {}})) == "header-members"
        assert refused(world.forge(inner={name: {}})) == "header-members"


# --- algorithms


def test_downgrade_to_the_classical_suite_is_refused(world):
    classical_sender, _ = world.classical()
    body = classical_sender.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    assert reason(world.recipient, body, world.now) == "downgrade"


def test_downgrade_after_the_exception_ended_is_refused(world):
    sender, recipient = world.classical()
    body = sender.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    recipient._partners.allow_classical("arbo-linde", world.now)
    assert reason(recipient, body, world.now) == "downgrade"


@pytest.mark.parametrize("alg", ["dir", "HPKE-9", "HPKE-10-KE", "ECDH-ES", "RSA1_5", "PBES2-HS256+A128KW", "none", ""])
def test_other_key_algorithms_are_refused(world, refused, alg):
    assert refused(world.forge(outer={"alg": alg})) == "alg"


@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA", "ES256", "ML-DSA-65", "ed25519"])
def test_other_signature_algorithms_are_refused(world, refused, alg):
    assert refused(world.forge(inner={"alg": alg})) == "alg"


@pytest.mark.parametrize("alg", [["HPKE-9-KE"], {"a": 1}, 9, True, None])
def test_alg_that_is_not_text_is_refused(world, refused, alg):
    assert refused(world.forge(outer={"alg": alg})) == "alg"
    assert refused(world.forge(inner={"alg": alg})) == "alg"


@pytest.mark.parametrize("enc", ["A128GCM", "A256CBC-HS512", "a256gcm", ["A256GCM"]])
def test_other_content_encryption_is_refused(world, refused, enc):
    assert refused(world.forge(outer={"enc": enc})) == "enc"


# --- header lists


@pytest.mark.parametrize("member", ["alg", "enc", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit"])
def test_a_missing_outer_member_is_refused(world, refused, member):
    assert refused(world.forge(outer={member: ...})) in {"header-members", "alg"}


@pytest.mark.parametrize(
    "member", ["alg", "kid", "typ", "cty", "iat", "exp", "jti", "iss", "aud", "enk", "prf", "crit"]
)
def test_a_missing_inner_member_is_refused(world, refused, member):
    assert refused(world.forge(inner={member: ...})) == "header-members"


@pytest.mark.parametrize("member", ["x", "case", "epk", "apu", "apv", "exp", "p2c", "b64", "nonce", ""])
def test_an_unknown_header_is_refused(world, refused, member):
    assert refused(world.forge(outer={member: "AA"})) == "header-members"


def test_compression_is_refused(world, refused):
    assert refused(world.forge(outer={"zip": "DEF"})) == "header-members"
    assert refused(world.forge(inner={"zip": "DEF"})) == "header-members"


@pytest.mark.parametrize(
    "crit", [[], ["alg"], ["kid"], ["prf", "prf"], ["prf", "exp"], "prf", None, {"prf": 1}, [["prf"]], ["PRF"], [1]]
)
def test_other_crit_is_refused(world, refused, crit):
    assert refused(world.forge(outer={"crit": crit})) == "crit"
    assert refused(world.forge(inner={"crit": crit})) == "crit"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("typ", "so+jws"),
        ("typ", "application/so+jwe"),
        ("typ", "SO+JWE"),
        ("cty", "JWT"),
        ("prf", "so-envelope/2"),
        ("prf", 1),
    ],
)
def test_wrong_outer_typ_cty_prf_are_refused(world, refused, member, value):
    assert refused(world.forge(outer={member: value})) == member


@pytest.mark.parametrize(
    ("member", "value"),
    [("typ", "so+jwe"), ("typ", "so+manifest"), ("cty", "application/json"), ("prf", "so-envelope/0")],
)
def test_wrong_inner_typ_cty_prf_are_refused(world, refused, member, value):
    assert refused(world.forge(inner={member: value})) == member


def test_a_certificate_thumbprint_is_accepted_when_well_formed(world, refused):
    thumbprint = encode_base64url(bytes(32)).decode()
    assert world.recipient.open(world.forge(inner={"x5t#S256": thumbprint}), at=world.now)
    assert refused(world.forge(inner={"x5t#S256": "AAAA"})) == "length"
    assert refused(world.forge(inner={"x5t#S256": ["A"]})) == "not-base64url-text"
    assert refused(world.forge(outer={"x5t#S256": thumbprint})) == "header-members"


@pytest.mark.parametrize(
    "jti", ["0B0F8A52-6B5C-4AC8-9D7A-52B0D1A5A0F1", "x", "", 7, "0b0f8a526b5c4ac89d7a52b0d1a5a0f1"]
)
def test_a_message_id_in_another_spelling_is_refused(world, refused, jti):
    assert refused(world.forge(outer={"jti": jti})) == "jti"


@pytest.mark.parametrize("party", ["Arbo", "a.b", "a b", "a\n", "", "é", "a" * 49, ["arbo-linde"], "-a"])
def test_a_party_id_that_is_none_is_refused(world, refused, party):
    assert refused(world.forge(outer={"iss": party})) == "iss"
    assert refused(world.forge(inner={"aud": party})) == "aud"


# --- times


def test_an_expired_message_is_refused(world, refused):
    assert world.recipient.open(world.forge(), at=world.now + timedelta(days=7))
    assert refused(world.forge(), world.now + timedelta(days=7, seconds=1)) == "expired"


def test_a_message_from_the_future_is_refused(world, refused):
    assert world.recipient.open(world.forge(), at=world.now - timedelta(minutes=5))
    assert refused(world.forge(), world.now - timedelta(minutes=5, seconds=1)) == "not-yet-valid"


@pytest.mark.parametrize("seconds", [604_801, 0, -1])
def test_a_lifetime_over_seven_days_or_none_is_refused(world, refused, seconds):
    iat = int(world.now.timestamp())
    assert refused(world.forge(inner={"exp": iat + seconds})) == "lifetime"


@pytest.mark.parametrize("value", ["1795167000", True, None, -1, 0, 10**30, [1]])
def test_dates_that_are_not_whole_seconds_are_refused(world, refused, value):
    assert refused(world.forge(inner={"iat": value})) == "iat"
    assert refused(world.forge(inner={"exp": value})) == "exp"


@pytest.mark.parametrize("text", [b"1.5", b"1e9", b"NaN", b"Infinity"])
def test_fractions_and_exponents_are_refused(world, refused, text):
    def edit(members):
        return json.dumps({**members, "iat": 123456}).encode().replace(b"123456", text)

    assert refused(world.forge(edit_inner=edit)) == "header-number"


# --- sizes, bombs, nesting


def test_an_oversize_body_is_refused_before_parsing(refused):
    assert refused(b"." * (MAX_BODY_BYTES + 1)) == "too-large"


def test_an_oversize_header_is_refused(world, refused):
    assert refused(world.forge(edit_outer=lambda m: json.dumps(m).encode() + b" " * 4096)) == "header-too-large"
    assert refused(world.forge(edit_inner=lambda m: json.dumps(m).encode() + b" " * 4096)) == "header-too-large"


def test_the_header_limit_is_exact(world, refused):
    def filled(size):
        return lambda members: json.dumps(members).encode().ljust(size)

    assert world.recipient.open(world.forge(edit_outer=filled(4096)), at=world.now)
    for size in (4097, 4098, 4099, 4100):
        assert refused(world.forge(edit_outer=filled(size))) == "header-too-large"


def test_a_payload_over_its_limit_is_refused(world, refused):
    assert refused(world.forge(payload=b" " * (4 * 1024 * 1024 + 1))) == "too-large"


def test_a_nesting_bomb_in_the_header_is_refused(world, refused):
    bomb = b'{"crit":' + b"[" * 2000 + b"]" * 2000 + b"}"
    assert refused(world.forge(edit_outer=lambda _: bomb)) == "header-nesting"
    assert refused(world.forge(edit_inner=lambda _: bomb)) == "header-nesting"


def test_an_envelope_in_an_envelope_is_refused(world, refused):
    assert refused(world.encrypt(world.outer_header(), world.forge())) == "not-compact"


def test_a_deflate_bomb_is_never_inflated(world, refused):
    """Without ``zip`` the compressed bytes are just a bad inner token."""
    assert refused(world.encrypt(world.outer_header(), b"\x78\x9c" + bytes(4096))) == "not-compact"


@pytest.mark.parametrize("length", [0, 1, 32, 1088, 1119, 1121, 1184])
def test_an_ek_of_another_length_is_refused(world, refused, length):
    ek = encode_base64url(bytes(length)).decode()
    assert refused(world.forge(edit_outer=lambda m: {**m, "ek": ek})) == "length"


@pytest.mark.parametrize("ek", [None, 5, ["AA"], "é" * 9, "A" * 1493 + "+"])
def test_an_ek_that_is_not_base64url_is_refused(world, refused, ek):
    assert refused(world.forge(edit_outer=lambda m: {**m, "ek": ek})) in {"not-base64url-text", "base64url"}


@pytest.mark.parametrize(("part", "lengths"), [(1, (47, 49)), (2, (11, 13, 16)), (4, (4, 12, 15, 17))])
def test_other_lengths_of_key_iv_and_tag_are_refused(world, refused, part, lengths):
    for length in lengths:
        parts = world.forge().split(b".")
        raw = decode_base64url(parts[part])
        parts[part] = encode_base64url((raw * 2)[:length])
        assert refused(b".".join(parts)) == "length"


@pytest.mark.parametrize("length", [63, 65])
def test_another_signature_length_is_refused(world, refused, length):
    head, payload, _ = world.sign(world.inner_header()).split(b".")
    signed = b".".join([head, payload, encode_base64url(bytes(length))])
    assert refused(world.encrypt(world.outer_header(), signed)) == "length"


# --- malleability


def test_a_second_spelling_of_any_part_is_refused(world, refused):
    """Spare bits, padding, white space, the other alphabet: for each of the five parts."""
    parts = world.forge().split(b".")
    for index, part in enumerate(parts):
        others = [part + b"=", part + b"\n", b" " + part, part + b"A" * 4, part[:-1] + b"+", part[:-1] + b"/"]
        if len(part) % 4:
            others.append(part[:-1] + ALPHABET[ALPHABET.index(part[-1]) + 1 :][:1])
        for other in others:
            assert refused(b".".join([*parts[:index], other, *parts[index + 1 :]]))


@pytest.mark.parametrize("text", [b"AA==", b"AAA=", b"AAAA====", b"AA=A"])
def test_padding_is_refused_also_where_it_would_be_right(text):
    with pytest.raises(EnvelopeError):
        decode_base64url(text)


def test_spare_bits_are_refused_as_such(refused):
    assert refused(b"e31.AA.AA.AA.AA") == "base64url-not-canonical"


@pytest.mark.parametrize(
    "body", [b"", b".", b"....", b"a.b.c.d", b"a.b.c.d.e.f", b"\xff" * 9, b"\x00", b"{}", b"a..b.c.d"]
)
def test_what_is_not_compact_is_refused(refused, body):
    assert refused(body)


def test_json_serialisation_is_refused(world, refused):
    protected, key, iv, ciphertext, tag = (part.decode() for part in world.forge().split(b"."))
    flattened = {"protected": protected, "encrypted_key": key, "iv": iv, "ciphertext": ciphertext, "tag": tag}
    assert refused(json.dumps(flattened).encode()) == "not-compact"


def test_duplicate_members_are_refused(world, refused):
    def twice(members):
        return json.dumps(members).encode()[:-1] + b', "iss": "arbo-linde"}'

    assert refused(world.forge(edit_outer=twice)) == "duplicate-member"
    assert refused(world.forge(edit_inner=twice)) == "duplicate-member"


def test_a_byte_order_mark_is_refused(world, refused):
    def marked(members):
        return b"\xef\xbb\xbf" + json.dumps(members).encode()

    assert refused(world.forge(edit_outer=marked)) == "header-not-object"
    assert refused(world.forge(edit_inner=marked)) == "header-not-object"


@pytest.mark.parametrize(
    "raw", [b"[]", b"null", b'"x"', b"{", b"{}x", b'{"a":\xff}', b"{'alg':1}", b"\x00{}", b"{\x00}"]
)
def test_a_header_that_is_not_a_json_object_is_refused(world, refused, raw):
    assert refused(world.forge(edit_outer=lambda _: raw)) in {"header-not-object", "header-not-json"}


def test_an_utf16_header_is_refused(world, refused):
    assert refused(world.forge(edit_outer=lambda m: json.dumps(m).encode("utf-16-le"))) == "header-not-json"


def test_a_header_with_other_spaces_is_the_same_header(world):
    """The parser demands exact members, not an exact writer: other libraries may lay out their JSON differently."""
    body = world.forge(edit_outer=lambda m: json.dumps(m, indent=1).encode())
    assert world.recipient.open(body, at=world.now).message_id == world.jti


# --- the classical ephemeral key


@pytest.mark.parametrize(
    ("epk", "why"),
    [
        ({"kty": "OKP", "crv": "X25519", "x": "A" * 43}, "content-key-unreadable"),
        ({"kty": "OKP", "crv": "X25519", "x": "AQ" + "A" * 41}, "content-key-unreadable"),
        ({"kty": "OKP", "crv": "X25519", "x": "CQ" + "A" * 41}, "content-key-unreadable"),
        ({"kty": "OKP", "crv": "X25519", "x": "AAAA"}, "length"),
        ({"kty": "OKP", "crv": "X25519", "x": "A" * 42 + "B"}, "base64url-not-canonical"),
        ({"kty": "OKP", "crv": "X25519", "x": None}, "not-base64url-text"),
        ({"kty": "OKP", "crv": "X25519", "x": "A" * 43, "d": "A" * 43}, "epk"),
        ({"kty": "OKP", "crv": "X25519"}, "epk"),
        ({"kty": "EC", "crv": "P-256", "x": "A" * 43}, "epk"),
        ({"kty": "OKP", "crv": "X448", "x": "A" * 43}, "epk"),
        ({"kty": ["OKP"], "crv": "X25519", "x": "A" * 43}, "epk"),
        ([], "epk"),
        ("x", "epk"),
        (None, "epk"),
    ],
)
def test_a_low_order_or_malformed_epk_is_refused(world, epk, why):
    sender, recipient = world.classical()
    body = sender.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    head, *rest = body.split(b".")
    members = json.loads(decode_base64url(head)) | {"epk": epk}
    body = b".".join([encode_base64url(json.dumps(members).encode()), *rest])
    assert reason(recipient, body, world.now) == why


# --- the border of the one error


@pytest.mark.parametrize("error", [OperatorError, TemporaryError])
def test_a_key_store_that_cannot_answer_is_not_blamed_on_the_envelope(world, error):
    class Broken:
        def decryption_key(self, _kid):
            raise error("key-store-down", "The key store does not answer.")

    with pytest.raises(error):
        JoseSealer("lpbso", Broken(), world.partners).open(world.forge(), at=world.now)


def test_a_surprise_in_a_library_is_a_refused_envelope(world):
    class Surprising:
        def decryption_key(self, kid):
            raise KeyError(kid)

    sealer = JoseSealer("lpbso", Surprising(), world.partners)
    assert reason(sealer, world.forge(), world.now) == "unexpected"
