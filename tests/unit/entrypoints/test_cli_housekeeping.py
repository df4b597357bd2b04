"""Terms and housekeeping by command line, and the log of a case whose content is gone."""

import pytest

from tests.unit.entrypoints.conftest import FIRST_PHYSICIAN, Door

CASE = "SO-2026-0001"


def counts(rows: list[dict]) -> dict[str, int]:
    return {row["kind"]: row["deleted"] for row in rows}


@pytest.fixture
def declined(door: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A case that ended, at a gateway that keeps its copy no longer than the case lasts."""
    door.submit(CASE)
    reasons = door.text("MERKTEKEN: al behandeld.")
    written = ("--reasons", reasons, "--written-on", "today")
    stand_in = ("--actor", "dr. Merkteken", "--on-behalf-of", FIRST_PHYSICIAN)
    door("case", "decline", CASE, "--reason", "improper-use", *written, *stand_in)
    monkeypatch.setenv("SOGW_RETENTION__CASE_COPY_DAYS", "0")
    return door


def test_terms_are_listed_with_their_ground_and_what_was_not_verified(door: Door):
    rows = {row["kind"]: row for row in door.data("housekeeping", "terms")}
    assert rows["transport-copy"]["days"] == 3
    assert rows["case-copy"]["then"] == "shredded"
    assert rows["second-opinion-file"]["then"] == "elsewhere"
    assert "UNVERIFIED" in rows["medical-file"]["ground"]
    assert "UNVERIFIED" not in rows["transport-copy"]["ground"]


def test_a_term_outside_the_table_is_refused_and_says_its_limits(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOGW_RETENTION__CASE_COPY_DAYS", "5000")
    said = door("housekeeping", "terms", status=78)
    assert "case-copy is kept for 0 days to 730 days" in said.err
    assert "5000" not in said.err


def test_a_dry_run_says_what_a_run_then_does(declined: Door):
    dry = declined.data("housekeeping", "run", "--dry-run")
    assert counts(dry)["case-copy"] == 1
    assert declined.data("case", "list") != []
    assert counts(declined.data("housekeeping", "run", "--actor", "B. Beheer")) == counts(dry)
    assert declined.data("case", "list") == []
    assert set(counts(declined.data("housekeeping", "run")).values()) == {0}


def test_the_log_of_what_is_gone_shows_steps_and_nobody(declined: Door):
    before = [line["code"] for line in declined.data("case", "log", CASE)]
    declined("housekeeping", "run")
    after = declined.data("case", "log", CASE)
    assert sorted(entry["step"] for entry in after) == sorted([*before, "retention-ended"])
    text = declined("case", "log", CASE).out
    assert "Het verzoek is afgewezen." in text
    assert "De bewaartermijn is voorbij" in text
    assert "MERKTEKEN" not in text.upper()
    refused = declined("case", "show", CASE, status=3)
    assert refused.err.startswith("error[case-erased]: ")


def test_an_export_that_comes_again_does_not_revive_it(declined: Door):
    declined("housekeeping", "run")
    [row] = declined.data("case", "submit", str(declined.home.parent / "case.jsonl"))
    assert (row["outcome"], row["new_steps"]) == ("erased-skipped", 0)
    assert declined.data("case", "list") == []
