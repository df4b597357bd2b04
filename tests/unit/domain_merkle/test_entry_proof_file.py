"""A proof file is written one way, read only when written so, and proves an entry at its own place or nothing."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.domain.entry import PublicEntry, commitment_to, read_entry
from gateway.domain.errors import RefusedError
from gateway.domain.merkle import inclusion_path, leaf_hash, root_of
from gateway.domain.tlog_proof import MAX_CHARS, EntryProof, read_proof

CONTENT = bytes(range(256))
ENTRY = PublicEntry(
    sequence=6,
    case_ref="0123456789abcdef" * 2,
    recorded_at=datetime(2026, 9, 14, 8, 30, 0, 250, UTC),
    actor_role="employee",
    organisation="arbo-lindehof",
    code="consent-given",
    rules=("R3", "R27"),
    outcome="done",
    message_id="0198c0de-0000-7000-8000-000000000001",
    commitment=commitment_to(CONTENT),
)
NOTE = "second-opinion-gateway.example/journal/arbo-lindehof\n11\nAAAA\n\n\N{EM DASH} name AAAAAAA=\n"


def journal(entry=ENTRY, index=5, size=11):
    """Put an entry among others; gives the proof that it stands there, and the root."""
    leaves = [leaf_hash(b"entry %d" % number) for number in range(size)]
    leaves[index] = entry.leaf()
    proof = EntryProof(entry.canonical(), index, inclusion_path(leaves, index), NOTE, "manifest.of.party", CONTENT)
    return proof, root_of(leaves)


PROOF, ROOT = journal()


def in_base64(raw):
    return base64.b64encode(raw).decode()


def members():
    return {"v": "so-journal-proof/1", "leaf": ENTRY.canonical().decode(), "manifest": "manifest.of.party"}


def file_of(extra=None, *, raw=None, index="index 5", path=PROOF.path, first="c2sp.org/tlog-proof@v1"):
    """Write a file with one line, or one member of the extra data, another one than it should be."""
    said = json.dumps(members() if extra is None else extra).encode() if raw is None else raw
    return "\n".join([first, f"extra {in_base64(said)}", index, *map(in_base64, path)]) + "\n\n" + NOTE


@pytest.mark.parametrize("content", [CONTENT, b"", None])
@pytest.mark.parametrize("path", [PROOF.path, ()])
def test_what_was_written_reads_as_what_it_was(content, path):
    proof = replace(PROOF, content=content, path=path)
    assert read_proof(proof.written()) == proof


@pytest.mark.parametrize("index", [0, 1, 10, 9_999_999_999_999_999_999])
def test_a_place_of_any_size_is_written_and_read(index):
    assert read_proof(replace(PROOF, index=index).written()).index == index


@pytest.mark.parametrize("content", [CONTENT, None])
def test_a_file_has_the_lines_of_the_format_and_its_extra_data_are_canonical_json(content):
    shown = {} if content is None else {"content": in_base64(content)}
    extra = json.dumps({**members(), **shown}, sort_keys=True, separators=(",", ":"))
    hashes = "".join(f"{in_base64(node)}\n" for node in PROOF.path)
    assert replace(PROOF, content=content).written() == (
        f"c2sp.org/tlog-proof@v1\nextra {in_base64(extra.encode())}\nindex 5\n{hashes}\n{NOTE}"
    )


def test_a_path_of_63_hashes_is_read_and_no_longer_one():
    assert len(read_proof(file_of(path=[bytes(32)] * 63)).path) == 63
    with pytest.raises(RefusedError):
        read_proof(file_of(path=[bytes(32)] * 64))


def test_a_file_of_the_largest_size_is_read_and_no_larger_one():
    whole = file_of()
    text = whole + "x" * (MAX_CHARS - len(whole))
    assert read_proof(text).note == NOTE + "x" * (MAX_CHARS - len(whole))
    with pytest.raises(RefusedError):
        read_proof(f"{text}x")


MALFORMED = {
    "nothing": "",
    "no checkpoint": file_of().partition("\n\n")[0],
    "two lines": "c2sp.org/tlog-proof@v1\nextra e30=\n\n" + NOTE,
    "another format": file_of(first="c2sp.org/tlog-proof@v2"),
    "a format in capitals": file_of(first="C2SP.ORG/tlog-proof@v1"),
    "lines that end otherwise": file_of().replace("\n", "\r\n"),
    "no extra": file_of().replace("extra ", ""),
    "another word than extra": file_of().replace("extra ", "EXTRA "),
    "extra that is no base64": file_of().replace("extra ", "extra *"),
    "extra that is no json": file_of(raw=b"{"),
    "extra that is no object": file_of(["v", "leaf", "manifest"]),
    "extra that is a number": file_of(7),
    "extra nested too deep": file_of(raw=b"[" * 100_000),
    "another version": file_of({**members(), "v": "so-journal-proof/2"}),
    "no version": file_of({"leaf": members()["leaf"], "manifest": "x"}),
    "no leaf": file_of({"v": members()["v"], "manifest": "x"}),
    "no manifest": file_of({"v": members()["v"], "leaf": "{}"}),
    "a leaf that is no text": file_of({**members(), "leaf": 7}),
    "a leaf with other letters": file_of({**members(), "leaf": "é"}),
    "a manifest that is no text": file_of({**members(), "manifest": 7}),
    "content that is no text": file_of({**members(), "content": 7}),
    "content that is no base64": file_of({**members(), "content": "*"}),
    "content in another base64": file_of({**members(), "content": "AB=="}),
    "no index": file_of(index="5"),
    "an index that is no number": file_of(index="index x"),
    "an index below nought": file_of(index="index -1"),
    "an index with a leading nought": file_of(index="index 05"),
    "an index in other digits": file_of(index="index ٥"),
    "an index too large": file_of(index="index 1" + "0" * 19),
    "an index and a blank": file_of(index="index 5 "),
    "a short hash": file_of(path=[*PROOF.path[:-1], bytes(31)]),
    "a long hash": file_of(path=[bytes(33), *PROOF.path[1:]]),
    "a hash that is no base64": file_of().replace("\n\n", "\n*\n\n", 1),
    "a hash in another base64": file_of().replace("\n\n", f"\n{'A' * 42}B=\n\n", 1),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_file_that_is_not_written_so_is_no_proof_and_its_reader_learns_what_to_do(text):
    with pytest.raises(RefusedError) as caught:
        read_proof(text)
    assert caught.value.code == "proof-malformed"
    assert "c2sp.org/tlog-proof@v1" in caught.value.message
    assert "journal prove" in caught.value.remedy


@pytest.mark.parametrize("content", [CONTENT, None])
def test_an_entry_is_proven_under_its_own_number(content):
    proof = replace(PROOF, content=content)
    assert read_proof(proof.written()).entry(11, ROOT) == ENTRY


def test_the_only_entry_of_a_journal_needs_no_path():
    proof, root = journal(replace(ENTRY, sequence=1), index=0, size=1)
    assert proof.path == ()
    assert proof.entry(1, root).sequence == 1


WRONG = {
    "another entry": (replace(PROOF, leaf=replace(ENTRY, code="consent-refused").canonical()), "does not stand"),
    "another place": (replace(PROOF, index=4), "does not stand"),
    "a place behind the end": (replace(PROOF, index=11), "does not stand"),
    "another path": (replace(PROOF, path=PROOF.path[::-1]), "does not stand"),
    "a shorter path": (replace(PROOF, path=PROOF.path[:-1]), "does not stand"),
    "no path": (replace(PROOF, path=()), "does not stand"),
    "other content": (replace(PROOF, content=CONTENT[:-1]), "commits to"),
    "no content where there is some": (replace(PROOF, content=b""), "commits to"),
}


@pytest.mark.parametrize(("proof", "why"), WRONG.values(), ids=WRONG)
def test_a_wrong_proof_proves_nothing_and_says_why_and_what_to_do(proof, why):
    with pytest.raises(RefusedError) as caught:
        proof.entry(11, ROOT)
    assert caught.value.code == "proof-wrong"
    assert why in caught.value.message
    assert "tell the auditor" in caught.value.remedy


@pytest.mark.parametrize(("size", "root"), [(8, ROOT), (17, ROOT), (11, leaf_hash(b"another")), (0, ROOT)])
def test_a_proof_proves_nothing_under_another_checkpoint(size, root):
    with pytest.raises(RefusedError) as caught:
        PROOF.entry(size, root)
    assert caught.value.code == "proof-wrong"


@pytest.mark.parametrize("number", [4, 5, 7])
def test_an_entry_that_carries_another_number_than_its_place_is_not_proven(number):
    proof, root = journal(replace(ENTRY, sequence=number))
    with pytest.raises(RefusedError, match="another number") as caught:
        proof.entry(11, root)
    assert caught.value.code == "proof-wrong"


@pytest.mark.parametrize("entry", [ENTRY, replace(ENTRY, message_id=None, rules=(), outcome="refused")])
def test_an_entry_is_read_from_its_leaf_as_it_was(entry):
    assert read_entry(entry.canonical()) == entry


LEAVES = {
    "nothing": b"",
    "no json": b"{",
    "no object": b"[]",
    "text": b'"entry"',
    "nested too deep": b"[" * 100_000,
    "no utf-8": b"\xff",
    "a blank behind it": ENTRY.canonical() + b" ",
    "a member more": ENTRY.canonical()[:-1] + b',"x":1}',
    "another order": json.dumps(json.loads(ENTRY.canonical())).encode(),
    "a time in another offset": ENTRY.canonical().replace(b"T08:30:00.000250+00:00", b"T10:30:00.000250+02:00"),
    "a time that is none": ENTRY.canonical().replace(b"2026-09-14", b"2026-09-31"),
    "rules that are none": ENTRY.canonical().replace(b'["R3","R27"]', b"7"),
    "another version": ENTRY.canonical().replace(b'"v":1', b'"v":2'),
    **{
        f"no {name}": json.dumps(
            {key: value for key, value in json.loads(ENTRY.canonical()).items() if key != name},
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        for name in json.loads(ENTRY.canonical())
    },
}


@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_a_leaf_that_is_not_written_so_is_no_entry_and_its_reader_learns_what_to_do(leaf):
    with pytest.raises(RefusedError) as caught:
        replace(PROOF, leaf=leaf).entry(11, ROOT)
    assert caught.value.code == "entry-malformed"
    assert "do not change the file" in caught.value.remedy
