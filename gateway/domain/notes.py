"""Signed notes (C2SP signed-note v1): a text and the signatures under it, read strictly and written one way only."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from gateway.domain.errors import RefusedError

ED25519 = 0x01
"""Signature type: Ed25519 over the text of the note."""
ML_DSA_44 = 0x06
"""Signature type: time-stamped ML-DSA-44 cosignature of a checkpoint (C2SP tlog-cosignature)."""

MAX_CHARS = 64 * 1024
"""Room for sixteen signatures, also quantum-safe ones."""
_MAX_SIGNATURES = 16
_KEY_ID_BYTES = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE = re.compile(r"\N{EM DASH} (?P<name>[^\s+]+) (?P<value>[A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key as notes know it.

    Attributes:
        name: Without spaces or plus; for a journal the name of the journal.
        type: ``ED25519`` or ``ML_DSA_44``.
        public: Raw public key: 32 or 1312 bytes.
    """

    name: str
    type: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, say which key signed; a hint and no proof."""
        return sha256(self.name.encode("utf-8") + b"\n" + bytes([self.type]) + self.public).digest()[:_KEY_ID_BYTES]


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line.

    Attributes:
        name, key_id: Which key is said to have signed.
        value: The signature, as its type defines it.
    """

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note.

    Attributes:
        text: What is signed, its last newline included.
        signatures: At least one; no key twice.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def written(self) -> str:
        """The whole note."""
        lines = (
            f"\N{EM DASH} {s.name} {base64.b64encode(s.key_id + s.value).decode('ascii')}\n" for s in self.signatures
        )
        return f"{self.text}\n{''.join(lines)}"


def read_note(note: str) -> SignedNote:
    """Take a note apart; nothing in it is verified yet.

    Raises:
        RefusedError: ``note-malformed``: not a note, or not the one way to write it.
    """
    try:
        read = _read(note)
    except ValueError as error:
        raise RefusedError(
            "note-malformed",
            f"This is no signed note: {error}.",
            remedy="Give the file exactly as it was written; do not open and save it in a word processor.",
        ) from None
    return read


def decoded(text: str) -> bytes:
    """The bytes behind canonical standard base64.

    Raises:
        ValueError: Anything else, also what a lenient decoder would take.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if base64.b64encode(raw).decode("ascii") != text:
        raise ValueError("not the one way to write base64")
    return raw


def _read(note: str) -> SignedNote:
    if len(note) > MAX_CHARS or _CONTROL.search(note):
        raise ValueError("too long, or with control characters")
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not text or not gap or lines.pop():
        raise ValueError("no text, an empty line, signatures and a last newline")
    if not 0 < len(lines) <= _MAX_SIGNATURES:
        raise ValueError("no signatures, or too many")
    read = tuple(_read_signature(line) for line in lines)
    if len({(signature.name, signature.key_id) for signature in read}) != len(read):
        raise ValueError("the same key twice")
    return SignedNote(text + "\n", read)


def _read_signature(line: str) -> NoteSignature:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise ValueError("a line that is no signature")
    raw = decoded(found["value"])
    if len(raw) <= _KEY_ID_BYTES:
        raise ValueError("a signature that is empty")
    return NoteSignature(found["name"], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])
