"""Reading properties that a hostile partner wrote: what can be read is read, and nothing raises."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.base import BasicProperties
from pamqp.commands import Basic

from adapters.rabbitmq.properties import read_properties

FLAGS = Basic.Properties.flags
FLAG_WORD = 2
WHOLE = Basic.Properties(
    content_type="application/jose",
    content_encoding="identity",
    headers={"x-delivery-count": 3, "deep": {"list": [1, "two"]}},
    delivery_mode=2,
    priority=9,
    correlation_id="c",
    reply_to="r",
    expiration="60000",
    message_id="m",
    timestamp=datetime(2026, 11, 29, tzinfo=UTC),
    message_type="t",
    user_id="arbo-a",
    app_id="a",
)


def read(flags: int, data: bytes) -> Basic.Properties:
    properties = Basic.Properties()
    read_properties(properties, flags, data)
    return properties


def flags_of(*names: str) -> int:
    return sum(FLAGS[name] for name in names)


def test_what_can_be_read_is_read_as_the_driver_reads_it():
    octets = WHOLE.marshal()
    flags = struct.unpack(">H", octets[:FLAG_WORD])[0]
    theirs = Basic.Properties()
    BasicProperties.unmarshal(theirs, flags, octets[FLAG_WORD:])
    assert read(flags, octets[FLAG_WORD:]) == theirs == WHOLE


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("timestamp", struct.pack(">Q", 2**63 - 1)),
        ("timestamp", bytes([255]) * 8),
        ("correlation_id", b"\x02\xff\xfe"),
        ("headers", struct.pack(">I", 3) + b"\x09ab"),
        ("headers", struct.pack(">I", 4) + b"\x01a?!"),
        ("headers", struct.pack(">I", 11) + b"\x01aT" + struct.pack(">Q", 2**63 - 1)),
    ],
)
def test_what_cannot_be_decoded_is_left_out_and_the_next_is_read(name, octets):
    names = (name, "user_id")
    got = read(flags_of(*names), octets + b"\x06arbo-a")
    assert (getattr(got, name), got.user_id) == (None, "arbo-a")


@given(flags=st.integers(0, 2**16 - 1), data=st.binary(max_size=200))
def test_whatever_the_octets_are_nothing_raises(flags, data):
    read(flags, data)


@pytest.mark.parametrize("name", ["timestamp", "headers", "message_id", "priority"])
def test_what_is_cut_off_is_not_there(name):
    assert getattr(read(FLAGS[name], b""), name) is None
