"""When things go wrong: who operates the gateway opens, discards, pauses and resumes, and the journal says so."""

from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.check_gateway import Health, check_deliveries
from gateway.application.discard_message import discard_message
from gateway.application.open_message import open_message
from gateway.application.pause_partner import pause_partner, resume_partner
from gateway.application.receive_message import receive
from gateway.application.relay_outbox import relay_once
from gateway.application.replay_message import replay_message
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import PATIENCE
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.days import dutch_time
from gateway.domain.errors import RefusedError
from gateway.ports.store import GATEWAY_CASE, InboxState, OutboxState, QuarantineState
from gateway.ports.transport import Delivery, PublishOutcome
from tests.support.world import OHS, POOL, SECOND, SECOND_PHYSICIAN, World, accepted_case

CASE = "SO-2026-0001"
OPERATOR = s.Actor(s.ActorRole.OPERATOR, OHS.party_id, "B. de Beheerder")


@pytest.fixture
async def under_way(world: World) -> list[Delivery]:
    """Two messages of the pool that have not been delivered yet: 'accepted' and 'started'."""
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    return [delivery_of(item) for item in await outbox(world.pool) if item.kind is not m.Kind.RECEIPT]


def delivery_of(item, *, broken: bool = False) -> Delivery:
    body = item.body[:-4] + b"AAAA" if broken else item.body
    return Delivery(item.message_id, POOL.party_id, POOL.party_id, OHS.party_id, body)


async def outbox(services):
    async with services.store.look() as work:
        return await work.outbox()


async def steps_of(world, case_id, kind):
    return [step for step in await world.steps(world.ohs, case_id) if isinstance(step, kind)]


async def held(services):
    async with services.store.look() as work:
        return await work.quarantine()


async def inbox_state(services, delivery):
    async with services.store.look() as work:
        item = await work.inbox_item(POOL.party_id, delivery.message_id)
    return item.state if item else None


# Held


async def test_a_discarded_delivery_never_comes_back_though_it_could_be_opened_by_now(world, under_way, monkeypatch):
    accepted = under_way[0]
    with monkeypatch.context() as patch:
        patch.setattr(type(world.ohs.mapper), "from_bundle", refuse)
        await receive(world.ohs, accepted)
    (item,) = await held(world.ohs)
    assert await discard_message(world.ohs, item.item_id, "Ticket 12", OPERATOR) == (item.message_id, "discarded")
    await receive(world.ohs, accepted)
    assert await inbox_state(world.ohs, accepted) is None
    assert [q.state for q in await held(world.ohs)] == [QuarantineState.DISCARDED]
    (step,) = await steps_of(world, GATEWAY_CASE, s.MessageDiscarded)
    assert (step.by, step.reason, step.partner) == (OPERATOR, "Ticket 12", POOL.party_id)


async def test_what_was_held_has_one_effect_however_often_it_is_replayed_or_comes_again(world, under_way, monkeypatch):
    accepted = under_way[0]
    with monkeypatch.context() as patch:
        patch.setattr(type(world.ohs.mapper), "from_bundle", refuse)
        await receive(world.ohs, accepted)
    (item,) = await held(world.ohs)
    assert (await replay_message(world.ohs, item.item_id, OPERATOR)).state == InboxState.PROCESSED.value
    with pytest.raises(RefusedError) as again:
        await replay_message(world.ohs, item.item_id, OPERATOR)
    assert again.value.code == "message-not-replayable"
    await receive(world.ohs, accepted)  # an operator moved it back from the broker's dead letters
    assert len(await steps_of(world, CASE, s.ReferralAccepted)) == 1
    assert [q.state for q in await held(world.ohs)] == [QuarantineState.REPLAYED]


def refuse(*_):
    raise RefusedError("bundle-unknown-version", "No.")


async def test_content_is_opened_by_a_named_person_and_both_journals_say_so(world, under_way):
    await receive(world.ohs, under_way[1])
    opened = await open_message(world.ohs, under_way[1].message_id, "Ticket 12", OPERATOR)
    assert opened.reason is None
    assert b'"resourceType":"Bundle"' in opened.content
    for case_id in (CASE, GATEWAY_CASE):
        (step,) = await steps_of(world, case_id, s.MessageOpened)
        assert (step.by, step.reason, step.message_id) == (OPERATOR, "Ticket 12", under_way[1].message_id)


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [
        (None, "Ticket 12", "name-required"),
        (" ", "Ticket 12", "name-required"),
        ("B. de Beheerder", " ", "opening-without-reason"),
    ],
)
async def test_content_is_not_opened_without_a_name_and_a_reason(world, under_way, name, reason, code):
    await receive(world.ohs, under_way[1])
    nobody = s.Actor(s.ActorRole.OPERATOR, OHS.party_id, name)
    with pytest.raises(RefusedError) as caught:
        await open_message(world.ohs, under_way[1].message_id, reason, nobody)
    assert caught.value.code == code
    assert await steps_of(world, GATEWAY_CASE, s.MessageOpened) == []


async def test_what_cannot_be_opened_is_shown_as_it_came_and_only_the_gateway_knows_of_it(world, under_way):
    (item, *_) = [i for i in await outbox(world.pool) if i.message_id == under_way[0].message_id]
    broken = delivery_of(item, broken=True)
    await receive(world.ohs, broken)
    opened = await open_message(world.ohs, broken.message_id, "Ticket 12", OPERATOR)
    assert opened.content == broken.body
    assert opened.reason
    assert await steps_of(world, CASE, s.MessageOpened) == []


async def test_of_a_stranger_it_says_that_nothing_was_kept_and_not_that_it_is_broken(world):
    await receive(world.ohs, Delivery(str(uuid4()), "stranger", "stranger", OHS.party_id, b"garbage"))
    (item,) = await held(world.ohs)
    opened = await open_message(world.ohs, item.item_id, "Ticket 12", OPERATOR)
    assert (opened.content, opened.reason) == (b"", "not-kept")


async def test_what_was_sent_or_taken_in_is_read_in_its_case(world, under_way):
    await receive(world.ohs, under_way[0])
    sent = (await outbox(world.ohs))[0].message_id
    for message_id in (under_way[0].message_id, sent):
        with pytest.raises(RefusedError) as caught:
            await open_message(world.ohs, message_id, "Ticket 12", OPERATOR)
        assert caught.value.code == "message-not-openable"


# Parked


async def test_a_discarded_parked_message_is_refused_and_the_line_goes_on_behind_it(world, under_way):
    accepted, started = under_way
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.DRAFT_WITH_EMPLOYEE)
    third = [delivery_of(i) for i in await outbox(world.pool) if i.kind is not m.Kind.RECEIPT][2]
    await receive(world.ohs, started)
    await receive(world.ohs, third)
    await discard_message(world.ohs, started.message_id, "Ticket 12", OPERATOR)
    assert len(await steps_of(world, CASE, s.MessageDiscarded)) == 1
    assert await inbox_state(world.ohs, third) is InboxState.PARKED
    await receive(world.ohs, accepted)
    assert await inbox_state(world.ohs, accepted) is InboxState.PROCESSED
    assert await inbox_state(world.ohs, started) is InboxState.REFUSED
    assert await inbox_state(world.ohs, third) is InboxState.PROCESSED
    await world.settle()
    told = {i.message_id: (i.state, i.reason) for i in await outbox(world.pool)}
    assert told[started.message_id] == (OutboxState.REFUSED, "discarded")


async def test_what_was_taken_in_is_not_discarded(world, under_way):
    await receive(world.ohs, under_way[0])
    with pytest.raises(RefusedError) as caught:
        await discard_message(world.ohs, under_way[0].message_id, "Ticket 12", OPERATOR)
    assert caught.value.code == "message-not-stuck"


# Outgoing


async def test_an_undeliverable_message_that_is_awaited_is_discarded_only_when_nobody_could_open_it(world):
    await submit_case(world.ohs, CASE, accepted_case())
    world.broker.fail_next(PublishOutcome.FAULTY)
    await relay_once(world.ohs)
    (item,) = await outbox(world.ohs)
    assert item.state is OutboxState.UNDELIVERABLE
    with pytest.raises(RefusedError) as caught:
        await discard_message(world.ohs, item.message_id, "Ticket 12", OPERATOR)
    assert caught.value.code == "message-awaited"
    world.clock.at += world.ohs.terms.give_up_after + timedelta(seconds=1)
    assert await discard_message(world.ohs, item.message_id, "Ticket 12", OPERATOR) == (item.message_id, "dropped")
    assert len(await steps_of(world, CASE, s.MessageDiscarded)) == 1


async def test_what_is_under_way_is_not_discarded(world):
    await submit_case(world.ohs, CASE, accepted_case())
    (item,) = await outbox(world.ohs)
    with pytest.raises(RefusedError) as caught:
        await discard_message(world.ohs, item.message_id, "Ticket 12", OPERATOR)
    assert caught.value.code == "message-not-stuck"


# Pause


async def test_a_paused_partner_hears_nothing_and_is_heard(world, under_way):
    await pause_partner(world.ohs, POOL.party_id, "Verhuizing", OPERATOR)
    before = world.seen()
    await receive(world.ohs, under_way[0])
    assert await relay_once(world.ohs) == 0
    assert world.seen() == before
    assert await inbox_state(world.ohs, under_way[0]) is InboxState.PROCESSED
    with pytest.raises(RefusedError, match="paused already"):
        await pause_partner(world.ohs, POOL.party_id, "Nog eens", OPERATOR)
    await resume_partner(world.ohs, POOL.party_id, "Terug", OPERATOR)
    assert await relay_once(world.ohs) == 1
    with pytest.raises(RefusedError, match="not paused"):
        await resume_partner(world.ohs, POOL.party_id, "Nog eens", OPERATOR)
    noted = [
        (step.code, step.reason) for step in await steps_of(world, GATEWAY_CASE, (s.PartnerPaused, s.PartnerResumed))
    ]
    assert noted == [("partner-paused", "Verhuizing"), ("partner-resumed", "Terug")]


# Circuit


async def failing(world, times):
    """So many cases whose referral finds no inbox."""
    for number in range(times):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    world.broker.fail_next(PublishOutcome.UNROUTABLE, times=times)
    assert await relay_once(world.ohs) == times


async def route(world):
    async with world.ohs.store.look() as work:
        return await work.route(POOL.party_id)


async def test_failures_in_a_row_open_the_circuit_and_one_message_probes_it(world):
    limit = world.ohs.terms.open_after
    await failing(world, limit)
    assert (await route(world)).opened_at == world.clock.at
    before = world.seen()
    world.clock.at += world.ohs.terms.probe_every
    world.broker.fail_next(PublishOutcome.UNROUTABLE)
    assert await relay_once(world.ohs) == 1
    assert await relay_once(world.ohs) == 0
    world.clock.at += world.ohs.terms.probe_every
    assert await relay_once(world.ohs) == 1
    assert (await route(world)).failures == 0
    assert (await route(world)).opened_at is None
    world.clock.at += world.ohs.terms.longest_retry
    await world.settle()
    assert world.seen() >= before + limit


async def test_fewer_failures_leave_it_closed_and_a_success_starts_the_count_again(world):
    await failing(world, world.ohs.terms.open_after - 1)
    assert (await route(world)).opened_at is None
    world.clock.at += world.ohs.terms.longest_retry
    await world.settle()
    assert (await route(world)).failures == 0


async def test_receipts_that_do_not_come_open_it_and_a_receipt_closes_it(world):
    await world.pool.transport.drain()
    for number in range(world.ohs.terms.open_after):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    await relay_once(world.ohs)
    assert (await route(world)).failures == 0
    world.clock.at += world.ohs.terms.receipt_within
    await relay_once(world.ohs)
    opened = await route(world)
    assert (opened.cause, opened.opened_at) == ("no-receipt", world.clock.at)
    await world.pool.transport.consume(world._handler(world.pool))
    await world.settle()
    await world.settle()
    assert (await route(world)).opened_at is None


@pytest.mark.parametrize("outcome", [PublishOutcome.UNKNOWN, PublishOutcome.UNREACHABLE])
async def test_a_lost_connection_says_nothing_about_a_partner(world, outcome):
    for number in range(world.ohs.terms.open_after):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    world.broker.fail_next(outcome, times=world.ohs.terms.open_after)
    await relay_once(world.ohs)
    assert (await route(world)).failures == 0


async def test_a_person_who_knows_better_closes_the_circuit(world):
    await failing(world, world.ohs.terms.open_after)
    await resume_partner(world.ohs, POOL.party_id, "Queue is back", OPERATOR)
    world.clock.at += world.ohs.terms.longest_retry
    assert await relay_once(world.ohs) == world.ohs.terms.open_after


# Seen by the check


async def test_check_says_since_when_the_oldest_message_is_under_way_and_names_what_delivers_it(world, under_way):
    since = dutch_time(world.clock.now())
    world.clock.forward(seconds=PATIENCE.total_seconds() - 1)
    assert (await check_deliveries(world.pool)).health is Health.OK
    world.clock.forward(seconds=1)
    line = await check_deliveries(world.pool)
    assert (line.health, line.exit_status) == (Health.ATTENTION, 0)
    assert f"under way since {since}" in line.why
    assert "sogw serve" in line.remedy
