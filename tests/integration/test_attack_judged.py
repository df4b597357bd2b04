"""A partner with valid keys and a valid login, over a real broker: one word of each family that it may not say.

Every kind and every need is tried in memory (``tests/unit/application/test_judged_at_receipt.py``); here the message comes
by the broker, as it would come from a program of the partner's own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.rabbitmq.transport import RabbitTransport
from gateway.application.receive_message import receive
from gateway.domain import messages as m
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.people import Organisation
from gateway.ports.transport import Delivery, Lane, Parcel, PublishOutcome, Settlement
from tests.support import stages
from tests.support.broker import TestBroker
from tests.support.skipping import Heard, heard, sealed
from tests.support.world import OHS, OTHER_POOL, POOL, SECOND, World

HOUSES = (OHS.party_id, POOL.party_id, OTHER_POOL.party_id)
LATER = datetime(9998, 1, 1, tzinfo=UTC)
TEXT = "5f2b6c0e-1111-5222-8333-444455556666"


@pytest.fixture(scope="module")
def broker(rabbitmq: TestBroker) -> TestBroker:
    rabbitmq.provision(*HOUSES)
    return rabbitmq


@pytest.fixture
async def world(broker: TestBroker) -> AsyncIterator[World]:
    await broker.purge(*HOUSES)
    made = await World().open()
    yield made
    await made.close()


def consent(purpose: Purpose, recipient: str, at: datetime, choice: Choice = Choice.GIVEN) -> Consent:
    return Consent("X-1", purpose, choice, recipient, at)


def _invoice(_: datetime) -> m.InvoiceNotice:
    lines = (m.InvoiceLine("Consult dhr. Kolk op donderdag", 1, 48_000),)
    issuer, debtor = Organisation(POOL.party_id, POOL.name), Organisation(OHS.party_id, OHS.name)
    return m.InvoiceNotice("F-42", issuer, debtor, date(2026, 8, 1), date(2026, 8, 31), lines)


def _report(at: datetime) -> m.ReportRelease:
    document = m.Document(TEXT, m.DocumentRole.REPORT, "Verslag.", at)
    refused = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at, Choice.REFUSED)
    return m.ReportRelease(document, at - timedelta(minutes=10), (refused,))


def _aware(at: datetime) -> m.InformationRequest:
    return m.InformationRequest(
        "V-1", m.InformationKind.REASONING, at, (consent(Purpose.EMPLOYER_AWARE, OHS.party_id, at),)
    )


Stage = Callable[[World], Awaitable[str]]
FAMILIES: dict[str, tuple[Stage, Callable[[datetime], m.Content], str]] = {
    "role": (stages.stopped, lambda _: m.ErasureRequest(), "wrong-role"),
    "state": (stages.referred, lambda _: m.ReportWithholding(), "wrong-state"),
    "consents": (stages.started, _aware, "consent-out-of-place"),
    "taking back": (
        stages.started,
        lambda at: m.ConsentWithdrawal(stages.OTHER_CONTACT.consent_id, Purpose.CONTACT_TO_SO, at),
        "consent-not-in-reach",
    ),
    "erasing": (stages.stopped, m.ErasureConfirmation, "erasure-not-asked"),
    "times": (stages.accepted, lambda _: m.MilestoneNotice(m.Milestone.SO_STARTED, LATER), "told-in-future"),
    "independence": (
        stages.referred,
        lambda _: m.Acceptance(replace(SECOND, organisation=OHS.party_id)),
        "not-independent",
    ),
    "report": (stages.drafted, _report, "outcome-consent-absent"),
    "money": (stages.started, _invoice, "invoice-identifies"),
}


async def said(broker: TestBroker, world: World, content: m.Content, referral_id: str, **size: int) -> Heard:
    """Publish it under the pool's own login, and wait for what the arbodienst makes of it."""
    async with world.ohs.store.look() as work:
        place = await work.last_received(POOL.party_id, referral_id) + 1
    made = sealed(world.pool, OHS.party_id, content, referral_id, place, **size)
    ours, theirs = (
        RabbitTransport(party_id, broker.amqp_url_for(party_id), reconnect_interval=0.2)
        for party_id in (OHS.party_id, POOL.party_id)
    )

    async def handle(delivery: Delivery) -> Settlement:
        return await receive(world.ohs, delivery)

    try:
        await ours.open()
        await theirs.open()
        await ours.consume(handle)
        lane = Lane.BILLING if content.kind is m.Kind.INVOICE_ISSUED else Lane.CASES
        parcel = Parcel(made.message_id, POOL.party_id, OHS.party_id, made.body, lane)
        assert await theirs.publish(parcel) is PublishOutcome.CONFIRMED
        async with asyncio.timeout(15):
            while (found := await heard(world.ohs, POOL.party_id, made.message_id)).state == "lost":
                await asyncio.sleep(0.02)
        return found
    finally:
        await ours.close()
        await theirs.close()


@pytest.mark.parametrize("family", FAMILIES)
async def test_words_of_a_partner_with_valid_keys_are_judged_behind_the_broker(broker, world: World, family: str):
    stage, make, code = FAMILIES[family]
    referral_id = await stage(world)
    before = [step.code for step in await world.steps(world.ohs, stages.CASE)]
    found = await said(broker, world, make(world.clock.now()), referral_id)
    assert (found.state, found.code) == ("refused", code)
    after = [step.code for step in await world.steps(world.ohs, stages.CASE)]
    ours = {"action-refused", "referral-withdrawn", "erasure-requested"} if family == "independence" else set()
    assert [step for step in after[len(before) :] if step not in ours] == []


async def test_r41_a_message_of_a_pair_that_lacks_the_common_size_is_held(broker, world: World):
    referral_id = await stages.drafted(world)
    found = await said(broker, world, m.ReportWithholding(), referral_id, size_floor=0)
    assert (found.state, found.code) == ("held", "size-not-shared")


async def test_an_honest_word_by_the_same_way_is_accepted(broker, world: World):
    referral_id = await stages.drafted(world)
    found = await said(broker, world, m.ReportWithholding(), referral_id)
    assert (found.state, found.code) == ("processed", None)
