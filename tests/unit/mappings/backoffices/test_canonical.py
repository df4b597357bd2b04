"""``second-opinion-case/1``: what is written reads back, and the schema is the committed one."""

import json
from pathlib import Path

import jsonschema
import pytest

from gateway.domain import steps as s
from gateway.domain.people import Organisation
from gateway.entrypoints.cli.main import main
from gateway.ports.backoffice import CaseImport, ImportProblem
from mappings.backoffices.arbodienst_words import LISTS as DUTCH_LISTS
from mappings.backoffices.canonical import FILE_STEPS, SCHEMA, json_schema, write_case
from mappings.backoffices.canonical_reader import CanonicalFormat
from mappings.backoffices.canonical_words import LISTS as CANONICAL_LISTS
from mappings.backoffices.property_words import PROPERTIES
from tests.support.cases import EMPLOYEE, SAMPLES, a_request, at, read_record, sample_records, verdict_of

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


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("later", "'later' was unexpected"),
        ("steps.0.later", "'later' was unexpected"),
        ("steps.0.employee.adress", "'adress' was unexpected"),
        ("steps.0.employee.address.later", "'later' was unexpected"),
        ("steps.0.first_physician.later", "'later' was unexpected"),
        ("steps.0.contract.options.0.physician.later", "'later' was unexpected"),
        ("steps.2.consent.expiresAt", "'expiresAt' was unexpected"),
    ],
)
def test_a_validator_names_a_wrong_key_by_its_place(path, said):
    record = _written()
    *keys, last = path.split(".")
    holder = record
    for key in keys:
        holder = holder[int(key) if key.isdigit() else key]
    holder[last] = 1
    [error] = VALIDATOR.iter_errors(record)
    assert said in error.message
    assert [str(part) for part in error.absolute_path] == keys


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (lambda r: r["steps"][1].update(step="danced"), "steps.1.step", "is not one of"),
        (lambda r: r["steps"][1].pop("step"), "steps.1", "'step' is a required property"),
        (lambda r: r["steps"][2].pop("consent"), "steps.2", "'consent' is a required property"),
        (lambda r: r["steps"][2]["consent"].update(choice="maybe"), "steps.2.consent.choice", "is not one of"),
        (lambda r: r["steps"][0]["employee"].update(birth_date=7), "steps.0.employee.birth_date", "is not of type"),
        (lambda r: r["steps"][0]["employee"].update(address=7), "steps.0.employee.address", "is not of type"),
    ],
)
def test_a_validator_names_a_wrong_value_by_its_place(change, path, said):
    record = _written()
    change(record)
    [error] = VALIDATOR.iter_errors(record)
    assert said in error.message
    assert ".".join(str(part) for part in error.absolute_path) == path


def test_null_stays_allowed_where_the_format_allows_it():
    record = _written()
    record["steps"][0]["employee"] |= {"address": None, "birth_date": None, "representative": None}
    VALIDATOR.validate(record)
    assert _read(record)[0].doubts == ()


def test_every_property_is_described_and_no_description_is_left_over():
    schema = json.loads(json_schema())
    named = {}
    for part in (schema, *schema["$defs"].values()):
        named |= part.get("properties", {})
        assert [name for name, inner in part.get("properties", {}).items() if not inner.get("description")] == []
    assert set(named) == set(PROPERTIES)


EXAMPLE = SAMPLES.parent / "second-opinion-case" / "cases.jsonl"


def test_the_example_fits_the_schema_reads_without_a_doubt_and_is_judged_as_the_sample_is(capsys):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    for line in lines:
        VALIDATOR.validate(json.loads(line))
        [case] = CanonicalFormat().read([line])
        assert (case.doubts, case.remarks) == ((), ())
    assert main(["case", "check", str(EXAMPLE), "--policies", str(SAMPLES / "policies.json")]) == 0
    judged = {found["case_id"]: found for found in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(judged) == {"SO-2026-0001", "SO-2026-0013", "SO-2026-0018"}
    for number in ("1", "13", "18"):
        expected = verdict_of(RECORDS[number])
        found = judged[expected.case_id]
        assert (found["status"], found["may_refer"]) == (expected.status.value, expected.may_refer)


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
    shown = last if last == "nevenfunctie_bij" else "[?]"
    steps = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in keys)
    assert told.where == f"${steps}{'.' if shown == last else ''}{shown}"
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


@pytest.mark.parametrize("listed", [*DUTCH_LISTS, *CANONICAL_LISTS], ids=lambda listed: listed.name)
def test_every_closed_list_is_documented_with_its_places_and_words(listed):
    page = (REFERENCE / "case-format.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{listed.name}` |"))
    assert [word for word in (*listed.words, *listed.places) if f"`{word}`" not in row] == []
    assert ("not understood" in row) is listed.decides
    assert ("a note" in row) is listed.takes_notes
