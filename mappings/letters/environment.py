"""The Jinja environment: strict, plain text, templates from this package only.

What people wrote is always passed as a value, never as template source, so ``{{ 7*7 }}`` in a reason stays what it
is. Nothing is escaped: the output is text, not HTML, and no template here ends in ``.html``.
"""

from collections.abc import Iterable

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mappings.letters import times
from mappings.letters.grounds import GROUNDS, HINDRANCES
from mappings.letters.words import WORDS, listed, word


def text_environment(package: str = "mappings.letters") -> Environment:
    """An environment with the templates of a package and the filters that sentences and letters use."""
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=False, default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "long_day": times.long_day,
        "short_day": times.short_day,
        "long_moment": times.long_moment,
        "word": word,
        "action": action,
        "full_stop": full_stop,
        "contents": contents,
        "ground": ground_name,
        "hindrance": hindrance,
        "euros": euros,
    }
    return environment


def contents(codes: Iterable[str]) -> str:
    """``uw contactgegevens en uw vraag``."""
    return listed([word(code, "content") for code in codes])


def action(code: str) -> str:
    """What somebody wanted to do, by step code or message kind."""
    return word(code, "action" if code in WORDS["action"] else "kind")


def ground_name(code: str) -> str:
    """The short name of a ground for refusing; the code when unknown."""
    return GROUNDS[code].name if code in GROUNDS else code


def hindrance(code: str) -> str:
    """Why an act was not allowed; no code that is not known here, for a partner may have written it."""
    return HINDRANCES.get(code, "een technische reden")


def full_stop(text: str) -> str:
    """The text as the end of a sentence; ``B.V.`` has its stop already."""
    return text if text.endswith(".") else f"{text}."


def euros(cents: int) -> str:
    """``€ 1.234,50``; negative amounts with a minus before the sign."""
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}€ {whole:,}".replace(",", ".") + f",{rest:02d}"
