r"""Texts that survive FHIR unchanged.

A FHIR string must hold something, must not begin or end with white space (systems trim it), and knows no
control characters and no white space but space, tab, CR and LF (``[ \r\n\t\S]+``). Most texts are like that
and are written as they are. Any other text is written twice: readable in the element itself, exactly in an
extension of it - base64 of UTF-8 behind a byte order mark, so that the empty text has a value too. Nothing is
normalised: NFD stays NFD, and invisible characters stay where they were.
"""

import base64
import binascii
import re
from typing import Any

from mappings.fhir.refusals import refusal
from mappings.terminology.systems import EXACT_TEXT

Json = dict[str, Any]

MAX_CHARACTERS = 1_048_576
"""Longest FHIR string."""

_ODD_SPACE = re.compile(r"[^\S \t\r\n\x0b\x0c\x1c-\x1f]|\ufeff")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = " \t\r\n"
_NOTHING = "\ufffd"


def shown(text: str) -> str:
    """The text as a FHIR string may hold it: the same text, or a readable stand-in."""
    if text.isprintable() and text and text == text.strip(" "):
        return text  # no control character, no white space but inner spaces: nearly every text is like that
    return _CONTROL.sub(_NOTHING, _ODD_SPACE.sub(" ", text)).strip(_SPACES) or _NOTHING


def readable(text: str) -> str:
    """As ``shown``, for any text that is not too long to be a FHIR string."""
    if len(text) > MAX_CHARACTERS:
        raise refusal("text-too-long")
    return shown(text)


def put(target: Json, key: str, text: str | None) -> None:
    """Set a string element, with the exact text beside it where FHIR would not keep it; None sets nothing."""
    if text is None:
        return
    target[key] = readable(text)
    if target[key] != text:
        target[f"_{key}"] = {"extension": [exact_extension(text)]}


def exact_extension(text: str) -> Json:
    """The extension that carries a text exactly."""
    return {"url": EXACT_TEXT, "valueBase64Binary": base64.b64encode(encoded(text, bom=True)).decode("ascii")}


def encoded(text: str, *, bom: bool = False) -> bytes:
    """UTF-8 of a text, refusing what is not Unicode text (lone surrogates)."""
    try:
        return text.encode("utf-8-sig" if bom else "utf-8")
    except UnicodeEncodeError:
        raise refusal("text-not-unicode") from None


def decoded(data: str, where: str, *, bom: bool = False) -> str:
    """Text from base64 of UTF-8, strictly."""
    try:
        return base64.b64decode(data, validate=True).decode("utf-8-sig" if bom else "utf-8")
    except (binascii.Error, ValueError):
        raise refusal("value-invalid", where) from None


def exact(visible: str, extensions: list[Json], where: str) -> str:
    """The text of a string element: the exact one when it is there, provided that it matches what is shown."""
    for extension in extensions:
        if extension.get("url") == EXACT_TEXT:
            text = decoded(extension["valueBase64Binary"], where, bom=True)
            if shown(text) != visible:
                raise refusal("text-contradicts", where)
            return text
    return visible
