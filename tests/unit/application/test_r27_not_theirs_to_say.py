"""R27: what is not the sender's to say has no effect, before its turn either (ADR 73)."""

from dataclasses import replace

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.watch_alerts import OVERREACH
from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.needs import Need
from gateway.domain.party import Role
from gateway.domain.protocol import ENDS_DISCLOSURE, PROTOCOL, BusinessStatus, may_say
from gateway.domain.rules.judgement import JUDGEMENTS
from gateway.ports.services import Services
from gateway.ports.store import InboxItem, InboxState, OutboxState
from tests.support import stages
from tests.support.skipping import insist, sealed
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    consent,
)

STOP = m.ReferralStop(m.StopCode.NO_SHOW)
NOT_OF = {Role.POOL: (m.ReferralWithdrawal(), m.ErasureRequest()), Role.OHS: (STOP,)}
"""What ends disclosure and is not a role's to say."""
ASKED = m.InformationKind.REASONING


async def parked(world: World, sender: Services, victim: Services, content: m.Content, referral_id: str) -> None:
    """Leave it parked as a version before ADR 73 did."""
    async with victim.store.look() as work:
        last = await work.last_received(sender.party.party_id, referral_id)
    delivery = sealed(sender, victim.party.party_id, content, referral_id, last + 9)
    opened = victim.sealer.open(delivery.body, at=world.clock.now())
    item = InboxItem(
        sender=sender.party.party_id,
        message_id=delivery.message_id,
        digest=opened.digest,
        kind=content.kind,
        state=InboxState.PARKED,
        received_at=world.clock.now(),
        referral_id=referral_id,
        sequence=last + 9,
        body=delivery.body,
    )
    async with victim.store.begin() as work:
        await work.save_inbox(item)


async def early(world: World, sender: Services, victim: Services, content: m.Content, referral_id: str) -> None:
    """Say it before its turn."""
    told = await insist(sender, victim, content, referral_id, later=8)
    assert (told.state, told.code) == ("discarded", "wrong-role")


async def sent(side: Services, kind: m.Kind) -> list[OutboxState]:
    async with side.store.look() as work:
        return [item.state for item in await work.outbox() if item.kind is kind]


def test_the_table_of_what_is_not_theirs_is_complete():
    for role, contents in NOT_OF.items():
        assert {content.kind for content in contents} == {k for k in ENDS_DISCLOSURE if not may_say(role, k)}
    assert all(Need.SENDER_ROLE in row.needs or row.senders == set(Role) for row in PROTOCOL.values())
    assert JUDGEMENTS[Need.SENDER_ROLE].judge is not None


@pytest.mark.parametrize("say", [early, parked])
@pytest.mark.parametrize("content", NOT_OF[Role.POOL], ids=lambda content: content.kind.value)
async def test_a_pool_takes_nothing_back_in_the_name_of_the_arbodienst(world: World, say, content: m.Content):
    """It had its own referral dropped, and the employee's log said that she withdrew."""
    referral_id = await stages.asked(world)
    await say(world, world.pool, world.ohs, content, referral_id)
    number = await stages.request_of(world, referral_id)
    await provide_information(world.ohs, referral_id, number, FIRST_PHYSICIAN, ASKED, "Motivering.")
    await world.settle()
    assert await sent(world.ohs, m.Kind.INFORMATION_PROVIDED) == [OutboxState.DELIVERED]


@pytest.mark.parametrize("say", [early, parked])
@pytest.mark.parametrize("content", NOT_OF[Role.POOL], ids=lambda content: content.kind.value)
async def test_a_pool_cannot_have_a_waiting_message_of_the_arbodienst_dropped(world: World, say, content: m.Content):
    referral_id = await stages.asked(world)
    number = await stages.request_of(world, referral_id)
    await provide_information(world.ohs, referral_id, number, FIRST_PHYSICIAN, ASKED, "Motivering.")
    await say(world, world.pool, world.ohs, content, referral_id)
    await world.settle()
    assert await sent(world.ohs, m.Kind.INFORMATION_PROVIDED) == [OutboxState.DELIVERED]


@pytest.mark.parametrize("say", [early, parked])
async def test_an_arbodienst_does_not_stop_what_is_the_pools_to_stop(world: World, say):
    referral_id = await stages.drafted(world)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    world.clock.forward(minutes=10)
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Twee uur per dag.")
    await say(world, world.ohs, world.pool, STOP, referral_id)
    await world.settle()
    referral = (await world.case(world.pool, referral_id)).referrals[-1]
    assert referral.state is BusinessStatus.RELEASED


async def test_what_no_turn_permits_is_refused_at_once_keeps_its_place_and_is_told(world: World):
    referral_id = await stages.referred(world)
    wrong = await insist(world.pool, world.ohs, m.ReferralWithdrawal(), referral_id, later=1)
    assert (wrong.state, wrong.code) == ("discarded", "wrong-role")
    async with world.ohs.store.look() as work:
        item = await work.inbox_item(POOL.party_id, wrong.message_id)
        told = [(alert.code, alert.subject) for alert in await work.alerts()]
        receipt = await work.outbox_item((item.receipt_id if item else None) or "")
    assert (OVERREACH, POOL.party_id) in told
    assert receipt is not None
    first = await insist(world.pool, world.ohs, m.Acceptance(SECOND), referral_id)
    third = await insist(
        world.pool, world.ohs, m.MilestoneNotice(m.Milestone.SO_STARTED, world.clock.now()), referral_id
    )
    assert (first.state, third.state) == ("processed", "processed")
    async with world.ohs.store.look() as work:
        assert await work.last_received(POOL.party_id, referral_id) == 3


async def test_refused_at_once_it_counts_under_the_ceiling_of_its_line(world: World):
    referral_id = await stages.referred(world)
    for party_id, services in list(world.parties.items()):
        world.parties[party_id] = replace(services, ceilings=replace(services.ceilings, parked_per_conversation=2))
    states = [
        (await insist(world.pool, world.ohs, m.ReferralWithdrawal(), referral_id, later=later)).state
        for later in (3, 4, 5)
    ]
    assert states == ["discarded", "discarded", "lost"]
