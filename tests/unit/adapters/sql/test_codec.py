"""Every step survives storage, whatever its fields hold."""

import types
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql.codec import decode, encode, step_classes
from gateway.domain import steps as s
from gateway.domain.errors import OperatorError

BY = s.Actor(s.ActorRole.SYSTEM, "arbo-lindehof")
OFFSETS = st.integers(-86_399, 86_399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
INSTANTS = st.datetimes(*map(datetime.fromisoformat, ("1800-01-01", "2300-01-01")), timezones=st.just(UTC) | OFFSETS)
TEXTS = st.text(st.characters(exclude_categories=[])) | st.sampled_from(
    ["", "\x00", "\ud800", "\u202eomgekeerd", "e\u0301", "👩🏽‍⚕️", '"\\', "2026-01-01", "1", "null", " \r\n\t "]
)
PLAIN = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    datetime: INSTANTS,
    date: st.dates(),
    type(None): st.none(),
}


@cache
def values(kind):
    """Values of a type, every field filled; ``st.builds`` alone leaves defaults as they are."""
    if kind in PLAIN:
        return PLAIN[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of(*(values(part) for part in get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=2).map(tuple)
    return st.sampled_from(list(kind))


@pytest.mark.parametrize("kind", list(step_classes()), ids=lambda kind: kind.code)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_step_comes_back_as_it_was(kind, data):
    step = data.draw(values(kind))
    read = decode(encode(step))
    assert type(read) is kind
    assert read == step


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("wall", ["2026-10-25T02:30", "2026-03-29T02:30", "1850-06-01T00:00"])
def test_an_instant_stays_the_same_instant_in_and_around_the_lost_and_the_double_hour(wall, fold):
    at = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Europe/Amsterdam"), fold=fold)
    read = decode(encode(s.RequestAccepted(at=at, by=BY)))
    assert read.at.astimezone(UTC) == at.astimezone(UTC)


def test_what_is_written_is_ascii():
    assert encode(s.NoteRecorded(at=datetime.now(UTC), by=BY, topic="één 😀 \ud800")).isascii()


STEP = s.QuestionSettled(at=datetime(2026, 1, 1, tzinfo=UTC), by=BY, text="vraag")


@pytest.mark.parametrize(
    "step",
    [
        replace(STEP, text=12),
        replace(STEP, text=b"bytes"),
        replace(STEP, by="R. de Vries"),
        s.ClarificationAsked(at=STEP.at, by=BY, reply_by=datetime(2026, 1, 2, tzinfo=UTC)),
        s.GuidanceDecided(at=STEP.at, by=BY, continues="yes"),
    ],
    ids=["number", "bytes", "actor", "instant for a date", "text for a yes"],
)
def test_what_could_not_be_read_back_is_not_stored_and_not_repeated(step):
    with pytest.raises(OperatorError) as refused:
        encode(step)
    assert refused.value.code == "step-not-storable"
    assert refused.value.__cause__ is None
    assert "12" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"v":1,"step":"question-settled"}',
        b'{"v":1,"step":"from-the-future","fields":{}}',
        b'{"v":1,"step":"step","fields":{}}',
        b'{"v":1,"step":"question-settled","fields":{"text":"Jansen"}}',
        encode(STEP).replace(b'"v":1', b'"v":2'),
        encode(STEP)[:-1],
        b"\xff",
    ],
)
def test_what_is_not_known_is_an_error_without_the_content(content):
    with pytest.raises(OperatorError) as refused:
        decode(content)
    assert refused.value.code == "step-not-readable"
    assert refused.value.__cause__ is None
    assert "Jansen" not in str(refused.value)
