"""Housekeeping: what is over its term goes, what is not final stays, and the log says so without a person (R57, Q25)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.apply_retention import apply_retention
from gateway.application.read_case import read_case, read_trace
from gateway.application.receive_message import receive
from gateway.application.replay_message import replay_message
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.retention import TERMS, DataKind, Ending, RetentionTerms
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxState
from mappings.letters import DutchLetters
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
BY = s.Actor(s.ActorRole.OPERATOR, OHS.party_id)
REPORT = "MERKTEKEN verslag"
TERM = TERMS[DataKind.CASE_COPY].lasts
PERSONAL = ("Kolkmeijer", "Jurriaan", "j.vanderkolk@post.example", "Houtduifpad", REPORT, "Terpstra", "Mulkens", CASE)


async def completed(world: World) -> str:
    """The whole way up to the released report; returns the referral id."""
    base = (consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await submit_case(world.ohs, CASE, accepted_case(*base))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, REPORT)
    await world.settle()
    return referral_id


async def house(services: Services, **options) -> dict[DataKind, int]:
    return {cleared.kind: cleared.count for cleared in await apply_retention(services, BY, **options)}


async def add(services: Services, *steps: s.Step) -> None:
    async with services.store.begin() as work:
        await work.append(CASE, steps)


async def test_q25_after_the_term_the_log_shows_every_step_and_no_person(world: World):
    await completed(world)
    before = await read_case(world.ohs, CASE, FIRST_PHYSICIAN, "log")
    world.clock.forward(days=TERM.days)
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 1
    with pytest.raises(RefusedError) as gone:
        await read_case(world.ohs, CASE, FIRST_PHYSICIAN, "log")
    assert gone.value.code == "case-erased"
    trace = await read_trace(world.ohs, CASE, FIRST_PHYSICIAN)
    assert [entry.code for entry in trace] == [*(e.step.code for e in before.entries), "retention-ended"]
    text = DutchLetters(None, {OHS.party_id: OHS.name}).trace("zaak", trace)
    assert f"Aantal stappen: {len(trace)}." in text
    assert "vernietigd" in text
    assert [word for word in PERSONAL if word in text] == []
    assert all(len(line) <= 80 for line in text.splitlines())
    own = await world.steps(world.ohs, GATEWAY_CASE)
    assert isinstance(own[-1], s.CaseRead)
    assert own[-1].view == "trace"


async def test_both_sides_forget_by_their_own_term(world: World):
    referral_id = await completed(world)
    world.clock.forward(days=TERM.days)
    assert (await house(world.pool))[DataKind.CASE_COPY] == 1
    assert await world.steps(world.pool, referral_id) == []
    assert await world.steps(world.ohs, CASE) != []


async def test_a_party_may_choose_its_term_within_the_table(world: World):
    await completed(world)
    services = replace(world.ohs, retention=RetentionTerms(case_copy=timedelta(days=0)))
    assert (await house(services))[DataKind.CASE_COPY] == 1
    for wrong in ({"case_copy": timedelta(days=731)}, {"transport_copy": timedelta(days=8)}):
        with pytest.raises(ValueError, match="is kept for"):
            RetentionTerms(**wrong)


async def test_a_case_that_was_over_before_it_was_registered_here_has_its_term_too(world: World):
    """Its referral went another way; that the advice was weighed says that nothing waits any more."""
    weighed = s.AdviceWeighed(
        at=world.clock.now(), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED, reasons="Zo is het."
    )
    asked = s.TransferRequested(at=world.clock.now(), by=EMPLOYEE)
    await submit_case(world.ohs, CASE, [*accepted_case(), weighed], refer=False)
    await submit_case(world.ohs, "SO-2026-0002", [*accepted_case(), weighed, asked], refer=False)
    world.clock.forward(days=TERM.days + 1)
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 1
    assert await world.steps(world.ohs, CASE) == []
    assert await world.steps(world.ohs, "SO-2026-0002")


async def test_a_trial_deletes_nothing_and_writes_nothing(world: World):
    await completed(world)
    world.clock.forward(days=TERM.days)
    async with world.ohs.store.look() as work:
        size = (await work.checkpoint()).size
    would = await house(world.ohs, is_trial=True)
    async with world.ohs.store.look() as work:
        assert (await work.checkpoint()).size == size
        assert all(item.body for item in await work.outbox())
    assert would[DataKind.CASE_COPY] == 1
    assert would[DataKind.TRANSPORT_COPY] > 0
    assert would == await house(world.ohs)


async def test_doing_it_twice_changes_nothing(world: World):
    await completed(world)
    world.clock.forward(days=TERM.days)
    await house(world.ohs)
    async with world.ohs.store.look() as work:
        size = (await work.checkpoint()).size
    assert set((await house(world.ohs)).values()) == {0}
    async with world.ohs.store.look() as work:
        assert (await work.checkpoint()).size == size


@pytest.mark.parametrize(
    "keeps",
    [
        s.ComplaintFiled(at=World().clock.now(), by=EMPLOYEE, about="other"),
        s.RightRequested(
            at=World().clock.now(), by=EMPLOYEE, request_id="r", right=s.Right.ACCESS, due_on=date(2026, 10, 14)
        ),
    ],
    ids=lambda step: step.code,
)
async def test_what_somebody_needs_is_kept_however_old(world: World, keeps: s.Step):
    await completed(world)
    await add(world.ohs, keeps)
    world.clock.forward(days=10 * TERM.days)
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 0


async def test_a_granted_restriction_keeps_the_data(world: World):
    await completed(world)
    at, right = world.clock.now(), s.Right.RESTRICTION
    asked = s.RightRequested(at=at, by=EMPLOYEE, request_id="r", right=right, due_on=date(2026, 10, 14))
    await add(world.ohs, asked, s.RightAnswered(at=at, by=BY, request_id="r", right=right, is_granted=True))
    world.clock.forward(days=TERM.days)
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 0


async def test_an_open_case_and_messages_under_way_are_never_touched(world: World):
    await submit_case(world.ohs, CASE, accepted_case(consent(Purpose.CONTACT_TO_SO)))
    world.clock.forward(days=10 * TERM.days)
    assert set((await house(world.ohs)).values()) == {0}
    async with world.ohs.store.look() as work:
        (waiting,) = await work.outbox()
    assert waiting.state is OutboxState.PENDING
    assert waiting.body


async def test_a_case_with_a_message_that_somebody_must_look_at_is_kept(world: World):
    await completed(world)
    async with world.ohs.store.begin() as work:
        item = next(i for i in await work.outbox(CASE) if i.kind is m.Kind.REFERRAL_REQUESTED)
        await work.update_outbox(replace(item, state=OutboxState.UNDELIVERABLE))
    world.clock.forward(days=TERM.days)
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 0
    async with world.ohs.store.look() as work:
        kept = await work.outbox_item(item.message_id)
    assert kept is not None
    assert kept.body


async def test_reading_a_case_does_not_make_it_younger(world: World):
    await completed(world)
    world.clock.forward(days=TERM.days)
    await read_case(world.ohs, CASE, FIRST_PHYSICIAN, "case")
    assert (await house(world.ohs))[DataKind.CASE_COPY] == 1


async def test_deleted_bodies_are_told_once_per_kind_and_cannot_be_replayed(world: World):
    await completed(world)
    world.clock.forward(hours=73)
    cleared = await house(world.ohs)
    assert cleared[DataKind.TRANSPORT_COPY] > 0
    assert cleared[DataKind.RECEIPT_COPY] == 0
    told = [step for step in await world.steps(world.ohs, GATEWAY_CASE) if isinstance(step, s.DataDeleted)]
    assert [(step.kind, step.count) for step in told] == [("transport-copy", cleared[DataKind.TRANSPORT_COPY])]
    async with world.ohs.store.look() as work:
        item = next(i for i in await work.outbox(CASE) if i.kind is m.Kind.REFERRAL_REQUESTED)
    with pytest.raises(RefusedError) as refused:
        await replay_message(world.ohs, item.message_id, BY)
    assert refused.value.code == "message-deleted"


async def test_a_duplicate_has_its_receipt_as_long_as_it_can_be_opened(world: World):
    """The term of a receipt is longer than the life of the envelope that it answers."""
    await completed(world)
    first = next(d for services, d in world.deliveries if services is world.pool)
    world.clock.forward(days=6, hours=23)
    await house(world.pool)
    async with world.pool.store.look() as work:
        taken = await work.inbox_item(OHS.party_id, first.message_id)
        receipt = await work.outbox_item(taken.receipt_id)
    assert receipt.body
    await receive(world.pool, first)
    async with world.pool.store.look() as work:
        assert (await work.outbox_item(taken.receipt_id)).state is OutboxState.PENDING


async def test_without_its_bytes_a_receipt_is_not_sent_again(world: World):
    await completed(world)
    first = next(d for services, d in world.deliveries if services is world.pool)
    async with world.pool.store.begin() as work:
        await work.delete_expired_bodies(DataKind.RECEIPT_COPY, world.clock.now() + timedelta(days=1))
    await receive(world.pool, first)
    async with world.pool.store.look() as work:
        taken = await work.inbox_item(OHS.party_id, first.message_id)
        assert (await work.outbox_item(taken.receipt_id)).state is OutboxState.DELIVERED


async def test_an_invoice_outlives_its_case(world: World):
    await completed(world)
    line = m.InvoiceLine("verrichting", 1, 50_000)
    day = date(2026, 9, 30)
    invoice = s.EmployerInvoiced(
        at=world.clock.now(), by=BY, number="F-1", dated_on=day, period_start=day, period_end=day, lines=(line,)
    )
    await add(world.ohs, invoice)
    world.clock.forward(days=TERM.days)
    await house(world.ohs)
    assert invoice in await world.steps(world.ohs, GATEWAY_CASE)


async def test_an_export_that_is_offered_again_does_not_bring_the_case_back(world: World):
    steps = accepted_case(consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    await completed(world)
    world.clock.forward(days=TERM.days)
    await house(world.ohs)
    sent = world.seen()
    with pytest.raises(RefusedError) as refused:
        await submit_case(world.ohs, CASE, steps)
    await world.settle()
    assert refused.value.code == "case-erased"
    assert world.seen() == sent
    async with world.ohs.store.look() as work:
        assert await work.case_ids() == []


async def test_a_case_that_lives_again_shows_its_own_log(world: World):
    async with world.pool.store.begin() as work:
        await work.append(CASE, (s.NoteRecorded(at=world.clock.now(), by=BY, topic="eerst"),))
        await work.erase(CASE)
    assert len(await read_trace(world.pool, CASE, SECOND_PHYSICIAN)) == 1
    async with world.pool.store.begin() as work:
        await work.append(CASE, (s.NoteRecorded(at=world.clock.now(), by=BY, topic="opnieuw"),))
    assert await read_trace(world.pool, CASE, SECOND_PHYSICIAN) == []
    assert len((await read_case(world.pool, CASE, SECOND_PHYSICIAN, "log")).entries) == 2


def test_every_kind_of_data_has_a_term_and_only_what_is_not_ours_is_elsewhere():
    assert set(TERMS) == set(DataKind)
    for term in TERMS.values():
        assert term.shortest <= term.lasts <= term.longest
        assert term.ground
    deleted = {kind for kind, term in TERMS.items() if term.ending in {Ending.DELETED, Ending.SHREDDED}}
    others = {DataKind.HELD_DELIVERY, DataKind.LAID_OUT}
    assert deleted == {c for c in DataKind if c.value.endswith("-copy")} | others
