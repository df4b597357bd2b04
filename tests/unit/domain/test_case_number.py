"""A number that reads like a known one perhaps names the same case; two that do not are two cases (R25, R58)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.case_number import alike, numbers_of

NUMBER = "SO-2026-0007"
READS_LIKE = {
    "small letters": "so-2026-0007",
    "a blank behind": "SO-2026-0007 ",
    "a blank before": "\tSO-2026-0007",
    "a blank that does not break": "SO-2026-0007\xa0",
    "a blank of no width": "SO-2026-\u200b0007",
    "a blank of no width in a run": "SO-20\u200b26-0007",
    "a filler in a run": "SO-20\u316426-0007",
    "a tab between": "SO\t2026\t0007",
    "a joiner": "SO\u034f-2026-0007",
    "a variation selector": "SO-2026-0007\ufe0f",
    "another hyphen": "SO\u20112026\u20110007",
    "wide letters": "\uff33\uff2f-2026-0007",
    "digits of another script": "SO-2026-\u0660\u0660\u0660\u0667",
    "lost zeros": "SO-2026-7",
    "more zeros": "SO-2026-000007",
    "strokes": "SO/2026/0007",
    "underscores": "SO_2026_0007",
    "blanks between": "SO 2026 0007",
    "no separator at all": "SO20260007",
    "no separator in front": "SO2026-0007",
    "one separator less": "SO-20260007",
    "a decimal": "SO-2026-0007.0",
    "a decimal with a comma": "SO-2026-0007,00",
    "an accent": "S\u00d3-2026-0007",
}
OTHERS = ("SO-2026-0070", "SO-2026-0008", "SO-2025-0007", "SA-2026-0007", "SO-2026-0007a", "", "--")


@pytest.mark.parametrize("number", READS_LIKE.values(), ids=READS_LIKE.keys())
def test_what_is_lost_on_the_way_makes_no_other_number(number):
    assert alike(NUMBER, number)
    assert numbers_of([NUMBER, *OTHERS]).like(number) == {NUMBER}
    assert numbers_of([number, *OTHERS]).like(NUMBER) == {number}


@pytest.mark.parametrize("number", OTHERS)
def test_another_number_is_another_case(number):
    assert not alike(NUMBER, number)


def test_a_separator_at_another_place_is_another_number():
    assert not alike("1-23", "12-3")
    assert not alike(NUMBER, "SO-202-60007")
    assert alike("1-23", "123")
    assert alike("20260007", "20260007.0")


def test_a_known_number_is_only_itself():
    assert numbers_of(["A-7", "A-07"]).like("A-7") == {"A-7"}
    assert numbers_of(["A-7", "A-07"]).like("a7") == {"A-7", "A-07"}


_TEXTS = st.text(alphabet="aAB01 -.\u200b\u0660", max_size=8)


@given(_TEXTS, _TEXTS)
def test_reading_alike_goes_both_ways(one, other):
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)
