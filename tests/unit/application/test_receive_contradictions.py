"""Who the broker vouches for, who signed and who the bundle names must be one, and so must the ids and the lane.

A partner with valid keys may write what it likes inside; where it contradicts what is around it, nothing takes effect.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.application.receive_message import receive
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.ports.services import Services
from gateway.ports.store import GATEWAY_CASE, InboxState
from gateway.ports.transport import Delivery, Lane, Settlement
from tests.support.messages import INVOICE
from tests.support.world import OHS, OTHER_POOL, POOL, SECOND, START, World, accepted_case

CASE = "SO-2026-0001"
MESSAGE, ANOTHER = "0d1f7a52-3c9e-4f0b-8a55-2b6f1c9e7d10", "7b0e5c1e-58a4-4d0e-9a5a-0a1c2f3e4d5b"
QUESTION = m.Message(MESSAGE, OHS.party_id, POOL.party_id, START, m.AvailabilityQuery("Noord"), ANOTHER, 1)


def sealed(by: Services, message: m.Message, *, message_id: str = MESSAGE, to: str = POOL.party_id) -> Delivery:
    """An envelope whose signature holds, around whatever the message says; delivered as its sender would."""
    body = by.sealer.seal(by.mapper.to_bundle(message), recipient=to, message_id=message_id, issued_at=START).body
    sender = by.party.party_id
    return Delivery(message_id, sender, sender, to, body)


BUNDLES = {
    "another sender": replace(QUESTION, sender=OTHER_POOL.party_id),
    "another recipient": replace(QUESTION, recipient=OTHER_POOL.party_id),
    "another id": replace(QUESTION, message_id=ANOTHER),
}


async def held_because(services: Services) -> list[str]:
    async with services.store.look() as work:
        assert await work.inbox() == []
        assert await work.case_ids() == []
        return [item.reason for item in await work.quarantine()]


@pytest.mark.parametrize("message", BUNDLES.values(), ids=BUNDLES.keys())
async def test_a_bundle_says_what_its_envelope_says(world: World, message: m.Message):
    assert await receive(world.pool, sealed(world.ohs, message)) is Settlement.ACK
    assert await held_because(world.pool) == ["bundle-mismatch"]


AROUND: dict[str, tuple[Callable[[Delivery], Delivery], str]] = {
    "another user of the broker": (lambda sound: replace(sound, user_id=OTHER_POOL.party_id), "sender-mismatch"),
    "another sender's key": (
        lambda sound: replace(sound, routing_key_sender=OTHER_POOL.party_id),
        "sender-mismatch",
    ),
    "a copy to another": (lambda sound: replace(sound, recipient=OTHER_POOL.party_id), "routed-past-permission"),
    "another id outside": (lambda sound: replace(sound, message_id=ANOTHER), "message-id-mismatch"),
    "a case on the lane of invoices": (lambda sound: replace(sound, lane=Lane.BILLING), "wrong-lane"),
}


@pytest.mark.parametrize(("change", "reason"), AROUND.values(), ids=AROUND.keys())
async def test_what_is_around_an_envelope_says_what_is_inside(world: World, change, reason: str):
    sound = sealed(world.ohs, QUESTION)
    assert await receive(world.pool, change(sound)) is Settlement.ACK
    assert await held_because(world.pool) == [reason]
    await receive(world.pool, sound)
    async with world.pool.store.look() as work:
        assert [item.state for item in await work.inbox()] == [InboxState.PROCESSED]


async def test_r55_an_invoice_comes_on_its_own_lane(world: World):
    ours = m.Organisation(OHS.party_id, OHS.name, OHS.ura, OHS.kvk, OHS.agb)
    invoice = replace(INVOICE, recipient=ours)
    message = m.Message(MESSAGE, POOL.party_id, OHS.party_id, START, invoice)
    assert await receive(world.ohs, sealed(world.pool, message, to=OHS.party_id)) is Settlement.ACK
    assert await held_because(world.ohs) == ["wrong-lane"]


async def test_r27_a_partner_says_nothing_in_the_referral_of_another(world: World):
    await submit_case(world.ohs, CASE, accepted_case())
    await world.settle()
    before = (await world.case(world.ohs, CASE)).referrals[-1]
    content = m.Acceptance(replace(SECOND, organisation=OTHER_POOL.party_id))
    intruder = world.parties[OTHER_POOL.party_id]
    message = m.Message(MESSAGE, OTHER_POOL.party_id, OHS.party_id, START, content, before.referral_id, 1)
    assert await receive(world.ohs, sealed(intruder, message, to=OHS.party_id)) is Settlement.ACK
    assert (await world.case(world.ohs, CASE)).referrals[-1] == before
    async with world.ohs.store.look() as work:
        item = await work.inbox_item(OTHER_POOL.party_id, MESSAGE)
        assert (item.state, item.reason) == (InboxState.REFUSED, "not-the-partner")
        [receipt] = [one for one in await work.outbox() if one.recipient == OTHER_POOL.party_id]
        assert (receipt.kind, receipt.case_id) == (m.Kind.RECEIPT, GATEWAY_CASE)
