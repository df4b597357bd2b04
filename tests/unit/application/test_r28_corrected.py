"""R25 to R28: contact data corrected after the referral reach the pool under the same consent, and no other way."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.correct_contact import tell_contact
from gateway.application.refer_case import contact_of
from gateway.application.replay_message import replay_message
from gateway.application.submit_case import submit_case
from gateway.application.watch_alerts import facts_of
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.contact import Channel
from gateway.domain.people import Employee
from gateway.domain.protocol import OPEN_STATES, BusinessStatus
from gateway.entrypoints.cli.referral_view import referral_record
from gateway.ports.bundles import BundleMapper
from gateway.ports.services import Services
from gateway.ports.store import OutboxState, QuarantineState
from mappings.fhir.refusals import refusal
from tests.support import skipping
from tests.support.ledger import balanced
from tests.support.world import (
    EMPLOYEE,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    World,
    accepted_case,
    consent,
    consented,
    request,
)

CASE = "SO-2026-0001"
BACK_OFFICE = s.Actor(s.ActorRole.BACK_OFFICE, OHS.party_id)
CONTACT = consent(Purpose.CONTACT_TO_SO)
NUMBER = "+31 6 0000 0199"


async def referred(world: World, *consents: Consent, settled: bool = True, **employee) -> str:
    """Submit a case and refer it; returns the referral id."""
    dossier = {"employee": replace(request().employee, **employee)}
    submission = await submit_case(world.ohs, CASE, accepted_case(*consents, **dossier))
    assert submission.refusals == ()
    if settled:
        await world.settle()
    return (await world.case(world.ohs, CASE)).referrals[-1].referral_id


async def corrected(world: World, **employee) -> tuple[m.Message, ...]:
    """The back office corrects the dossier, and whoever holds the earlier data is told."""
    async with world.ohs.store.begin() as work:
        known = await work.steps(CASE)
        dossier = fold(CASE, known).dossier
        assert dossier is not None
        dossier = replace(dossier, employee=replace(dossier.employee, **employee))
        step = s.DossierCorrected(at=world.clock.now(), by=BACK_OFFICE, dossier=dossier, changed=tuple(employee))
        await work.append(CASE, (step,))
        return await tell_contact(world.ohs, work, fold(CASE, [*known, step]), BACK_OFFICE)


async def held(world: World, referral_id: str, side: Services | None = None, case_id: str | None = None):
    """The contact data a side goes by; the pool when no side is named."""
    referral = (await world.case(side or world.pool, case_id or referral_id)).referral(referral_id)
    assert referral is not None
    assert referral.referral is not None
    return referral.referral.patient


async def add(world: World, *steps: s.Step) -> None:
    async with world.ohs.store.begin() as work:
        await work.append(CASE, steps)


async def sent(world: World) -> list[OutboxState]:
    """States of the corrections in our outbox, in order."""
    async with world.ohs.store.look() as work:
        return [item.state for item in await work.outbox() if item.kind is m.Kind.CONTACT_CORRECTED]


async def insist(world: World, referral_id: str, content: m.ContactCorrection, sender: Services | None = None) -> str:
    """Say it without asking our own rules; the code with which the other side answers."""
    services = sender or world.ohs
    victim = world.pool if services is world.ohs else world.ohs
    await world.settle()
    return (await skipping.insist(services, victim, content, referral_id)).code or "accepted"


# What reaches the pool.


async def test_a_corrected_telephone_reaches_the_pool_and_moves_nothing(world: World):
    referral_id = await referred(world)
    before = (await world.case(world.pool, referral_id)).referrals[-1]
    (message,) = await corrected(world, telephone=NUMBER)
    await world.settle()
    after = (await world.case(world.pool, referral_id)).referrals[-1]
    assert message.recipient == POOL.party_id
    assert (await held(world, referral_id)).telephone == NUMBER
    assert await held(world, referral_id, world.ohs, CASE) == await held(world, referral_id)
    assert (after.state, after.task_status) == (before.state, before.task_status)
    assert referral_record(await world.case(world.pool, referral_id), after)["employee"]["telephone"] == NUMBER
    await balanced(world.ohs, world.pool)


async def test_a_second_call_sends_nothing_more(world: World):
    await referred(world)
    assert len(await corrected(world, telephone=NUMBER)) == 1
    assert await corrected(world) == ()
    await world.settle()
    assert await corrected(world, occupation="planner", birth_date=date(1980, 1, 1), gender="x") == ()
    assert await sent(world) == [OutboxState.DELIVERED]


async def test_the_last_of_two_corrections_counts(world: World):
    referral_id = await referred(world)
    await corrected(world, telephone=NUMBER)
    await corrected(world, telephone="+31 6 0000 0102", email=None)
    await world.settle()
    known = await held(world, referral_id)
    assert (known.telephone, known.email) == ("+31 6 0000 0102", None)
    await balanced(world.ohs, world.pool)


async def test_a_correction_may_wait_behind_its_referral(world: World):
    referral_id = await referred(world, settled=False)
    await corrected(world, telephone=NUMBER)
    await world.settle()
    assert (await held(world, referral_id)).telephone == NUMBER
    await balanced(world.ohs, world.pool)


async def test_r28_an_address_that_is_protected_from_now_on_is_gone_at_the_pool(world: World):
    referral_id = await referred(world, preferred_channel="post")
    assert (await held(world, referral_id)).preferred_channel is Channel.POST
    await corrected(world, is_address_protected=True)
    await world.settle()
    known = await held(world, referral_id)
    assert known.address is None
    assert known.preferred_channel is None
    record = referral_record(*(await _case_and_referral(world, referral_id)))
    assert "address" not in record["employee"]


async def _case_and_referral(world: World, referral_id: str):
    case = await world.case(world.pool, referral_id)
    return case, case.referrals[-1]


async def test_r28_channel_language_and_interpreter_are_shown_in_words(world: World):
    referral_id = await referred(world, preferred_channel="telephone", language="ti", needs_interpreter=True)
    shown = referral_record(*(await _case_and_referral(world, referral_id)))["employee"]
    assert shown["preferred"] == "by telephone"
    assert shown["language"] == "Tigrinya (ti)"
    assert shown["interpreter"] == "needed"
    await corrected(world, language="xx-Latn", needs_interpreter=False, preferred_channel=None)
    await world.settle()
    shown = referral_record(*(await _case_and_referral(world, referral_id)))["employee"]
    assert (shown["preferred"], shown["language"]) == (None, "xx-Latn")
    assert shown["interpreter"] == "not needed, as far as known"


@pytest.mark.parametrize(
    ("written", "travels"),
    [("nl", "nl"), ("PT-br", "pt-BR"), ("sr-LATN-rs", "sr-Latn-RS"), ("es-419", "es-419"), ("rif", "rif")]
    + [(text, None) for text in (None, "", "Pools", "nl-", "x-geheim", "en-a-bbb", "nl_NL", "ſe", "n1", "nl ", "nl\n")],
)
def test_r28_only_a_language_tag_travels(written, travels):
    assert contact_of(replace(request().employee, language=written)).language == travels


@pytest.mark.parametrize(
    ("written", "changes", "travels"),
    [
        ("email", {}, Channel.EMAIL),
        ("post", {}, Channel.POST),
        ("telephone", {}, Channel.TELEPHONE),
        ("email", {"email": None}, None),
        ("telephone", {"telephone": None}, None),
        ("post", {"is_address_protected": True}, None),
        ("bel maar na zessen", {}, None),
        ("E-mail", {}, None),
        (None, {}, None),
    ],
)
def test_r28_only_a_channel_that_is_there_is_preferred(written, changes, travels):
    employee: Employee = replace(request().employee, preferred_channel=written, **changes)
    assert contact_of(employee).preferred_channel is travels


# What does not go.


@pytest.mark.parametrize("how", ["refused", "expired", "restricted", "another recipient"])
async def test_r25_without_consent_nothing_is_sent_and_nothing_raised(world: World, how: str):
    given = replace(CONTACT, expires_at=START + timedelta(hours=1)) if how == "expired" else CONTACT
    referral_id = await referred(world, given)
    world.clock.forward(hours=2)
    now = world.clock.now()
    if how == "refused":
        await add(world, consented(replace(CONTACT, consent_id="T-no", choice=Choice.REFUSED, decided_at=now)))
    if how == "another recipient":
        elsewhere = consent(Purpose.CONTACT_TO_SO, OTHER_POOL.party_id, at=now)
        await add(world, consented(elsewhere))
        await add(world, consented(replace(CONTACT, consent_id="T-no", choice=Choice.REFUSED, decided_at=now)))
    if how == "restricted":
        right = s.Right.RESTRICTION
        await add(
            world,
            s.RightRequested(at=now, by=EMPLOYEE, request_id="r1", right=right, due_on=date(2026, 10, 14)),
            s.RightAnswered(at=now, by=EMPLOYEE, request_id="r1", right=right, is_granted=True),
        )
    seen = world.seen()
    assert await corrected(world, telephone=NUMBER) == ()
    await world.settle()
    assert world.seen() == seen
    assert (await held(world, referral_id)).telephone != NUMBER
    assert (await held(world, referral_id, world.ohs, CASE)).telephone != NUMBER


async def test_a_later_consent_lets_the_correction_go_and_comes_along(world: World):
    referral_id = await referred(world)
    world.clock.forward(hours=1)
    await add(
        world, consented(replace(CONTACT, consent_id="T-no", choice=Choice.REFUSED, decided_at=world.clock.now()))
    )
    assert await corrected(world, telephone=NUMBER) == ()
    world.clock.forward(hours=1)
    again = replace(CONTACT, consent_id="T-again", decided_at=world.clock.now())
    await add(world, consented(again))
    assert len(await corrected(world)) == 1
    await world.settle()
    assert (await held(world, referral_id)).telephone == NUMBER
    assert (await world.case(world.pool, referral_id)).consent("T-again") == replace(again, recorder=OHS.party_id)
    await balanced(world.ohs, world.pool)


async def test_r27_after_a_withdrawal_nothing_is_sent(world: World):
    referral_id = await referred(world)
    world.clock.forward(minutes=1)
    await withdraw_consent(world.ohs, CASE, CONTACT.consent_id, EMPLOYEE)
    await world.settle()
    assert await corrected(world, telephone=NUMBER) == ()
    assert (await held(world, referral_id)).telephone != NUMBER


END = {
    "declined": lambda world, r: pool.decline_referral(world.pool, r, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE),
    "stopped": lambda world, r: pool.stop_referral(world.pool, r, SECOND_PHYSICIAN, m.StopCode.NO_SHOW),
    "withdrawn": lambda world, _: withdraw_request(world.ohs, CASE, EMPLOYEE),
}


@pytest.mark.parametrize("end", END)
async def test_an_ended_referral_is_told_nothing(world: World, end: str):
    referral_id = await referred(world)
    await END[end](world, referral_id)
    await world.settle()
    seen = world.seen()
    assert await corrected(world, telephone=NUMBER) == ()
    await world.settle()
    assert world.seen() == seen


async def test_it_goes_in_every_state_in_which_the_pool_may_contact_the_employee(world: World):
    referral_id = await referred(world)
    by = SECOND_PHYSICIAN
    turns = [
        None,
        lambda: pool.accept_referral(world.pool, referral_id, by, SECOND),
        lambda: pool.reach_milestone(world.pool, referral_id, by, m.Milestone.APPOINTMENT_PLANNED),
        lambda: pool.reach_milestone(world.pool, referral_id, by, m.Milestone.SO_STARTED),
        lambda: pool.discuss_draft(world.pool, referral_id, by),
    ]
    states = set()
    for number, turn in enumerate(turns):
        if turn is not None:
            await turn()
            await world.settle()
        await corrected(world, telephone=f"+31 6 0000 020{number}")
        await world.settle()
        assert (await held(world, referral_id)).telephone == f"+31 6 0000 020{number}"
        states.add((await world.case(world.pool, referral_id)).referrals[-1].state)
    assert states == OPEN_STATES
    await balanced(world.ohs, world.pool)


# In the queue, on the way, and at the other side.


async def test_r27_a_queued_correction_is_dropped_when_its_consent_is_withdrawn_and_the_line_goes_on(world: World):
    referral_id = await referred(world)
    await corrected(world, telephone=NUMBER)
    world.clock.forward(seconds=1)
    await withdraw_consent(world.ohs, CASE, CONTACT.consent_id, EMPLOYEE)
    await world.settle()
    known = (await world.case(world.pool, referral_id)).referrals[-1]
    assert known.state is BusinessStatus.WITHDRAWN
    assert (await held(world, referral_id)).telephone != NUMBER
    assert await sent(world) == [OutboxState.DROPPED, OutboxState.DELIVERED], "its place in the line is taken"
    steps = await world.steps(world.ohs, CASE)
    assert any(isinstance(step, s.MessageDropped) and step.kind == m.Kind.CONTACT_CORRECTED for step in steps)
    await balanced(world.ohs, world.pool)


async def test_a_dropped_correction_may_be_made_again(world: World):
    referral_id = await referred(world)
    await corrected(world, telephone=NUMBER)
    world.clock.forward(seconds=1)
    refused = replace(CONTACT, consent_id="T-no", choice=Choice.REFUSED, decided_at=world.clock.now())
    await add(world, consented(refused))
    await world.settle()
    assert (await held(world, referral_id, world.ohs, CASE)).telephone != NUMBER, "it never left"
    world.clock.forward(seconds=1)
    await add(world, consented(replace(CONTACT, consent_id="T-again", decided_at=world.clock.now())))
    assert len(await corrected(world)) == 1
    await world.settle()
    assert (await held(world, referral_id)).telephone == NUMBER
    assert await sent(world) == [OutboxState.DROPPED, OutboxState.DELIVERED, OutboxState.DELIVERED]
    await balanced(world.ohs, world.pool)


async def test_r58_what_is_restricted_while_it_waits_does_not_leave(world: World):
    referral_id = await referred(world)
    await corrected(world, telephone=NUMBER)
    right, now = s.Right.RESTRICTION, world.clock.now()
    await add(
        world,
        s.RightRequested(at=now, by=EMPLOYEE, request_id="r1", right=right, due_on=date(2026, 10, 14)),
        s.RightAnswered(at=now, by=EMPLOYEE, request_id="r1", right=right, is_granted=True),
    )
    await world.settle()
    assert (await held(world, referral_id)).telephone != NUMBER
    assert await sent(world) == [OutboxState.DROPPED, OutboxState.DELIVERED]
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await world.settle()
    await balanced(world.ohs, world.pool)


WRONG_CONSENTS = {
    "refused": replace(CONTACT, choice=Choice.REFUSED),
    "withdrawn": replace(CONTACT, withdrawn_at=START),
    "expired": replace(CONTACT, expires_at=START),
    "of another": replace(CONTACT, given_by_employee=False),
    "for another": consent(Purpose.CONTACT_TO_SO, OTHER_POOL.party_id),
    "for something else": consent(Purpose.MEDICAL_TO_SO),
    "not yet given": replace(CONTACT, decided_at=START + timedelta(days=1)),
}


OUT_OF_PLACE = {
    "for another": "consent-out-of-place",
    "for something else": "consent-out-of-place",
    "not yet given": "told-in-future",
}


@pytest.mark.parametrize("wrong", WRONG_CONSENTS)
async def test_the_pool_judges_the_consent_of_a_sender_that_skips_its_rules(world: World, wrong: str):
    referral_id = await referred(world)
    before = await held(world, referral_id)
    content = m.ContactCorrection(replace(before, telephone=NUMBER), (WRONG_CONSENTS[wrong],))
    assert await insist(world, referral_id, content) == OUT_OF_PLACE.get(wrong, "contact-consent-absent")
    assert await held(world, referral_id) == before


async def test_what_the_pool_knows_to_be_taken_back_does_not_count_again(world: World):
    referral_id = await referred(world)
    before = await held(world, referral_id)
    world.clock.forward(hours=1)
    no = replace(CONTACT, consent_id="T-no", choice=Choice.REFUSED, decided_at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, no)
    content = m.ContactCorrection(replace(before, telephone=NUMBER), (CONTACT,))
    assert await insist(world, referral_id, content) == "contact-consent-absent"
    assert await held(world, referral_id) == before


async def test_a_pool_tells_no_contact_data_and_none_come_after_the_end(world: World):
    referral_id = await referred(world)
    content = m.ContactCorrection(await held(world, referral_id), (CONTACT,))
    assert await insist(world, referral_id, content, world.pool) == "wrong-role"
    await pool.stop_referral(world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)
    await world.settle()
    assert await insist(world, referral_id, content) == "wrong-state"


class Older:
    """The mapper of a version that does not know the kind."""

    def __init__(self, newer: BundleMapper) -> None:
        self._newer = newer

    def __call__(self, payload: bytes) -> m.Message:
        read = type(self._newer).from_bundle(self._newer, payload)
        if read.kind is m.Kind.CONTACT_CORRECTED:
            raise refusal("kind-unknown", "Bundle.entry[0].resource.eventCoding")
        return read


@pytest.mark.parametrize("is_withdrawn", [False, True])
async def test_a_pool_that_does_not_know_the_kind_holds_it_until_it_is_newer(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_withdrawn: bool
):
    referral_id = await referred(world)
    before = await held(world, referral_id)
    with monkeypatch.context() as older:
        older.setattr(world.pool.mapper, "from_bundle", Older(world.pool.mapper))
        await corrected(world, telephone=NUMBER)
        await world.settle()
        assert await sent(world) == [OutboxState.REFUSED]
        assert await corrected(world) == (), "what was refused is not said again every night"
        world.clock.forward(minutes=1)
        if is_withdrawn:
            await withdraw_consent(world.ohs, CASE, CONTACT.consent_id, EMPLOYEE)
            await world.settle()
        assert await held(world, referral_id) == before
    async with world.pool.store.look() as work:
        (kept,) = await work.quarantine()
        assert (kept.reason, kept.state) == ("bundle-kind-unknown", QuarantineState.HELD)
        facts = await facts_of(work, world.clock.now())
    assert ("message-held", OHS.party_id) in facts
    await replay_message(world.pool, kept.item_id, s.Actor(s.ActorRole.OPERATOR, POOL.party_id))
    await world.settle()
    known = (await world.case(world.pool, referral_id)).referrals[-1]
    assert known.state is (BusinessStatus.WITHDRAWN if is_withdrawn else BusinessStatus.REFERRED)
    assert ((await held(world, referral_id)).telephone == NUMBER) is not is_withdrawn
    await balanced(world.ohs, world.pool)


# An ended referral.


async def test_contact_data_are_not_corrected_once_it_is_finished(world: World):
    referral_id = await referred(world)
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    assert await corrected(world, telephone=NUMBER) == ()
