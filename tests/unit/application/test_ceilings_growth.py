"""What a partner says again and again: what it leaves on record, in the store and on disk has a ceiling (ADR 63)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.receive_message import receive
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.ceilings import Ceilings
from gateway.domain.consent import Choice, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.people import Organisation
from gateway.domain.protocol import BusinessStatus
from gateway.domain.rules.ceilings import RESERVED
from gateway.ports.store import InboxState, OutboxState
from gateway.ports.transport import Delivery, Lane
from tests.support.hostile import CASE, examined, held, inbox, inject, on_disk, reached, referred, renewed, sealed
from tests.support.skipping import sealed as sealed_at
from tests.support.world import EMPLOYEE, OHS, POOL, SECOND, SECOND_PHYSICIAN, World, consent

KEPT, REFUSED = InboxState.PROCESSED, InboxState.REFUSED
MEDICAL = consent(Purpose.MEDICAL_TO_SO)
PLANNED, STARTED, DRAFT = m.Milestone.APPOINTMENT_PLANNED, m.Milestone.SO_STARTED, m.Milestone.DRAFT_WITH_EMPLOYEE
MILESTONE, WITHHELD, TAKEN_BACK = m.Kind.MILESTONE_REACHED, m.Kind.REPORT_WITHHELD, m.Kind.CONSENT_WITHDRAWN


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await on_disk(await World().open(), tmp_path)
    yield world
    await world.close()


async def bounded(world: World, **ceilings: int) -> None:
    """Let both sides go on with lower ceilings."""
    for party_id, services in list(world.parties.items()):
        await renewed(world, party_id, replace(services, ceilings=Ceilings(**ceilings)))


async def outcomes(world: World, kind: m.Kind, side=None) -> list[tuple[InboxState, str | None]]:
    return [(item.state, item.reason) for item in await inbox(side or world.ohs, kind)]


async def left(world: World, kind: type[s.Step], side=None, case_id: str = CASE) -> int:
    """How many steps of a kind are on record."""
    async with (side or world.ohs).store.look() as work:
        return sum(isinstance(step, kind) for step in await work.steps(case_id))


def asking(world: World, number: int, count: int, choice: Choice = Choice.GIVEN) -> m.InformationRequest:
    now = world.clock.now()
    brought = tuple(replace(MEDICAL, consent_id=f"{number}-{i}", decided_at=now, choice=choice) for i in range(count))
    return m.InformationRequest(f"V-{number}", m.InformationKind.WORK_CIRCUMSTANCES, None, brought)


async def test_r25_a_partner_brings_so_many_consents_to_a_case_and_no_more(world: World):
    """1,753 of them made every look at the case take 1.7 seconds."""
    referral_id = await examined(world)
    for number in range(4):
        await inject(world, asking(world, number, 20), referral_id)
    assert await outcomes(world, m.Kind.INFORMATION_REQUESTED) == [
        *((KEPT, None), (KEPT, None)),
        *((REFUSED, "too-many-consents"), (REFUSED, "too-many-consents")),
    ]
    case = await world.case(world.ohs, CASE)
    assert sum(known.recorder == POOL.party_id for known in case.consents) == 40
    assert reached(world.ohs) == [(POOL.party_id, "consents")]


async def test_r27_an_objection_too_many_is_refused_aloud_and_a_withdrawal_always_counts(world: World):
    await bounded(world, consents_per_partner=20)
    referral_id = await examined(world)
    await inject(world, asking(world, 1, 20), referral_id)
    await inject(world, asking(world, 2, 1, Choice.REFUSED), referral_id)
    assert (await outcomes(world, m.Kind.INFORMATION_REQUESTED))[-1] == (REFUSED, "too-many-consents")
    gone = m.ConsentWithdrawal("1-3", Purpose.MEDICAL_TO_SO, world.clock.now())
    await inject(world, gone, referral_id)
    case = await world.case(world.ohs, CASE)
    assert [known.consent_id for known in case.consents if known.withdrawn_at] == ["1-3"]
    assert await outcomes(world, TAKEN_BACK) == [(KEPT, None)]


async def test_r41_withheld_again_and_again_leaves_one_step(world: World):
    referral_id = await examined(world)
    for _ in range(20):
        await inject(world, m.ReportWithholding(), referral_id)
    assert await outcomes(world, WITHHELD) == [(KEPT, None)] * 20
    assert await left(world, s.ReportWithheld) == 1


async def test_r38_a_second_opinion_starts_once_and_its_draft_is_told_once_a_moment(world: World):
    referral_id = await examined(world)
    at = world.clock.now()
    for milestone in (STARTED, STARTED, DRAFT, DRAFT):
        await inject(world, m.MilestoneNotice(milestone, at), referral_id)
    assert await left(world, s.MilestoneReached) == 2
    world.clock.forward(hours=1)
    await inject(world, m.MilestoneNotice(DRAFT, world.clock.now()), referral_id)
    assert await left(world, s.MilestoneReached) == 3, "a draft that was discussed anew counts again (R40)"
    referral = (await world.case(world.ohs, CASE)).referrals[-1]
    assert referral.draft_told_at == world.clock.now()


async def test_r38_an_appointment_moves_so_often_and_no_more(world: World):
    await bounded(world, messages_of_a_kind=5)
    referral_id = await examined(world)
    for days in range(7):
        now = world.clock.now()
        await inject(world, m.MilestoneNotice(PLANNED, now, now + timedelta(days=days)), referral_id)
    assert await outcomes(world, MILESTONE) == [(KEPT, None)] * 5 + [(REFUSED, "repeated-too-often")] * 3
    assert await left(world, s.MilestoneReached) == 5
    assert reached(world.ohs) == [(POOL.party_id, "messages")]
    await inject(world, m.ReportWithholding(), referral_id)
    assert (await outcomes(world, WITHHELD)) == [(REFUSED, "wrong-state")], "what else may be said is judged as before"


async def test_r27_above_the_ceiling_of_a_referral_only_what_takes_back_counts(world: World):
    await bounded(world, messages_per_referral=25)
    referral_id = await examined(world, MEDICAL)
    await inject(world, asking(world, 1, 2), referral_id)
    for _ in range(30):
        await inject(world, m.MilestoneNotice(STARTED, world.clock.now()), referral_id)
    said = await outcomes(world, MILESTONE)
    assert said[-8:] == [(REFUSED, "too-many-messages")] * 8
    assert (KEPT, None) in said
    for consent_id in ("1-0", "1-0", "1-1"):
        gone = m.ConsentWithdrawal(consent_id, Purpose.MEDICAL_TO_SO, world.clock.now())
        await inject(world, gone, referral_id)
    assert await outcomes(world, TAKEN_BACK) == [(KEPT, None)] * 3
    case = await world.case(world.ohs, CASE)
    assert sorted(known.consent_id for known in case.consents if known.withdrawn_at) == ["1-0", "1-1"]
    assert await left(world, s.ConsentWithdrawalNotified) == 2, "said once, it leaves no second step"


@pytest.mark.parametrize("ceiling", [{"messages_per_referral": 3}, {"messages_of_a_kind": 2}])
async def test_r27_what_takes_back_nothing_leaves_no_step_above_the_ceiling(world: World, ceiling: dict[str, int]):
    await bounded(world, **ceiling)
    referral_id = await referred(world)
    for number in range(6):
        gone = m.ConsentWithdrawal(f"invented-{number}", Purpose.MEDICAL_TO_SO, world.clock.now())
        await inject(world, gone, referral_id, side=world.ohs, to=world.pool)
    assert await outcomes(world, TAKEN_BACK, world.pool) == [(KEPT, None)] * 6
    assert await left(world, s.ConsentWithdrawn, world.pool, referral_id) == 2


async def test_r38_an_honest_pool_hears_it_before_it_speaks(world: World):
    await bounded(world, messages_of_a_kind=3, messages_per_referral=RESERVED + 6)
    referral_id = await examined(world)
    for days in range(2):
        due = world.clock.now() + timedelta(days=days + 1)
        await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, PLANNED, due_at=due)
    with pytest.raises(RefusedError) as caught:
        await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, PLANNED, due_at=due)
    assert caught.value.code == "repeated-too-often"
    await world.settle()
    assert await outcomes(world, MILESTONE) == [(KEPT, None)] * 3
    await bounded(world, messages_per_referral=RESERVED + 4)
    with pytest.raises(RefusedError) as caught:
        await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, PLANNED, due_at=due)
    assert caught.value.code == "too-many-messages"
    async with world.pool.store.look() as work:
        assert await work.next_sequence(referral_id, OHS.party_id) == 5, "nothing of it is left"


async def refusals(world: World, count: int) -> list[Delivery]:
    """Messages for referrals that there never were."""
    declined = m.Declination(m.DeclineCode.NOT_AVAILABLE)
    return [await inject(world, declined, str(uuid4()), sequence=1) for _ in range(count)]


async def test_so_many_are_refused_in_a_day_and_the_rest_comes_again(world: World):
    """2,000 of them were 57 MB in the store, and nobody was told."""
    await bounded(world, refused_per_day=10)
    said = await refusals(world, 15)
    assert [item.message_id for item in await inbox(world.ohs)] == [one.message_id for one in said[:10]]
    async with world.ohs.store.look() as work:
        assert len([i for i in await work.outbox() if i.kind is m.Kind.RECEIPT]) == 10
        assert await work.refused_since(POOL.party_id, world.clock.now()) == 10
    assert await held(world.ohs) == []
    assert reached(world.ohs) == [(POOL.party_id, "refused")]
    world.clock.forward(hours=24, minutes=1)
    again = await sealed(world, m.Declination(m.DeclineCode.NOT_AVAILABLE), str(uuid4()), sequence=1)
    await receive(world.ohs, again)
    assert (await inbox(world.ohs))[-1].message_id == again.message_id


async def test_r5_what_is_not_answered_today_has_no_consequence_until_it_is(world: World):
    """The sender does not know yet that it was refused, and sends it again."""
    await bounded(world, refused_per_day=2)
    referral_id = await referred(world)
    await refusals(world, 2)
    theirs = replace(SECOND, other_organisations=(), organisation=OHS.party_id)
    accepted = await inject(world, m.Acceptance(theirs), referral_id)
    assert await left(world, s.ActionRefused) == 0
    assert (await world.case(world.ohs, CASE)).referrals[-1].state is BusinessStatus.REFERRED
    world.clock.forward(hours=24, minutes=1)
    await receive(world.ohs, accepted)
    assert await left(world, s.ActionRefused) == 1
    assert (await world.case(world.ohs, CASE)).referrals[-1].state is BusinessStatus.WITHDRAWN


async def test_r27_who_was_refused_too_often_today_is_heard_where_it_has_something_to_say(world: World):
    await bounded(world, refused_per_day=3)
    referral_id = await examined(world, MEDICAL)
    await inject(world, asking(world, 1, 1), referral_id)
    await refusals(world, 5)
    gone = m.ConsentWithdrawal("1-0", Purpose.MEDICAL_TO_SO, world.clock.now())
    await inject(world, gone, referral_id)
    assert await outcomes(world, TAKEN_BACK) == [(KEPT, None)]


async def test_one_that_is_turned_away_blocks_no_line_and_ends_no_loop(world: World):
    """What waits in line is here already: it is refused in its turn, whatever was refused today."""
    await bounded(world, refused_per_day=2)
    referral_id = await examined(world)
    async with world.ohs.store.look() as work:
        last = await work.last_received(POOL.party_id, referral_id)
    accepted_again = m.Acceptance(SECOND)
    for place in (last + 3, last + 2):
        await receive(world.ohs, sealed_at(world.pool, OHS.party_id, accepted_again, referral_id, place))
    await refusals(world, 2)
    await inject(world, m.MilestoneNotice(PLANNED, world.clock.now()), referral_id)
    states = await outcomes(world, m.Kind.REFERRAL_ACCEPTED)
    assert states == [(KEPT, None), (REFUSED, "wrong-state"), (REFUSED, "wrong-state")]


async def test_a_refusal_keeps_no_body_and_is_made_anew_when_it_is_asked_for(world: World):
    """A padded receipt of 22 kB lay there for eight days for each of them."""
    (delivery,) = await refusals(world, 1)
    (row,) = await inbox(world.ohs)
    async with world.ohs.store.look() as work:
        before = await work.outbox_item(row.receipt_id)
    assert len(before.body) > 10_000
    await world.settle()
    async with world.ohs.store.look() as work:
        first = await work.outbox_item(row.receipt_id)
    assert (first.state, first.body) == (OutboxState.DELIVERED, b"")
    for _ in range(3):
        await receive(world.ohs, delivery)
        await world.settle()
    (again,) = await inbox(world.ohs)
    assert again == replace(row, receipt_id=again.receipt_id)
    assert again.receipt_id != row.receipt_id
    async with world.ohs.store.look() as work:
        receipts = [item for item in await work.outbox() if item.kind is m.Kind.RECEIPT]
    assert [(item.message_id, item.state, item.body) for item in receipts] == [
        (again.receipt_id, OutboxState.DELIVERED, b"")
    ], "however often it comes, one row stands for its answer"


async def test_what_is_said_anew_is_the_same_answer(world: World):
    referral_id = await examined(world)
    refused = await inject(world, m.Declination(m.DeclineCode.NOT_AVAILABLE), referral_id)
    answers = []
    for _ in range(2):
        (row,) = [item for item in await inbox(world.ohs) if item.message_id == refused.message_id]
        async with world.ohs.store.look() as work:
            receipt = await work.outbox_item(row.receipt_id)
        opened = world.pool.sealer.open(receipt.body, at=receipt.created_at)
        answers.append(world.pool.mapper.from_bundle(opened.payload).content)
        await world.settle()
        await receive(world.ohs, refused)
    assert replace(answers[0], checkpoint=None) == replace(answers[1], checkpoint=None)
    assert answers[0].code == "wrong-state"


async def test_a_receipt_that_settles_nothing_more_leaves_nothing_behind(world: World):
    referral_id = await examined(world)
    async with world.pool.store.look() as work:
        sent = next(item for item in await work.outbox(referral_id) if item.kind is m.Kind.REFERRAL_ACCEPTED)
    before = len(await inbox(world.pool))
    verdict = m.ReceiptVerdict.OK
    for _ in range(5):
        receipt = m.Receipt(sent.message_id, sent.digest, verdict, "accepted", world.clock.now())
        await inject(world, receipt, None, side=world.ohs, to=world.pool)
    assert len(await inbox(world.pool)) == before
    assert await held(world.pool) == []


async def test_r8_so_many_referrals_are_open_and_the_arbodienst_hears_it(world: World):
    await bounded(world, open_referrals=2)
    first = await referred(world)
    (told,) = [step async for step in requested(world)]
    more = [str(uuid4()) for _ in range(3)]
    for referral_id in more:
        await inject(world, told, referral_id, side=world.ohs, to=world.pool)
    kind = m.Kind.REFERRAL_REQUESTED
    full = (REFUSED, "too-many-referrals")
    assert await outcomes(world, kind, world.pool) == [(KEPT, None), (KEPT, None), full, full]
    assert reached(world.pool) == [(OHS.party_id, "referrals")]
    await pool.decline_referral(world.pool, first, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)
    await inject(world, told, str(uuid4()), side=world.ohs, to=world.pool)
    assert (await outcomes(world, kind, world.pool))[-1] == (KEPT, None), "who ended one has room for another"
    await inject(world, m.ReferralWithdrawal(), more[0], side=world.ohs, to=world.pool)
    await inject(world, told, str(uuid4()), side=world.ohs, to=world.pool)
    assert (await outcomes(world, kind, world.pool))[-1] == (KEPT, None), "whoever ended it"


async def requested(world: World):
    """What the first referral said."""
    async with world.ohs.store.look() as work:
        for step in await work.steps(CASE):
            if isinstance(step, s.ReferralRequested):
                yield step.referral


async def test_r8_so_many_referrals_begin_in_a_day(world: World):
    await bounded(world, new_referrals_per_day=2)
    await referred(world)
    (told,) = [step async for step in requested(world)]
    for _ in range(2):
        await inject(world, told, str(uuid4()), side=world.ohs, to=world.pool)
    kind = m.Kind.REFERRAL_REQUESTED
    assert await outcomes(world, kind, world.pool) == [(KEPT, None), (KEPT, None), (REFUSED, "too-many-referrals")]
    world.clock.forward(hours=25)
    await inject(world, told, str(uuid4()), side=world.ohs, to=world.pool)
    assert (await outcomes(world, kind, world.pool))[-1] == (KEPT, None)


async def test_r54_so_many_invoices_come_in_a_day(world: World):
    await bounded(world, invoices_per_day=2)
    sides = (Organisation(POOL.party_id, POOL.name), Organisation(OHS.party_id, OHS.name))
    for number in range(4):
        lines = (m.InvoiceLine("Second opinion", 1, 10_000),)
        invoice = m.InvoiceNotice(f"F{number}", *sides, date(2026, 1, 1), date(2026, 1, 31), lines)
        await inject(world, invoice, None)
    full = (REFUSED, "too-many-invoices")
    assert await outcomes(world, m.Kind.INVOICE_ISSUED) == [(KEPT, None)] * 2 + [full] * 2
    assert reached(world.ohs) == [(POOL.party_id, "invoices")]
    async with world.ohs.store.look() as work:
        receipts = [item for item in await work.outbox() if item.kind is m.Kind.RECEIPT]
    assert [item.lane for item in receipts] == [Lane.BILLING] * 4, "who does the books reads nothing of cases"


async def test_r27_an_employee_takes_back_a_consent_above_every_ceiling(world: World):
    """Our own word goes out too, whatever was said before."""
    referral_id = await examined(world, MEDICAL)
    await bounded(world, messages_per_referral=1, messages_of_a_kind=1)
    await withdraw_consent(world.ohs, CASE, MEDICAL.consent_id, EMPLOYEE)
    await world.settle()
    assert await outcomes(world, TAKEN_BACK, world.pool) == [(KEPT, None)]
    assert referral_id
