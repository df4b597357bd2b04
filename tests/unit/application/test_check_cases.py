"""Checking cases, and the command that prints the verdicts."""

import copy
import io
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from gateway.application.check_cases import check_case
from gateway.domain.policy import Policy
from gateway.entrypoints.cli import case_check
from tests.support.cases import EXPORT, SAMPLES, read_record, sample_policies, sample_records

NOW = datetime(2026, 11, 28, tzinfo=UTC)
KEYS = ["case_id", "status", "may_refer", "may_return_report", "employer_receives", "refusals"]


def _check(file, policies=None):
    out, err = io.StringIO(), io.StringIO()
    status = case_check.check(file, policies, out, err)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_a_record_is_judged_as_of_its_last_event():
    checked = check_case(read_record(sample_records()["1"]), sample_policies(), NOW)
    assert checked.verdict.case_id == "SO-2026-0001"
    assert [refusal.code for refusal in checked.now] == ["opinion-already-held"]


def test_of_a_policy_that_is_not_known_only_the_known_ones_are_named():
    problem = check_case(read_record(sample_records()["1"]), {"other": Policy("other")}, NOW)
    assert "beleid-vaste-groep" not in str(problem)
    assert "known are: other" in problem.remedy


def test_a_policy_id_that_looks_like_anything_else_is_not_repeated():
    record = sample_records()["1"]
    record["arbodienst"]["beleid_id"] = "Jan van der Kolk"
    problem = check_case(read_record(record), {}, NOW)
    assert "Kolk" not in str(problem)


def test_the_sample_gives_eighteen_lines_with_exactly_these_keys():
    status, lines, err = _check(EXPORT)
    assert (status, len(lines), err) == (0, 18, "")
    assert all(list(line) in (KEYS, [*KEYS, "now"]) for line in lines)
    refusals = [refusal for line in lines for refusal in line["refusals"]]
    assert all(list(refusal) == ["code", "rules", "message", "remedy"] for refusal in refusals)


def test_a_bad_line_is_told_and_the_others_are_judged(tmp_path):
    good = EXPORT.read_bytes().splitlines()[0]
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"\n".join([b'{"bsn": "999990019"', good, b"{}"]))
    status, lines, err = _check(file, SAMPLES / "policies.json")
    assert (status, [line["case_id"] for line in lines]) == (3, ["SO-2026-0001"])
    assert "error: line 1: $: Not valid JSON" in err
    assert "error: line 3: $.schema:" in err
    assert "999990019" not in err


def test_policies_lie_beside_the_export_or_are_given(tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_bytes(EXPORT.read_bytes())
    status, lines, err = _check(file)
    assert (status, lines) == (3, [])
    assert err.startswith("error[policies-not-given]: No policies.json lies beside the export")
    (tmp_path / "policies.json").write_text('{"only": {}}')
    status, lines, err = _check(file)
    assert (status, lines) == (3, [])
    assert "known are: only" in err


def test_files_that_are_not_there_are_wrong_use(tmp_path):
    assert _check(tmp_path / "no.jsonl", SAMPLES / "policies.json")[0] == 2
    status, _, err = _check(EXPORT, tmp_path / "no.json")
    assert status == 2
    assert "no.json" in err
    assert _check(tmp_path, SAMPLES / "policies.json")[0] == 2


def test_policies_that_cannot_be_read_are_named(tmp_path):
    policies = tmp_path / "policies.json"
    policies.write_text("{")
    status, lines, err = _check(EXPORT, policies)
    assert (status, lines) == (3, [])
    assert "error[policies-unreadable]: policies: $: Not valid JSON" in err


def test_an_empty_file_has_no_cases(tmp_path):
    file = tmp_path / "empty.jsonl"
    file.write_bytes(b"")
    assert _check(file, SAMPLES / "policies.json") == (0, [], "")


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--policies"]])
def test_wrong_use_shows_the_usage(arguments, capsys):
    assert case_check.main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage:")


def _run(arguments, stdin=b""):
    command = [sys.executable, "-m", "gateway.entrypoints.cli.case_check", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)


def test_it_reads_standard_input():
    done = _run(["-", "--policies", str(SAMPLES / "policies.json")], EXPORT.read_bytes())
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 18
    assert _run(["-"], EXPORT.read_bytes()).returncode == 3


def test_it_starts_without_fhir_broker_store_or_envelope():
    code = "import sys, gateway.entrypoints.cli.case_check; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    heavy = {"fhir", "aio_pika", "sqlalchemy", "joserfc", "cryptography", "jinja2", "typer", "rich"}
    assert heavy.isdisjoint(done.stdout.split())


def test_r55_an_invoice_that_says_what_it_is_for_is_told_of_a_small_employer():
    record = copy.deepcopy(sample_records()["1"])
    record["werkgever"]["aantal_werknemers"] = 4
    record["factuur"]["regels"][0]["omschrijving"] = "Arbodienstverlening, second opinion"
    checked = check_case(read_record(record), sample_policies(), NOW)
    assert "invoice-mentions-second-opinion" in [refusal.code for refusal in checked.verdict.refusals]
