"""Lines for paper: at most 80 columns, no word broken, nothing lost.

Only U+0020 may become a line end, and no character is removed, added or normalised: joining the lines with spaces
gives the same text back. A column is one code point; a word longer than the line stays whole.
"""

COLUMNS = 80

_LINE_ENDS = dict.fromkeys(map(ord, "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " ")


def on_paper(text: str) -> str:
    """The text in lines of at most 80 columns."""
    return "\n".join(piece for line in text.split("\n") for piece in wrapped(line, COLUMNS))


def wrapped(line: str, columns: int) -> list[str]:
    """One line, cut at spaces into pieces that fit where they can."""
    first, *words = line.split(" ")
    pieces = [first]
    for word in words:
        if len(pieces[-1]) + 1 + len(word) <= columns or not pieces[-1].strip(" "):
            pieces[-1] = f"{pieces[-1]} {word}"
        else:
            pieces.append(word)
    return pieces


def hanging(lead: str, text: str, indent: int) -> list[str]:
    """Lines that begin with a lead and continue under the text.

    Args:
        lead: At most ``indent`` columns.
        text: What follows; a single line.
        indent: Where the text begins.
    """
    pieces = wrapped(text, COLUMNS - indent)
    leads = [lead.ljust(indent), *[" " * indent] * (len(pieces) - 1)]
    return [f"{before}{piece}" for before, piece in zip(leads, pieces, strict=True)]


def one_line(text: str) -> str:
    """The text with every kind of line end as a space, so that no value can pose as a line of its own.

    Nothing else changes. Bidirectional controls stay: their effect ends where the line ends.
    """
    return text.translate(_LINE_ENDS)
