"""Find words of opinion in a text: a neutral handover says what was measured, agreed or decided (R48).

A list finds the obvious, not everything: what it does not find is not cleared by it. It names its own words, which are
part of this program, and never the text.
"""

import re
import unicodedata
from typing import Final

OPINION_WORDS: Final = (
    "aansteller",
    "aanstellerij",
    "achterbaks",
    "eigenwijs",
    "heeft het aan zichzelf te danken",
    "hysterisch",
    "ik acht",
    "ik denk",
    "ik geloof",
    "ik heb de indruk",
    "ik heb het gevoel",
    "ik twijfel",
    "ik vermoed",
    "ik vind",
    "in mijn ogen",
    "klaagt veel",
    "komt niet geloofwaardig over",
    "kwerulant",
    "lastig",
    "lastige",
    "leugenachtig",
    "liegt",
    "lui",
    "manipulatief",
    "mijn indruk",
    "mijn inziens",
    "mijn mening",
    "mijn oordeel",
    "mijns inziens",
    "moeilijk persoon",
    "moeilijke man",
    "moeilijke vrouw",
    "naar mijn gevoel",
    "naar mijn idee",
    "naar mijn inzien",
    "naar mijn mening",
    "niet gemotiveerd",
    "niet te vertrouwen",
    "onbetrouwbaar",
    "onbetrouwbare",
    "ongeloofwaardig",
    "ongeloofwaardige",
    "ongemotiveerd",
    "ongemotiveerde",
    "onredelijk",
    "onredelijke",
    "onterecht",
    "onwil",
    "onwillig",
    "onwillige",
    "overdrijft",
    "overdrijving",
    "simuleert",
    "simulant",
    "stelt zich aan",
    "volgens mij",
    "vreemd genoeg",
    "weigerachtig",
    "werkt niet mee",
    "zeurt",
    "zeurderig",
    "zou best kunnen",
)
"""Words and phrases that a handover may not have; lower case, one space between words."""

DOUBTFUL_WORDS: Final = (
    "betrouwbaar",
    "eigenlijk",
    "geen zin",
    "gelukkig",
    "geloofwaardig",
    "helaas",
    "kennelijk",
    "manipuleert",
    "moeilijk",
    "natuurlijk",
    "niet mee eens",
    "overdreven",
    "ten onrechte",
    "terecht",
    "theatraal",
    "uiteraard",
)
"""Words that may be of an opinion or of a fact; a person reads a letter with one of them before it goes out."""


def opinion_words_in(text: str | None) -> tuple[str, ...]:
    """Name the words of opinion in a text, as the table has them and in its order; empty when there are none."""
    return _found(OPINION_WORDS, text)


def doubtful_words_in(text: str | None) -> tuple[str, ...]:
    """Name the words in a text that may be of an opinion, in the same way."""
    return _found(DOUBTFUL_WORDS, text)


def _found(table: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    readable = _readable(text or "")
    return tuple(words for words in table if words in readable and re.search(_whole(words), readable))


def _whole(words: str) -> str:
    """No letter or digit on either side; an underscore is a mark, not a letter."""
    return rf"(?<![^\W_]){re.escape(words)}(?![^\W_])"


def _readable(text: str) -> str:
    """Compatibility forms and case folded, invisible format characters gone, single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    return re.sub(r"\s+", " ", visible)
