"""The ledger of codes: a code that no test provokes fails a whole run, and saying it in a test is not provoking it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.domain.errors import RefusedError
from gateway.domain.restatement import restate
from gateway.domain.rules.refusal import CATALOGUE, Decision, refuse
from gateway.domain.rules.verdict import assess
from gateway.entrypoints.cli.arguments import read_bytes, read_text
from tests.support.cases import ACCEPTED, CONTACT, EMPLOYEE, POLICY, a_case, a_request, at, decided
from tests.support.cli import ROOT
from tests.support.provoked import every_code, written_down

PROVOKED = "read_bytes(Path('gone'))"
"""Makes the program say ``input-unreadable``."""
REPEATED = "raise RefusedError('input-unreadable', 'Made by the test.')"


def run_of(folder: Path, *does: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run a test for each of these, with a list of one code."""
    (folder / "conftest.py").write_text(
        "import tests.support.every_code as plugin\nplugin.every_code = lambda: {'input-unreadable': 'error'}\n"
    )
    (folder / "test_some.py").write_text(
        "from pathlib import Path\n"
        "import pytest\n"
        "from gateway.domain.errors import RefusedError\n"
        "from gateway.entrypoints.cli.arguments import read_bytes\n"
        + "".join(
            f"def test_{number}():\n    with pytest.raises(RefusedError):\n        {words}\n"
            for number, words in enumerate(does)
        )
    )
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.support.every_code", *options, "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        [*command, "--rootdir", "."], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_code_that_no_test_provokes_fails_a_whole_run_and_is_named(tmp_path):
    status, said = run_of(tmp_path, REPEATED, options=("--every-code",))
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "FAILED: no test provokes the error 'input-unreadable'" in said


def test_what_one_of_several_processes_provokes_counts(tmp_path):
    status, said = run_of(tmp_path, REPEATED, PROVOKED, options=("--every-code", "-n", "2"))
    assert status == pytest.ExitCode.OK, said
    assert "no test provokes" not in said


def test_where_a_test_was_skipped_a_code_may_have_been_its_own(tmp_path):
    status, said = run_of(tmp_path, REPEATED, "pytest.skip('no server')", options=("--every-code",))
    assert status == pytest.ExitCode.OK, said
    assert "UNKNOWN (1 skipped): no test provokes the error 'input-unreadable'" in said


def test_a_run_of_some_tests_is_not_asked_for_every_code(tmp_path):
    status, said = run_of(tmp_path, REPEATED)
    assert status == pytest.ExitCode.OK, said
    assert "no test provokes" not in said


def test_only_the_program_is_written_down(tmp_path):
    ledger: set[str] = set()
    blank = tmp_path / "blank.txt"
    blank.write_text(" \n")
    with written_down(ledger):
        RefusedError("made-by-a-test", "No.")
        Decision((refuse("declined"),))
        assert ledger == set()
        with pytest.raises(RefusedError):
            read_text(blank)
    with pytest.raises(RefusedError):
        read_bytes(tmp_path / "gone")
    assert ledger == {"input-not-text"}


def test_what_a_rule_finds_in_its_own_module_is_written_down():
    ledger: set[str] = set()
    with written_down(ledger):
        assert not assess(a_case(accepted=False), POLICY).may_refer
        restate([a_request(), ACCEPTED, *decided(CONTACT)], [a_request(), ACCEPTED], at(20), EMPLOYEE)
    assert {"not-accepted", "consent-missing"} <= ledger


def test_every_refusal_of_the_catalogue_is_on_the_list():
    assert set(CATALOGUE) <= set(every_code())
