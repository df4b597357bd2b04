"""A receipt names the bytes it is about: a sender settles on its own bytes only, and no refusal ends a withdrawal."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest

from adapters.jose import JoseSealer
from adapters.keyrings import MemoryKeyring
from gateway.application import conduct_referral as pool
from gateway.application.compose_message import Draft, compose
from gateway.application.discard_message import discard_message
from gateway.application.receive_message import read_delivery, receive, receive_all
from gateway.application.relay_outbox import relay_once
from gateway.application.replay_message import replay_message
from gateway.application.request_erasure import request_erasure
from gateway.application.resend_withdrawal import FIRST_WAIT, MOST, RESENT
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import facts_of
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import Purpose
from gateway.domain.days import dutch_time
from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind, Receipt, ReceiptVerdict
from gateway.domain.receipts import ALTERED, NOT_OPENED, RETURNED, TAKEN, Returned, digest_of_body
from gateway.domain.rules.refusal import CATALOGUE
from gateway.entrypoints.cli.message_view import life, record
from gateway.entrypoints.reference.raised import envelope_reasons, raised_errors
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, OutboxItem, OutboxState, QuarantineItem, QuarantineState
from gateway.ports.transport import Delivery, Lane, PublishOutcome
from tests.support.ledger import balanced
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OPERATOR,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
)

CASE = "SO-2026-0001"
FEEDBACK = f"T-{Purpose.FEEDBACK_TO_SO.value}-{POOL.party_id}"
CONTACT = f"T-{Purpose.CONTACT_TO_SO.value}-{POOL.party_id}"
SYSTEM = s.Actor(s.ActorRole.SYSTEM, POOL.party_id)
BY_DAYS = 6


class Hole:
    """A broker that confirms, and keeps what it got for itself."""

    def __init__(self, services: Services):
        self._real = services.transport
        self.kept = []

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def publish(self, parcel):
        self.kept.append(parcel)
        return PublishOutcome.CONFIRMED


async def referred(world: World) -> str:
    assert (await submit_case(world.ohs, CASE, accepted_case())).refusals == ()
    await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def kept_back(world: World, side: Services | None = None) -> None:
    """Everything due leaves, and the broker keeps it."""
    side = side or world.ohs
    await relay_once(replace(side, transport=Hole(side)))


async def sent(side: Services, kind: Kind) -> list[OutboxItem]:
    async with side.store.look() as work:
        return [item for item in await work.outbox() if item.kind is kind]


async def held(side: Services) -> list[QuarantineItem]:
    async with side.store.look() as work:
        return await work.quarantine()


async def alerts(world: World, side: Services | None = None) -> set[str]:
    async with (side or world.ohs).store.look() as work:
        return {code for code, _ in await facts_of(work, world.clock.at)}


def delivery_of(item: OutboxItem, **changes) -> Delivery:
    made = Delivery(item.message_id, OHS.party_id, OHS.party_id, item.recipient, item.body)
    return replace(made, **changes)


async def say(world: World, receipt: Receipt, side: Services | None = None) -> None:
    """A partner with software of its own signs a receipt, and it is delivered."""
    side = side or world.pool
    async with side.store.begin() as work:
        await compose(side, work, Draft(receipt, OHS.party_id, GATEWAY_CASE, SYSTEM, lane=Lane.CASES))
    await relay_once(side)
    await asyncio.sleep(0)
    while world.broker.depth(OHS.party_id, Lane.CASES):
        await asyncio.sleep(0)


def refusal(item: OutboxItem, code: str, digest: str | None = None) -> Receipt:
    return Receipt(item.message_id, digest or item.digest, ReceiptVerdict.FATAL_ERROR, code, item.created_at)


def heard(side: Services, receipt: OutboxItem, world: World) -> Receipt:
    """What a receipt says to the one it was sealed for."""
    content = side.mapper.from_bundle(side.sealer.open(receipt.body, at=world.clock.now()).payload).content
    assert isinstance(content, Receipt)
    return content


async def days(world: World, count: int = BY_DAYS) -> None:
    for _ in range(count):
        world.clock.forward(days=1)
        await world.settle()


async def refer_only(world: World) -> None:
    await submit_case(world.ohs, CASE, accepted_case())


async def take_the_request_back(world: World) -> None:
    await referred(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)


async def take_a_consent_back(world: World) -> None:
    await referred(world)
    await withdraw_consent(world.ohs, CASE, FEEDBACK, EMPLOYEE)


async def ask_to_erase(world: World) -> None:
    referral_id = await referred(world)
    await withdraw_request(world.ohs, CASE, EMPLOYEE)
    await world.settle()
    await request_erasure(world.ohs, referral_id, FIRST_PHYSICIAN)


WITHDRAWALS = {
    Kind.REFERRAL_WITHDRAWN: take_the_request_back,
    Kind.CONSENT_WITHDRAWN: take_a_consent_back,
    Kind.ERASURE_REQUESTED: ask_to_erase,
}
EVERYTHING = {Kind.REFERRAL_REQUESTED: refer_only, **WITHDRAWALS}


# The operator of the broker, active


@pytest.mark.parametrize(("kind", "act"), EVERYTHING.items())
async def test_a_refusal_of_bytes_that_the_broker_made_up_ends_nothing(world: World, kind: Kind, act):
    await act(world)
    await kept_back(world)
    item = (await sent(world.ohs, kind))[-1]
    await receive(world.pool, delivery_of(item, body=b"not an envelope"))
    await world.settle()
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.SENT
    assert "altered-on-the-way" in await alerts(world)
    await days(world)
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.DELIVERED
    assert [item.reason for item in await held(world.ohs)] == [Returned.ALTERED]


@pytest.mark.parametrize(("kind", "act"), EVERYTHING.items())
async def test_a_refusal_of_our_own_bytes_with_one_changed_ends_nothing(world: World, kind: Kind, act):
    await act(world)
    await kept_back(world)
    item = (await sent(world.ohs, kind))[-1]
    await receive(world.pool, delivery_of(item, body=item.body[:-4] + b"AAAA"))
    await world.settle()
    assert "altered-on-the-way" in await alerts(world)
    await days(world)
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.DELIVERED


OF_THE_ROAD = [
    ({"message_id": "0b0f8a52-6b5c-4ac8-9d7a-52b0d1a5a0f1"}, "message-id-mismatch"),
    ({"routing_key_sender": OTHER_POOL.party_id}, "sender-mismatch"),
    ({"recipient": OTHER_POOL.party_id}, "routed-past-permission"),
    ({"lane": Lane.BILLING}, "wrong-lane"),
]


@pytest.mark.parametrize(("changes", "reason"), OF_THE_ROAD)
async def test_r27_what_the_road_renamed_can_be_given_up_and_still_counts_under_its_own_names(
    world: World, changes, reason
):
    await take_a_consent_back(world)
    await kept_back(world)
    (item,) = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    await receive(world.pool, delivery_of(item, **changes))
    (there,) = await held(world.pool)
    said_before = await sent(world.pool, Kind.RECEIPT)
    by = replace(OPERATOR, organisation=POOL.party_id)
    assert (await discard_message(world.pool, there.item_id, "altered", by))[1] == "set-aside"
    assert await sent(world.pool, Kind.RECEIPT) == said_before, "the sender knows that it was altered"
    await receive(world.pool, delivery_of(item, **changes))
    assert [one.state for one in await held(world.pool)] == [QuarantineState.SET_ASIDE], "and not kept again"
    await receive(world.pool, delivery_of(item))
    assert (await world.case(world.pool, item.referral_id)).consent(FEEDBACK).withdrawn_at
    await world.settle()
    assert (await sent(world.ohs, Kind.CONSENT_WITHDRAWN))[0].state is OutboxState.DELIVERED


@pytest.mark.parametrize(("changes", "reason"), OF_THE_ROAD)
async def test_sound_bytes_under_other_names_are_no_refusal(world: World, changes, reason):
    await take_a_consent_back(world)
    await kept_back(world)
    (item,) = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    await receive(world.pool, delivery_of(item, **changes))
    await world.settle()
    assert [one.reason for one in await held(world.pool)] == [reason]
    assert (await sent(world.ohs, Kind.CONSENT_WITHDRAWN))[0].state is OutboxState.SENT
    assert "altered-on-the-way" in await alerts(world)
    await days(world)
    assert [i.state for i in await sent(world.ohs, Kind.CONSENT_WITHDRAWN)] == [OutboxState.DELIVERED]
    assert (await world.case(world.pool, item.referral_id)).consent(FEEDBACK).withdrawn_at


async def test_bytes_under_another_partners_name_tell_that_partner_nothing_it_could_settle(world: World):
    await take_a_consent_back(world)
    await kept_back(world)
    (item,) = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    third = OTHER_POOL.party_id
    await receive(world.pool, delivery_of(item, user_id=third, routing_key_sender=third))
    answer = (await sent(world.pool, Kind.RECEIPT))[-1]
    assert answer.recipient == third
    said = heard(world.parties[third], answer, world)
    assert (said.for_message_id, said.code, said.digest) == (item.message_id, NOT_OPENED, digest_of_body(item.body))
    await world.settle()
    assert [one.reason for one in await held(world.parties[third])] == [Returned.RECEIPT_FOR_NOTHING]
    assert (await sent(world.ohs, Kind.CONSENT_WITHDRAWN))[0].state is OutboxState.SENT


async def test_an_older_receipt_that_comes_again_after_a_resend_ends_nothing(world: World):
    await take_a_consent_back(world)
    broken = await keys_of_another_day(world)
    await world.settle()
    (old,) = [d for services, d in world.deliveries if services is world.ohs and d.user_id == POOL.party_id][-1:]
    await broken.mended()
    await receive(world.ohs, old)
    await receive(world.ohs, replace(old, is_redelivered=True))
    first, second = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    assert (first.state, first.reason) == (OutboxState.DROPPED, RESENT)
    assert second.state is OutboxState.PENDING
    await days(world, 1)
    await receive(world.ohs, old)
    assert [i.state for i in await sent(world.ohs, Kind.CONSENT_WITHDRAWN)][1:] == [OutboxState.DELIVERED]


async def test_an_older_refusal_that_comes_again_after_a_replay_by_hand_ends_nothing(world: World):
    """Not opened is said once; who brings it a second time is not the partner."""
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    good, world.parties[OHS.party_id] = world.ohs, replace(world.ohs, sealer=Mixed(world, world.ohs))
    await serve(world, world.ohs)
    await world.settle()
    world.parties[OHS.party_id] = good
    await serve(world, good)
    (item,) = await sent(world.pool, Kind.REFERRAL_ACCEPTED)
    assert (item.state, item.reason) == (OutboxState.REFUSED, NOT_OPENED)
    old = [d for services, d in world.deliveries if services is world.pool and d.user_id == OHS.party_id][-1]
    await replay_message(world.pool, item.message_id, replace(OPERATOR, organisation=POOL.party_id))
    await receive(world.pool, old)
    assert (await sent(world.pool, Kind.REFERRAL_ACCEPTED))[0].state is OutboxState.PENDING
    await world.settle()
    assert (await sent(world.pool, Kind.REFERRAL_ACCEPTED))[0].state is OutboxState.DELIVERED


# A partner whose receipts do not fit


async def test_a_receipt_for_a_message_to_another_partner_settles_nothing(world: World):
    await take_a_consent_back(world)
    await kept_back(world)
    (item,) = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    other = world.parties[OTHER_POOL.party_id]
    for verdict, code in ((ReceiptVerdict.OK, "accepted"), (ReceiptVerdict.FATAL_ERROR, "wrong-state")):
        await say(world, replace(refusal(item, code), verdict=verdict), other)
    assert [one.reason for one in await held(world.ohs)] == [Returned.RECEIPT_FOR_NOTHING] * 2
    assert (await sent(world.ohs, Kind.CONSENT_WITHDRAWN))[0].state is OutboxState.SENT


async def test_a_receipt_for_a_message_that_never_was_is_held_and_answered_by_nobody(world: World):
    await referred(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    before = len(await sent(world.ohs, Kind.RECEIPT))
    await say(world, replace(refusal(item, "wrong-state"), for_message_id="0b0f8a52-6b5c-4ac8-9d7a-52b0d1a5a0f1"))
    (one,) = await held(world.ohs)
    assert one.reason == Returned.RECEIPT_FOR_NOTHING
    await discard_message(world.ohs, one.item_id, "Ticket 12", OPERATOR)
    assert len(await sent(world.ohs, Kind.RECEIPT)) == before


@pytest.mark.parametrize(("kind", "act"), EVERYTHING.items())
@pytest.mark.parametrize("digest", ["", "ab" * 32, "body"])
async def test_an_acceptance_of_other_content_settles_nothing_and_is_an_alarm(world: World, kind: Kind, act, digest):
    await act(world)
    await kept_back(world)
    item = (await sent(world.ohs, kind))[-1]
    said = digest_of_body(item.body) if digest == "body" else digest
    for code in ("accepted", NOT_OPENED):
        await say(world, Receipt(item.message_id, said, ReceiptVerdict.OK, code, item.created_at))
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.SENT
    reasons = [one.reason for one in await held(world.ohs)]
    assert reasons == [Returned.RECEIPT_DIGEST_MISMATCH, "bundle-status-contradicts"]
    assert "altered-on-the-way" in await alerts(world)


@pytest.mark.parametrize(("kind", "act"), EVERYTHING.items())
@pytest.mark.parametrize(
    ("code", "digest"),
    [
        ("wrong-state", "ab" * 32),
        ("wrong-state", ""),
        ("wrong-state", "body"),
        (TAKEN, "body"),
        (NOT_OPENED, "ab" * 32),
        (NOT_OPENED, ""),
        (NOT_OPENED, "inner"),
        (ALTERED, "inner"),
        ("message-refused", ""),
    ],
)
async def test_a_refusal_that_names_other_bytes_than_its_code_says_ends_nothing(
    world: World, kind: Kind, act, code, digest
):
    await act(world)
    await kept_back(world)
    item = (await sent(world.ohs, kind))[-1]
    said = {"body": digest_of_body(item.body), "inner": item.digest}.get(digest, digest)
    await say(world, replace(refusal(item, code), digest=said))
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.SENT
    assert [one.reason for one in await held(world.ohs)] == [Returned.ALTERED]
    await days(world)
    assert (await sent(world.ohs, kind))[-1].state is OutboxState.DELIVERED


async def test_a_late_word_about_bytes_that_are_deleted_is_no_alarm(world: World):
    await referred(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    async with world.ohs.store.begin() as work:
        rows = work._rows.outbox
        rows[item.message_id] = replace(rows[item.message_id], body=b"")
    await say(world, refusal(item, NOT_OPENED, "ab" * 32))
    assert (await held(world.ohs), await alerts(world)) == ([], set())
    assert (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0].state is OutboxState.DELIVERED


async def delivered_steps(world: World, message_id: str) -> list[s.MessageDelivered]:
    steps = await world.steps(world.ohs, CASE)
    return [step for step in steps if isinstance(step, s.MessageDelivered) and step.message_id == message_id]


async def test_what_was_dropped_after_an_attempt_and_arrived_is_told_once(world: World):
    await refer_only(world)
    await kept_back(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    async with world.ohs.store.begin() as work:
        await work.update_outbox(replace(item, state=OutboxState.DROPPED))
    accepted = replace(refusal(item, "accepted"), verdict=ReceiptVerdict.OK)
    await say(world, refusal(item, "wrong-state"))
    assert await delivered_steps(world, item.message_id) == []
    for _ in range(2):
        await say(world, accepted)
        [step] = await delivered_steps(world, item.message_id)
        assert (step.verdict, step.partner, step.kind) == ("ok", POOL.party_id, "referral-requested")
    assert (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0].state is OutboxState.DROPPED


async def test_word_of_what_was_dropped_from_a_case_that_is_gone_makes_no_case(world: World):
    await refer_only(world)
    await kept_back(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    async with world.ohs.store.begin() as work:
        rows = work._rows.outbox
        rows[item.message_id] = replace(rows[item.message_id], state=OutboxState.DROPPED, case_id="gone")
    await say(world, replace(refusal(item, "accepted"), verdict=ReceiptVerdict.OK))
    assert await world.steps(world.ohs, "gone") == []


# What takes something back is told until it is heard


class Mixed:
    """Opens with the keys of another day, and signs with those that the partner knows."""

    def __init__(self, world: World, side: Services):
        self._good = side.sealer
        ring = MemoryKeyring.generate(side.party.party_id, world.clock.now())
        self._other = JoseSealer(side.party.party_id, ring, side.sealer._partners)

    def open(self, body, *, at):
        return self._other.open(body, at=at)

    def reaches(self, recipient, at):
        return self._good.reaches(recipient, at)

    def seal(self, *args, **named):
        return self._good.seal(*args, **named)


async def serve(world: World, side: Services) -> None:
    await side.transport.close()
    await side.transport.open()
    await side.transport.consume(world._handler(side))


@dataclass
class Broken:
    """A pool that serves with other keys."""

    world: World
    good: Services

    async def mended(self) -> None:
        await serve(self.world, self.good)


async def keys_of_another_day(world: World) -> Broken:
    """The pool serves with another keyring, such as an older backup, until it is mended."""
    good = world.pool
    await serve(world, replace(good, sealer=Mixed(world, good)))
    return Broken(world, good)


@pytest.mark.parametrize(("kind", "act"), WITHDRAWALS.items())
async def test_r27_what_was_not_opened_for_an_hour_is_heard_when_it_is_mended(world: World, kind: Kind, act):
    await act(world)
    broken = await keys_of_another_day(world)
    for _ in range(12):
        await world.settle()
        world.clock.forward(minutes=5)
    await broken.mended()
    await days(world, 1)
    tries = await sent(world.ohs, kind)
    assert [item.state for item in tries] == [*[OutboxState.DROPPED] * (len(tries) - 1), OutboxState.DELIVERED]
    assert {item.reason for item in tries[:-1]} == {RESENT}
    assert 2 < len(tries) < MOST
    assert {item.sequence for item in tries} == {tries[0].sequence}
    assert len({item.body for item in tries}) == len(tries)
    assert not {"message-refused", "withdrawal-refused"} & await alerts(world)
    await world.settle()


@pytest.mark.parametrize(("kind", "act"), WITHDRAWALS.items())
async def test_r27_after_ten_resends_a_person_is_asked_and_may_send_it_anew(world: World, kind: Kind, act):
    await act(world)
    broken = await keys_of_another_day(world)
    await days(world, 20)
    tries = await sent(world.ohs, kind)
    waits = [later.next_attempt_at - later.created_at for later in tries[1:]]
    assert len(tries) == MOST + 1
    assert (tries[-1].state, tries[-1].reason) == (OutboxState.REFUSED, NOT_OPENED)
    assert {"message-refused", "withdrawal-refused"} <= await alerts(world)
    assert sum(waits, timedelta()) > timedelta(days=3)
    await broken.mended()
    outcome = await replay_message(world.ohs, tries[-1].message_id, OPERATOR)
    assert outcome.message_id != tries[-1].message_id
    assert not {"message-refused", "withdrawal-refused"} & await alerts(world)
    await world.settle()
    last = (await sent(world.ohs, kind))[-1]
    assert (last.message_id, last.state) == (outcome.message_id, OutboxState.DELIVERED)


async def test_waits_between_resends_double(world: World):
    await take_a_consent_back(world)
    await keys_of_another_day(world)
    for number in range(3):
        await world.settle()
        newest = (await sent(world.ohs, Kind.CONSENT_WITHDRAWN))[-1]
        assert newest.state is OutboxState.PENDING
        assert newest.next_attempt_at - newest.created_at == FIRST_WAIT * 2**number
        world.clock.at = newest.next_attempt_at


async def test_r27_the_moment_of_a_withdrawal_stays_however_often_it_is_said(world: World):
    await take_a_consent_back(world)
    moment = world.clock.now()
    broken = await keys_of_another_day(world)
    await days(world, 2)
    await broken.mended()
    await days(world, 3)
    bodies = [item.body for item in await sent(world.ohs, Kind.CONSENT_WITHDRAWN)]
    opened = world.pool.sealer.open(bodies[-1], at=world.clock.now())
    said = world.pool.mapper.from_bundle(opened.payload).content
    assert len(bodies) > 1
    assert said.withdrawn_at == moment


@pytest.mark.parametrize(("kind", "act"), WITHDRAWALS.items())
async def test_a_partner_that_says_for_ever_that_the_place_was_used_hears_it_eleven_times(world: World, kind, act):
    await act(world)
    for _ in range(MOST + 5):
        await kept_back(world)
        newest = (await sent(world.ohs, kind))[-1]
        await say(world, refusal(newest, TAKEN))
    tries = await sent(world.ohs, kind)
    assert len(tries) == MOST + 1
    assert tries[-1].state is OutboxState.REFUSED
    assert "withdrawal-refused" in await alerts(world)


@pytest.mark.parametrize(("kind", "act"), WITHDRAWALS.items())
async def test_a_refusal_by_a_rule_is_not_said_again_and_a_person_is_asked_until_one_looked(world: World, kind, act):
    await act(world)
    await kept_back(world)
    item = (await sent(world.ohs, kind))[-1]
    await say(world, refusal(item, "wrong-state"))
    assert [(i.state, i.reason) for i in await sent(world.ohs, kind)] == [(OutboxState.REFUSED, "wrong-state")]
    assert {"message-refused", "withdrawal-refused"} <= await alerts(world)
    await days(world)
    assert {"message-refused", "withdrawal-refused"} <= await alerts(world)
    assert await discard_message(world.ohs, item.message_id, "Told by telephone", OPERATOR) == (
        item.message_id,
        "dropped",
    )
    assert not {"message-refused", "withdrawal-refused"} & await alerts(world)


async def test_what_was_heard_after_all_is_not_said_again(world: World):
    """The pool could read it by now and replays it from quarantine; the new one, in the same place, comes too late."""
    await take_a_consent_back(world)
    broken = await keys_of_another_day(world)
    await world.settle()
    await broken.mended()
    (item,) = await held(world.pool)
    await replay_message(world.pool, item.item_id, replace(OPERATOR, organisation=POOL.party_id))
    await days(world, 1)
    tries = await sent(world.ohs, Kind.CONSENT_WITHDRAWN)
    assert [(i.state, i.reason) for i in tries] == [(OutboxState.DROPPED, RESENT)] * 2
    assert not {"message-refused", "withdrawal-refused"} & await alerts(world)
    await balanced(world.ohs, world.pool)


async def test_a_second_request_to_erase_is_no_try_of_the_first(world: World):
    await ask_to_erase(world)
    (asked,) = await sent(world.ohs, Kind.ERASURE_REQUESTED)
    async with world.pool.store.begin() as work:  # Kept, so that it may be asked again.
        by = s.Actor(s.ActorRole.EMPLOYEE, POOL.party_id)
        complaint = s.ComplaintFiled(at=world.clock.now(), by=by, about=s.ComplaintSubject.OTHER)
        await work.append(asked.referral_id, (complaint,))
    await world.settle()
    (first,) = await sent(world.ohs, Kind.ERASURE_REQUESTED)
    assert first.state is OutboxState.DELIVERED

    await request_erasure(world.ohs, first.referral_id, FIRST_PHYSICIAN)
    await keys_of_another_day(world)
    await world.settle()
    tries = await sent(world.ohs, Kind.ERASURE_REQUESTED)
    assert [i.state for i in tries] == [OutboxState.DELIVERED, OutboxState.DROPPED, OutboxState.PENDING]


async def test_another_message_that_is_refused_raises_no_urgent_alert_and_stays_as_it_is(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await kept_back(world, world.pool)
    (item,) = await sent(world.pool, Kind.REFERRAL_ACCEPTED)
    receipt = Receipt(item.message_id, item.digest, ReceiptVerdict.FATAL_ERROR, TAKEN, item.created_at)
    async with world.ohs.store.begin() as work:
        by = s.Actor(s.ActorRole.SYSTEM, OHS.party_id)
        await compose(world.ohs, work, Draft(receipt, POOL.party_id, GATEWAY_CASE, by, lane=Lane.CASES))
    await world.settle()
    assert [i.state for i in await sent(world.pool, Kind.REFERRAL_ACCEPTED)] == [OutboxState.REFUSED]
    assert await alerts(world, world.pool) == {"message-refused"}


async def test_what_was_refused_is_still_delivered_when_its_receiver_replays_it(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    good, broken = world.ohs, replace(world.ohs, sealer=Mixed(world, world.ohs))
    await serve(world, broken)
    await world.settle()
    await serve(world, good)
    assert [i.state for i in await sent(world.pool, Kind.REFERRAL_ACCEPTED)] == [OutboxState.REFUSED]
    (item,) = await held(world.ohs)
    await replay_message(world.ohs, item.item_id, OPERATOR)
    await world.settle()
    assert [i.state for i in await sent(world.pool, Kind.REFERRAL_ACCEPTED)] == [OutboxState.DELIVERED]
    assert await alerts(world, world.pool) == set()


# What a receipt says, and how long it is


async def test_a_bad_bundle_is_refused_with_code_and_place_and_the_sender_shows_both(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    (item,) = await sent(world.pool, Kind.REFERRAL_ACCEPTED)
    name = b"S. Mulkens"
    payload = world.ohs.sealer.open(item.body, at=world.clock.now()).payload.rstrip()
    assert payload.count(b'"name":[{"') == 1
    spoiled = payload.replace(b'"name":[{"', b'"name":[{"familie":"' + name + b'","')
    sealed = world.pool.sealer.seal(
        spoiled, recipient=OHS.party_id, message_id=item.message_id, issued_at=world.clock.now()
    )
    async with world.pool.store.begin() as work:
        rows = work._rows.outbox
        rows[item.message_id] = replace(rows[item.message_id], body=sealed.body, digest=sealed.digest)
    await world.settle()
    async with world.pool.store.look() as work:
        shown = await record(work, item.message_id)
        told = await life(work, item.message_id, world.pool.terms.receipt_within)
    place = "Bundle.entry[1].resource.name[0]"
    assert (shown["state"], shown["reason"], shown["fault_at"]) == (
        OutboxState.REFUSED,
        "bundle-element-not-allowed",
        place,
    )
    assert f"fatal-error: bundle-element-not-allowed at {place}" in [row["detail"] for row in told]
    assert name.decode() not in str(shown) + str(told)


@pytest.mark.parametrize(("kind", "act"), [(Kind.REFERRAL_ACCEPTED, None)])
async def test_a_rules_refusal_has_a_place(world: World, kind, act):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    async with world.pool.store.begin() as work:
        draft = Draft(m.Acceptance(SECOND), OHS.party_id, referral_id, SECOND_PHYSICIAN, referral_id)
        message = await compose(world.pool, work, draft)
    await world.settle()
    async with world.pool.store.look() as work:
        shown = await record(work, message.message_id)
    assert (shown["reason"], shown["fault_at"]) == (
        "wrong-state",
        "Bundle.entry.resource.ofType(Task).businessStatus",
    )


async def test_before_the_signature_there_is_one_code_and_no_place(world: World):
    await referred(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    for body in (b"", b"a.b.c.d.e", item.body[:-4] + b"AAAA", b"x" * 9_000_000):
        await receive(world.pool, delivery_of(item, body=body))
    said = [heard(world.ohs, i, world) for i in (await sent(world.pool, Kind.RECEIPT))[1:]]
    assert {(one.code, one.where, one.verdict) for one in said} == {(NOT_OPENED, "", ReceiptVerdict.FATAL_ERROR)}
    assert len({one.digest for one in said}) == 4


CODES = sorted(
    {
        "accepted",
        NOT_OPENED,
        ALTERED,
        TAKEN,
        "discarded",
        *CATALOGUE,
        *envelope_reasons(),
        *(e.code for e in raised_errors() if e.family == "RefusedError"),
    }
)


async def test_receipts_have_one_size_whatever_they_say(world: World):
    await referred(world)
    note = (await newest_note(world)) or ""
    longest = "Bundle.entry[100].resource" + ".extension[99]" * 12
    sizes = set()
    some = [(code, verdict, None, "") for code, verdict in product(CODES, ReceiptVerdict)]
    some += [("bundle-invalid", ReceiptVerdict.FATAL_ERROR, note, longest), ("accepted", ReceiptVerdict.OK, note, "")]
    async with world.pool.store.begin() as work:
        for code, verdict, checkpoint, where in some:
            receipt = Receipt(str(world.pool.new_id()), "ab" * 32, verdict, code, world.clock.now(), checkpoint, where)
            await compose(world.pool, work, Draft(receipt, OHS.party_id, GATEWAY_CASE, SYSTEM))
        sizes = {len(i.body) for i in await work.outbox() if i.kind is Kind.RECEIPT}
    assert len(some) > 500
    assert len(sizes) == 1


async def newest_note(world: World) -> str | None:
    async with world.pool.store.look() as work:
        signed = await work.newest_checkpoint()
    return signed.note if signed else None


def test_every_reason_for_which_something_is_returned_has_words():
    assert set(RETURNED) == set(Returned)
    assert all(one.what and one.remedy for one in RETURNED.values())


async def test_other_content_under_a_known_id_is_held_and_its_sender_told_with_the_code(world: World):
    referral_id = await referred(world)
    item = (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0]
    payload = world.pool.sealer.open(item.body, at=world.clock.now()).payload
    again = world.ohs.sealer.seal(
        payload, recipient=POOL.party_id, message_id=item.message_id, issued_at=world.clock.now() + timedelta(seconds=1)
    )
    await receive(world.pool, delivery_of(item, body=again.body))
    assert [one.reason for one in await held(world.pool)] == [Returned.DIGEST_MISMATCH]
    assert "digest-mismatch" in await alerts(world, world.pool)
    await world.settle()
    assert [one.reason for one in await held(world.ohs)] == [Returned.ALTERED]
    assert (await sent(world.ohs, Kind.REFERRAL_REQUESTED))[0].state is OutboxState.DELIVERED
    assert (await world.case(world.pool, referral_id)).referrals


async def test_a_held_message_that_is_discarded_tells_its_sender_so_about_the_signed_bytes(world: World, monkeypatch):
    await submit_case(world.ohs, CASE, accepted_case())
    with monkeypatch.context() as patch:
        patch.setattr(type(world.pool.mapper), "from_bundle", _refuse)
        await relay_once(replace(world.ohs, transport=(hole := Hole(world.ohs))))
        (item,) = await sent(world.ohs, Kind.REFERRAL_REQUESTED)
        assert hole.kept
        await receive(world.pool, delivery_of(item))
    (one,) = await held(world.pool)
    await discard_message(world.pool, one.item_id, "Ticket 12", replace(OPERATOR, organisation=POOL.party_id))
    first, second = (heard(world.ohs, i, world) for i in await sent(world.pool, Kind.RECEIPT))
    assert (first.code, first.digest, first.where) == ("bundle-not-known-here", item.digest, "Bundle.entry[0]")
    assert (second.code, second.digest) == ("discarded", item.digest)
    assert [q.state for q in await held(world.pool)] == [QuarantineState.DISCARDED]


def _refuse(*_):
    raise RefusedError("bundle-not-known-here", "No.", where="Bundle.entry[0]")


async def test_a_place_that_is_no_path_is_never_said(world: World, monkeypatch):
    await submit_case(world.ohs, CASE, accepted_case())

    def refuse(*_):
        raise RefusedError("bundle-invalid", "No.", where="Kolkmeijer, J.P.")

    monkeypatch.setattr(type(world.pool.mapper), "from_bundle", refuse)
    await relay_once(replace(world.ohs, transport=Hole(world.ohs)))
    (item,) = await sent(world.ohs, Kind.REFERRAL_REQUESTED)
    await receive(world.pool, delivery_of(item))
    monkeypatch.undo()
    (answer,) = await sent(world.pool, Kind.RECEIPT)
    content = heard(world.ohs, answer, world)
    assert (content.code, content.where) == ("bundle-invalid", "")


# One receipt for several


async def three_sent(world: World) -> list[OutboxItem]:
    """Three referrals of one arbodienst to one pool, kept back by the broker."""
    for number in range(3):
        await submit_case(world.ohs, f"case-{number}", accepted_case())
    await kept_back(world)
    return await sent(world.ohs, Kind.REFERRAL_REQUESTED)


async def take_together(world: World, items: list[OutboxItem]) -> None:
    deliveries = (delivery_of(item) for item in items)
    await receive_all(world.pool, [read_delivery(world.pool, delivery) for delivery in deliveries])


def shared_of(items: list[OutboxItem]) -> Receipt:
    first, *others = items
    also = tuple(m.Acknowledged(item.message_id, item.digest) for item in others)
    return Receipt(first.message_id, first.digest, ReceiptVerdict.OK, "accepted", first.created_at, also=also)


async def states(world: World) -> list[OutboxState]:
    return [item.state for item in await sent(world.ohs, Kind.REFERRAL_REQUESTED)]


async def test_what_is_accepted_with_one_commit_shares_a_receipt_and_each_is_settled(world: World):
    items = await three_sent(world)
    await take_together(world, items)
    (answer,) = await sent(world.pool, Kind.RECEIPT)
    said = heard(world.ohs, answer, world)
    assert [(part.for_message_id, part.digest) for part in said.parts()] == [(i.message_id, i.digest) for i in items]
    async with world.pool.store.look() as work:
        assert {item.receipt_id for item in await work.inbox()} == {answer.message_id}
    await world.settle()
    assert await states(world) == [OutboxState.DELIVERED] * 3
    told = [await world.steps(world.ohs, f"case-{number}") for number in range(3)]
    assert [sum(isinstance(step, s.MessageDelivered) for step in steps) for steps in told] == [1, 1, 1]
    assert [one.state for one in await sent(world.pool, Kind.RECEIPT)] == [OutboxState.DELIVERED]


async def test_a_message_alone_is_answered_alone(world: World):
    for item in await three_sent(world):
        await take_together(world, [item])
    answers = await sent(world.pool, Kind.RECEIPT)
    assert [heard(world.ohs, answer, world).also for answer in answers] == [()] * 3


async def test_no_more_share_one_than_the_setting_says_and_of_one_sender_only(world: World):
    world.parties[POOL.party_id] = replace(world.pool, terms=replace(world.pool.terms, receipts_together=2))
    await take_together(world, await three_sent(world))
    said = [heard(world.ohs, answer, world) for answer in await sent(world.pool, Kind.RECEIPT)]
    assert [len(one.message_ids) for one in said] == [2, 1]


async def test_a_refusal_has_a_receipt_of_its_own_among_acceptances(world: World):
    first, second, third = await three_sent(world)
    await receive(world.pool, delivery_of(second))
    async with world.ohs.store.begin() as work:
        draft = Draft(m.ReferralWithdrawal(), POOL.party_id, "case-1", SYSTEM, second.referral_id, sequence=1)
        await work.update_outbox(replace(second, state=OutboxState.DROPPED))
        message = await compose(world.ohs, work, draft)
        again = await work.outbox_item(message.message_id)
    await take_together(world, [first, again, third])
    said = [heard(world.ohs, answer, world) for answer in await sent(world.pool, Kind.RECEIPT)]
    found = {one.message_ids: one.code for one in said}
    assert found == {
        (second.message_id,): "accepted",
        (again.message_id,): TAKEN,
        (first.message_id, third.message_id): "accepted",
    }


async def test_a_duplicate_is_answered_at_once_though_its_receipt_went_a_moment_ago(world: World):
    first = (await three_sent(world))[0]
    await receive(world.pool, delivery_of(first))
    await kept_back(world, world.pool)
    (answer,) = await sent(world.pool, Kind.RECEIPT)
    assert answer.next_attempt_at > world.clock.now()
    await receive(world.pool, delivery_of(first))
    (answer,) = await sent(world.pool, Kind.RECEIPT)
    assert answer.state is OutboxState.PENDING
    assert answer.next_attempt_at <= world.clock.now()


async def test_a_duplicate_gets_the_shared_receipt_again_and_nothing_is_settled_twice(world: World):
    items = await three_sent(world)
    await take_together(world, [*items, items[1]])
    await world.settle()
    before = len(await world.steps(world.ohs, "case-1"))
    await receive(world.pool, delivery_of(items[1]))
    await world.settle()
    assert len(await sent(world.pool, Kind.RECEIPT)) == 1
    assert len(await world.steps(world.ohs, "case-1")) == before


@pytest.mark.parametrize("at", range(3))
async def test_one_digest_that_does_not_match_is_told_as_in_a_single_one_and_spoils_no_other(world: World, at: int):
    items = await three_sent(world)
    spoiled = [replace(item, digest="ab" * 32) if number == at else item for number, item in enumerate(items)]
    await say(world, shared_of(spoiled))
    assert [one.reason for one in await held(world.ohs)] == [Returned.RECEIPT_DIGEST_MISMATCH]
    expected = [OutboxState.SENT if number == at else OutboxState.DELIVERED for number in range(3)]
    assert await states(world) == expected
    assert "altered-on-the-way" in await alerts(world)
    await days(world, 1)
    assert await states(world) == [OutboxState.DELIVERED] * 3


@pytest.mark.parametrize("at", range(3))
async def test_one_message_of_another_partner_in_it_settles_nothing_of_that_one(world: World, at: int):
    items = await three_sent(world)
    strangers = [replace(i, message_id=str(world.ohs.new_id())) if n == at else i for n, i in enumerate(items)]
    await say(world, shared_of(strangers))
    assert [one.reason for one in await held(world.ohs)] == [Returned.RECEIPT_FOR_NOTHING]
    assert (await states(world)).count(OutboxState.DELIVERED) == 2


async def test_another_partner_settles_nothing_with_a_shared_receipt(world: World):
    items = await three_sent(world)
    await say(world, shared_of(items), world.parties[OTHER_POOL.party_id])
    assert await states(world) == [OutboxState.SENT] * 3
    assert [one.reason for one in await held(world.ohs)] == [Returned.RECEIPT_FOR_NOTHING]


async def test_a_shared_receipt_has_the_one_size(world: World):
    items = await three_sent(world)
    also = tuple(m.Acknowledged(str(world.pool.new_id()), "cd" * 32) for _ in range(31))
    await take_together(world, items)
    note = await newest_note(world)
    assert note is not None
    async with world.pool.store.begin() as work:
        for receipt in (
            replace(shared_of(items), also=also, checkpoint=note),
            replace(shared_of(items), also=()),
            refusal(items[0], NOT_OPENED),
        ):
            await compose(world.pool, work, Draft(receipt, OHS.party_id, GATEWAY_CASE, SYSTEM))
        sizes = {len(item.body) for item in await work.outbox() if item.kind is Kind.RECEIPT}
    assert len(sizes) == 1


async def test_a_life_dates_a_state_by_the_moment_it_came_to_be_and_tells_apart_when_it_goes_again(world: World):
    await pool.accept_referral(world.pool, await referred(world), SECOND_PHYSICIAN, SECOND)
    made = world.clock.now()
    within = world.pool.terms.receipt_within
    [item] = [one for one in world.pool.store._rows.outbox.values() if one.kind is Kind.REFERRAL_ACCEPTED]

    async def now(**changes) -> dict:
        world.pool.store._rows.outbox[item.message_id] = replace(item, **changes)
        async with world.pool.store.look() as work:
            told = await life(work, item.message_id, within)
        assert [row["what"] for row in told][-1].startswith("now ") == bool(changes)
        return told[-1]

    assert (await now())["at"] == made
    sent, again = made + timedelta(minutes=3), made + timedelta(minutes=3) + within
    row = await now(state=OutboxState.SENT, attempts=1, next_attempt_at=again)
    assert row["at"] == sent
    assert row["detail"] == f"1 attempts, again at {dutch_time(again)} when nothing comes before"
    claimed = await now(state=OutboxState.SENT, attempts=2, next_attempt_at=again, owner="a")
    failing = await now(attempts=2, next_attempt_at=again, reason="unroutable")
    lost = await now(state=OutboxState.UNDELIVERABLE, attempts=3, next_attempt_at=again, reason="expired")
    assert [row["at"] for row in (claimed, failing, lost)] == [None, None, None]
    assert failing["detail"].startswith("2 attempts, unroutable, again at ")
    assert lost["detail"] == "3 attempts, expired"
