"""Verifying a signed checkpoint against the keys of a manifest."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from gateway.domain.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    cosigned_message,
    origin_of,
    read_checkpoint_text,
    untimestamped,
)
from gateway.domain.errors import RefusedError
from gateway.domain.notes import ED25519, ML_DSA_44, NoteKey, NoteSignature, SignedNote, read_note
from gateway.ports.keyring import Manifest

NOTE_TYPES = {"Ed25519": ED25519, "ML-DSA-44": ML_DSA_44}
"""Signature type by the algorithm of the key."""

_UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)
_PUBLIC_MEMBER = {"Ed25519": "x", "ML-DSA-44": "pub"}


def verify_checkpoint(note: str, manifest: Manifest, *, needs_quantum_safe: bool = True) -> SignedCheckpoint:
    """What a note says about the journal of the manifest's party.

    Args:
        note: As it came; may be anything.
        manifest: Verified; keys that were revoked do not count, retired ones do.
        needs_quantum_safe: False to be content with Ed25519 alone; the time of signing is then unknown (1970).

    Raises:
        RefusedError: ``note-malformed``, ``checkpoint-malformed`` or ``checkpoint-unsigned``.
    """
    read = read_note(note)
    origin, checkpoint = read_checkpoint_text(read.text)
    if origin != origin_of(manifest.party_id):
        raise _unsigned(f"it is of another journal than that of '{manifest.party_id}'")
    keys = {(key.name, key.key_id): key for key in _keys(manifest)}
    signed = {
        key.type: _verified(key, signature, read, checkpoint)
        for signature in read.signatures
        if (key := keys.get((signature.name, signature.key_id)))
    }
    if ED25519 not in signed:
        raise _unsigned("it has no Ed25519 signature of a known key")
    if needs_quantum_safe and ML_DSA_44 not in signed:
        raise _unsigned("it has no ML-DSA-44 signature of a known key")
    return SignedCheckpoint(checkpoint, note, signed.get(ML_DSA_44, _UNKNOWN_TIME))


def _keys(manifest: Manifest) -> list[NoteKey]:
    name = origin_of(manifest.party_id)
    usable = (key for key in manifest.keys if key["use"] == "checkpoint" and key["status"] != "revoked")
    return [NoteKey(name, NOTE_TYPES[key["alg"]], _public(key)) for key in usable]


def _public(key: Mapping[str, Any]) -> bytes:
    text: str = key[_PUBLIC_MEMBER[key["alg"]]]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verified(key: NoteKey, signature: NoteSignature, note: SignedNote, checkpoint: Checkpoint) -> datetime:
    """The time the signature states."""
    try:
        if key.type == ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, note.text.encode("utf-8"))
            return _UNKNOWN_TIME
        timestamp, value = untimestamped(signature.value)
        message = cosigned_message(key.name, key.name, checkpoint, timestamp)
        MLDSA44PublicKey.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, ValueError):
        raise _unsigned("a signature under it does not hold") from None
    return datetime.fromtimestamp(timestamp, UTC)


def _unsigned(why: str) -> RefusedError:
    return RefusedError(
        "checkpoint-unsigned",
        f"The checkpoint is not to be believed: {why}.",
        remedy="Ask its owner for the checkpoint again, and for its current party file.",
    )
