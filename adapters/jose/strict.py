"""Strict decoding: one spelling for every value, or refusal (RFC 7515, RFC 7516, RFC 8259, RFC 4648 section 3.5).

The libraries accept second spellings (padding, spare bits, members twice, a byte order mark); each would be another
token with the same meaning, which nobody signed or counted.
"""

import json
from typing import Any, NoReturn

import pybase64

from gateway.domain.errors import EnvelopeError

_URL_SAFE = b"-_"
_MAX_BRACKETS = 16


def refuse(reason: str) -> NoReturn:
    """Raise the one error, without what led to it: a library's error can hold the bytes it stumbled over.

    Raises:
        EnvelopeError: Always.
    """
    raise EnvelopeError(reason) from None


def split_parts(token: bytes, count: int, limit: int) -> list[bytes]:
    """The dot-separated parts of a compact serialisation; none may be empty.

    Args:
        token: The whole serialisation.
        count: 5 for JWE, 3 for JWS.
        limit: Largest length of the token in bytes.

    Raises:
        EnvelopeError: Too long, another number of parts, or an empty part.
    """
    if len(token) > limit:
        refuse("too-large")
    parts = token.split(b".", count)
    if len(parts) != count or not all(parts):
        refuse("not-compact")
    return parts


def decode_base64url(part: bytes) -> bytes:
    """The bytes behind unpadded base64url in its one canonical spelling: the one that encoding them gives.

    Raises:
        EnvelopeError: Padding, white space, the other alphabet, spare bits, or an impossible length.
    """
    if b"+" in part or b"/" in part:
        refuse("base64url")
    try:
        raw = pybase64.b64decode(part + b"=" * (-len(part) % 4), altchars=_URL_SAFE, validate=True)
    except ValueError:
        refuse("base64url")
    if encode_base64url(raw) != part:
        refuse("base64url-not-canonical")
    return raw


def decode_exactly(text: Any, length: int) -> bytes:
    """The bytes behind a header member that must be base64url text of an exact decoded length.

    Raises:
        EnvelopeError: Not text, not base64url, another length.
    """
    if not isinstance(text, str) or not text.isascii():
        refuse("not-base64url-text")
    raw = decode_base64url(text.encode("ascii"))
    if len(raw) != length:
        refuse("length")
    return raw


def encode_base64url(data: bytes | memoryview) -> bytes:
    """Unpadded base64url."""
    return pybase64.urlsafe_b64encode(data).rstrip(b"=")


def decode_object(part: bytes, limit: int) -> dict[str, Any]:
    """A protected header: base64url of a small, flat UTF-8 JSON object without duplicate members or fractions.

    Args:
        part: First part of a compact serialisation.
        limit: Largest length of the JSON in bytes.

    Raises:
        EnvelopeError: Anything else.
    """
    if len(part) > (limit * 8 + 5) // 6:
        refuse("header-too-large")
    raw = decode_base64url(part)
    if not raw.startswith(b"{"):
        refuse("header-not-object")
    if raw.count(b"{") + raw.count(b"[") > _MAX_BRACKETS:
        refuse("header-nesting")
    try:
        members: dict[str, Any] = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        refuse("header-not-json")
    return members


def encode_object(members: Any) -> bytes:
    """A protected header as base64url of compact JSON."""
    return encode_base64url(_ENCODER.encode(members).encode("ascii"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        refuse("duplicate-member")
    return members


def _no_number(_text: str) -> NoReturn:
    refuse("header-number")


_ENCODER = json.JSONEncoder(separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_no_number, parse_constant=_no_number)
