"""Key manifests: a party's signed statement of its public keys (``typ=so+manifest``).

The token is a compact JWS, ``alg=Ed25519``, signed by the identity key. Its payload is JSON::

    {"iss": party id, "counter": n, "iat": seconds,
     "identity": {"kty": "OKP", "crv": "Ed25519", "x": ...},
     "jwks": {"keys": [{..., "kid", "use", "alg", "nbf", "exp", "status"}]}}
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from adapters.keyrings import jwk
from adapters.keyrings.lifecycle import DAY, KeyEntry, KeyStatus
from gateway.domain.errors import RefusedError
from gateway.ports.custody import HeldSigningKey
from gateway.ports.keyring import Manifest

TYP = "so+manifest"
_MAX_CHARS = 256 * 1024
_PAYLOAD_MEMBERS = {"iss", "counter", "iat", "identity", "jwks"}
_PARTY_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_PUBLIC_FORMS: dict[str, tuple[dict[str, str], str, int, frozenset[str]]] = {
    "Ed25519": ({"kty": "OKP", "crv": "Ed25519"}, "x", 32, frozenset({"sig", "checkpoint"})),
    "HPKE-9-KE": ({"kty": "AKP", "alg": "HPKE-9-KE"}, "pub", 1216, frozenset({"enc"})),
    "ECDH-ES+A256KW": ({"kty": "OKP", "crv": "X25519"}, "x", 32, frozenset({"enc"})),
    "ML-DSA-44": ({"kty": "AKP", "alg": "ML-DSA-44"}, "pub", 1312, frozenset({"checkpoint"})),
}
"""Per algorithm: fixed members, the member with the key, its length in bytes, the uses."""
_LATEST = 253_402_300_799
"""The last second of the year 9999: no moment lies behind it, so that none is too much for who reads it."""
_LONGEST_LIFE = 731 * DAY
"""How long a key may live at most; ours live a year."""
_LIFE_MEMBERS = {"kid", "use", "alg", "nbf", "exp", "status"}
_PRIVATE_MEMBERS = {"d", "priv", "k", "p", "q", "dp", "dq", "qi", "oth"}


def issue_manifest(
    party_id: str, counter: int, issued_at: int, identity: HeldSigningKey, entries: Iterable[KeyEntry]
) -> Manifest:
    """Sign a new version.

    Args:
        party_id: Whose keys.
        counter: One more than the last version.
        issued_at: NumericDate.
        identity: The identity key; its public half travels in the payload.
        entries: All keys to publish.
    """
    header = {"alg": identity.alg, "kid": identity.kid, "typ": TYP}
    keys = [entry.jwk() for entry in entries]
    payload = {"iss": party_id, "counter": counter, "iat": issued_at}
    payload |= {"identity": identity.public, "jwks": {"keys": keys}}
    signing_input = f"{_encode_json(header)}.{_encode_json(payload)}"
    token = f"{signing_input}.{jwk.encode(identity.sign(signing_input.encode('ascii')))}"
    return Manifest(party_id, counter, token, jwk.fingerprint(identity.public), tuple(keys))


def verify_manifest(token: str, *, fingerprint: str | None = None, pinned: Manifest | None = None) -> Manifest:
    """Verify a manifest against what is already trusted.

    Args:
        token: The compact JWS.
        fingerprint: At onboarding: what a person compared; case, spaces and colons do not matter.
        pinned: Later: the manifest trusted until now. One of the two is needed; with both, both must hold.

    Returns:
        The manifest. Keys of algorithms this program does not know are left out.

    Raises:
        RefusedError: ``manifest-refused``; the message says why.
        ValueError: Neither a fingerprint nor a pinned manifest was given.
    """
    if fingerprint is None and pinned is None:
        raise ValueError("a manifest is trusted by a fingerprint or by a pinned manifest")
    try:
        manifest = _verify_signed(token)
    except (ValueError, KeyError, TypeError, JoseError, RecursionError):
        raise _refused("it is not a well-formed, correctly signed manifest") from None
    if fingerprint is not None:
        _compare(fingerprint, manifest)
    if pinned is not None:
        _check_successor(manifest, pinned)
    return manifest


def _compare(fingerprint: str, manifest: Manifest) -> None:
    expected = re.sub(r"[\s:]", "", fingerprint).lower()
    if not _FINGERPRINT.fullmatch(expected):
        raise _refused("no whole fingerprint was given to compare it with; one has 64 hexadecimal digits")
    if expected != manifest.fingerprint:
        raise _refused("its identity key does not have the expected fingerprint")


def stated_fingerprint(token: str) -> str:
    """The fingerprint of the identity key a manifest states and is signed by: proof of nothing but possession.

    Raises:
        RefusedError: ``manifest-refused``.
    """
    try:
        return _verify_signed(token).fingerprint
    except (ValueError, KeyError, TypeError, JoseError, RecursionError):
        raise _refused("it is not a well-formed, correctly signed manifest") from None


def entry_of(key: Mapping[str, Any]) -> KeyEntry:
    """A verified JWK of a manifest as a life-cycle entry."""
    fixed, member, _, _ = _PUBLIC_FORMS[key["alg"]]
    public = {name: key[name] for name in (*fixed, member)}
    return KeyEntry(
        public,
        key["kid"],
        key["use"],
        key["alg"],
        key["nbf"],
        key["exp"],
        KeyStatus(key["status"]),
        key.get("revoked_at"),
    )


def _check_successor(manifest: Manifest, pinned: Manifest) -> None:
    if (manifest.party_id, manifest.fingerprint) != (pinned.party_id, pinned.fingerprint):
        raise _refused("it is not signed by the identity key that is pinned for this partner")
    if manifest.token != pinned.token and manifest.counter <= pinned.counter:
        raise _refused(f"its counter must be above {pinned.counter}, the one that is pinned")


def _verify_signed(token: str) -> Manifest:
    if len(token) > _MAX_CHARS:
        raise ValueError("too long")
    header_part, payload_part, signature_part = token.split(".")
    payload = _decode_json(payload_part)
    identity = payload["identity"]
    _check_public(identity, "Ed25519")
    header = _decode_json(header_part)
    if header != {"alg": "Ed25519", "kid": jwk.thumbprint(identity), "typ": TYP}:
        raise ValueError("not the header of a manifest")
    jwk.decode(signature_part)
    registry = jws.JWSRegistry(algorithms=["Ed25519"])
    registry.max_payload_length = _MAX_CHARS
    jws.deserialize_compact(token, OKPKey.import_key(identity), registry=registry)
    return _manifest_of(token, payload)


def _manifest_of(token: str, payload: Mapping[str, Any]) -> Manifest:
    counter, keys = payload["counter"], payload["jwks"]["keys"]
    if payload.keys() != _PAYLOAD_MEMBERS or not _PARTY_ID.fullmatch(payload["iss"]):
        raise ValueError("not the payload of a manifest")
    if not (_is_moment(counter) and _is_moment(payload["iat"]) and counter):
        raise ValueError("not numbers")
    kids = [key["kid"] for key in keys]
    if len(set(kids)) != len(kids) or any(_PRIVATE_MEMBERS & key.keys() for key in keys):
        raise ValueError("a key twice, or a private key")
    known = tuple(_checked(key) for key in keys if key["alg"] in _PUBLIC_FORMS)
    return Manifest(payload["iss"], counter, token, jwk.fingerprint(payload["identity"]), known)


def _checked(key: Mapping[str, Any]) -> Mapping[str, Any]:
    fixed, member, _, uses = _PUBLIC_FORMS[key["alg"]]
    public = {name: key[name] for name in (*fixed, member)}
    _check_public(public, key["alg"])
    if key.keys() - {"revoked_at"} != public.keys() | _LIFE_MEMBERS or key["use"] not in uses:
        raise ValueError("not the members of a key")
    if key["kid"] != jwk.thumbprint(public) or not _lives(key):
        raise ValueError("kid is not the thumbprint, or no life")
    if KeyStatus(key["status"]) is KeyStatus.REVOKED and "revoked_at" not in key:
        raise ValueError("revoked without a moment")
    return key


def _lives(key: Mapping[str, Any]) -> bool:
    """Whether a key begins before it ends, and ends: a moment that no clock shows would stop whoever looks at it."""
    moments = [key[name] for name in ("nbf", "exp", "revoked_at") if name in key]
    return all(map(_is_moment, moments)) and key["nbf"] < key["exp"] <= key["nbf"] + _LONGEST_LIFE


def _is_moment(number: object) -> bool:
    return type(number) is int and 0 <= number <= _LATEST


def _check_public(key: Mapping[str, Any], alg: str) -> None:
    fixed, member, length, _ = _PUBLIC_FORMS[alg]
    if key != {**fixed, member: key[member]} or len(jwk.decode(key[member])) != length:
        raise ValueError("not a public key of its algorithm")


def _encode_json(value: Mapping[str, Any]) -> str:
    return jwk.encode(json.dumps(value, separators=(",", ":")).encode("ascii"))


def _decode_json(part: str) -> dict[str, Any]:
    raw = jwk.decode(part)
    if raw[:1] != b"{":
        raise ValueError("not a JSON object")
    members: dict[str, Any] = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_duplicates)
    return members


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _refused(why: str) -> RefusedError:
    return RefusedError(
        "manifest-refused",
        f"The key manifest is refused: {why}.",
        remedy="Ask whose keys they are for the current ones, and compare the whole fingerprint by telephone.",
    )
