"""Write out, in texts for people, the characters that a terminal might obey or that show nothing."""

import json
import re
from typing import Final

_UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed; delete; C1
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001\U000e0020-\U000e007f"  # category Cf of Unicode 15.1, and what lies between
    r"\u2028\u2029\ud800-\udfff]"  # line and paragraph separators; half characters
)


def one_line(text: str) -> str:
    """The same, and tabs and line feeds written out too: a value stays on the line it is told on."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def printable(text: str) -> str:
    r"""Write control and format characters as JSON writes them (``\u202e``); tabs and line feeds stay.

    In a JSON document the result means the same as before: there these characters occur within strings only.
    """
    return _UNSAFE.sub(lambda found: json.dumps(found.group())[1:-1], text)
