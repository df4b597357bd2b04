"""The little Markdown that the pages need."""

import inspect
from collections.abc import Iterable, Sequence

NOTHING = "\N{EN DASH}"
"""What an empty cell shows."""


def page(title: str, introduction: str, *parts: str) -> str:
    """A whole page, marked as made."""
    head = [f"# {title}", "<!-- Made by `make docs` from the code; edit the code, not this page. -->", introduction]
    return "\n\n".join([*head, *parts]) + "\n"


def section(title: str, *parts: str, level: int = 2) -> str:
    """A heading with what is under it."""
    return "\n\n".join([f"{'#' * level} {title}", *(part for part in parts if part)])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell may hold Markdown but no line end."""
    lines = [columns, ["---"] * len(columns), *([cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """A text on one line that does not end its cell."""
    return " ".join(text.split()).replace("|", "\\|") or NOTHING


def code(text: str) -> str:
    """A name as it is typed."""
    return f"`{text}`"


def codes(names: Iterable[str]) -> str:
    """Names in a fixed order, each as it is typed."""
    return ", ".join(code(name) for name in names)


def fence(language: str, text: str) -> str:
    """A block of another language."""
    return f"```{language}\n{text.rstrip()}\n```"


def first_line(thing: object) -> str:
    """The first paragraph of a docstring."""
    return prose((inspect.getdoc(thing) or "").split("\n\n", maxsplit=1)[0])


def prose(docstring: str) -> str:
    """Words of a docstring on one line, with names as Markdown marks them."""
    return " ".join(docstring.split()).replace("``", "`")
