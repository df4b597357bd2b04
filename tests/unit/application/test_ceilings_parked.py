"""Parked messages: a ceiling per line and partner, taken in a few at a time, each at its own risk, and none for ever."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.application import receive_message, take_in_message, take_parked_message, unpark_messages
from gateway.application.apply_retention import is_settled
from gateway.application.discard_message import discard_message
from gateway.application.overtaking import LARGEST_EARLY
from gateway.application.receive_message import receive
from gateway.application.unpark_messages import unpark_ready
from gateway.domain import messages as m
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError, TemporaryError
from gateway.domain.protocol import ENDS_DISCLOSURE, BusinessStatus
from gateway.domain.receipts import digest_of_body
from gateway.entrypoints.workers.held import HeldWorker
from gateway.ports.store import InboxState
from tests.support.hostile import CASE, examined, held, inbox, inject, on_disk, reached, referred, renewed, sealed
from tests.support.messages import full
from tests.support.skipping import insist
from tests.support.skipping import sealed as sealed_by
from tests.support.world import OHS, OPERATOR, POOL, SECOND, World, consent

KEPT, PARKED, REFUSED = InboxState.PROCESSED, InboxState.PARKED, InboxState.REFUSED
STARTED = m.Milestone.SO_STARTED


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path)
    yield world
    await world.close()


async def with_ceilings(world: World, **ceilings: object) -> None:
    await renewed(world, OHS.party_id, replace(world.ohs, ceilings=Ceilings(**ceilings)))


def reaching(world: World, milestone: m.Milestone = m.Milestone.APPOINTMENT_PLANNED) -> m.MilestoneNotice:
    return m.MilestoneNotice(milestone, world.clock.now())


async def states(world: World, kind: m.Kind | None = m.Kind.MILESTONE_REACHED) -> list[tuple[InboxState, str | None]]:
    return [(item.state, item.reason) for item in await inbox(world.ohs, kind)]


async def answered_without_body(world: World) -> bool:
    """What is parked no more keeps no body, and knows its receipt, so that the same again is answered the same."""
    return all(i.body is None and i.receipt_id for i in await inbox(world.ohs, m.Kind.MILESTONE_REACHED))


async def state(world: World) -> BusinessStatus:
    return (await world.case(world.ohs, CASE)).referrals[-1].state


async def receipts(world: World) -> dict[str, m.Receipt]:
    """What the pool is told of each message, by the id of the message; a refusal keeps no body once it is there."""
    async with world.ohs.store.look() as work:
        sealed = [item for item in await work.outbox() if item.kind is m.Kind.RECEIPT and item.body]
    await world.settle()
    told = [world.pool.mapper.from_bundle(world.pool.sealer.open(i.body, at=i.created_at).payload) for i in sealed]
    return {one.content.for_message_id: one.content for one in told}


async def answers(world: World) -> dict[str, str]:
    """The codes of these."""
    return {message_id: receipt.code for message_id, receipt in (await receipts(world)).items()}


def revoke(world: World, **before: float) -> None:
    """The pool's signing key is not believed since so long ago; we have its new manifest."""
    now = world.clock.now()
    ring = world.pool.sealer._keyring
    kid = next(k["kid"] for k in ring.manifest().keys if k["use"] == "sig" and k["status"] == "active")
    ring.revoke(kid, now, since=now - timedelta(**before))
    world.ohs.sealer._partners.update(POOL.party_id, ring.manifest().token)


async def test_a_flood_behind_a_gap_is_parked_to_the_ceiling_and_the_rest_comes_again(world: World):
    await with_ceilings(world, parked_per_conversation=8, unparked_together=3)
    referral_id = await referred(world)
    flood = [await sealed(world, reaching(world), referral_id, sequence=2 + n) for n in range(20)]
    for delivery in flood:
        await receive(world.ohs, delivery)
    assert await states(world) == [(PARKED, None)] * 8
    assert reached(world.ohs) == [(POOL.party_id, "parked")]
    assert not set(await answers(world)) & {delivery.message_id for delivery in flood}, "its sender goes on sending it"
    await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert await states(world) == [(KEPT, None)] * 8
    for delivery in flood:
        await receive(world.ohs, delivery)
    assert await states(world) == [(KEPT, None)] * 20


async def test_what_is_opened_before_its_turn_is_small_and_comes_again_for_its_turn_otherwise(world: World):
    """Sixty-four of 1.6 MB were opened in one unit of work of the relay, which took 1.6 seconds."""
    referral_id = await referred(world)
    gone = m.ConsentWithdrawal("V-1", Purpose.CONTACT_TO_SO, world.clock.now())
    sizes = (0, 64 * 1024, 300 * 1024)
    told = [await insist(world.pool, world.ohs, gone, referral_id, later=4, size_floor=size) for size in sizes]
    assert [one.state for one in told] == ["parked", "parked", "lost"]
    assert reached(world.ohs) == [(POOL.party_id, "parked")]
    plain = await insist(world.pool, world.ohs, reaching(world), referral_id, later=4, size_floor=300 * 1024)
    assert plain.state == "parked", "what is not opened before its turn may be as large as any"


@pytest.mark.parametrize("kind", sorted(ENDS_DISCLOSURE))
async def test_what_a_gateway_says_of_these_kinds_is_small_enough_to_wait(world: World, kind: m.Kind):
    referral_id = await referred(world)
    content = full(kind).content
    made = sealed_by(world.pool, OHS.party_id, content, referral_id, 9)
    assert len(made.body) < LARGEST_EARLY / 2


async def test_parked_messages_are_taken_in_a_few_at_a_time(world: World, monkeypatch):
    await with_ceilings(world, unparked_together=3)
    referral_id = await referred(world)
    for place in range(2, 12):
        await inject(world, reaching(world), referral_id, sequence=place)
    rounds = []

    async def counted(services, work, line, limit):
        rounds.append(limit)
        return await take_parked_message.take_parked(services, work, line, limit)

    monkeypatch.setattr(unpark_messages, "take_parked", counted)
    await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert rounds == [3, 3, 3, 3]
    assert await states(world) == [(KEPT, None)] * 10


@pytest.mark.parametrize("ceilings", [{"held_per_partner": 3}, {"held_bytes_per_partner": 400_000}])
async def test_lines_that_nobody_knows_are_bounded_together(world: World, ceilings):
    """A partner may invent referrals, and park something in each."""
    await with_ceilings(world, **ceilings)
    for _ in range(6):
        await inject(world, reaching(world), world.ohs.new_id(), sequence=2)
    assert await states(world) == [(PARKED, None)] * 3
    assert reached(world.ohs) == [(POOL.party_id, "parked")]


async def test_a_partner_fills_its_bytes_to_the_last_and_no_more(world: World):
    flood = [await sealed(world, reaching(world), world.ohs.new_id(), sequence=2) for _ in range(4)]
    await with_ceilings(world, held_bytes_per_partner=sum(len(delivery.body) for delivery in flood[:3]))
    for delivery in flood:
        await receive(world.ohs, delivery)
    assert await states(world) == [(PARKED, None)] * 3


async def test_a_message_waits_for_every_one_before_it(world: World):
    referral_id = await referred(world)
    await inject(world, reaching(world, STARTED), referral_id, sequence=3)
    await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert await states(world) == [(PARKED, None)]
    await inject(world, reaching(world), referral_id, sequence=2)
    assert await states(world) == [(KEPT, None)] * 2
    assert await state(world) is BusinessStatus.SO_STARTED


async def test_what_opens_no_more_is_held_alone_and_the_line_goes_on(world: World):
    referral_id = await referred(world)
    second = await inject(world, reaching(world), referral_id, sequence=2)
    world.clock.forward(minutes=5)
    revoke(world, hours=1)
    third = await inject(world, reaching(world, STARTED), referral_id, sequence=3)
    first = await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert await states(world) == [(REFUSED, "not-opened"), (KEPT, None)]
    assert await states(world, m.Kind.REFERRAL_ACCEPTED) == [(KEPT, None)]
    assert [(item.message_id, item.reason) for item in await held(world.ohs)] == [
        (second.message_id, "signing-key-revoked")
    ]
    assert await state(world) is BusinessStatus.SO_STARTED
    said = await receipts(world)
    assert [said[one.message_id].code for one in (first, second, third)] == ["accepted", "not-opened", "accepted"]
    assert said[second.message_id].digest == digest_of_body(second.body)
    assert said[second.message_id].where == ""
    assert all(said[one.message_id].checkpoint for one in (first, second, third)), "each tells how our journal is"
    assert await answered_without_body(world)


async def test_what_opens_again_when_it_comes_again_is_told_what_it_was_told(world: World):
    referral_id = await referred(world)
    second = await inject(world, reaching(world), referral_id, sequence=2)
    world.clock.forward(minutes=5)
    believed = world.ohs.sealer._partners._manifests[POOL.party_id]
    revoke(world, hours=1)
    await inject(world, m.Acceptance(SECOND), referral_id)
    await world.settle()
    world.ohs.sealer._partners._manifests[POOL.party_id] = believed
    await receive(world.ohs, second)
    told = (await receipts(world))[second.message_id]
    assert (told.code, told.where, told.digest) == ("not-opened", "", digest_of_body(second.body))
    assert await answered_without_body(world)


@pytest.mark.parametrize("faulty", [2, 3])
async def test_what_cannot_have_its_effect_is_held_alone_and_the_line_goes_on(world: World, monkeypatch, faulty: int):
    referral_id = await referred(world)
    parked = [await inject(world, reaching(world), referral_id, sequence=place) for place in (2, 3, 4)]
    steps_of, faults = take_in_message.steps_of, ["alone", "with others"]

    def stumble(message, **more):
        if message.sequence == faulty and faults:
            faults.pop()
            raise RefusedError("referral-bound", "No.", remedy="None.")
        return steps_of(message, **more)

    monkeypatch.setattr(take_in_message, "steps_of", stumble)
    await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    came = {2: (KEPT, None), 3: (KEPT, None), 4: (KEPT, None), faulty: (REFUSED, "referral-bound")}
    assert await states(world) == list(came.values())
    assert await states(world, m.Kind.REFERRAL_ACCEPTED) == [(KEPT, None)]
    assert [(item.message_id, item.reason) for item in await held(world.ohs)] == [
        (parked[faulty - 2].message_id, "referral-bound")
    ]
    assert await answered_without_body(world)


async def test_a_fault_of_the_store_leaves_it_parked_and_the_worker_goes_on(world: World, monkeypatch):
    referral_id = await referred(world)
    await inject(world, reaching(world), referral_id, sequence=2)
    with monkeypatch.context() as away:

        async def busy(*_):
            raise TemporaryError("store-busy", "Busy.", remedy="None.")

        away.setattr(unpark_messages, "take_parked", busy)
        await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
        with pytest.raises(TemporaryError):
            await unpark_ready(world.ohs)
    assert await states(world) == [(PARKED, None)]
    await HeldWorker(world.ohs, lambda: None).look()
    assert await states(world) == [(KEPT, None)]
    assert await unpark_ready(world.ohs) == 0


async def test_who_dies_after_the_gap_was_closed_goes_on_later(world: World, monkeypatch):
    referral_id = await referred(world)
    await inject(world, reaching(world), referral_id, sequence=2)

    async def killed(*_):
        return None

    with monkeypatch.context() as dying:
        dying.setattr(receive_message, "unpark", killed)
        await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert await states(world) == [(PARKED, None)]
    assert await unpark_ready(world.ohs) == 1
    assert await states(world) == [(KEPT, None)]


async def test_r27_a_withdrawal_that_opens_no_more_takes_back_the_most_it_can(world: World):
    referral_id = await examined(world)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    milestone = reaching(world, m.Milestone.DRAFT_WITH_EMPLOYEE)
    await inject(world, milestone, referral_id)
    withdrawal = m.ConsentWithdrawal(given.consent_id, Purpose.OUTCOME_TO_FIRST, world.clock.now())
    await inject(world, withdrawal, referral_id, sequence=5)
    world.clock.forward(minutes=5)
    revoke(world, minutes=30)
    document = m.Document(world.pool.new_id(), m.DocumentRole.REPORT, "Verslag.", world.clock.now(), "x")
    later = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    report = m.ReportRelease(document, milestone.reached_at, (later,))
    await inject(world, report, referral_id, sequence=4)
    assert await states(world, m.Kind.REPORT_RELEASED) == [(REFUSED, "withdrawn")]
    assert await states(world, m.Kind.CONSENT_WITHDRAWN) == [(REFUSED, "not-opened")]
    assert (await world.case(world.ohs, CASE)).referrals[-1].report is None


async def test_two_messages_for_one_place_do_not_both_wait_for_ever(world: World):
    referral_id = await referred(world)
    await inject(world, reaching(world), referral_id, sequence=2)
    await inject(world, reaching(world, STARTED), referral_id, sequence=2)
    await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert await states(world) == [(KEPT, None), (REFUSED, "sequence-used")]
    assert await answered_without_body(world)


async def test_a_gap_that_is_never_filled_is_given_up_and_the_line_goes_on(world: World):
    referral_id = await referred(world)
    third = await inject(world, reaching(world), referral_id, sequence=3)
    world.clock.forward(days=5, hours=23)
    assert await unpark_ready(world.ohs) == 0
    assert await states(world) == [(PARKED, None)]
    fourth = await inject(world, reaching(world, STARTED), referral_id, sequence=4)
    world.clock.forward(hours=2)
    await HeldWorker(world.ohs, lambda: None).look()
    assert await states(world) == [(REFUSED, "gap-not-filled"), (REFUSED, "wrong-state")]
    told = await answers(world)
    assert [told[one.message_id] for one in (third, fourth)] == ["gap-not-filled", "wrong-state"]
    assert await answered_without_body(world)
    late = await inject(world, m.Acceptance(SECOND), referral_id, sequence=1)
    assert (await answers(world))[late.message_id] == "sequence-used"
    await inject(world, m.Acceptance(SECOND), referral_id)
    assert await state(world) is BusinessStatus.SO_ACCEPTED
    await world.settle()
    async with world.ohs.store.look() as work:
        assert await is_settled(work, CASE), "nothing keeps the case from the end of its term"


async def test_r37_what_takes_something_back_counts_when_its_gap_is_given_up(world: World):
    referral_id = await referred(world)
    await inject(world, m.ReferralWithdrawal(), referral_id, sequence=4, side=world.ohs, to=world.pool)
    world.clock.forward(days=6, minutes=1)
    await unpark_ready(world.pool)
    assert [i.state for i in await inbox(world.pool, m.Kind.REFERRAL_WITHDRAWN)] == [KEPT]
    assert (await world.case(world.pool, referral_id)).referrals[-1].state is BusinessStatus.WITHDRAWN


@pytest.mark.parametrize("sequence", [2, 3])
async def test_a_line_that_moved_meanwhile_is_left_as_it_is(world: World, sequence: int):
    """Between the look for lines that waited too long and the unit of work that closes their gap."""
    referral_id = await referred(world)
    await inject(world, reaching(world), referral_id, sequence=sequence)
    async with world.ohs.store.begin() as work:
        line, before = (POOL.party_id, referral_id), world.clock.now()
        await take_parked_message.close_gap(world.ohs, work, line, before)
        await take_parked_message.set_aside_parked(world.ohs, work, line, "referral-bound")
    assert await states(world) == [(PARKED, None)]
    assert await held(world.ohs) == []


async def test_what_was_discarded_behind_a_gap_is_settled_with_it(world: World):
    referral_id = await referred(world)
    third = await inject(world, reaching(world), referral_id, sequence=3)
    await discard_message(world.ohs, third.message_id, "te vroeg", OPERATOR)
    world.clock.forward(days=6, minutes=1)
    await unpark_ready(world.ohs)
    assert [state for state, _ in await states(world)] == [REFUSED]
