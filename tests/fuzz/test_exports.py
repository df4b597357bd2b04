"""A back office's export between two good lines: a bad line is reported with line, path and remedy, and stops no other."""

import io
import json
from datetime import UTC, datetime

import pytest

from gateway.application.check_cases import Checked, check_case
from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.canonical import write_case
from mappings.backoffices.lines import bounded_lines
from mappings.backoffices.products import AnyProduct
from tests.fuzz.mutations import MARK, changed_bytes, documents
from tests.support.cases import EXPORT, read_record, sample_policies, sample_records

RECORDS = tuple(sample_records().values())
FORMATS = {
    "arbodienst-export": RECORDS,
    "canonical": tuple(json.loads(write_case(read_record(record))) for record in RECORDS),
}
NOW = datetime(2026, 11, 28, tzinfo=UTC)
GOOD = EXPORT.read_bytes().split(b"\n")[0] + b"\n"


def judged(*lines):
    """All items of an export and the verdict on every case in it."""
    items = list(AnyProduct().read(bounded_lines(io.BytesIO(b"".join(lines)))))
    cases = [item for item in items if isinstance(item, CaseImport)]
    checked = [check_case(case, sample_policies(), NOW) for case in cases]
    assert all(isinstance(found, Checked | ImportProblem) for found in checked)
    return items


def check(line):
    """Two good lines stay good; what lies between is read, or reported in full."""
    first, *between, last = judged(GOOD, line + b"\n", GOOD)
    lines = line.count(b"\n") + 1
    assert isinstance(first, CaseImport)
    assert isinstance(last, CaseImport)
    assert (first.line, last.line) == (1, lines + 2)
    for problem in (item for item in between if isinstance(item, ImportProblem)):
        assert 1 < problem.line < lines + 2
        assert problem.where.startswith("$")
        assert problem.message
        assert problem.remedy
        assert MARK not in str(problem)
    answered = {item.line for item in between}
    wanted = {number for number, text in enumerate(line.split(b"\n"), start=2) if text.strip()}
    assert answered == wanted, "a line without an answer"
    return "read" if all(isinstance(item, CaseImport) for item in between) else "reported"


@pytest.mark.parametrize("seeds", FORMATS.values(), ids=FORMATS.keys())
def test_a_changed_record_stops_no_other(seeds, search):
    assert set(search(documents(seeds), check, examples=150)) == {"read", "reported"}


@pytest.mark.parametrize("seeds", FORMATS.values(), ids=FORMATS.keys())
def test_changed_bytes_in_a_line_stop_no_other(seeds, search):
    search(changed_bytes([json.dumps(seed).encode() for seed in seeds]), check, examples=100)
