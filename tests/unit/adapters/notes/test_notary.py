"""Signed checkpoints: who signed is believed, and nobody else."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.keyrings import MemoryKeyring, PinnedPartners
from adapters.notes import KeyringNotary, verify_checkpoint
from gateway.domain.checkpoint import Checkpoint, checkpoint_text, cosigned_message, origin_of, party_of
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.notes import ED25519, NoteKey, NoteSignature, SignedNote, read_note

NOW = datetime(2026, 11, 20, 9, 30, 0, 250000, tzinfo=UTC)
POINT = Checkpoint(1234, "ab" * 32)
RINGS = {name: MemoryKeyring.generate(name, NOW) for name in ("lpbso", "lso-poli")}
PINNED = PinnedPartners(ring.manifest() for ring in RINGS.values())
NOTARIES = {name: KeyringNotary(name, ring, PINNED) for name, ring in RINGS.items()}
SIGNED = NOTARIES["lpbso"].sign(POINT, NOW)
MANIFEST = RINGS["lpbso"].manifest()


def refused(note, party="lpbso", code="checkpoint-unsigned"):
    with pytest.raises(RefusedError) as caught:
        NOTARIES["lso-poli"].verify(note, party)
    assert caught.value.code == code
    return caught.value.message


def resigned(*keep, text=None):
    """The same note with only some of its signatures, or under another text."""
    note = read_note(SIGNED.note)
    return SignedNote(text or note.text, tuple(note.signatures[place] for place in keep)).written()


def test_a_partner_believes_what_was_signed():
    assert NOTARIES["lso-poli"].verify(SIGNED.note, "lpbso") == SIGNED
    assert NOTARIES["lpbso"].verify(SIGNED.note, "lpbso") == SIGNED
    assert SIGNED.signed_at == NOW.replace(microsecond=0)
    assert len(SIGNED.note.encode()) < 3700


def test_the_text_is_that_of_a_transparency_log_checkpoint():
    lines = SIGNED.note.split("\n")
    assert lines[:2] == ["second-opinion-gateway.example/journal/lpbso", "1234"]
    assert base64.b64decode(lines[2]) == bytes.fromhex(POINT.root)
    assert lines[3] == ""
    assert [line[:2] for line in lines[4:6]] == ["\N{EM DASH} "] * 2
    assert party_of(lines[0]) == "lpbso"


def test_a_stripped_quantum_safe_signature_is_refused_unless_the_verifier_says_otherwise():
    classical = resigned(0)
    assert "ML-DSA-44" in refused(classical)
    assert verify_checkpoint(classical, MANIFEST, needs_quantum_safe=False).checkpoint == POINT
    assert "Ed25519" in refused(resigned(1))


def test_signatures_do_not_fit_another_text():
    for other in (replace(POINT, size=1235), replace(POINT, root="cd" * 32)):
        assert "does not hold" in refused(resigned(0, 1, text=checkpoint_text(origin_of("lpbso"), other)))


def test_a_checkpoint_is_of_one_journal():
    assert "another journal" in refused(SIGNED.note, party="lso-poli")
    forged = NOTARIES["lso-poli"].sign(POINT, NOW).note.replace("journal/lso-poli", "journal/lpbso")
    assert "Ed25519" in refused(forged)


def test_a_witness_may_add_a_signature_that_we_do_not_know():
    note = read_note(SIGNED.note)
    more = SignedNote(note.text, (*note.signatures, NoteSignature("witness.example/w1", b"1234", b"whatever")))
    assert NOTARIES["lso-poli"].verify(more.written(), "lpbso").checkpoint == POINT


def test_a_revoked_key_signs_nothing_and_a_retired_one_still_proves():
    ring = MemoryKeyring.generate("poli", NOW)
    note = KeyringNotary("poli", ring, PINNED).sign(POINT, NOW).note
    for day in range(0, 400, 5):
        ring.rotate(NOW + timedelta(days=day))
    assert verify_checkpoint(note, ring.manifest()).checkpoint == POINT
    for key in [key for key in ring.manifest().keys if (key["alg"], key["status"]) == ("ML-DSA-44", "retired")]:
        ring.revoke(key["kid"], NOW + timedelta(days=400))
    with pytest.raises(RefusedError) as caught:
        verify_checkpoint(note, ring.manifest())
    assert caught.value.code == "checkpoint-unsigned"


def test_a_message_key_signs_no_checkpoint():
    key = RINGS["lpbso"].signing_key(NOW)
    public = next(jwk["x"] for jwk in MANIFEST.keys if jwk["kid"] == key.kid)
    name = origin_of("lpbso")
    text = checkpoint_text(name, POINT)
    note_key = NoteKey(name, ED25519, base64.urlsafe_b64decode(public + "="))
    forged = SignedNote(text, (NoteSignature(name, note_key.key_id, key.sign(text.encode())),))
    with pytest.raises(RefusedError):
        verify_checkpoint(forged.written(), MANIFEST, needs_quantum_safe=False)


def test_an_unknown_partner_is_the_operators_business():
    with pytest.raises(OperatorError) as caught:
        NOTARIES["lpbso"].verify(SIGNED.note, "nobody")
    assert caught.value.code == "partner-not-onboarded"


def test_the_cosigned_message_is_laid_out_as_c2sp_says():
    message = cosigned_message("n", "log", Checkpoint(258, "ff" * 32), 1)
    parts = (
        b"subtree/v1\n\x00",
        b"\x01n",
        bytes(7) + b"\x01",
        b"\x03log",
        bytes(8),
        bytes(6) + b"\x01\x02",
        b"\xff" * 32,
    )
    assert message == b"".join(parts)


def test_the_example_of_the_signed_note_specification_is_read_and_written():
    example = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \N{LATIN SMALL LETTER E WITH GRAVE} "
        "subito sera.\n\n\N{EM DASH} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9o"
        "JKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    read = read_note(example)
    assert read.signatures[0].name == "quasimodo.example/salvatore"
    assert read.text.endswith("subito sera.\n")
    assert read.written() == example


SLIPS = {
    "no last newline": SIGNED.note[:-1],
    "a second newline": SIGNED.note + "\n",
    "no signatures": SIGNED.note.split("\n\n")[0] + "\n\n",
    "a carriage return": SIGNED.note.replace("\n", "\r\n"),
    "a hyphen for a dash": SIGNED.note.replace("\N{EM DASH}", "-"),
    "loose base64": SIGNED.note.replace("\N{EM DASH} ", "\N{EM DASH}  "),
    "the same key twice": resigned(0, 0, 1),
    "nothing": "",
    "too long": "a" * 70_000,
}


@pytest.mark.parametrize("note", SLIPS.values(), ids=SLIPS)
def test_a_note_is_read_in_one_way_only(note):
    refused(note, code="note-malformed")


TEXTS = {
    "an extension line": checkpoint_text(origin_of("lpbso"), POINT) + "more\n",
    "a leading zero": f"{origin_of('lpbso')}\n01\n{base64.b64encode(bytes(32)).decode()}\n",
    "a short root": f"{origin_of('lpbso')}\n1\n{base64.b64encode(bytes(31)).decode()}\n",
    "a loose root": f"{origin_of('lpbso')}\n1\n{base64.b64encode(bytes(32)).decode().replace('=', '')}\n",
    "no root": f"{origin_of('lpbso')}\n1\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_checkpoint_is_read_in_one_way_only(text):
    refused(resigned(0, 1, text=text), code="checkpoint-malformed")


@settings(max_examples=150)
@given(st.data())
def test_no_changed_note_is_believed(data):
    """Any edit either leaves the note as it was or has it refused with an error of ours."""
    at = data.draw(st.integers(0, len(SIGNED.note) - 1))
    put = data.draw(st.text(max_size=2))
    changed = SIGNED.note[:at] + put + SIGNED.note[at + data.draw(st.integers(0, 2)) :]
    if changed == SIGNED.note:
        return
    with pytest.raises(RefusedError):
        NOTARIES["lso-poli"].verify(changed, "lpbso")
