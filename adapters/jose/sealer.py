"""Sealing and opening: the order of the checks is the story of this file."""

import hashlib
from datetime import UTC, datetime

from typing_extensions import override

from adapters.jose import profile
from adapters.jose.headers import is_message_id, parse_inner, parse_outer
from adapters.jose.key_choice import is_reached, key_to_seal_to, may_use_classical, verify_signature
from adapters.jose.padding import pad
from adapters.jose.profile import InnerHeader, OuterHeader
from adapters.jose.strict import decode_base64url, encode_base64url, encode_object, refuse, split_parts
from adapters.jose.suites import ENCRYPTED_KEY_BYTES, UNWRAP_INFO, decrypt_content, encrypt
from gateway.domain.errors import EnvelopeError, OperatorError, RefusedError, TemporaryError
from gateway.ports.envelope import EnvelopeSealer, OpenedMessage, SealedMessage
from gateway.ports.keyring import DecryptionKey, Keyring, PartnerKeys
from gateway.ports.suites import LEEWAY_SECONDS


class JoseSealer(EnvelopeSealer):
    """Seals and opens ``so-envelope/1`` for one party.

    Stateless; replay is refused by the inbox, which knows what it has seen.

    Args:
        party_id: Who we are: ``iss`` of what we seal, ``aud`` of what we open.
        keyring: Our private keys.
        partners: Their pinned manifests and exceptions.
    """

    def __init__(self, party_id: str, keyring: Keyring, partners: PartnerKeys) -> None:
        self._party_id = party_id
        self._keyring = keyring
        self._partners = partners

    @override
    def reaches(self, recipient: str, at: datetime) -> bool:
        return is_reached(self._partners, recipient, at)

    @override
    def seal(
        self, payload: bytes, *, recipient: str, message_id: str, issued_at: datetime, size_floor: int = 0
    ) -> SealedMessage:
        if not is_message_id(message_id):
            raise RefusedError(
                "message-id-invalid",
                "A message id is a UUID in lower case.",
                remedy="Make it with str(uuid.uuid4()).",
            )
        seconds = _seconds(issued_at)
        padded = pad(payload, size_floor, profile.MAX_PAYLOAD_BYTES)
        public = key_to_seal_to(self._partners, recipient, issued_at)
        signing_key = self._keyring.signing_key(issued_at)
        inner = InnerHeader(
            kid=signing_key.kid,
            sender=self._party_id,
            recipient=recipient,
            message_id=message_id,
            sealed_to=public["kid"],
            issued_at=seconds,
            expires_at=seconds + profile.LIFETIME_SECONDS,
        )
        signing_input = encode_object(profile.inner_members(inner)) + b"." + encode_base64url(padded)
        signed = signing_input + b"." + encode_base64url(signing_key.sign(signing_input))
        members = profile.outer_members(public["alg"], public["kid"], inner)
        return SealedMessage(encrypt(members, signed, public), _digest(signing_input))

    @override
    def open(self, body: bytes, *, at: datetime) -> OpenedMessage:
        seconds = _seconds(at)
        try:
            outer, key, signed = self._decrypt(body, at)
            signing_input, payload, inner = self._verify(outer, signed, seconds)
            _check_times(inner, key, seconds)
        except (EnvelopeError, OperatorError, TemporaryError):
            raise
        except Exception:  # noqa: BLE001 - last net: a surprise in a library refuses the envelope, never stops us
            raise EnvelopeError("unexpected") from None
        return OpenedMessage(
            payload=payload,
            sender=inner.sender,
            recipient=inner.recipient,
            message_id=inner.message_id,
            issued_at=datetime.fromtimestamp(inner.issued_at, UTC),
            expires_at=datetime.fromtimestamp(inner.expires_at, UTC),
            digest=_digest(signing_input),
            is_quantum_safe=outer.alg == profile.ALG_HYBRID,
        )

    def _decrypt(self, body: bytes, at: datetime) -> tuple[OuterHeader, DecryptionKey, bytes]:
        header_part, *parts = split_parts(body, 5, profile.MAX_BODY_BYTES)
        outer = parse_outer(header_part)
        key = self._key_for(outer, at)
        encrypted_key, iv, ciphertext, tag = (decode_base64url(part) for part in parts)
        lengths = (len(encrypted_key), len(iv), len(tag))
        if lengths != (ENCRYPTED_KEY_BYTES[outer.alg], profile.IV_BYTES, profile.TAG_BYTES):
            refuse("length")
        content_key = key.unwrap(encrypted_key, encapsulated=outer.encapsulated, info=UNWRAP_INFO[outer.alg])
        return outer, key, decrypt_content(content_key, iv, ciphertext, tag, header_part)

    def _key_for(self, outer: OuterHeader, at: datetime) -> DecryptionKey:
        if outer.recipient != self._party_id:
            refuse("wrong-recipient")
        is_classical = outer.alg == profile.ALG_CLASSICAL
        if is_classical and not may_use_classical(self._partners, outer.sender, at):
            refuse("downgrade")
        key = self._keyring.decryption_key(outer.kid)
        if key is None or key.alg != outer.alg:
            refuse("encryption-key-unknown")
        return key

    def _verify(self, outer: OuterHeader, signed: bytes, at: int) -> tuple[bytes, bytes, InnerHeader]:
        header_part, payload_part, signature_part = split_parts(signed, 3, profile.MAX_BODY_BYTES)
        inner = parse_inner(header_part)
        outside = (outer.sender, outer.recipient, outer.message_id, outer.kid)
        if (inner.sender, inner.recipient, inner.message_id, inner.sealed_to) != outside:
            refuse("inner-differs-from-outer")
        signature = decode_base64url(signature_part)
        if len(signature) != profile.SIGNATURE_BYTES:
            refuse("length")
        signing_input = signed[: len(header_part) + 1 + len(payload_part)]
        manifest = self._partners.manifest_of(inner.sender)
        verify_signature(manifest, inner.kid, (inner.issued_at, at), signature, signing_input)
        payload = decode_base64url(payload_part)
        if len(payload) > profile.MAX_PAYLOAD_BYTES:
            refuse("too-large")
        return signing_input, payload, inner


def _check_times(inner: InnerHeader, key: DecryptionKey, at: int) -> None:
    if not 0 < inner.expires_at - inner.issued_at <= profile.LIFETIME_SECONDS:
        refuse("lifetime")
    if at < inner.issued_at - LEEWAY_SECONDS:
        raise EnvelopeError("not-yet-valid", begins_at=datetime.fromtimestamp(inner.issued_at, UTC))
    if at > inner.expires_at:
        refuse("expired")
    valid_from = _seconds(key.not_before) - LEEWAY_SECONDS
    if not valid_from <= inner.issued_at < _seconds(key.expires_at):
        refuse("encryption-key-not-valid")


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("an instant must be aware")
    return int(at.timestamp())


def _digest(signing_input: bytes) -> str:
    return hashlib.sha256(signing_input).hexdigest()
