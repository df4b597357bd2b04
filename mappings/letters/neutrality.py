"""Words that give an opinion away; a handover with one of them is read by a person first (R48).

A list finds the obvious, not everything: it asks for a second look and never clears a text.
"""

import re
import unicodedata
from typing import Final

from gateway.ports.letters import ReviewFlag

OPINION_WORDS: Final = (
    "aansteller",
    "betrouwbaar",
    "eigenlijk",
    "eigenwijs",
    "gelukkig",
    "geloofwaardig",
    "helaas",
    "ik acht",
    "ik denk",
    "ik vermoed",
    "ik vind",
    "in mijn ogen",
    "lastig",
    "mijn indruk",
    "mijn mening",
    "mijn oordeel",
    "mijns inziens",
    "moeilijk persoon",
    "naar mijn idee",
    "niet gemotiveerd",
    "niet mee eens",
    "onbetrouwbaar",
    "ongeloofwaardig",
    "ongemotiveerd",
    "onredelijk",
    "onterecht",
    "onwillig",
    "overdreven",
    "overdrijf",
    "simuleert",
    "terecht",
    "volgens mij",
    "vreemd genoeg",
    "weigerachtig",
    "werkt niet mee",
    "zeurt",
)
"""Beginnings of words and phrases, lower case, one space between words."""


def opinions_in(part: str, text: str | None) -> tuple[ReviewFlag, ...]:
    """One flag when the text holds opinion words; none when it does not.

    Args:
        part: How the flag names the text.
        text: Free text; invisible characters and odd spaces do not hide a word.
    """
    readable = _readable(text or "")
    found = tuple(words for words in OPINION_WORDS if re.search(rf"\b{words}", readable))
    return (ReviewFlag(part, found),) if found else ()


def _readable(text: str) -> str:
    """Lower case, compatibility forms folded, invisible format characters gone, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", visible)
