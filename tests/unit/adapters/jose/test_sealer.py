"""Sealing, opening, lengths and the choice of keys."""

import hashlib
import json
import uuid
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.jose import JoseSealer
from adapters.jose.padding import pad
from adapters.jose.strict import decode_base64url, decode_object, encode_base64url
from gateway.domain.errors import EnvelopeError, OperatorError, RefusedError
from gateway.domain.size_class import padme

MANY = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
FLOOR = 256 * 1024

# --- round trip


@MANY
@given(payload=st.binary(max_size=5000), is_classical=st.booleans(), floor=st.integers(0, 6000))
def test_what_is_sealed_opens_unchanged_but_for_trailing_spaces(world, payload, is_classical, floor):
    sender, recipient = world.classical() if is_classical else (world.sender, world.recipient)
    jti = str(uuid.uuid4())
    sealed = sender.seal(payload, recipient="lpbso", message_id=jti, issued_at=world.now, size_floor=floor)
    opened = recipient.open(sealed.body, at=world.now + timedelta(days=1))
    assert opened.payload[: len(payload)] == payload
    assert not opened.payload[len(payload) :].strip(b" ")
    assert opened.digest == sealed.digest
    assert (opened.sender, opened.recipient, opened.message_id) == ("arbo-linde", "lpbso", jti)
    assert (opened.issued_at, opened.expires_at) == (world.now, world.now + timedelta(days=7))
    assert opened.is_quantum_safe is not is_classical


def test_the_digest_is_that_of_the_signing_input(world):
    signed = world.sign(world.inner_header())
    opened = world.recipient.open(world.encrypt(world.outer_header(), signed), at=world.now)
    assert opened.digest == hashlib.sha256(signed.rpartition(b".")[0]).hexdigest()


def test_the_largest_payload_fits_and_one_byte_more_does_not(world):
    largest = 4 * 1024 * 1024
    body = world.seal(b"x" * largest).body
    assert len(world.recipient.open(body, at=world.now).payload) == largest
    with pytest.raises(RefusedError) as caught:
        world.seal(b"x" * (largest + 1))
    assert caught.value.code == "payload-too-large"


def test_headers_have_exactly_the_members_of_the_profile(world):
    outer = json.loads(decode_base64url(world.seal().body.split(b".")[0]))
    assert list(outer) == ["alg", "enc", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit", "ek"]
    sender, _ = world.classical()
    body = sender.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    assert list(json.loads(decode_base64url(body.split(b".")[0]))) == (
        ["alg", "enc", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit", "epk"]
    )


def test_nothing_of_the_payload_shows_outside(world):
    body = world.seal(b'{"marker":"Jansen-123"}').body
    assert b"Jansen" not in body
    assert b"Jansen" not in decode_base64url(body.split(b".")[0])


def test_two_sealings_of_one_message_differ_but_attest_the_same(world):
    first, second = world.seal(), world.seal()
    assert first.body != second.body
    assert first.digest == second.digest


@pytest.mark.parametrize("message_id", ["", "x", "0B0F8A52-6B5C-4AC8-9D7A-52B0D1A5A0F1", "urn:uuid:0b0f8a52"])
def test_a_message_id_that_is_not_a_lower_case_uuid_is_refused(world, message_id):
    with pytest.raises(RefusedError) as caught:
        world.seal(message_id=message_id)
    assert caught.value.code == "message-id-invalid"


def test_naive_instants_are_a_mistake_of_the_caller(world):
    naive = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 - the point
    with pytest.raises(ValueError, match="aware"):
        world.seal(issued_at=naive)
    with pytest.raises(ValueError, match="aware"):
        world.recipient.open(b"", at=naive)


# --- lengths


@pytest.mark.parametrize("is_classical", [False, True])
def test_all_payloads_up_to_the_floor_give_bodies_of_one_length(world, is_classical):
    sender = world.classical()[0] if is_classical else world.sender
    lengths = {
        len(
            sender.seal(
                b"x" * size,
                recipient="lpbso",
                message_id=str(uuid.uuid4()),
                issued_at=world.now + timedelta(seconds=size),
                size_floor=FLOOR,
            ).body
        )
        for size in (0, 1, 2, 3, 900, 20_000, 20_001, FLOOR - 1, FLOOR)
    }
    assert len(lengths) == 1


def test_a_payload_over_the_floor_gets_its_padme_size(world):
    opened = world.recipient.open(world.seal(b"x" * (FLOOR + 1), size_floor=FLOOR).body, at=world.now)
    assert len(opened.payload) == padme(FLOOR + 1)


@given(length=st.integers(0, 2**32))
def test_padme_costs_at_most_twelve_percent(length):
    size = padme(length)
    assert length <= size <= length * 1.12 + 1
    assert padme(size) == size


@pytest.mark.parametrize(
    ("length", "size"), [(0, 0), (1, 1), (8, 8), (9, 10), (100, 104), (1000, 1024), (20_001, 20_480)]
)
def test_padme_sizes(length, size):
    assert padme(length) == size


def test_padding_never_goes_over_the_limit():
    assert len(pad(b"x" * 99, 0, 100)) == 100
    with pytest.raises(RefusedError):
        pad(b"", 101, 100)


# --- keys to seal to


def seal_with(world, partners, at=None):
    sealer = JoseSealer("arbo-linde", world.keyrings["arbo-linde"], partners)
    return sealer.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=at or world.now)


def refusal(world, partners, at=None):
    with pytest.raises(OperatorError) as caught:
        seal_with(world, partners, at)
    assert caught.value.remedy
    return caught.value.code


def test_an_unknown_partner_cannot_be_sealed_to(world):
    with pytest.raises(OperatorError) as caught:
        world.seal(recipient="nobody")
    assert caught.value.code == "partner-not-onboarded"


def test_who_can_be_sealed_to_is_reached(world):
    def is_reached(partners):
        return JoseSealer("arbo-linde", world.keyrings["arbo-linde"], partners).reaches("lpbso", world.now)

    classical = world.with_keys(lambda key: None if key["alg"] == "HPKE-9-KE" else key)
    assert is_reached(world.partners)
    assert not is_reached(classical)
    classical.allow_classical("lpbso", world.now + timedelta(seconds=1))
    assert is_reached(classical)
    with pytest.raises(OperatorError) as caught:
        world.sender.reaches("nobody", world.now)
    assert caught.value.code == "partner-not-onboarded"


@pytest.mark.parametrize("status", ["retiring", "retired", "revoked"])
def test_a_key_on_its_way_out_is_not_sealed_to(world, status):
    assert refusal(world, world.with_keys(lambda key: {**key, "status": status})) == "partner-key-missing"


def test_an_expired_key_is_not_sealed_to(world):
    at = world.now + timedelta(days=90)
    assert refusal(world, world.partners, at) == "partner-key-missing"


def test_a_next_key_is_sealed_to_when_its_time_has_come(world):
    partners = world.with_keys(lambda key: {**key, "status": "next"})
    assert seal_with(world, partners)
    later = int((world.now + timedelta(days=1)).timestamp())
    assert refusal(world, world.with_keys(lambda key: {**key, "status": "next", "nbf": later})) == "partner-key-missing"


def test_without_a_hybrid_key_an_exception_is_needed(world):
    partners = world.with_keys(lambda key: None if key["alg"] == "HPKE-9-KE" else key)
    assert refusal(world, partners) == "suite-not-allowed"
    partners.allow_classical("lpbso", world.now)
    assert refusal(world, partners) == "suite-not-allowed"
    partners.allow_classical("lpbso", world.now + timedelta(seconds=1))
    assert seal_with(world, partners)


def test_an_exception_does_not_downgrade_a_partner_that_has_a_hybrid_key(world):
    partners = world.with_keys(lambda key: key, lpbso=world.now + timedelta(days=1))
    assert world.recipient.open(seal_with(world, partners).body, at=world.now).is_quantum_safe


# --- mutations


def mutate(body, where, data, kind):
    at = where % (len(body) + 1)
    if kind == "replace":
        return body[:at] + data + body[at + len(data) :]
    if kind == "insert":
        return body[:at] + data + body[at:]
    if kind == "delete":
        return body[:at] + body[at + max(len(data), 1) :]
    return body[:at]


KINDS = st.sampled_from(["replace", "insert", "delete", "truncate"])
TEXT = st.binary(min_size=1, max_size=4) | st.text("ABab01-_.=+/ \n", min_size=1, max_size=4).map(str.encode)


@settings(max_examples=1500)
@given(where=st.integers(0, 10_000), data=TEXT, kind=KINDS, is_classical=st.booleans())
def test_no_mutation_of_an_envelope_opens(world, where, data, kind, is_classical):
    sender, recipient = world.classical() if is_classical else (world.sender, world.recipient)
    body = sender.seal(b"{}", recipient="lpbso", message_id=world.jti, issued_at=world.now).body
    changed = mutate(body, where, data, kind)
    assume(changed != body)
    with pytest.raises(EnvelopeError):
        recipient.open(changed, at=world.now)


@settings(max_examples=800)
@given(where=st.integers(0, 1000), data=TEXT, kind=KINDS)
def test_no_mutation_of_the_inner_token_opens(world, where, data, kind):
    signed = world.sign(world.inner_header())
    changed = mutate(signed, where, data, kind)
    assume(changed != signed)
    with pytest.raises(EnvelopeError):
        world.recipient.open(world.encrypt(world.outer_header(), changed), at=world.now)


@settings(max_examples=500)
@given(body=st.binary(max_size=300) | st.text("eyJhbGci.-_A=", max_size=300).map(str.encode))
def test_arbitrary_bytes_give_the_one_error(world, body):
    with pytest.raises(EnvelopeError):
        world.recipient.open(body, at=world.now)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OUTER = st.sampled_from(["alg", "enc", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit", "ek", "epk", "zip"])
INNER = st.sampled_from(
    ["alg", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit", "iat", "exp", "enk", "x5t#S256"]
)


@settings(max_examples=500)
@given(member=OUTER, value=JSON)
def test_any_json_as_an_outer_member_gives_the_one_error(world, member, value):
    with pytest.raises(EnvelopeError):
        world.recipient.open(world.forge(edit_outer=lambda m: {**m, member: value}), at=world.now)


@settings(max_examples=500)
@given(member=INNER, value=JSON)
def test_any_json_as_an_inner_member_gives_the_one_error(world, member, value):
    with pytest.raises(EnvelopeError):
        world.recipient.open(world.forge(inner={member: value}), at=world.now)


# --- strict base64url


@given(data=st.binary(max_size=200))
def test_base64url_has_one_spelling(data):
    assert decode_base64url(encode_base64url(data)) == data


@settings(max_examples=500)
@given(text=st.text("AQgw-_+/= \n0é", max_size=12).map(str.encode))
def test_what_decodes_encodes_to_itself(text):
    try:
        raw = decode_base64url(text)
    except EnvelopeError:
        return
    assert encode_base64url(raw) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"ab+0", "base64url"), (b"ab/0", "base64url"), (b"ab=0", "base64url"), (b"AB", "base64url-not-canonical")],
)
def test_another_spelling_is_refused_with_its_reason(text, reason):
    with pytest.raises(EnvelopeError) as caught:
        decode_base64url(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_header_has_sixteen_brackets_and_no_more(opening):
    def header(count):
        closing = (b"]" if opening == b"[" else b"}") * count
        return encode_base64url(b'{"a":' + opening * count + b"1" + closing + b"}")

    assert list(decode_object(header(15), 1024)) == ["a"]
    with pytest.raises(EnvelopeError) as caught:
        decode_object(header(16), 1024)
    assert caught.value.reason == "header-nesting"
