"""Cursors: what was written is read, and nothing else reaches a database."""

import base64
import json
from datetime import UTC, datetime

import pytest

from adapters.sql.cursor import cursor_of, place_of
from gateway.domain.errors import RefusedError

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_place_is_read_as_it_was_written():
    assert place_of(cursor_of("2026-03-02", AT, "ref", 7), str, datetime, str, int) == ("2026-03-02", AT, "ref", 7)
    assert place_of(None, str) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((2**31, int), (-1, int), ("7", int), (1.5, int)),
        *(("a\x00b", str), ("\ud800", str), (7, str), (None, str)),
        *(("2026-03-02", datetime), ("soon", datetime), (7, datetime)),
    ],
)
def test_what_is_no_place_is_refused(value, kind):
    cursor = base64.urlsafe_b64encode(json.dumps([value]).encode()).decode()
    with pytest.raises(RefusedError) as refused:
        place_of(cursor, kind)
    assert refused.value.code == "cursor-invalid"


def test_a_huge_one_is_refused_unread():
    with pytest.raises(RefusedError):
        place_of(base64.urlsafe_b64encode(b"[" * 100_000).decode(), str)
