"""The partner is the witness: checkpoints in receipts, kept, and doubted when they cannot be true together."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.notes import KeyringNotary
from gateway.application.attest_journal import attest, current_checkpoint
from gateway.application.submit_case import submit_case
from gateway.application.witness_journal import witness
from gateway.domain.checkpoint import Checkpoint, checkpoint_text, cosigned_message, origin_of, timestamped
from gateway.domain.consent import Purpose
from gateway.domain.notes import ED25519, ML_DSA_44, NoteKey, NoteSignature, SignedNote
from gateway.domain.steps import Actor, ActorRole, NoteRecorded, PartnerJournalDoubted
from gateway.ports.store import GATEWAY_CASE, OutboxState
from tests.support.hostile import on_disk, renewed
from tests.support.world import POOL, START, World, accepted_case, consent, consented

CASE = "SO-2026-0001"


async def doubts(services):
    async with services.store.begin() as work:
        steps = await work.steps(GATEWAY_CASE)
    return [(step.reason, step.size) for step in steps if isinstance(step, PartnerJournalDoubted)]


async def shown(world, note):
    async with world.ohs.store.begin() as work:
        await witness(world.ohs, work, POOL.party_id, note)


async def held(world):
    async with world.ohs.store.begin() as work:
        return [signed.checkpoint for signed in await work.witnessed(POOL.party_id)]


async def record(services):
    """Something that a checkpoint can be about: a receipt speaks of the journal as it was before its message."""
    async with services.store.begin() as work:
        await work.append(GATEWAY_CASE, (NoteRecorded(at=START, by=Actor(ActorRole.SYSTEM, POOL.party_id), topic="x"),))


async def test_a_receipt_leaves_the_receivers_checkpoint_with_the_sender(world: World):
    await record(world.pool)
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    async with world.pool.store.begin() as work:
        own = await work.newest_checkpoint()
    async with world.ohs.store.begin() as work:
        seen = await work.newest_witnessed(POOL.party_id)
    assert seen == own
    assert own.checkpoint.size >= 1
    assert await doubts(world.ohs) == []


async def test_a_checkpoint_is_signed_after_so_many_entries_or_so_long_and_not_per_receipt(world: World):
    for number in range(3):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
        await world.settle()
    async with world.pool.store.begin() as work:
        assert len(await work.signed_checkpoints()) == 1
    world.clock.forward(minutes=5)
    await submit_case(world.ohs, "case-later", accepted_case())
    await world.settle()
    async with world.pool.store.begin() as work:
        assert len(await work.signed_checkpoints()) == 2
    assert len(await held(world)) == 2


async def test_a_split_view_is_a_step_and_both_notes_are_kept(world: World):
    one, other = Checkpoint(5, "ab" * 32), Checkpoint(5, "cd" * 32)
    await shown(world, world.pool.notary.sign(one, START).note)
    await shown(world, world.pool.notary.sign(other, START).note)
    assert await doubts(world.ohs) == [("checkpoint-contradicts", 5)]
    assert await held(world) == [one, other]


async def test_a_journal_that_goes_back_is_a_step_and_an_old_receipt_is_not(world: World):
    sign = world.pool.notary.sign
    first, second = sign(Checkpoint(5, "ab" * 32), START), sign(Checkpoint(9, "cd" * 32), START + timedelta(seconds=5))
    await shown(world, second.note)
    await shown(world, first.note)
    await shown(world, first.note)
    assert await doubts(world.ohs) == []
    await shown(world, sign(Checkpoint(8, "ef" * 32), START + timedelta(seconds=9)).note)
    assert await doubts(world.ohs) == [("checkpoint-contradicts", 8)]


async def test_a_checkpoint_that_is_not_signed_by_the_partner_is_a_step_and_not_kept(world: World):
    await shown(world, world.ohs.notary.sign(Checkpoint(5, "ab" * 32), START).note)
    await shown(world, "nonsense")
    assert await doubts(world.ohs) == [("checkpoint-unsigned", None), ("note-malformed", None)]
    assert await held(world) == []


async def test_a_clock_that_goes_back_does_not_make_us_look_as_if_our_journal_did(world: World):
    step = consented(consent(Purpose.CONTACT_TO_SO))
    signed = []
    for seconds in (0, -30, 10):
        world.clock.forward(seconds=seconds)
        async with world.pool.store.begin() as work:
            await work.append("case", [step])
            signed.append(await attest(world.pool, work))
    assert [one.checkpoint.size for one in signed] == [1, 2, 3]
    assert {one.signed_at for one in signed} == {START}


async def test_what_has_not_grown_is_not_signed_again(world: World):
    async with world.pool.store.begin() as work:
        assert await attest(world.pool, work) == await attest(world.pool, work)
        first = await current_checkpoint(world.pool, work)
        world.clock.forward(days=1)
        assert await current_checkpoint(world.pool, work) == first


class Boaster(KeyringNotary):
    """Signs what no honest journal says, with the keys that its partner believes."""

    size, seconds = 5, int(START.timestamp())

    def sign(self, checkpoint, at):
        name, said = origin_of(self._party_id), Checkpoint(self.size, checkpoint.root)
        text, signatures = checkpoint_text(name, said), []
        for key in self._keyring.checkpoint_keys(at):
            kind = ED25519 if key.alg == "Ed25519" else ML_DSA_44
            over = text.encode() if kind == ED25519 else cosigned_message(name, name, said, self.seconds)
            value = key.sign(over) if kind == ED25519 else timestamped(self.seconds, key.sign(over))
            signatures.append(NoteSignature(name, NoteKey(name, kind, key.public_bytes).key_id, value))
        return replace(super().sign(checkpoint, at), note=SignedNote(text, tuple(signatures)).written())


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ({}, []),
        ({"size": 2**63}, ["checkpoint-malformed"]),
        ({"seconds": 253_402_300_800}, ["checkpoint-unsigned"]),  # the first second of the year 10000
    ],
)
async def test_a_receipt_counts_whatever_numbers_its_checkpoint_boasts_of(world: World, tmp_path: Path, said, reasons):
    await on_disk(world, tmp_path)
    notary = Boaster(POOL.party_id, world.pool.notary._keyring, world.pool.notary._partners)
    vars(notary).update(said)
    await renewed(world, POOL.party_id, replace(world.pool, notary=notary))
    await record(world.pool)
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    async with world.ohs.store.look() as work:
        assert [item.state for item in await work.outbox()] == [OutboxState.DELIVERED]
    assert [reason for reason, _ in await doubts(world.ohs)] == reasons
    assert bool(await held(world)) is not bool(reasons)
