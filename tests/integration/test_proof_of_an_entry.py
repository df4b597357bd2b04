"""A proof in the hands of an employee or an auditor: it verifies with a fingerprint and nothing else, or not at all."""

import base64
import json
import subprocess
from dataclasses import replace

import pytest

from adapters.keyrings import AesVault, MemoryKeyring
from adapters.notes import KeyringNotary
from adapters.sql import SqlStore
from adapters.sql.codec import step_classes
from gateway.application.attest_journal import attest
from gateway.application.prove_entry import find_entry, prove_entry
from gateway.application.prove_growth import prove_growth
from gateway.application.read_journal import read_journal
from gateway.application.verify_journal import verify_journal
from gateway.domain import steps as s
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.consent import Purpose
from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.tlog_growth import read_growth
from gateway.domain.tlog_proof import read_proof
from gateway.ports.store import GATEWAY_CASE
from mappings.letters.step_names import STEP_NAMES
from tests.support.cli import SOGW
from tests.support.world import AUDITOR, EMPLOYEE, FIRST_PHYSICIAN, OHS, START, consent, consented

CASE = "SO-2026-0001"


@pytest.fixture
def ring():
    return MemoryKeyring.generate(OHS.party_id, START)


@pytest.fixture
async def services(world, ring, tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/store.db", AesVault(bytes(32)), world.clock)
    await store.open()
    async with store.begin() as work:
        await work.append("another", [s.NoteRecorded(at=START, by=FIRST_PHYSICIAN, topic="x")] * 20)
        await work.append(CASE, [consented(consent(Purpose.CONTACT_TO_SO))])
        await work.append("another", [s.NoteRecorded(at=START, by=FIRST_PHYSICIAN, topic="x")] * 20)
    yield replace(world.ohs, store=store, notary=KeyringNotary(OHS.party_id, ring, None))
    await store.close()


@pytest.fixture
async def proven(services, ring):
    sequence = await find_entry(services, CASE, "consent-given", EMPLOYEE)
    return await prove_entry(services, sequence, ring.manifest().token, EMPLOYEE)


def verified(text, folder, *options):
    """Run ``sogw proof verify`` where there is no home folder, no settings and nothing to read but the file."""
    alone = folder / "alone"
    alone.mkdir(exist_ok=True)
    file = alone / "entry.tlog-proof"
    file.write_text(text, encoding="utf-8")
    arguments = [*SOGW, "proof", "verify", str(file), *options]
    return subprocess.run(
        arguments, cwd=alone, env={"HOME": str(alone)}, capture_output=True, encoding="utf-8", check=False
    )


def proof_of(text):
    """What the file proves under its own checkpoint's size and root."""
    proof = read_proof(text)
    size, root = proof.note.split("\n")[1:3]
    return proof.entry(int(size), base64.b64decode(root))


async def test_a_proof_verifies_with_the_fingerprint_and_nothing_else(proven, ring, tmp_path):
    done = verified(proven.proof.written(), tmp_path, "--fingerprint", ring.manifest().fingerprint)
    assert (done.returncode, done.stderr) == (0, "")
    assert "BEWEZEN. In het logboek van arbo-lindehof staat als regel 21:" in done.stdout
    assert "toestemming gegeven (consent-given)" in done.stdout
    assert "u zelf (arbo-lindehof)" in done.stdout
    assert "14 september 2026" in done.stdout
    assert CASE not in done.stdout + proven.proof.written()


async def test_a_proof_says_the_same_to_a_program_and_takes_a_party_file(proven, ring, tmp_path):
    manifest = ring.manifest()
    party = tmp_path / "party.json"
    known = {"format": "sogw-party/1", "fingerprint": manifest.fingerprint, "manifest": manifest.token}
    party.write_text(json.dumps(known), encoding="utf-8")
    done = verified(proven.proof.written(), tmp_path, "--party", str(party), "--output", "json")
    record = json.loads(done.stdout)
    assert (record["proven"], record["entry"], record["step"], record["role"]) == (
        True,
        21,
        "consent-given",
        "employee",
    )
    assert (record["journal_of"], record["journal_size"], record["content"]) == ("arbo-lindehof", 42, None)


async def test_without_a_fingerprint_or_with_another_one_nothing_is_proven(proven, tmp_path):
    text = proven.proof.written()
    for options, code in (((), "fingerprint-missing"), (("--fingerprint", "ab" * 32), "manifest-refused")):
        done = verified(text, tmp_path, *options)
        assert done.returncode == RefusedError.exit_status
        assert f"error[{code}]" in done.stderr
        assert done.stdout == ""


async def test_the_content_is_proven_when_it_is_asked_for(services, ring, tmp_path):
    named = replace(EMPLOYEE, name="J. van der Kolkmeijer")
    proven = await prove_entry(services, 21, ring.manifest().token, named, with_content=True)
    done = verified(proven.proof.written(), tmp_path, "--fingerprint", ring.manifest().fingerprint, "--output", "json")
    content = json.loads(done.stdout)["content"]
    assert content["step"] == "consent-given"
    assert content["fields"]["consent"]["purpose"] == "CONTACT-TO-SO"


async def test_a_proof_is_as_the_format_says_and_small(services, ring, proven):
    lines = proven.proof.written().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 20"
    assert all(len(base64.b64decode(line)) == 32 for line in lines[3:9])
    assert lines[9] == ""
    assert lines[10] == "second-opinion-gateway.example/journal/arbo-lindehof"
    assert len(proven.proof.path) == 6
    assert read_proof(proven.proof.written()) == proven.proof
    assert len(proven.proof.written()) < 20_000


CHANGES = {
    "another entry": lambda p: replace(p, leaf=p.leaf.replace(b"consent-given", b"consent-refused")),
    "another role": lambda p: replace(p, leaf=p.leaf.replace(b'"employee"', b'"employer"')),
    "another place": lambda p: replace(p, index=p.index + 1),
    "another path": lambda p: replace(p, path=p.path[::-1]),
    "a shorter path": lambda p: replace(p, path=p.path[:-1]),
    "other content": lambda p: replace(p, content=bytes(40)),
    "a leaf written otherwise": lambda p: replace(p, leaf=p.leaf + b" "),
    "no leaf": lambda p: replace(p, leaf=b"[]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_changed_proof_proves_nothing(proven, change):
    assert proof_of(proven.proof.written()) == proven.entry
    with pytest.raises(RefusedError) as caught:
        proof_of(change(proven.proof).written())
    assert caught.value.code in {"proof-wrong", "entry-malformed"}


async def test_a_proof_without_its_quantum_safe_signature_is_refused(proven, ring, tmp_path):
    text = proven.proof.written()
    stripped = "\n".join(text.split("\n")[:-2]) + "\n"
    known = ("--fingerprint", ring.manifest().fingerprint)
    done = verified(stripped, tmp_path, *known)
    assert done.returncode == RefusedError.exit_status
    assert "ML-DSA-44" in done.stderr
    assert verified(stripped, tmp_path, *known, "--allow-classical").returncode == 0


SLIPS = {
    "nothing": lambda t: t[:0],
    "no checkpoint": lambda t: t.split("\n\n")[0],
    "another format": lambda t: t.replace("@v1", "@v2"),
    "no extra": lambda t: "\n".join(line for line in t.split("\n") if not line.startswith("extra ")),
    "a leading zero": lambda t: t.replace("index 20", "index 020"),
    "a line too many": lambda t: t.replace("index 20", "index 20\nabc"),
    "windows line ends": lambda t: t.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
async def test_a_file_that_is_no_proof_is_refused(proven, slip):
    with pytest.raises(RefusedError) as caught:
        read_proof(slip(proven.proof.written()))
    assert caught.value.code == "proof-malformed"


async def test_an_erased_case_can_still_be_proven_but_not_its_content(services, ring):
    async with services.store.begin() as work:
        await work.erase(CASE)
    assert (await verify_journal(services)).findings == []
    proven = await prove_entry(services, 21, ring.manifest().token, FIRST_PHYSICIAN)
    assert proof_of(proven.proof.written()).code == "consent-given"
    with pytest.raises(RefusedError) as caught:
        await prove_entry(services, 21, ring.manifest().token, FIRST_PHYSICIAN, with_content=True)
    assert caught.value.code == "content-erased"


async def test_proving_and_reading_are_entries_of_the_same_case(services, ring):
    await prove_entry(services, 21, ring.manifest().token, FIRST_PHYSICIAN)
    shown = await read_journal(services, AUDITOR, case_id=CASE)
    await read_journal(services, AUDITOR)
    assert [entry.code for entry in shown] == ["consent-given", "case-read", "case-read"]
    async with services.store.begin() as work:
        views = [step.view for step in await work.steps(CASE) if isinstance(step, s.CaseRead)]
        general = [step.view for step in await work.steps(GATEWAY_CASE) if isinstance(step, s.CaseRead)]
    assert (views, general) == (["proof", "journal"], ["journal"])


async def test_a_witness_is_shown_that_the_journal_still_holds_its_checkpoint(services, ring, tmp_path):
    async with services.store.begin() as work:
        held = await attest(services, work)
        await work.append("another", [s.NoteRecorded(at=START, by=FIRST_PHYSICIAN, topic="x")] * 9)
    proof = await prove_growth(services, held.note)
    assert read_growth(proof.written()) == proof
    signed = services.notary.verify(proof.note, OHS.party_id)
    assert (held.checkpoint.size, signed.checkpoint.size) == (41, 50)
    proof.check(held.checkpoint, signed.checkpoint)
    for former, latter in (
        (replace(held.checkpoint, root="ab" * 32), signed.checkpoint),
        (replace(held.checkpoint, size=40), signed.checkpoint),
        (held.checkpoint, replace(signed.checkpoint, root="ab" * 32)),
        (held.checkpoint, replace(signed.checkpoint, size=40)),
    ):
        with pytest.raises(RefusedError) as caught:
            proof.check(former, latter)
        assert caught.value.code == "growth-unproven"


async def test_a_journal_that_lost_a_checkpoint_proves_no_growth_from_it(services):
    other = services.notary.sign(Checkpoint(20, "ab" * 32), START)
    larger = services.notary.sign(Checkpoint(400, "ab" * 32), START)
    for note in (other.note, larger.note):
        with pytest.raises(OperatorError) as caught:
            await prove_growth(services, note)
        assert caught.value.code == "journal-changed"


@pytest.mark.parametrize("text", ["", "old 0\n\nnote", "old 5\nabc\n\nnote", "old 5\nAAAA\n\nnote", "old 5\n"])
def test_a_file_that_is_no_growth_proof_is_refused(text):
    with pytest.raises(RefusedError) as caught:
        read_growth(text)
    assert caught.value.code == "growth-malformed"


@pytest.mark.parametrize("number", [0, -1, 42, 1000])
async def test_there_is_no_proof_of_an_entry_that_is_not_there(services, ring, number):
    with pytest.raises(RefusedError) as caught:
        await prove_entry(services, number, ring.manifest().token, FIRST_PHYSICIAN)
    assert caught.value.code == "entry-unknown"


async def test_every_step_has_a_name_in_dutch():
    assert set(STEP_NAMES) == {kind.code for kind in step_classes()}
