"""How the employee can be reached: the preferred channel and the language, as codes that may travel (R28).

A back office may write anything in these fields. What is not one of the codes stays home, so that no text travels under
the name of a channel or a language.
"""

import re
from enum import StrEnum


class Channel(StrEnum):
    """How the employee wants to be reached first."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    POST = "post"


_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
"""Language, script and region of BCP 47; variants, extensions and private subtags could hold any text."""


def channel_of(text: str | None) -> Channel | None:
    """Read a channel from its code; None for anything else."""
    return Channel(text) if text in set(Channel) else None


def language_of(text: str | None) -> str | None:
    """Read a language tag in the one way in which BCP 47 writes it (RFC 5646, 2.1.1); None for anything else."""
    found = _TAG.fullmatch(text or "")
    if found is None:
        return None
    language, script, region = found.groups("")
    return "-".join(filter(None, (language.lower(), script.title(), region.upper())))
