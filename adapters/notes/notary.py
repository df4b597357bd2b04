"""The notary of one party: its keyring signs, the pinned manifests verify."""

from datetime import UTC, datetime

from typing_extensions import override

from adapters.notes.verification import NOTE_TYPES, verify_checkpoint
from gateway.domain.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    checkpoint_text,
    cosigned_message,
    origin_of,
    timestamped,
)
from gateway.domain.errors import OperatorError
from gateway.domain.notes import ED25519, NoteKey, NoteSignature, SignedNote
from gateway.ports.keyring import CheckpointKey, Keyring, PartnerKeys
from gateway.ports.notary import Notary


class KeyringNotary(Notary):
    """Signs for one party and verifies for itself and its partners.

    Args:
        party_id: Whose journal we sign for.
        keyring: Its keys.
        partners: Pinned manifests.
    """

    def __init__(self, party_id: str, keyring: Keyring, partners: PartnerKeys) -> None:
        self._party_id = party_id
        self._keyring = keyring
        self._partners = partners

    @override
    def sign(self, checkpoint: Checkpoint, at: datetime) -> SignedCheckpoint:
        name, seconds = origin_of(self._party_id), int(at.timestamp())
        text = checkpoint_text(name, checkpoint)
        signatures = (_signed(key, name, text, checkpoint, seconds) for key in self._keyring.checkpoint_keys(at))
        note = SignedNote(text, tuple(signatures)).written()
        return SignedCheckpoint(checkpoint, note, datetime.fromtimestamp(seconds, UTC))

    @override
    def verify(self, note: str, party_id: str) -> SignedCheckpoint:
        is_ours = party_id == self._party_id
        manifest = self._keyring.manifest() if is_ours else self._partners.manifest_of(party_id)
        if manifest is None:
            raise OperatorError(
                "partner-not-onboarded",
                f"No key manifest is pinned for partner '{party_id}'.",
                remedy="See who was: sogw partner list. Another: sogw partner add FILE --fingerprint FINGERPRINT",
            )
        return verify_checkpoint(note, manifest)


def _signed(key: CheckpointKey, name: str, text: str, checkpoint: Checkpoint, seconds: int) -> NoteSignature:
    note_key = NoteKey(name, NOTE_TYPES[key.alg], key.public_bytes)
    if note_key.type == ED25519:
        return NoteSignature(name, note_key.key_id, key.sign(text.encode("utf-8")))
    message = cosigned_message(name, name, checkpoint, seconds)
    return NoteSignature(name, note_key.key_id, timestamped(seconds, key.sign(message)))
