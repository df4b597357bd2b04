"""Three parties and a forger.

The forger holds every private key and makes tokens that are right in all respects but one, so that a refusal is
due to the check under test and not to a broken signature or tag.
"""

import json
import os
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.jose import JoseSealer
from adapters.jose.strict import decode_base64url, encode_base64url
from adapters.jose.suites import HPKE_INFO
from adapters.keyrings import MemoryKeyring, PinnedPartners

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
JTI = "0b0f8a52-6b5c-4ac8-9d7a-52b0d1a5a0f1"
SENDER, RECIPIENT, STRANGER = "arbo-linde", "lpbso", "third-party"
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.SHAKE256, hpke.AEAD.AES_256_GCM)
EK_BYTES = 1120


def as_json(value):
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def key_of(keyring, alg):
    return next(key for key in keyring.manifest().keys if key["alg"] == alg)


class World:
    """Who is there, and what can be forged."""

    def __init__(self):
        self.now, self.jti = NOW, JTI
        self.keyrings = {p: MemoryKeyring.generate(p, NOW) for p in (SENDER, RECIPIENT, STRANGER)}
        self.partners = PinnedPartners([ring.manifest() for ring in self.keyrings.values()])
        self.sealers = {p: JoseSealer(p, ring, self.partners) for p, ring in self.keyrings.items()}
        self.sender, self.recipient, self.stranger = (self.sealers[p] for p in (SENDER, RECIPIENT, STRANGER))

    def seal(self, payload=b'{"resourceType":"Bundle"}', **changes):
        values = {"recipient": RECIPIENT, "message_id": JTI, "issued_at": NOW} | changes
        return self.sender.seal(payload, **values)

    def inner_header(self, **changes):
        iat = int(NOW.timestamp())
        members = {
            "alg": "Ed25519",
            "kid": key_of(self.keyrings[SENDER], "Ed25519")["kid"],
            "typ": "so+jws",
            "cty": "application/fhir+json",
            "iat": iat,
            "exp": iat + 604_800,
            "jti": JTI,
            "iss": SENDER,
            "aud": RECIPIENT,
            "enk": key_of(self.keyrings[RECIPIENT], "HPKE-9-KE")["kid"],
            "prf": "so-envelope/1",
            "crit": ["prf"],
        } | changes
        return {name: value for name, value in members.items() if value is not ...}

    def outer_header(self, **changes):
        members = {
            "alg": "HPKE-9-KE",
            "enc": "A256GCM",
            "kid": key_of(self.keyrings[RECIPIENT], "HPKE-9-KE")["kid"],
            "typ": "so+jwe",
            "cty": "JOSE",
            "iss": SENDER,
            "aud": RECIPIENT,
            "jti": JTI,
            "prf": "so-envelope/1",
            "crit": ["prf"],
        } | changes
        return {name: value for name, value in members.items() if value is not ...}

    def sign(self, header, payload=b"{}", signer=SENDER):
        """A correctly signed compact JWS around any header (members, or raw bytes)."""
        data = encode_base64url(as_json(header)) + b"." + encode_base64url(payload)
        return data + b"." + encode_base64url(self.keyrings[signer].signing_key(NOW).sign(data))

    def encrypt(self, header, plaintext, recipient=RECIPIENT, edit=None):
        """A correctly encrypted compact JWE; ``edit`` turns the complete members into other members or raw bytes."""
        cek, iv = os.urandom(32), os.urandom(12)
        pub = decode_base64url(key_of(self.keyrings[recipient], "HPKE-9-KE")["pub"].encode())
        public = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(pub[:1184]), X25519PublicKey.from_public_bytes(pub[1184:])
        )
        wrapped = SUITE.encrypt(cek, public, info=HPKE_INFO)
        members = {**header, "ek": encode_base64url(wrapped[:EK_BYTES]).decode()}
        head = encode_base64url(as_json(edit(members) if edit else members))
        sealed = AESGCM(cek).encrypt(iv, plaintext, head)
        return b".".join([head, *map(encode_base64url, (wrapped[EK_BYTES:], iv, sealed[:-16], sealed[-16:]))])

    def forge(self, *, inner=None, outer=None, edit_inner=None, edit_outer=None, payload=b"{}", signer=SENDER):
        members = self.inner_header(**(inner or {}))
        signed = self.sign(edit_inner(members) if edit_inner else members, payload, signer)
        return self.encrypt(self.outer_header(**(outer or {})), signed, edit=edit_outer)

    def with_keys(self, change, party=RECIPIENT, **exceptions):
        """Partners as pinned, but with one party's public keys changed (None leaves a key out)."""
        manifests = []
        for name, ring in self.keyrings.items():
            manifest = ring.manifest()
            if name == party:
                keys = tuple(key for key in map(change, manifest.keys) if key is not None)
                manifest = type(manifest)(name, manifest.counter, manifest.token, manifest.fingerprint, keys)
            manifests.append(manifest)
        return PinnedPartners(manifests, exceptions)

    def classical(self):
        """Sender and recipient that use the classical suite under a running exception."""
        until = {SENDER: NOW + timedelta(days=30), RECIPIENT: NOW + timedelta(days=30)}
        partners = self.with_keys(lambda key: None if key["alg"] == "HPKE-9-KE" else key)
        for party, end in until.items():
            partners.allow_classical(party, end)
        return tuple(JoseSealer(p, self.keyrings[p], partners) for p in (SENDER, RECIPIENT))
