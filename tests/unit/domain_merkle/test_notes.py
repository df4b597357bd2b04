"""A signed note is written one way, and whoever brings another text learns what is wrong with it."""

import base64

import pytest

from gateway.domain.errors import RefusedError
from gateway.domain.notes import MAX_CHARS, NoteSignature, SignedNote, decoded, read_note

NOTE = SignedNote("journal\n11\nAAAA\n", (NoteSignature("name", b"abcd", b"signature"),))
TEXT, LINE = "journal\n11\nAAAA\n\n", NOTE.written().splitlines()[-1]


def other(number):
    return LINE.replace("name", f"name{number}")


def test_what_was_written_reads_as_what_it_was():
    assert read_note(NOTE.written()) == NOTE
    sixteen = TEXT + "".join(f"{other(number)}\n" for number in range(16))
    assert len(read_note(sixteen).signatures) == 16


MALFORMED = {
    "x" * (MAX_CHARS + 1): "too long, or with control characters",
    f"{TEXT}{LINE}\r\n": "too long, or with control characters",
    f"{TEXT}{LINE}": "no text, an empty line, signatures and a last newline",
    f"{LINE}\n": "no text, an empty line, signatures and a last newline",
    TEXT: "no signatures, or too many",
    TEXT + "".join(f"{other(number)}\n" for number in range(17)): "no signatures, or too many",
    f"{TEXT}{LINE}\n{LINE}\n": "the same key twice",
    f"{TEXT}name AAAA\n": "a line that is no signature",
    f"{TEXT}\N{EM DASH} name AAAAA\n": "not base64",
    f"{TEXT}\N{EM DASH} name AAAAAAB=\n": "not the one way to write base64",
    f"{TEXT}\N{EM DASH} name {base64.b64encode(b'abcd').decode()}\n": "a signature that is empty",
}


@pytest.mark.parametrize(
    ("note", "why"), MALFORMED.items(), ids=[f"{i} {why}" for i, why in enumerate(MALFORMED.values())]
)
def test_whoever_brings_another_text_learns_why_it_is_none(note, why):
    with pytest.raises(RefusedError) as caught:
        read_note(note)
    assert (caught.value.code, caught.value.message) == ("note-malformed", f"This is no signed note: {why}.")


@pytest.mark.parametrize("text", ["A", "AAA", "AA==A", "é", "AA-_", "AAA A"])
def test_only_standard_base64_is_read(text):
    with pytest.raises(ValueError, match="base64"):
        decoded(text)
