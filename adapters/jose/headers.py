"""Parsing of the two protected headers: exactly the members of the profile, each with exactly one kind of value."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.jose import profile
from adapters.jose.profile import ALG_CLASSICAL, ALG_HYBRID, ALG_SIGNATURE, InnerHeader, OuterHeader
from adapters.jose.strict import decode_exactly, decode_object, refuse

ENCAPSULATED_BYTES = {ALG_HYBRID: 1120, ALG_CLASSICAL: 32}
"""Length of what travels in ``ek`` (1088 for ML-KEM-768 and 32 for X25519) or in ``epk``."""
_X25519_BYTES = 32
_SHA256_BYTES = 32
_MAX_DATE = 2**40

_COMMON = {"alg", "kid", "typ", "cty", "iss", "aud", "jti", "prf", "crit"}
_OUTER = {ALG_HYBRID: _COMMON | {"enc", "ek"}, ALG_CLASSICAL: _COMMON | {"enc", "epk"}}
_INNER = _COMMON | {"iat", "exp", "enk"}
_BY_CERTIFICATE = "x5t#S256"

_PARTY_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KID = re.compile(r"[A-Za-z0-9_-]{43}")


def is_message_id(text: str) -> bool:
    """Whether it is a UUID in the one spelling of the profile."""
    return _UUID.fullmatch(text) is not None


def parse_outer(part: bytes) -> OuterHeader:
    """The JWE protected header.

    Args:
        part: First part of the compact JWE, still base64url.

    Raises:
        EnvelopeError: It is not exactly a header of the profile.
    """
    members = decode_object(part, profile.MAX_HEADER_BYTES)
    alg = _text(members, "alg")
    if alg not in _OUTER:
        refuse("alg")
    if members.keys() != _OUTER[alg]:
        refuse("header-members")
    _expect(members, {"enc": profile.ENC, "typ": "so+jwe", "cty": "JOSE"})
    return OuterHeader(
        alg=alg,
        kid=_matching(members, "kid", _KID),
        sender=_matching(members, "iss", _PARTY_ID),
        recipient=_matching(members, "aud", _PARTY_ID),
        message_id=_matching(members, "jti", _UUID),
        encapsulated=_ephemeral_key(members["epk"])
        if alg == ALG_CLASSICAL
        else decode_exactly(members["ek"], ENCAPSULATED_BYTES[alg]),
    )


def parse_inner(part: bytes) -> InnerHeader:
    """The JWS protected header.

    Args:
        part: First part of the compact JWS, still base64url.

    Raises:
        EnvelopeError: It is not exactly a header of the profile.
    """
    members = decode_object(part, profile.MAX_HEADER_BYTES)
    if members.keys() - {_BY_CERTIFICATE} != _INNER:
        refuse("header-members")
    _expect(members, {"alg": ALG_SIGNATURE, "typ": "so+jws", "cty": "application/fhir+json"})
    if _BY_CERTIFICATE in members:
        decode_exactly(members[_BY_CERTIFICATE], _SHA256_BYTES)
    return InnerHeader(
        kid=_matching(members, "kid", _KID),
        sender=_matching(members, "iss", _PARTY_ID),
        recipient=_matching(members, "aud", _PARTY_ID),
        message_id=_matching(members, "jti", _UUID),
        sealed_to=_matching(members, "enk", _KID),
        issued_at=_date(members, "iat"),
        expires_at=_date(members, "exp"),
    )


def _expect(members: Mapping[str, Any], values: Mapping[str, str]) -> None:
    for name, value in {**values, "prf": profile.PROFILE}.items():
        if _text(members, name) != value:
            refuse(name)
    if members["crit"] != ["prf"]:
        refuse("crit")


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        refuse(name)
    return value


def _matching(members: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = _text(members, name)
    if not pattern.fullmatch(value):
        refuse(name)
    return value


def _date(members: Mapping[str, Any], name: str) -> int:
    value = members[name]
    if type(value) is not int or not 0 < value < _MAX_DATE:
        refuse(name)
    return value


def _ephemeral_key(value: Any) -> bytes:
    if not isinstance(value, dict) or value.keys() != {"kty", "crv", "x"}:
        refuse("epk")
    if (value["kty"], value["crv"]) != ("OKP", "X25519"):
        refuse("epk")
    return decode_exactly(value["x"], _X25519_BYTES)
