"""A document may be a file: it comes over whole, inside its message or beside it, and only with its consent (R12)."""

import io
from dataclasses import replace

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.apply_retention import apply_retention
from gateway.application.enclose_files import HandedOver, enclosed, handed_over
from gateway.application.read_case import documents_of_referral, read_document
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain.consent import Purpose
from gateway.domain.enclosure import PDF, TEXT
from gateway.domain.errors import OperatorError, RefusedError, TemporaryError
from mappings.fhir import documents
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OPERATOR,
    SECOND,
    SECOND_PHYSICIAN,
    World,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
PHYSICIAN = FIRST_PHYSICIAN
SMALL = b"%PDF-1.7 MERKTEKEN klein %%EOF"
LARGE = b"%PDF-1.7 " + b"MERKTEKEN groot " * 90_000 + b"%%EOF"
LONG_TEXT = ("Verslag, uitvoerig. " * 70_000).encode()


def handed(content: bytes) -> HandedOver:
    return handed_over(io.BytesIO(content))


async def with_draft(world: World) -> str:
    """Up to the draft that the employee saw; returns the referral id."""
    await submit_case(world.ohs, CASE, accepted_case(consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO)))
    await world.settle()
    referral_id = (await world.case(world.ohs, CASE)).referrals[-1].referral_id
    await pool.accept_referral(world.pool, referral_id, SECOND_PHYSICIAN, SECOND)
    await pool.reach_milestone(world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)
    await pool.discuss_draft(world.pool, referral_id, SECOND_PHYSICIAN)
    world.clock.forward(hours=1)
    return referral_id


async def agreed(world: World) -> str:
    referral_id = await with_draft(world)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    return referral_id


async def release(world: World, referral_id: str, content: bytes) -> None:
    async with enclosed(world.pool, handed(content)) as paper:
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, paper)


async def report_at_home(world: World, referral_id: str) -> bytes:
    referral = (await world.case(world.ohs, CASE)).referral(referral_id)
    target = io.BytesIO()
    await read_document(world.ohs, referral_id, referral.report.document_id, PHYSICIAN, target)
    return target.getvalue()


@pytest.mark.parametrize("content", [SMALL, LARGE, LONG_TEXT, b"Kort verslag."], ids=["small", "large", "text", "note"])
async def test_a_report_comes_home_byte_for_byte(world: World, content):
    referral_id = await agreed(world)
    await release(world, referral_id, content)
    await world.settle()
    assert await report_at_home(world, referral_id) == content
    assert len(world.objects) == 1, "a file, or a decoy"
    read = [step for step in await world.steps(world.ohs, CASE) if step.code == "case-read"]
    assert read[-1].view == "document"


async def test_without_consent_nothing_is_left_lying_out(world: World):
    referral_id = await with_draft(world)
    with pytest.raises(RefusedError) as caught:
        await release(world, referral_id, LARGE)
    assert caught.value.code == "outcome-consent-absent"
    assert world.objects == {}


async def test_a_file_stays_when_nobody_knows_whether_its_message_was_stored(world: World):
    """The answer to a commit may be lost; a message without its file would wait for it until it expires."""
    referral_id = await agreed(world)

    async def lose_the_answer() -> None:
        async with enclosed(world.pool, handed(LARGE)) as paper:
            await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, paper)
            raise TemporaryError("store-unreachable", "The store cannot be reached.", remedy="It is tried again.")

    with pytest.raises(TemporaryError):
        await lose_the_answer()
    await world.settle()
    assert await report_at_home(world, referral_id) == LARGE


async def test_the_message_waits_until_its_file_is_there(world: World):
    """A directory that is not mounted yet loses nothing: no receipt, no effect, and the same message again."""
    referral_id = await agreed(world)
    await release(world, referral_id, LARGE)
    away = dict(world.objects)
    world.objects.clear()
    await world.settle()
    assert (await world.case(world.ohs, CASE)).referral(referral_id).report is None
    world.objects.update(away)
    world.clock.forward(minutes=2)
    await world.settle()
    assert await report_at_home(world, referral_id) == LARGE


async def test_a_file_that_is_not_what_the_message_says_is_held_and_the_sender_is_told(world: World):
    referral_id = await agreed(world)
    await release(world, referral_id, LARGE)
    for key, file in world.objects.items():
        world.objects[key] = replace(file, content=file.content[:-1] + b"x")
    await world.settle()
    async with world.ohs.store.look() as work:
        assert [item.reason for item in await work.quarantine()] == ["object-damaged"]
    assert (await world.case(world.ohs, CASE)).referral(referral_id).report is None


@pytest.mark.parametrize(
    ("content", "declared", "code"),
    [
        (LARGE[:-5], PDF, "document-truncated"),
        (LARGE, TEXT, "document-type-contradicts"),
        (SMALL[:-5], PDF, "document-truncated"),
        (b"Kort \x00 verslag.", TEXT, "document-control-characters"),
    ],
)
async def test_r12_what_a_sender_did_not_judge_is_judged_at_receipt(
    world: World, monkeypatch: pytest.MonkeyPatch, content: bytes, declared: str, code: str
):
    """A partner that skips its own judgement: the message has no effect and is held, with the same code."""
    referral_id = await agreed(world)
    with monkeypatch.context() as sender:
        sender.setattr(documents, "check_document", lambda *_, **__: declared)
        async with enclosed(world.pool, HandedOver(declared, len(content), io.BytesIO(content))) as paper:
            await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, paper)
    await world.settle()
    assert (await world.case(world.ohs, CASE)).referral(referral_id).report is None
    async with world.ohs.store.look() as work:
        assert [item.reason for item in await work.quarantine()] == [code]
    async with world.pool.store.look() as work:
        assert "refused" in {item.state for item in await work.outbox(referral_id)}


async def test_r12_the_feedback_on_record_is_judged_before_the_referral_leaves(world: World):
    """What an export brought is judged as what a person attaches, and the attempt is in the log."""
    asked, *rest = accepted_case(consent(Purpose.CONTACT_TO_SO), consent(Purpose.FEEDBACK_TO_SO))
    asked = replace(asked, advice=replace(asked.advice, feedback_text="Terugkoppeling\x00"))
    await submit_case(world.ohs, CASE, (asked, *rest), refer=False)
    with pytest.raises(RefusedError) as caught:
        await refer(world.ohs, CASE, PHYSICIAN)
    assert caught.value.code == "document-control-characters"
    assert (await world.steps(world.ohs, CASE))[-1].reason == "document-control-characters"


async def test_without_a_place_a_large_file_does_not_go(world: World):
    referral_id = await agreed(world)
    nowhere = replace(world.pool, objects=None)
    with pytest.raises(OperatorError) as caught:
        async with enclosed(nowhere, handed(LARGE)):
            pass
    assert caught.value.code == "objects-not-set"
    async with enclosed(nowhere, handed(SMALL)) as paper:
        await pool.release_report(nowhere, referral_id, SECOND_PHYSICIAN, paper)


async def test_a_scan_goes_along_with_the_referral_under_its_own_consent(world: World):
    medical = m.DocumentRole.MEDICAL_DATA
    await submit_case(world.ohs, CASE, accepted_case(consent(Purpose.CONTACT_TO_SO)), refer=False)
    with pytest.raises(RefusedError) as caught:
        async with enclosed(world.ohs, handed(LARGE)) as paper:
            await refer(world.ohs, CASE, PHYSICIAN, attachments={medical: paper})
    assert caught.value.code == "medical-before-first-contact"
    assert world.objects == {}
    async with enclosed(world.ohs, handed(SMALL)) as paper:
        await refer(world.ohs, CASE, PHYSICIAN, attachments={m.DocumentRole.WORK_CIRCUMSTANCES: paper})
    await world.settle()
    (referral,) = (await world.case(world.ohs, CASE)).referrals
    (received,) = (await world.case(world.pool, referral.referral_id)).referrals
    (document,) = documents_of_referral(received)
    target = io.BytesIO()
    await read_document(world.pool, referral.referral_id, document.document_id, SECOND_PHYSICIAN, target)
    assert target.getvalue() == SMALL


async def test_a_document_that_is_not_there_is_said_so(world: World):
    referral_id = await agreed(world)
    with pytest.raises(RefusedError) as caught:
        await read_document(world.ohs, referral_id, "d", PHYSICIAN, io.BytesIO())
    assert caught.value.code == "document-unknown"


async def test_what_lay_out_goes_after_its_term_and_copies_go_with_their_case(world: World):
    referral_id = await agreed(world)
    await release(world, referral_id, LARGE)
    await world.settle()
    world.clock.forward(days=7)
    await apply_retention(world.pool, OPERATOR)
    assert len(world.objects) == 1
    world.clock.forward(days=2)
    await apply_retention(world.pool, OPERATOR)
    await apply_retention(world.ohs, OPERATOR)
    assert world.objects == {}
    assert await report_at_home(world, referral_id) == LARGE
    async with world.ohs.store.begin() as work:
        await work.erase(CASE)
    await apply_retention(world.ohs, OPERATOR)
    assert await world.ohs.objects.kept(world.clock.now()) == []
