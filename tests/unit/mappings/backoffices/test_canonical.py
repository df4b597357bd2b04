"""``second-opinion-case/1``: what is written reads back, and the schema is the committed one."""

import json
from pathlib import Path

import jsonschema
import pytest

from gateway.domain import steps as s
from gateway.domain.people import Organisation
from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.canonical import FILE_STEPS, SCHEMA, json_schema, write_case
from mappings.backoffices.canonical_reader import CanonicalFormat
from tests.support.cases import EMPLOYEE, a_request, at, read_record, sample_records

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"
RECORDS = sample_records()
VALIDATOR = jsonschema.Draft202012Validator(json.loads(json_schema()))


def _written(number="1"):
    return json.loads(write_case(read_record(RECORDS[number])))


def _read(record):
    return list(CanonicalFormat().read([json.dumps(record)]))


@pytest.mark.parametrize("number", RECORDS)
def test_what_is_written_reads_back_and_fits_the_schema(number):
    case = read_record(RECORDS[number])
    line = write_case(case)
    assert "\n" not in line
    assert list(CanonicalFormat().read([line])) == [case]
    VALIDATOR.validate(json.loads(line))


def test_the_committed_schema_is_the_generated_one():
    assert (REFERENCE / "case.schema.json").read_text(encoding="utf-8") == json_schema()


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(json_schema()))


def test_every_step_of_the_format_is_documented():
    page = (REFERENCE / "case-format.md").read_text(encoding="utf-8")
    assert [code for code in (step.code for step in FILE_STEPS) if f"| `{code}` |" not in page] == []
    assert SCHEMA in page


def test_steps_of_the_exchange_itself_stay_home():
    read = s.CaseRead(at=at(20), by=EMPLOYEE, view="log")
    case = CaseImport("Z-1", "p", Organisation("arbo", "Arbo"), (a_request(), read))
    assert [step["step"] for step in json.loads(write_case(case))["steps"]] == ["request-submitted"]


@pytest.mark.parametrize(
    ("path", "is_decisive"),
    [
        ("later", False),
        ("steps.0.later", False),
        ("steps.0.by.later", False),
        ("steps.0.employer.later", False),
        ("steps.0.contract.later", False),
        ("steps.0.employee.later", True),
        ("steps.0.employee.address.later", True),
        ("steps.0.first_physician.nevenfunctie_bij", True),
        ("steps.0.contract.options.0.later", True),
        ("steps.0.contract.options.0.physician.later", True),
        ("steps.1.later", True),
        ("steps.1.by.later", True),
        ("steps.2.consent.geldigTot", True),
        ("steps.2.consent.expiresAt", True),
        ("stepss", True),
        ("steps.0.employe", True),
    ],
)
def test_unknown_keys_are_told_by_path_and_decide_where_it_matters(path, is_decisive):
    record = _written()
    *keys, last = path.split(".")
    holder = record
    for key in keys:
        holder = holder[int(key) if key.isdigit() else key]
    holder[last] = {"secret": "Geheim"}
    assert not VALIDATOR.is_valid(record)
    [case] = _read(record)
    assert case.steps == read_record(RECORDS["1"]).steps
    found = {True: case.doubts, False: case.remarks}
    [told], others = found[is_decisive], found[not is_decisive]
    assert others == ()
    assert told.where == "$" + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split("."))
    assert (told.message, told.case_id) == ("An unknown key.", "SO-2026-0001")
    assert "Geheim" not in str(told)


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        (lambda r: r.pop("case_id"), "$.case_id", "missing"),
        (lambda r: r.update(steps=[]), "$.steps", "may not be empty"),
        (lambda r: r.update(organisation="x"), "$.organisation", "must be an object"),
        (lambda r: r["steps"][0].update(step="danced"), "$.steps", "not exactly one"),
        (lambda r: r["steps"][0].pop("step"), "$.steps[0]", "which kind"),
        (lambda r: r["steps"][0].update(at="2026-09-13T19:05:00"), "$.steps[0].at", "no offset"),
        (lambda r: r["steps"][0].update(at="0001-09-13T19:05:00Z"), "$.steps[0].at", "1900"),
        (lambda r: r["steps"][0].update(at="Geheim"), "$.steps[0].at", "date and time"),
        (lambda r: r["steps"][0].update(at=1789000000), "$.steps[0].at", "date and time"),
        (lambda r: r["steps"][0]["employee"]["name"].update(family=None), "$.steps[0].employee.name.family", "text"),
        (lambda r: r["steps"][0]["contract"].update(starts_on="x"), "$.steps[0].contract.starts_on", "must be a date"),
        (lambda r: r["steps"].pop(0), "$.steps", "not exactly one"),
        (lambda r: r["steps"].append(r["steps"][0]), "$.steps", "not exactly one"),
        (lambda r: r["steps"][6].update(referral_id="Geheim"), "$.steps[6].referral_id", "no UUID"),
        (lambda r: r["steps"][0].update(doubt="\ud800"), "$.steps[0].doubt", "half a character"),
        (lambda r: r["steps"][0]["employee"]["name"].update(family=" "), "$.steps[0].employee.name.family", "blank"),
        (lambda r: r["steps"][0].update(submitted_by="Geheim"), "$.steps[0].submitted_by", "must be one of"),
        (lambda r: r["steps"][0]["by"].update(role="x", name=7), "$.steps[0].by.role", "must be one of"),
    ],
)
def test_a_problem_says_where_and_what(change, where, words):
    record = _written()
    change(record)
    items = _read(record)
    assert [item for item in items if not isinstance(item, ImportProblem)] == []
    assert (items[0].where, words in items[0].message) == (where, True), str(items[0])
    assert "Geheim" not in str(items[0])


def test_steps_may_stand_in_any_order():
    record = _written()
    record["steps"].reverse()
    [case] = _read(record)
    assert isinstance(case.steps[0], s.RequestSubmitted)
    assert [step.at for step in case.steps] == sorted(step.at for step in case.steps)
