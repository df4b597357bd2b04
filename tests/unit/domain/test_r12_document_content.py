"""A document is what its content says; what the other side could not read is refused, each reason with its code."""

import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from gateway.domain.document_content import FOREIGN, HEAD_BYTES, check_document, is_blank, kind_of
from gateway.domain.enclosure import BEGINNINGS, JPEG, PDF, PNG, TEXT
from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import CATALOGUE, Refusal
from tests.support.messages import scan

BODY = b"1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n"
WHOLE_PDF = b"%PDF-1.7\n" + BODY + b"%%EOF\n"
ENCRYPTED_PDF = WHOLE_PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 5 0 R")
SEEN_BEFORE = Path(__file__).resolve().parents[2] / "vectors" / "documents"

TAKEN = {
    "pdf": (WHOLE_PDF, PDF),
    "pdf-behind-line-ends": (b"\r\n\r\n" + WHOLE_PDF, PDF),
    "pdf-behind-other-bytes": (bytes(range(256)) * 3 + WHOLE_PDF, PDF),
    "pdf-at-the-last-place": (b"\0" * (HEAD_BYTES - 5) + WHOLE_PDF, PDF),
    "pdf-before-other-bytes": (WHOLE_PDF + b"\n" * 900, PDF),
    "pdf-that-says-how-metadata-are": (WHOLE_PDF.replace(b"/Root", b"/EncryptMetadata true/Root"), PDF),
    "png": (scan(PNG, bytes(range(256))), PNG),
    "jpeg": (scan(JPEG, bytes(range(256))), JPEG),
    "jpeg-before-a-film": (scan(JPEG) + b"film" * 5000, JPEG),
    "jpeg-of-many-pieces": (scan(JPEG, bytes(5000)), JPEG),
    "text-that-begins-with-a-sign": (b"<5 kg tillen, en geen #!", TEXT),
    "text": (b"Functie: magazijnmedewerker.\r\n\tTillen tot 5 kg.\f", TEXT),
    "text-behind-a-mark": ("\ufeffFunctie: magazijnmedewerker.".encode(), TEXT),
    "text-of-every-script": ("Größe 👩‍⚕️ \u202eomgekeerd\u202c e\u0308 \ud7ff".encode(), TEXT),
    "one-letter": (b"x", TEXT),
    "text-that-looks-like-base64": (b"Werkt in ploegendienst", TEXT),
    "long-word": (b"Arbeidsongeschiktheidsverzekeringsmaatschappijmedewerker" * 2, TEXT),
    "number-of-a-document": (b"Zie 2026/11", TEXT),
    "text-that-quotes-base64": (b"De bijlage begint met JVBERi0xLjQK.", TEXT),
}

REFUSED = {
    "document-blank": [b"", b" \r\n\t", b"\xef\xbb\xbf", "\u200b\u200b".encode(), "\u00ad\u2060\u3164\u2800".encode()],
    "document-not-text": [b"na\xefve", b"half a character \xe2\x82", b"\xc0\x80", b"\xed\xa0\x80"],
    "document-control-characters": [
        bytes(64),
        b"Functie\x00",
        b"\x1b[31mrood",
        b"a\x0bb",
        b"Functie: \x01" + b"x" * 5000,
        "\x9b31mrood".encode(),
    ],
    "document-utf-16": [
        "Functie: magazijn".encode("utf-16-le"),
        "Functie: magazijn".encode("utf-16-be"),
        "Functie: magazijn".encode("utf-16"),
        b"\xff\xfe\x3c\x26",
    ],
    "document-rtf": [rb"{\rtf1\ansi Functie magazijn.\par}"],
    "document-base64": [
        b64encode(WHOLE_PDF),
        b64encode(scan(PNG, bytes(range(90)))),
        b"/9j/4AAQSkZJRgABAQ==",
        b"data:application/pdf;base64," + b64encode(WHOLE_PDF),
        b"\r\n".join(b64encode(WHOLE_PDF * 20)[start : start + 76] for start in range(0, 2000, 76)),
        b64encode(b"Functie: magazijnmedewerker."),
        b64encode("Functie: één magazijnmedewerker in ploegendienst, vijf dagen per week.\r\n".encode() * 9),
        b64encode(bytes(range(256))),
        b64encode(rb"{\rtf1\ansi Functie magazijn.\par}"),
        b64encode(b"PK\3\4"),
        b64encode(scan(PNG, b"\xff\xfe\xfd" * 40)).replace(b"+", b"-").replace(b"/", b"_"),
    ],
    "document-heic": [b"\x00\x00\x00\x18ftypheic" + bytes(20), b"\x00\x00\x00\x20ftypisom" + bytes(20)],
    "document-tiff": [b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"],
    "document-other-kind": [
        b"PK\x03\x04 a word processor's file",
        b"MZ\x90\x00 a program" + WHOLE_PDF,
        b"MZ another program" + WHOLE_PDF,
        b"#!/bin/sh\n" + WHOLE_PDF,
        b"<script>" + WHOLE_PDF,
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(20),
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
    "document-truncated": [
        b"%PDF-1.7\n1 0 obj\n<<",
        WHOLE_PDF[:-6],
        WHOLE_PDF + b"\n" * 2000,
        BEGINNINGS[PNG] + bytes(range(256)),
        scan(PNG, bytes(5000))[:-12],
        BEGINNINGS[JPEG] + bytes(200),
    ],
    "document-encrypted": [
        ENCRYPTED_PDF,
        WHOLE_PDF.replace(b"/Type/Catalog", b"/Type/XRef/Encrypt\n12 0\tR"),
        WHOLE_PDF.replace(b"/Root 1 0 R", b"/#45ncr#79p#74 5 0 R"),
        WHOLE_PDF.replace(b"/Root 1 0 R", b"/Encrypt<</Filter/Standard>>"),
        WHOLE_PDF.replace(b"trailer", b"trailer" + b" " * 500_000).replace(b"/Root 1 0 R", b"/Encrypt 5 0 R"),
    ],
}
REFUSALS = [(code, content) for code, contents in REFUSED.items() for content in contents]


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def verdict(content: bytes, size: int = 1024 * 1024) -> str:
    found = kind_of(pieces(content, size))
    return found.code if isinstance(found, Refusal) else found


@pytest.mark.parametrize(("content", "media_type"), TAKEN.values(), ids=TAKEN)
def test_what_can_be_read_is_taken_as_what_it_is(content, media_type):
    assert verdict(content) == media_type


@pytest.mark.parametrize(("code", "content"), REFUSALS, ids=lambda part: part if isinstance(part, str) else "")
def test_what_cannot_be_read_is_refused_with_its_reason(code, content):
    assert verdict(content) == code


@pytest.mark.parametrize("size", [1, 7, 1023, 1025])
def test_it_does_not_matter_how_a_file_is_cut_into_pieces(size):
    for content, media_type in TAKEN.values():
        assert verdict(content, size) == media_type
    for code, content in REFUSALS:
        assert len(content) > 100_000 or verdict(content, size) == code


@pytest.mark.parametrize(("code", "place", "mark"), FOREIGN)
def test_every_kind_on_the_list_is_told(code, place, mark):
    assert verdict(b"\x20" * place + mark + b" and what follows") == code
    assert code in CATALOGUE


@pytest.mark.parametrize("declared", [TEXT, PDF, PNG, JPEG])
def test_a_document_is_of_the_kind_its_message_says(declared):
    for content, media_type in TAKEN.values():
        if media_type == declared:
            assert check_document((content,), declared=declared) == media_type
        else:
            with pytest.raises(RefusedError) as caught:
                check_document((content,), declared=declared, where="Binary.data")
            assert (caught.value.code, caught.value.where) == ("document-type-contradicts", "Binary.data")


def test_a_refusal_says_why_and_what_to_do_and_nothing_of_the_document():
    for code, content in REFUSALS:
        with pytest.raises(RefusedError) as caught:
            check_document((content,), where="scan.pdf")
        assert (caught.value.code, caught.value.rules) == (code, ("R12",))
        assert caught.value.remedy
        assert "magazijn" not in str(caught.value)


def test_every_reason_in_the_catalogue_is_provoked_here():
    known = {code for code in CATALOGUE if code.startswith("document-")}
    assert known == {*REFUSED, "document-type-contradicts"}


@for_all(st.binary(max_size=3000), st.integers(1, 900))
def test_any_bytes_get_one_verdict(content, size):
    assert verdict(content, size) == verdict(content)


@for_all(st.text(max_size=200))
def test_a_text_that_shows_something_is_not_blank(text):
    assert is_blank(text) == is_blank("\u200b".join(text))
    assert not is_blank(f"{text}x")


@pytest.mark.parametrize("text", ["", " \t\n", "\x00\x07\x1b", "\x80\x9b", "\u200b\u00ad", "\u3164\u2800"])
def test_what_no_reader_sees_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize(
    "piece",
    [b"x" * 65_536, b"\n" * 65_536, BEGINNINGS[PDF] + b" " * 65_531, BEGINNINGS[JPEG] + b"\xff\xd9" + b" " * 65_531],
)
def test_a_large_file_is_never_whole_in_memory(piece):
    tracemalloc.start()
    kind_of(bytes(bytearray(piece)) for _ in range(800))  # each of them new, as they come from a disk
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


SEEN = {
    "base64.pdf": "document-base64",
    "heic.heic": "document-heic",
    "junk-before.pdf": PDF,
    "nul-only.bin": "document-control-characters",
    "only-bom.txt": "document-blank",
    "rtf.doc": "document-rtf",
    "tiff.tif": "document-tiff",
    "truncated.pdf": "document-truncated",
    "utf16le-nobom.txt": "document-utf-16",
    "zwsp.txt": "document-blank",
}
"""Files that were judged wrongly once, by name."""


@pytest.mark.parametrize("name", SEEN)
def test_files_that_were_judged_wrongly_once(name):
    assert verdict((SEEN_BEFORE / name).read_bytes()) == SEEN[name]
    assert set(SEEN) == {path.name for path in SEEN_BEFORE.iterdir()}
