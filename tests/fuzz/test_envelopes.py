"""Envelopes whose headers were changed with a plan by somebody who holds every key: signed and sealed right, and refused
for what they say.
"""

import json

from hypothesis import strategies as st

from adapters.jose.strict import decode_base64url, encode_base64url
from adapters.keyrings.private_keys import Ed25519Key
from tests.fuzz.mutations import KEY, TEXTS, VALUES, changed_bytes, trees, write
from tests.fuzz.targets import ENVELOPE, MANIFEST, hold, world
from tests.support.forger import JTI, NOW, RECIPIENT, SENDER

EXACT = (
    "alg", "none", "HPKE-9-KE", "ECDH-ES+A256KW", "dir", "RSA1_5", "Ed25519", "EdDSA", "HS256", "A128GCM", "DEF",
    "so+jwe", "so+jws", "so-envelope/2", SENDER, RECIPIENT, JTI.upper(), ["prf"], [], ["alg"],
)  # fmt: skip
HEADER_VALUES = (*VALUES, *EXACT)
ADDED = ("zip", "jwk", "jku", "x5u", "x5c", "x5t#S256", "apu", "p2c", "b64", "epk", KEY)


def refused(body, *, unless):
    """Refused, unless what was drawn changes nothing."""
    outcome = hold(ENVELOPE, body)
    assert outcome == "envelope-refused" or unless, "changed, and yet read"
    return outcome


def changed(members):
    """Header members changed as a tree, now and then with one that JOSE libraries would obey."""
    more = st.dictionaries(st.sampled_from(ADDED), st.sampled_from(HEADER_VALUES), max_size=1)
    return st.builds(lambda tree, extra: {**tree, **extra}, trees((members,), HEADER_VALUES), more)


def test_changed_outer_headers_are_refused(search):
    signed = world().sign(world().inner_header())

    good = world().outer_header()

    def check(members):
        return refused(world().encrypt(members, signed, edit=write), unless=members == good)

    search(changed(good), check)


def test_changed_inner_headers_are_refused(search):
    outer, good = world().outer_header(), world().inner_header()

    def check(members):
        return refused(world().encrypt(outer, world().sign(write(members))), unless=members == good)

    search(changed(good), check)


def test_whatever_is_sealed_instead_of_a_signed_message_is_refused(search):
    outer = world().outer_header()
    signed = world().sign(world().inner_header())
    search(changed_bytes([signed]), lambda inner: refused(world().encrypt(outer, inner), unless=inner == signed))


def test_a_signed_payload_comes_out_byte_for_byte(search):
    def check(payload):
        opened = world().recipient.open(world().forge(payload=payload), at=NOW)
        assert opened.payload == payload
        return "read"

    search(st.one_of(st.binary(min_size=1, max_size=300), st.sampled_from(TEXTS).map(lambda t: t.encode("utf-8", "replace"))), check, examples=50)  # fmt: skip


def test_changed_manifests_signed_by_the_partner_itself_are_read_or_refused(search):
    """A partner whose own software is wrong, or turned against us."""
    ring = world().keyrings[SENDER]
    head, payload, _ = ring.manifest().token.encode().split(b".")
    identity = Ed25519Key(ring.secrets.identity)

    def check(tree):
        signing_input = head + b"." + encode_base64url(write(tree))
        return hold(MANIFEST, signing_input + b"." + encode_base64url(identity.sign(signing_input)))

    search(trees((json.loads(decode_base64url(payload)),)), check)
