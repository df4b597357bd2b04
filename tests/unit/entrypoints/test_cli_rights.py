"""``sogw rights``: asked, listed with the day it is due, answered, lifted."""

from pathlib import Path

import pytest

from tests.unit.entrypoints.conftest import Door

CASE = "SO-2026-0001"


@pytest.fixture
def declined(door: Door) -> Door:
    """A case that ended."""
    door.submit(CASE)
    reasons = door.text("Al behandeld.")
    written = ("--reasons", reasons, "--written-on", "today")
    door("case", "decline", CASE, "--reason", "improper-use", *written)
    return door


def asks(door: Door, right: str, *more: str) -> str:
    return door.data("rights", "request", CASE, right, *more)["request"]


def test_a_request_is_listed_until_it_is_answered(declined: Door, tmp_path: Path):
    request = asks(declined, "copy", "--asked-at", "2026-09-20T09:00")
    (row,) = declined.data("rights", "list")
    assert (row["case"], row["request"], row["due_on"], row["state"]) == (CASE, request, "2026-10-20", "overdue")
    refused = declined("rights", "done", CASE, request, status=3)
    assert refused.err.startswith("error[copy-not-made]: ")
    declined("case", "export", CASE, "--out", str(tmp_path / "kopie"))
    declined("rights", "done", CASE, request)
    assert declined.data("rights", "list") == []
    assert [row["state"] for row in declined.data("rights", "list", "--all")] == ["granted"]


def test_an_erasure_leaves_a_log_without_a_person(declined: Door):
    request = asks(declined, "erasure")
    said = declined("rights", "done", CASE, request)
    assert "Erased." in said.err
    assert declined.data("case", "list") == []
    codes = [entry["step"] for entry in declined.data("case", "log", CASE)]
    assert codes[-2:] == ["right-answered", "case-erased"]


def test_what_must_be_kept_is_named(door: Door):
    door.submit(CASE)
    request = asks(door, "erasure", "--text", door.text("Wis alles."))
    assert door("rights", "done", CASE, request, status=3).err.startswith("error[case-not-over]: ")
    assert door.data("rights", "done", CASE, request, "--refuse")["must_be_kept"] == ["case-not-over"]


def test_a_restriction_holds_until_it_is_lifted(door: Door):
    door.submit(CASE)
    request = asks(door, "restriction")
    door("rights", "done", CASE, request)
    assert [row["state"] for row in door.data("rights", "list", "--all")] == ["granted"]
    door("rights", "lift", CASE, request, "--text", door.text("U bent gebeld."))
    assert [row["state"] for row in door.data("rights", "list", "--all")] == ["lifted"]
    assert door("rights", "lift", CASE, request, "--text", door.text("Nog eens."), status=3).err.startswith(
        "error[right-unknown]: "
    )


def test_r58_a_day_before_the_case_is_refused(declined: Door):
    said = declined("rights", "request", CASE, "copy", "--asked-at", "1962-03-02T09:00", status=3)
    assert said.err.startswith("error[decided-before-birth]: ")
    said = declined("rights", "request", CASE, "copy", "--asked-at", "2026-08-31T23:59", status=3)
    assert said.err.startswith("error[right-asked-before-case]: ")
    assert declined.data("rights", "list") == []


def test_a_day_that_lies_ahead_is_refused(door: Door):
    door.submit(CASE)
    refused = door("rights", "request", CASE, "access", "--asked-at", "2098-12-31", status=3)
    assert refused.err.startswith("error[right-asked-later]: ")
