"""The notary's room: checkpoints of journals as signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

What is here: ``KeyringNotary`` behind the port ``Notary``, and ``verify_checkpoint`` for who has a manifest and
nothing else, such as ``sogw proof verify``.

Invariants:
    * A note is believed for its signatures only: one by Ed25519 *and* one by ML-DSA-44, each by a key that the party's
      manifest states for ``checkpoint``. A note from which the quantum-safe signature was taken is refused, unless the
      verifier says otherwise.
    * A signature of a known key that does not hold condemns the whole note; signatures of unknown keys (witnesses)
      are left alone.
"""

from adapters.notes.notary import KeyringNotary
from adapters.notes.verification import verify_checkpoint

__all__ = ["KeyringNotary", "verify_checkpoint"]
