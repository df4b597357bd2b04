"""What every store promises about the tree of its journal and the checkpoints over it."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.domain import steps as s
from gateway.domain.checkpoint import Checkpoint, SignedCheckpoint, contradicts
from gateway.domain.entry import commitment_to, read_entry
from gateway.domain.merkle import root_of
from gateway.ports.store import GATEWAY_CASE, ContentState

START = datetime(2026, 3, 29, 0, 30, 0, 5, tzinfo=UTC)
BY = s.Actor(s.ActorRole.BACK_OFFICE, "arbo-lindehof", "R. de Vries")


class Clock:
    def now(self):
        return START


@pytest.fixture
def clock():
    return Clock()


def note(topic):
    return s.NoteRecorded(at=START, by=BY, topic=topic, message_id="m1")


def signed(size, seconds, root="ab"):
    return SignedCheckpoint(Checkpoint(size, root * 32), f"note {size} {seconds} {root}", at(seconds))


def at(seconds):
    return START.replace(microsecond=0) + timedelta(seconds=seconds)


async def test_the_leaves_give_the_root_and_name_nobody(store):
    async with store.begin() as work:
        await work.append(
            "case-1", [note("one"), s.ActionRefused(at=START, by=BY, action="refer", reason="no-consent")]
        )
        await work.append("case-2", [note("two")])
        leaves, point = await work.leaves(0, 100, with_content=True), await work.checkpoint()
    assert root_of([leaf.entry.leaf() for leaf in leaves]).hex() == point.root
    assert [leaf.entry.sequence for leaf in leaves] == [1, 2, 3]
    assert [leaf.entry.outcome for leaf in leaves] == ["done", "refused", "done"]
    assert {leaf.content for leaf in leaves} == {ContentState.KEPT}
    first = leaves[0].entry
    assert (first.actor_role, first.organisation, first.code) == ("back-office", "arbo-lindehof", "note-recorded")
    assert (first.recorded_at, first.message_id, first.rules) == (START, "m1", ("R49",))
    assert first.case_ref == leaves[1].entry.case_ref != leaves[2].entry.case_ref
    for leaf in leaves:
        assert read_entry(leaf.entry.canonical()) == leaf.entry
        assert b"Vries" not in leaf.entry.canonical()
        assert b"case-" not in leaf.entry.canonical()


async def test_leaves_come_in_pages(store):
    async with store.begin() as work:
        await work.append("case-1", [note("x")] * 5)
        pages = [await work.leaves(after, 2) for after in (0, 2, 4, 5)]
    assert {leaf.content for page in pages for leaf in page} == {None}
    assert [[leaf.entry.sequence for leaf in page] for page in pages] == [[1, 2], [3, 4], [5], []]


async def test_content_is_what_the_entry_commits_to(store):
    async with store.begin() as work:
        await work.append("case-1", [note("one")])
        await work.append(GATEWAY_CASE, [note("two")])
        content, (leaf, _) = await work.content(1), await work.leaves(0, 2)
        other, none = await work.content(2), await work.content(3)
    assert content.case_id == "case-1"
    assert commitment_to(content.value) == leaf.entry.commitment
    assert b"one" in content.value[32:]
    assert other.case_id == GATEWAY_CASE
    assert none is None


async def test_erasing_takes_the_content_and_leaves_the_tree(store):
    async with store.begin() as work:
        await work.append("case-1", [note("one")])
        await work.append("case-2", [note("two")])
        before, point = await work.leaves(0, 9, with_content=True), await work.checkpoint()
    async with store.begin() as work:
        await work.erase("case-1")
    async with store.begin() as work:
        after = await work.leaves(0, 9, with_content=True)
        assert [leaf.entry for leaf in after] == [leaf.entry for leaf in before]
        assert [leaf.content for leaf in after] == [ContentState.ERASED, ContentState.KEPT]
        assert await work.content(1) is None
        assert await work.checkpoint() == point
        await work.append("case-1", [note("again")])
        anew = (await work.leaves(2, 1, with_content=True))[0]
        assert anew.entry.case_ref != before[0].entry.case_ref
        assert anew.content is ContentState.KEPT


async def test_what_was_rolled_back_left_no_leaf(store):
    async with store.begin() as work:
        await work.append("case-1", [note("one")])

    async def fail():
        async with store.begin() as work:
            await work.append("case-1", [note("two")])
            await work.erase("case-1")
            await work.save_checkpoint(signed(2, 0))
            await work.save_witnessed("lpbso", signed(2, 0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.begin() as work:
        assert [leaf.content for leaf in await work.leaves(0, 9, with_content=True)] == [ContentState.KEPT]
        assert await work.newest_checkpoint() is None
        assert await work.witnessed("lpbso") == []


async def test_our_own_checkpoints_are_kept_by_size(store):
    async with store.begin() as work:
        assert await work.newest_checkpoint() is None
        for one in (signed(20, 2), signed(7, 1), signed(300, 3), signed(20, 4, "cd")):
            await work.save_checkpoint(one)
    async with store.begin() as work:
        assert await work.newest_checkpoint() == signed(300, 3)
        assert await work.signed_checkpoints() == [signed(7, 1), signed(20, 4, "cd"), signed(300, 3)]


async def test_a_partners_checkpoints_are_kept_once_each_and_apart(store):
    async with store.begin() as work:
        assert await work.newest_witnessed("lpbso") is None
        assert await work.save_witnessed("lpbso", signed(20, 2))
        assert await work.save_witnessed("lpbso", signed(7, 1))
        assert not await work.save_witnessed("lpbso", signed(20, 2))
        assert await work.save_witnessed("poli", signed(99, 2))
    async with store.begin() as work:
        assert await work.witnessed("lpbso") == [signed(7, 1), signed(20, 2)]
        assert await work.newest_witnessed("lpbso") == signed(20, 2)
        assert await work.witnessed("poli") == [signed(99, 2)]
        assert await work.witnessed("nobody") == []


HELD = signed(20, 10)
LATER = {
    "the same again": (signed(20, 10), False),
    "grown": (signed(21, 11), False),
    "an older one, late": (signed(19, 9), False),
    "larger within the second": (signed(21, 10), False),
    "another root for the same size": (signed(20, 11, "cd"), True),
    "signed later, yet smaller": (signed(19, 11), True),
    "signed earlier, yet larger": (signed(21, 9), True),
    "the same size later": (signed(20, 12), False),
}


@pytest.mark.parametrize(("other", "is_contradiction"), LATER.values(), ids=LATER)
async def test_a_journal_only_grows(store, other, is_contradiction):
    assert contradicts(HELD, other) is contradicts(other, HELD) is is_contradiction
    async with store.begin() as work:
        await work.save_witnessed("lpbso", HELD)
        assert await work.contradicting("poli", other) is None
        assert await work.contradicting("lpbso", other) == (HELD if is_contradiction else None)
