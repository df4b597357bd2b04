"""What a terminal might obey or not show is written out, and JSON keeps its meaning."""

import json
import sys
import unicodedata

import pytest

from gateway.domain.printable import one_line, printable

UNSAFE = [
    letter
    for letter in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(letter) in {"Cf", "Cc", "Zl", "Zp"} and letter not in "\t\n"
]


def test_no_control_and_no_format_character_of_unicode_gets_through():
    assert len(UNSAFE) > 200
    assert [letter for letter in UNSAFE if letter in printable(letter) or not printable(letter).startswith("\\")] == []
    assert printable("\ud800") == "\\ud800"


def test_everything_else_stays_as_it_is():
    text = "\tBüşra van ’t Wout-ß 漢字 e\u0308 \U0001f468 €\n"
    assert printable(text) == text


@pytest.mark.parametrize("value", ["a\u202eb", "\x1b[2J", "\U000e0041", "\x85\u2028", "\ud800"])
def test_json_says_the_same_afterwards(value):
    assert json.loads(printable(json.dumps({"x": value}, ensure_ascii=False))) == {"x": value}


def test_a_value_stays_on_the_line_it_is_told_on():
    assert one_line("van\tder\nKolk\r\n\u2028mr\x1b[2J é") == "van\\tder\\nKolk\\r\\n\\u2028mr\\u001b[2J é"
