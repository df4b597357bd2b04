r"""Tell a document by its content: one judgement for what goes out and for what comes in (R12, R28).

A name or a declared media type proves nothing. A document is taken only when the other side can read it: text in UTF-8,
PDF, JPEG or PNG, whole and without a password. TIFF, HEIC and RTF are not taken, because a browser shows none of them.

The judgement needs the memory of one piece, whatever the size of the document. Known limits: a JPEG that breaks off
after its thumbnail is not told.
"""

import codecs
import re
import unicodedata
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from gateway.domain.enclosure import BEGINNINGS, JPEG, PDF, PNG, TEXT
from gateway.domain.errors import RefusedError
from gateway.domain.rules.refusal import Refusal, refuse

HEAD_BYTES: Final = 1024
"""Within so many bytes a PDF begins, and within so many before its end it says that it ends (ISO 32000-1, annex H)."""

_OTHER_KIND, _ISO_MEDIA, _TIFF = "document-other-kind", "document-heic", "document-tiff"
FOREIGN: Final = (
    ("document-rtf", 0, rb"{\rtf"),
    (_ISO_MEDIA, 4, b"ftyp"),
    (_TIFF, 0, b"II*\0"),
    (_TIFF, 0, b"MM\0*"),
    (_OTHER_KIND, 0, b"PK\3\4"),  # a word processor's file, or an archive
    (_OTHER_KIND, 0, bytes.fromhex("d0cf11e0a1b11ae1")),  # an older word processor's file
    (_OTHER_KIND, 0, b"GIF8"),
    (_OTHER_KIND, 8, b"WEBP"),
    (_OTHER_KIND, 0, b"MZ\x90\0"),  # a program
    (_OTHER_KIND, 0, b"\x7fELF"),  # a program
    (_OTHER_KIND, 0, b"\x1f\x8b\x08"),  # compressed
)
"""Kinds that may not travel: code of the refusal, place of the mark, mark (the formats' own specifications)."""

_BLANKS: Final = b" \t\r\n\f\xef\xbb\xbf"
_RTF: Final = rb"{\rtf"
_ACTIVE: Final = (b"<", b"#!", b"MZ")
"""What a browser, a shell or a system would run, though a PDF begins behind it."""

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
"""C0 controls but tab, line feed, form feed and carriage return; no byte of a longer UTF-8 sequence is one of them."""

_ENCRYPTED = re.compile(
    b"/"
    + b"".join(rb"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in b"Encrypt")
    + rb"[\x00\s]*(?:\d+[\x00\s]+\d+[\x00\s]+R|<<)"
)
"""The entry of a trailer, or of a cross-reference stream, that says how to decrypt (ISO 32000-1, 7.6.1).

Any character of a name may be written as its number (7.3.5).
"""

_CONTROL_LATIN = re.compile("[\x80-\x84\x86-\x9f]")
"""C1 controls but NEL: a terminal obeys them, and text in UTF-8 holds them only by a mistaken encoding."""

_DATA_URI = re.compile(rb"data:[\w.+/-]*;base64,", re.IGNORECASE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{4,}={0,2}")
_SAMPLE = 64
_LEAST_HIDDEN = 12
_MIXED = (re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"), re.compile(rb"[0-9+/]"))
"""Characters of a text that are decoded to see what it hides; a multiple of four."""

_UNSEEN = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Characters that show nothing although Unicode counts them among letters, marks or symbols."""


def check_document(pieces: Iterable[bytes], *, declared: str | None = None, where: str = "") -> str:
    """Tell the media type of a document, and refuse one that the other side could not read.

    Args:
        pieces: The bytes from beginning to end, in pieces of any size.
        declared: What the sender says it is; None when nobody said.
        where: A place the reader can go to.

    Returns:
        ``TEXT`` or one of ``BEGINNINGS``.

    Raises:
        RefusedError: A code of the catalogue that begins with ``document-`` (R12).
    """
    found = kind_of(pieces)
    if isinstance(found, str) and declared not in {None, found}:
        found = refuse("document-type-contradicts")
    if isinstance(found, Refusal):
        raise RefusedError(found.code, found.message, remedy=found.remedy, where=where, rules=found.rules)
    return found


def kind_of(pieces: Iterable[bytes]) -> str | Refusal:
    """Tell the media type of a document by its content, or why it is not taken; reads a good one to its end."""
    rest = iter(pieces)
    head = _head(rest)
    for code, place, mark in FOREIGN:
        if head.startswith(mark, place):
            return refuse(code)
    written = head.lstrip(_BLANKS)
    if written.startswith(_RTF):
        return refuse("document-rtf")
    if written.startswith(_ACTIVE) and BEGINNINGS[PDF] in head:
        return refuse(_OTHER_KIND)
    found = _JUDGES[_media_type(head)](chain((head,), rest), head)
    deque(rest, maxlen=0)
    return found


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing: only space, controls, format characters and fillers."""
    return not any(map(_shows, set(text)))


def _shows(character: str) -> bool:
    is_space = character.isspace() or unicodedata.category(character) in {"Cf", "Cc"}
    return not is_space and character not in _UNSEEN


def _head(rest: Iterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD_BYTES and (piece := next(rest, None)) is not None:
        head += piece
    return head


def _media_type(head: bytes) -> str | None:
    """Images begin at once; a PDF may have other bytes before it."""
    if BEGINNINGS[PDF] in head[:HEAD_BYTES]:
        return PDF
    return next((media_type for media_type, mark in BEGINNINGS.items() if head.startswith(mark)), None)


def _windows(pieces: Iterable[bytes], overlap: int) -> Iterator[bytes]:
    """Each piece behind the last bytes before it, so that a mark across two pieces is seen."""
    before = b""
    for piece in pieces:
        window = before + piece
        yield window
        before = window[-overlap:]


def _pdf(pieces: Iterable[bytes], _: bytes) -> str | Refusal:
    window = b""
    for window in _windows(pieces, HEAD_BYTES):
        if _ENCRYPTED.search(window):
            return refuse("document-encrypted")
    return PDF if b"%%EOF" in window[-HEAD_BYTES:] else refuse("document-truncated")


def _png(pieces: Iterable[bytes], _: bytes) -> str | Refusal:
    (last,) = deque(_windows(pieces, HEAD_BYTES), maxlen=1)
    return PNG if b"IEND" in last[-HEAD_BYTES:] else refuse("document-truncated")


def _jpeg(pieces: Iterable[bytes], _: bytes) -> str | Refusal:
    """Cameras write more behind the end of the image, so it may be anywhere."""
    is_whole = any(b"\xff\xd9" in window for window in _windows(pieces, 1))
    return JPEG if is_whole else refuse("document-truncated")


def _text(pieces: Iterable[bytes], head: bytes) -> str | Refusal:
    if _is_utf16(head):
        return refuse("document-utf-16")
    if _is_base64(head):
        return refuse("document-base64")
    decoder, is_empty = codecs.getincrementaldecoder("utf-8")(), True
    try:
        for piece in pieces:
            if _CONTROL.search(piece):
                return refuse("document-control-characters")
            text = decoder.decode(piece)
            if _CONTROL_LATIN.search(text):
                return refuse("document-control-characters")
            is_empty = is_empty and is_blank(text)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return refuse("document-not-text")
    return refuse("document-blank") if is_empty else TEXT


def _is_utf16(head: bytes) -> bool:
    """By its byte order mark; without one, Latin text has a NUL at every second place and none at the others."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    zeros = sorted((head[start::2].count(0), len(head[start::2])) for start in (0, 1))
    (fewest, _), (most, places) = zeros
    return fewest == 0 and most * 2 > places


def _is_base64(head: bytes) -> bool:
    """Whether what a text says is something written in base64, as far as its beginning shows.

    A file that is known, a text, or any bytes: letters of both cases and digits for a whole sample without a space.
    """
    said = _DATA_URI.sub(b"", head.removeprefix(codecs.BOM_UTF8).strip(), count=1)
    body = b"".join(said.split())
    if not _BASE64.fullmatch(body):
        return False
    sample = body[:_SAMPLE].translate(bytes.maketrans(b"-_", b"+/"))
    hidden = b64decode(sample[: len(sample) // 4 * 4])
    is_foreign = any(hidden.startswith(mark, place) for _, place, mark in FOREIGN)
    is_unbroken = b" " not in said and len(sample) == _SAMPLE and all(one.search(sample) for one in _MIXED)
    return is_foreign or is_unbroken or _media_type(hidden) is not None or _is_hidden_text(hidden)


def _is_hidden_text(hidden: bytes) -> bool:
    """A word in letters gives bytes that no text has; as many as this that are text are no accident."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(hidden)
    except UnicodeDecodeError:
        return False
    return len(hidden) >= _LEAST_HIDDEN and not is_blank(text) and not _CONTROL.search(hidden)


_JUDGES: Final[dict[str | None, Callable[[Iterable[bytes], bytes], str | Refusal]]] = {
    PDF: _pdf,
    PNG: _png,
    JPEG: _jpeg,
    None: _text,
}
