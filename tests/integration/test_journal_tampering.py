"""Somebody with the whole database in hand, of either kind: what the journal shows of it, and what it cannot."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.keyrings import AesVault
from adapters.sql import SqlStore
from gateway.application.attest_journal import attest
from gateway.application.prove_entry import prove_entry
from gateway.application.read_journal import Pace
from gateway.application.verify_journal import verify_journal
from gateway.application.witness_journal import witness
from gateway.domain import steps as s
from gateway.domain.checkpoint import Checkpoint
from gateway.domain.errors import GatewayError
from gateway.ports.store import GATEWAY_CASE
from tests.support.tamperer import PostgresTamperer, SqliteTamperer
from tests.support.world import AUDITOR, FIRST_PHYSICIAN, OHS, START

SIZE, SIGNED = 40, 30


@pytest.fixture(scope="module")
def database(postgres):
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def tamperer(request, tmp_path):
    if request.param == "sqlite":
        yield SqliteTamperer(tmp_path)
        return
    made = PostgresTamperer(request.getfixturevalue("database"))
    yield made
    made.give_back()


@pytest.fixture
async def services(world, tamperer):
    """Forty entries of four cases; the first thirty are under a signed checkpoint."""
    store = SqlStore(tamperer.url, AesVault(bytes(32)), world.clock)
    await store.open()
    made = replace(world.ohs, store=store)
    for first in range(0, SIZE, 10):
        world.clock.forward(seconds=1)
        async with store.begin() as work:
            for number in range(first, first + 10):
                step = s.NoteRecorded(at=START, by=FIRST_PHYSICIAN, topic=f"topic {number}")
                await work.append(f"case-{number % 4}", [step])
            if first + 10 == SIGNED:
                await attest(made, work)
    yield made
    await store.close()


@pytest.fixture
def hand(services, tamperer):
    """Comes when everything is written, and takes the triggers away."""
    del services
    tamperer.take()
    return tamperer


def codes(report):
    return {finding.code for finding in report.findings}


async def test_an_untouched_journal_is_whole(services):
    report = await verify_journal(services)
    assert report.findings == []
    assert (report.size, report.kept, report.erased, report.checkpoints) == (SIZE, SIZE, 0, 1)
    assert (report.witnessed_size, report.unwitnessed) == (SIGNED, SIZE - SIGNED)


async def test_erasing_a_case_leaves_the_journal_whole(services):
    async with services.store.begin() as work:
        await work.erase("case-1")
    report = await verify_journal(services)
    assert report.findings == []
    assert (report.kept, report.erased) == (30, 10)


def swap(hand):
    hand("UPDATE journal SET sequence = -1 WHERE sequence = 11")
    hand("UPDATE journal SET sequence = 11 WHERE sequence = 12")
    hand("UPDATE journal SET sequence = 12 WHERE sequence = -1")


def delete_and_renumber(hand):
    hand("DELETE FROM journal WHERE sequence = 11")
    hand.renumber(12, -1)


def insert_and_renumber(hand):
    hand.renumber(11, 1)
    hand.copy_row(10, 11)


ROW = {
    "a role altered": lambda hand: hand("UPDATE journal SET actor_role = 'employee' WHERE sequence = 11"),
    "a time altered": lambda hand: hand(
        "UPDATE journal SET recorded_at = '2026-09-14 10:00:00.000000' WHERE sequence = 11"
    ),
    "an outcome altered": lambda hand: hand("UPDATE journal SET outcome = 'refused' WHERE sequence = 11"),
    "a commitment altered": lambda hand: hand("UPDATE journal SET commitment = ? WHERE sequence = 11", "ab" * 32),
    "an entry given to another case": lambda hand: hand(
        "UPDATE journal SET case_ref = (SELECT case_ref FROM journal WHERE sequence = 12) WHERE sequence = 11"
    ),
    "an entry deleted": lambda hand: hand("DELETE FROM journal WHERE sequence = 11"),
    "an entry deleted and the rest renumbered": delete_and_renumber,
    "two entries swapped": swap,
    "an entry inserted and the rest renumbered": insert_and_renumber,
    "the whole journal renumbered": lambda hand: hand.renumber(1, 1),
    "an entry slipped in before the first": lambda hand: hand.copy_row(10, 0),
}


@pytest.mark.parametrize("change", ROW.values(), ids=ROW)
@pytest.mark.parametrize("is_thorough", [False, True], ids=["rows only", "and the stored tree"])
async def test_what_was_done_to_a_signed_entry_shows(services, hand, change, is_thorough):
    change(hand)
    if is_thorough:
        hand.rewrite_tree()
    report = await verify_journal(services)
    assert "journal-changed" in codes(report)
    assert report.witnessed_size == 0


async def test_an_entry_beyond_the_last_shows(services, hand):
    hand.copy_row(10, SIZE + 1)
    assert codes(await verify_journal(services)) == {"journal-inserted"}


async def test_a_page_of_entries_slipped_in_before_the_first_keeps_nobody_busy_for_ever(services, hand):
    for number in (-2, -1, 0):
        hand.copy_row(10, number)
    report = await verify_journal(services, pace=Pace(entries=3))
    assert codes(report) == {"journal-misnumbered", "journal-changed", "content-changed"}


async def test_content_that_was_altered_or_moved_shows_though_the_tree_is_as_it_was(services, hand):
    hand("UPDATE journal SET sealed = ? WHERE sequence = 11", bytes(80))
    hand("UPDATE journal SET sealed = (SELECT sealed FROM journal WHERE sequence = 16) WHERE sequence = 12")
    report = await verify_journal(services)
    assert [(finding.code, finding.place) for finding in report.findings] == [
        ("content-changed", 11),
        ("content-changed", 12),
    ]


async def test_a_row_that_is_no_entry_any_more_shows(services, hand):
    hand("UPDATE journal SET recorded_at = ? WHERE sequence = 11", hand.no_instant)
    assert "journal-unreadable" in codes(await verify_journal(services))


async def test_entries_cut_off_below_our_own_checkpoint_show(services, hand):
    hand("DELETE FROM journal WHERE sequence > 25")
    hand.rewrite_tree()
    assert codes(await verify_journal(services)) == {"journal-truncated"}


async def test_a_checkpoint_that_we_did_not_sign_shows(services, hand):
    hand("UPDATE checkpoints SET note = replace(note, '30', '31')")
    assert codes(await verify_journal(services)) == {"checkpoint-refused"}


async def test_only_a_checkpoint_from_outside_shows_what_was_done_to_everything_inside(services, hand):
    """Rows, tree and checkpoints cut back together: whole by itself, and truncated beside what a partner holds."""
    async with services.store.begin() as work:
        outside = (await attest(services, work)).note
    hand("DELETE FROM journal WHERE sequence > 25")
    hand("DELETE FROM checkpoints")
    hand.rewrite_tree()
    alone = await verify_journal(services)
    assert alone.findings == []
    assert alone.unwitnessed == 25
    report = await verify_journal(services, [outside])
    assert [(finding.code, finding.place) for finding in report.findings] == [("journal-truncated", SIZE)]


async def test_what_is_newer_than_every_checkpoint_can_be_cut_off_unseen(services, hand):
    """The limit, shown: the interval of checkpoints is the exposure."""
    async with services.store.begin() as work:
        outside = (await work.newest_checkpoint()).note
    hand("DELETE FROM journal WHERE sequence > ?", SIGNED)
    hand.rewrite_tree()
    assert (await verify_journal(services, [outside])).findings == []


async def test_a_second_past_signed_with_the_real_keys_shows_at_every_witness(services, world, hand):
    """A split view: the history is rewritten, and signed again by the owner of the keys."""
    async with services.store.begin() as work:
        first = await attest(services, work)
    hand("UPDATE journal SET outcome = 'refused' WHERE sequence = 11")
    rewritten = hand.rewrite_tree()
    second = services.notary.sign(rewritten, first.signed_at + timedelta(seconds=1))
    hand("UPDATE checkpoints SET root = ?, note = ? WHERE size = ?", rewritten.root, second.note, rewritten.size)
    hand("DELETE FROM checkpoints WHERE size < ?", rewritten.size)
    assert (await verify_journal(services)).findings == []
    assert codes(await verify_journal(services, [first.note])) == {"journal-changed"}
    async with world.pool.store.begin() as work:
        await witness(world.pool, work, OHS.party_id, first.note)
        await witness(world.pool, work, OHS.party_id, second.note)
        doubts = [step for step in await work.steps(GATEWAY_CASE) if isinstance(step, s.PartnerJournalDoubted)]
        assert [(step.reason, step.size) for step in doubts] == [("checkpoint-contradicts", SIZE)]
        assert len(await work.witnessed(OHS.party_id)) == 2


async def test_a_checkpoint_of_another_journal_is_no_witness(services, world):
    foreign = world.pool.notary.sign(Checkpoint(SIZE, "ab" * 32), START).note
    report = await verify_journal(services, [foreign])
    assert codes(report) == {"checkpoint-refused"}
    assert report.outside == 0


@pytest.mark.parametrize(
    "change", [ROW["a role altered"], ROW["an entry deleted"], swap], ids=["altered", "deleted", "swapped"]
)
async def test_a_journal_that_was_tampered_with_proves_nothing(services, hand, change):
    change(hand)
    with pytest.raises(GatewayError) as caught:
        await prove_entry(services, 20, "manifest", AUDITOR)
    assert caught.value.code in {"journal-changed", "entry-unknown"}
