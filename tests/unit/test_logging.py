"""Logging: only keys on the list, never an exception's words."""

import io
import json

import structlog

from gateway.logging import configure_logging


def test_unknown_keys_are_dropped():
    out = io.StringIO()
    configure_logging("info", "json", out)
    structlog.get_logger().info("message-sent", party="lpbso", surname="van der Kolk", case_id="SO-2026-0001")
    line = json.loads(out.getvalue())
    assert line["event"] == "message-sent"
    assert line["party"] == "lpbso"
    assert "Kolk" not in out.getvalue()
    assert "SO-2026" not in out.getvalue()


def test_an_exception_is_reduced_to_its_type():
    out = io.StringIO()
    configure_logging("info", "text", out)
    try:
        int("van der Kolk")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert "Kolk" not in out.getvalue()
    assert "ValueError" in out.getvalue()
