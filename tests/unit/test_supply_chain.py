"""The lock is whole and is what gets installed; an audit without answers is no audit; the bill of materials is valid."""

import json
import re
import sys
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply_chain import audit as audits
from supply_chain.__main__ import main
from supply_chain.audit import CLEAN, NOT_AUDITED, VULNERABLE, Answer, audit, judge
from supply_chain.lock import FOLDER, ITSELF, ROOT, Pin, lock_files, read_lock
from supply_chain.sbom import bill_of_materials

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DIRECT = PROJECT["project"]["dependencies"]
LOCKS = {
    "gateway": DIRECT,
    "pkcs11": [*DIRECT, *EXTRAS["pkcs11"]],
    "test": [*DIRECT, *EXTRAS["test"], *EXTRAS["bench"], *EXTRAS["pkcs11"]],
    "mutate": [*DIRECT, *EXTRAS["mutate"]],
    "supply": [*DIRECT, *EXTRAS["supply"]],
    "build": [*PROJECT["build-system"]["requires"]],
}
NOW = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
PINS = (Pin("a", "1.0", ("0" * 64,), (ITSELF,)), Pin("b", "2.0", ("1" * 64,), ("a",)))


def answer(**advisories):
    return Answer(NOW.isoformat(), "pypi", {name.replace("_", "=="): ids for name, ids in advisories.items()})


# --- the lock


def test_every_set_of_dependencies_has_a_lock():
    assert {file.stem for file in lock_files()} == set(LOCKS)
    assert set(EXTRAS) <= {*LOCKS, "bench"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_satisfies_what_the_project_asks_for(name):
    pins = {pin.name: pin.version for pin in read_lock(FOLDER / f"{name}.txt")}
    for wanted in map(Requirement, LOCKS[name]):
        if canonicalize_name(wanted.name) != ITSELF:
            assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), f"make lock: {wanted}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_hashes_and_no_place(name):
    file = FOLDER / f"{name}.txt"
    pins = read_lock(file)
    assert all(pin.hashes and pin.asked_by for pin in pins)
    known = {*(pin.name for pin in pins), ITSELF}
    assert {name for pin in pins for name in pin.asked_by} <= known
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|@ ", file.read_text())


def test_one_version_of_each_in_all_locks():
    versions: dict[str, set[str]] = {}
    for file in lock_files():
        for pin in read_lock(file):
            versions.setdefault(pin.name, set()).add(pin.version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "line", ["typer==0.29.2", "typer==0.29.2 --hash=sha256:abc", "typer --hash=sha256:" + "0" * 64]
)
def test_a_line_that_is_no_pin_with_hashes_is_refused(tmp_path, line):
    file = tmp_path / "x.txt"
    file.write_text(f"{line}\n")
    with pytest.raises(ValueError, match="not a pin"):
        read_lock(file)


@pytest.mark.parametrize("file", ["Makefile", "compose/Dockerfile"])
def test_nothing_is_installed_but_by_hash_or_made_of_this_checkout(file):
    text = (ROOT / file).read_text().replace("\\\n", " ")
    calls = re.findall(r"(?:-m pip|\$\(PIP\)) (?:install|wheel) [^&\n]*", text)
    assert len(calls) >= 2
    for call in calls:
        by_hash = "--require-hashes" in call and "--only-binary :all:" in call
        of_ourselves = "--no-deps" in call and "--no-index" in call
        assert by_hash or of_ourselves, call


# --- advisories


def test_a_lock_is_clean_only_when_every_pin_was_answered():
    assert judge(PINS, answer(a_1=[]), NOW).status == NOT_AUDITED
    whole = Answer(NOW.isoformat(), "pypi", {"a==1.0": [], "b==2.0": []})
    assert judge(PINS, whole, NOW).status == CLEAN
    assert judge(PINS, whole, NOW + timedelta(days=31)).status == NOT_AUDITED
    found = judge(PINS, Answer(NOW.isoformat(), "pypi", {"a==1.0": ["PYSEC-1"]}), NOW)
    assert found.status == VULNERABLE
    assert "VULNERABLE: a==1.0: PYSEC-1" in found.lines
    assert any("NOT AUDITED" in line and "b==2.0" in line for line in found.lines)


def stand_in(tmp_path, body):
    """A ``pip-audit`` that does as told: ``names`` are the pins it was asked about, ``write`` its report."""
    program = tmp_path / "stand_in.py"
    program.write_text(
        "import json, sys\n"
        "given = sys.argv[1:]\n"
        "names = [line.strip().split('==') for line in open(given[given.index('--requirement') + 1])]\n"
        "def write(rows):\n"
        "    json.dump({'dependencies': rows, 'fixes': []}, open(given[given.index('-o') + 1], 'w'))\n" + body
    )
    return (sys.executable, str(program))


ANSWERS = "write([{'name': n, 'version': v, 'vulns': []} for n, v in names])\n"
SKIPS = "write([{'name': n, 'skip_reason': 'not found'} for n, v in names])\n"
DIES = "sys.exit('ConnectionError: no such host')\n"


@pytest.mark.parametrize(("body", "said"), [(SKIPS, "gave no answer about"), (DIES, "no such host"), ("", "no report")])
def test_a_service_that_does_not_answer_is_told_and_nothing_is_kept(tmp_path, body, said):
    found = audit(tmp_path / "cache", "pypi", offline=False, program=stand_in(tmp_path, body))
    assert found.status == NOT_AUDITED
    assert all(line.startswith("NOT AUDITED") for line in found.lines)
    assert said in found.lines[0]
    assert audit(tmp_path / "cache", "pypi", offline=True).status == NOT_AUDITED


def test_a_whole_answer_is_kept_and_judges_the_same_lock_without_a_network(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    assert audit(cache, "pypi", offline=False, program=stand_in(tmp_path, ANSWERS)).status == CLEAN
    assert audit(cache, "pypi", offline=True, program=("false",)).status == CLEAN
    monkeypatch.setattr(audits, "lock_files", lambda: [_lock_of(tmp_path, "new-thing==1.0")])
    assert audit(cache, "pypi", offline=True).status == NOT_AUDITED
    (cache / "answer.json").write_text("[]")
    assert audit(cache, "pypi", offline=True).status == NOT_AUDITED


def _lock_of(folder, pin):
    file = folder / "other.txt"
    file.write_text(f"{pin} --hash=sha256:{'0' * 64}\n    # via second-opinion-gateway (pyproject.toml)\n")
    return file


# --- the bill of materials


def test_the_bill_of_materials_is_valid_whole_and_the_same_every_time(tmp_path, capsys):
    file = tmp_path / "dist" / "sbom.json"
    assert main(["sbom", "--out", str(file)]) == 0
    text = file.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == bill_of_materials()
    bom = json.loads(text)
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    pins = {pin.name: pin for pin in read_lock(FOLDER / "gateway.txt")}
    assert {part["name"]: part["version"] for part in bom["components"]} == {p.name: p.version for p in pins.values()}
    for part in bom["components"]:
        hashes = {found["content"] for found in part["externalReferences"][0]["hashes"]}
        assert hashes == set(pins[part["name"]].hashes)


def test_everything_in_the_bill_of_materials_is_reached_from_the_gateway():
    bom = json.loads(bill_of_materials())
    below = {row["ref"]: row.get("dependsOn", []) for row in bom["dependencies"]}
    reached, ahead = set(), [bom["metadata"]["component"]["bom-ref"]]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += below[ref]
    assert reached == {part["bom-ref"] for part in bom["components"]} | {ITSELF}


def test_a_bill_that_the_schema_refuses_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("supply_chain.sbom.JsonV1Dot6.output_as_string", lambda *_, **__: '{"bomFormat": "x"}')
    with pytest.raises(ValueError, match="schema"):
        bill_of_materials()
