"""A growth proof is written one way, read only when written so, and proves that a journal grew or nothing."""

import base64

import pytest

from gateway.domain.checkpoint import Checkpoint
from gateway.domain.errors import RefusedError
from gateway.domain.merkle import consistency_path, leaf_hash, root_of
from gateway.domain.notes import MAX_CHARS
from gateway.domain.tlog_growth import GrowthProof, read_growth

LEAVES = [leaf_hash(b"entry %d" % number) for number in range(11)]
OTHERS = [*LEAVES[:2], leaf_hash(b"rewritten"), *LEAVES[3:]]
NOTE = "second-opinion-gateway.example/journal/arbo-lindehof\n11\nAAAA\n\n\N{EM DASH} name AAAAAAA=\n"
PROOF = GrowthProof(6, consistency_path(LEAVES, 6), NOTE)


def checkpoint(size, leaves=LEAVES):
    return Checkpoint(size, root_of(leaves[:size]).hex())


def file_of(old="old 6", path=PROOF.path):
    return "\n".join([old, *(base64.b64encode(node).decode() for node in path)]) + "\n\n" + NOTE


@pytest.mark.parametrize("first", [1, 6, 9_999_999_999_999_999_999])
@pytest.mark.parametrize("path", [PROOF.path, ()])
def test_what_was_written_reads_as_what_it_was(first, path):
    proof = GrowthProof(first, path, NOTE)
    assert read_growth(proof.written()) == proof


def test_a_file_has_the_lines_that_a_witness_takes():
    assert PROOF.written() == file_of()
    assert len(PROOF.path) > 1


def test_a_path_of_64_hashes_is_read_and_no_longer_one():
    assert len(read_growth(file_of(path=[bytes(32)] * 64)).path) == 64
    with pytest.raises(RefusedError):
        read_growth(file_of(path=[bytes(32)] * 65))


def test_a_file_of_the_largest_size_is_read_and_no_larger_one():
    text = file_of() + "x" * (MAX_CHARS - len(file_of()))
    assert read_growth(text).path == PROOF.path
    with pytest.raises(RefusedError):
        read_growth(f"{text}x")


MALFORMED = {
    "nothing": "",
    "no checkpoint": file_of().partition("\n\n")[0],
    "no size": file_of(old=""),
    "a size without its word": file_of(old="6"),
    "another word": file_of(old="Old 6"),
    "no earlier journal": file_of(old="old 0"),
    "a size below nought": file_of(old="old -6"),
    "a size with a leading nought": file_of(old="old 06"),
    "a size in other digits": file_of(old="old ٦"),
    "a size too large": file_of(old="old 1" + "0" * 19),
    "a size and a blank": file_of(old="old 6 "),
    "lines that end otherwise": file_of().replace("\n", "\r\n"),
    "a short hash": file_of(path=[*PROOF.path[:-1], bytes(31)]),
    "a long hash": file_of(path=[bytes(33), *PROOF.path[1:]]),
    "a hash that is no base64": file_of().replace("\n\n", "\n*\n\n", 1),
    "a hash in another base64": file_of().replace("\n\n", f"\n{'A' * 42}B=\n\n", 1),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_file_that_is_not_written_so_is_no_proof_and_its_reader_learns_what_to_do(text):
    with pytest.raises(RefusedError) as caught:
        read_growth(text)
    assert caught.value.code == "growth-malformed"
    assert "journal grown" in caught.value.remedy


@pytest.mark.parametrize("size", range(1, 12))
def test_every_later_journal_that_holds_the_earlier_one_is_believed(size):
    for first in range(1, size + 1):
        proof = read_growth(GrowthProof(first, consistency_path(LEAVES[:size], first), NOTE).written())
        proof.check(checkpoint(first), checkpoint(size))


WRONG = {
    "an earlier journal with another entry": (PROOF, checkpoint(6, OTHERS), checkpoint(11)),
    "a later journal with another entry": (PROOF, checkpoint(6), checkpoint(11, OTHERS)),
    "another earlier size": (PROOF, checkpoint(5), checkpoint(11)),
    "another later size": (PROOF, checkpoint(6), checkpoint(10)),
    "the two the wrong way round": (PROOF, checkpoint(11), checkpoint(6)),
    "one checkpoint twice": (PROOF, checkpoint(6), checkpoint(6)),
    "one root at two sizes": (PROOF, checkpoint(6), Checkpoint(11, checkpoint(6).root)),
    "a size that is not the earlier one's": (GrowthProof(5, PROOF.path, NOTE), checkpoint(6), checkpoint(11)),
    "a path the wrong way round": (GrowthProof(6, PROOF.path[::-1], NOTE), checkpoint(6), checkpoint(11)),
    "a shorter path": (GrowthProof(6, PROOF.path[:-1], NOTE), checkpoint(6), checkpoint(11)),
    "no path": (GrowthProof(6, (), NOTE), checkpoint(6), checkpoint(11)),
}


@pytest.mark.parametrize(("proof", "former", "latter"), WRONG.values(), ids=WRONG)
def test_a_wrong_proof_proves_nothing_and_its_reader_keeps_both_checkpoints(proof, former, latter):
    with pytest.raises(RefusedError) as caught:
        proof.check(former, latter)
    assert caught.value.code == "growth-unproven"
    assert "does not hold the earlier one" in caught.value.message
    assert "Keep both checkpoints" in caught.value.remedy
