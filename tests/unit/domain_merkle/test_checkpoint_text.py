"""A checkpoint is written one way, read only when written so, and names the journal of a party."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    checkpoint_text,
    contradicts,
    cosigned_message,
    origin_of,
    party_of,
    read_checkpoint_text,
    timestamped,
    untimestamped,
)
from gateway.domain.errors import RefusedError

ORIGIN = "second-opinion-gateway.example/journal/arbo-lindehof"
ROOT = bytes(range(32))
IN_BASE64 = base64.b64encode(ROOT).decode()
LAST_SECOND = 253_402_300_799
"""Of the year 9999."""


@pytest.mark.parametrize("size", [0, 1, 42, 2**63 - 1])
def test_what_was_written_reads_as_what_it_was(size):
    written = checkpoint_text(ORIGIN, Checkpoint(size, ROOT.hex()))
    assert written == f"{ORIGIN}\n{size}\n{IN_BASE64}\n"
    assert read_checkpoint_text(written) == (ORIGIN, Checkpoint(size, ROOT.hex()))


MALFORMED = {
    "nothing": "",
    "two lines": f"{ORIGIN}\n42\n",
    "an extension": f"{ORIGIN}\n42\n{IN_BASE64}\nextension\n",
    "no last newline": f"{ORIGIN}\n42\n{IN_BASE64}",
    "words behind the last newline": f"{ORIGIN}\n42\n{IN_BASE64}\nx",
    "lines that end otherwise": f"{ORIGIN}\r\n42\r\n{IN_BASE64}\r\n",
    "no origin": f"\n42\n{IN_BASE64}\n",
    "no size": f"{ORIGIN}\n\n{IN_BASE64}\n",
    "a size that is no number": f"{ORIGIN}\nx\n{IN_BASE64}\n",
    "a size below nought": f"{ORIGIN}\n-1\n{IN_BASE64}\n",
    "a size with a leading nought": f"{ORIGIN}\n042\n{IN_BASE64}\n",
    "a size in other digits": f"{ORIGIN}\n٤\n{IN_BASE64}\n",
    "a size that fits in no store": f"{ORIGIN}\n{2**63}\n{IN_BASE64}\n",
    "a size of twenty digits": f"{ORIGIN}\n1{'0' * 19}\n{IN_BASE64}\n",
    "no root": f"{ORIGIN}\n42\n\n",
    "a root that is no base64": f"{ORIGIN}\n42\n*\n",
    "a root in another base64": f"{ORIGIN}\n42\n{'A' * 42}B=\n",
    "a root in hex": f"{ORIGIN}\n42\n{ROOT.hex()}\n",
    "a short root": f"{ORIGIN}\n42\n{base64.b64encode(ROOT[:-1]).decode()}\n",
    "a long root": f"{ORIGIN}\n42\n{base64.b64encode(ROOT + b'x').decode()}\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_text_that_is_not_written_so_is_no_checkpoint_and_its_reader_learns_what_to_do(text):
    with pytest.raises(RefusedError) as caught:
        read_checkpoint_text(text)
    assert caught.value.code == "checkpoint-malformed"
    assert "exactly as it was written" in caught.value.remedy


@pytest.mark.parametrize("party_id", ["arbo-lindehof", "pool", "x"])
def test_an_origin_names_the_party_of_a_journal(party_id):
    assert origin_of(party_id) == f"second-opinion-gateway.example/journal/{party_id}"
    assert party_of(origin_of(party_id)) == party_id


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "arbo-lindehof",
        "/arbo-lindehof",
        "second-opinion-gateway.example/journal",
        "second-opinion-gateway.example/journal/",
        "second-opinion-gateway.example/journal/arbo/lindehof",
        "second-opinion-gateway.example/ledger/arbo-lindehof",
        "https://second-opinion-gateway.example/journal/arbo-lindehof",
    ],
)
def test_the_name_of_anything_else_names_no_party(origin):
    with pytest.raises(RefusedError) as caught:
        party_of(origin)
    assert caught.value.code == "checkpoint-malformed"
    assert "is not a journal of a second-opinion gateway" in caught.value.message


def test_a_quantum_safe_signature_is_over_the_words_of_the_format():
    assert cosigned_message("näme", ORIGIN, Checkpoint(258, ROOT.hex()), 1_789_000_000) == (
        b"subtree/v1\n\x00"
        + (b"\x05n\xc3\xa4me" + (1_789_000_000).to_bytes(8, "big"))
        + (b"\x34" + ORIGIN.encode())
        + (bytes(8) + (258).to_bytes(8, "big") + ROOT)
    )


@pytest.mark.parametrize("length", [127, 128, 255])
def test_a_quantum_safe_signature_is_over_a_name_of_any_length_the_format_has_room_for(length):
    message = cosigned_message("n" * length, ORIGIN, Checkpoint(0, ROOT.hex()), 0)
    assert message.startswith(b"subtree/v1\n\x00" + bytes([length]) + b"n" * length + bytes(8))


@pytest.mark.parametrize("second", [0, 1, 1_789_000_000, LAST_SECOND])
@pytest.mark.parametrize("signature", [b"x", bytes(2420)])
def test_a_signature_has_its_time_before_it_and_both_are_read_again(second, signature):
    assert timestamped(second, signature) == second.to_bytes(8, "big") + signature
    assert untimestamped(timestamped(second, signature)) == (second, signature)


@pytest.mark.parametrize("value", [b"", bytes(7), bytes(8)])
def test_a_time_without_a_signature_is_none(value):
    with pytest.raises(ValueError, match="no room"):
        untimestamped(value)


@pytest.mark.parametrize("second", [LAST_SECOND + 1, 2**64 - 1])
def test_a_time_that_no_clock_shows_is_none(second):
    with pytest.raises(ValueError, match="not a time"):
        untimestamped(timestamped(second, b"x"))


def signed(size, minutes=0, root=ROOT):
    at = datetime(2026, 9, 14, 8, tzinfo=UTC) + timedelta(minutes=minutes)
    return SignedCheckpoint(Checkpoint(size, root.hex()), "note", at)


@pytest.mark.parametrize(
    ("one", "other", "is_contradiction"),
    [
        (signed(5), signed(5), False),
        (signed(5), signed(5, root=bytes(32)), True),  # a split view
        (signed(5), signed(5, 60, bytes(32)), True),
        (signed(5), signed(5, 60), False),
        (signed(5), signed(6, 60, bytes(32)), False),  # it grew
        (signed(6), signed(5, 60, bytes(32)), True),  # it went back
        (signed(6), signed(5, root=bytes(32)), False),  # two of one second
    ],
)
def test_a_journal_that_only_grows_has_one_root_at_a_size_and_never_gets_smaller(one, other, is_contradiction):
    assert contradicts(one, other) is is_contradiction
    assert contradicts(other, one) is is_contradiction
