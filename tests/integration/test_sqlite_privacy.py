"""What somebody finds who steals the file of the store, with its log: nothing about a person (R52, R58)."""

import shutil
import types
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Union, get_args, get_origin, get_type_hints

import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from adapters.sql.codec import step_classes
from gateway.domain import steps as s
from gateway.domain.errors import OperatorError
from gateway.domain.messages import Kind
from gateway.domain.party import Party, Role
from gateway.ports.store import (
    GATEWAY_CASE,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    Partner,
    QuarantineItem,
)
from gateway.ports.transport import Lane

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MARKER = "Merkteken"
MARKERS = [MARKER.encode(), MARKER.lower().encode(), MARKER.encode("utf-16-le"), MARKER.encode().hex().encode()]
SAMPLES = {str: MARKER, int: 7, bool: True, float: 36.5, datetime: AT, date: AT.date()}


class Clock:
    def now(self):
        return AT


def marked(kind):
    """A value of a type with the marker in every text it holds, however deep."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: marked(hints[field.name]) for field in fields(kind)})
    if get_origin(kind) in {Union, types.UnionType}:
        return marked(next(part for part in get_args(kind) if part is not type(None)))
    if get_origin(kind) is tuple:
        return (marked(get_args(kind)[0]),)
    return next(iter(kind))


def marked_step(kind):
    """All but what is public by design: the organisation of the actor and the message id."""
    step = marked(kind)
    return replace(step, by=replace(step.by, organisation="arbo-lindehof"), message_id="0d0f4f6b")


def deliveries(case_id):
    out = OutboxItem(
        message_id="0d0f4f6b",
        case_id=case_id,
        kind=Kind.REPORT_RELEASED,
        recipient="lpbso",
        lane=Lane.CASES,
        referral_id=MARKER,
        sequence=1,
        body=b"end-to-end encrypted",
        digest="0" * 64,
        needs_receipt=True,
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=AT,
        created_at=AT,
        reason=MARKER,
    )
    came = InboxItem(
        sender="lpbso",
        message_id="0d0f4f6b",
        digest="0" * 64,
        kind=Kind.REFERRAL_ACCEPTED,
        state=InboxState.REFUSED,
        received_at=AT,
        case_id=case_id,
        referral_id=MARKER,
        sequence=1,
        reason=MARKER,
    )
    return out, came


async def fill(store):
    out, came = deliveries(MARKER)
    async with store.begin() as work:
        for kind in step_classes():
            await work.append(MARKER, [marked_step(kind)])
        await work.append(GATEWAY_CASE, [marked_step(s.MessageQuarantined)])
        await work.bind_referral(MARKER, MARKER, "lpbso")
        await work.enqueue(out)
        await work.update_outbox(replace(out, reason=f"again {MARKER}"))
        await work.save_inbox(came)
        body = f"Not encrypted: {MARKER}".encode()
        await work.save_quarantine(QuarantineItem("item", MARKER, MARKER, Lane.CASES, body, MARKER, AT))
        party = Party("lpbso", Role.POOL, MARKER)
        await work.save_partner(Partner(party, MARKER, MARKER, recipients=(f"lpbso/{MARKER}",)))


def copied(folder, to):
    """Database, write-ahead log and shared memory, taken while the store is in use."""
    to.mkdir()
    taken = [shutil.copy(path, to) for path in folder.glob("store.db*")]
    return b"".join((to / path).read_bytes() for path in taken)


@pytest.fixture
async def store(tmp_path):
    made = SqlStore(f"sqlite:///{tmp_path}/store.db", AesVault(bytes(32)), Clock())
    await made.open()
    yield made
    await made.close()


async def test_no_marker_is_found_in_the_file_its_log_or_its_memory(store, tmp_path):
    await fill(store)
    stolen = copied(tmp_path, tmp_path / "open")
    assert b"report-released" in stolen  # what is public by design, so the search itself works
    assert b"arbo-lindehof" in stolen
    assert [marker for marker in MARKERS if marker in stolen] == []
    await store.close()
    stolen = copied(tmp_path, tmp_path / "closed")
    assert b"report-released" in stolen
    assert [marker for marker in MARKERS if marker in stolen] == []


async def test_the_search_finds_what_does_lie_in_clear(store, tmp_path):
    async with store.begin() as work:
        await work.append("case", [s.RequestAccepted(at=AT, by=s.Actor(s.ActorRole.SYSTEM, MARKER))])
    assert MARKER.encode() in copied(tmp_path, tmp_path / "open")


async def test_everything_comes_back_with_the_key_and_nothing_without(store, tmp_path):
    await fill(store)
    async with store.begin() as work:
        assert await work.steps(MARKER) == [marked_step(kind) for kind in step_classes()]
        assert (await work.partners())[0].party.name == MARKER
        assert (await work.quarantine_item("item")).body.endswith(MARKER.encode())
    await store.close()
    other = SqlStore(f"sqlite:///{tmp_path}/store.db", AesVault(b"x" * 32), Clock())
    with pytest.raises(OperatorError) as sealed:
        await other.open()
    assert sealed.value.code == "vault-key-missing"


async def test_an_erased_key_is_in_no_file_any_more(store, tmp_path):
    async with store.begin() as work:
        await work.append("case-1", [marked_step(s.ReportReleased)])
        await work.append("case-2", [marked_step(s.ReportReleased)])
    wrapped = [await wrapped_key(store, case_id) for case_id in ("case-1", "case-2")]
    before = copied(tmp_path, tmp_path / "before")
    assert all(key in before for key in wrapped)
    async with store.begin() as work:
        await work.erase("case-1")
    after = copied(tmp_path, tmp_path / "after")
    assert [key in after for key in wrapped] == [False, True]
    async with store.begin() as work:
        assert await work.steps("case-2") == [marked_step(s.ReportReleased)]


async def wrapped_key(store, case_id):
    async with store.begin() as work:
        return (await work._transaction.find_key(case_id)).wrapped


async def test_the_file_is_its_owners_only(store, tmp_path):
    async with store.begin() as work:
        await work.append("case", [marked_step(s.RequestAccepted)])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("store.db*")} == {0o600}
    assert len(list(tmp_path.glob("store.db*"))) == 3


async def test_no_error_repeats_what_was_to_be_stored(store):
    out, _ = deliveries(MARKER)
    errors = []
    for bad in (out, replace(out, message_id=f"{MARKER}\ud800"), replace(out, next_attempt_at=AT.replace(tzinfo=None))):
        try:
            async with store.begin() as work:
                await work.enqueue(out)
                await work.enqueue(bad)
        except OperatorError as error:
            errors.append(error)
    assert [error.code for error in errors] == ["store-conflict", "store-failed", "store-failed"]
    assert all(MARKER not in str(error) and error.__suppress_context__ for error in errors)
