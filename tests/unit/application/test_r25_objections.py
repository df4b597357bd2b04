"""R25: an objection to a person counts where that person may receive; one that a partner brings concerns that partner."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.record_step import record_step
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.consent import EVERYBODY, Choice, Consent, Purpose, Receiving, weigh
from gateway.domain.contract import Contract, ContractOption, OptionKind
from gateway.domain.errors import RefusedError
from gateway.domain.named_person import is_same_name, may_be_meant
from gateway.domain.people import Physician
from gateway.domain.rules.standing import standing_of
from tests.support import stages
from tests.support.skipping import insist
from tests.support.world import (
    BACK_OFFICE,
    EMPLOYEE,
    FIRST,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    THIRD,
    World,
    accepted_case,
    consent,
)

MEANT = [
    "dr. S. Mulkens",
    "mulkens",
    "S. MULKENS (Sanne)",
    "s.mulkens",
    "Mulkens, S.",
    "mw. mulkens-de boer",
    "dr. Mulken",
    "BIG 99990005101",
    "99990005101",
    "de tweede bedrijfsarts",
    "G4",
]
SOMEBODY_ELSE = ["dr. H. Wiarda-Postma", "terpstra-oud", "99990001101"]


@pytest.mark.parametrize("named", MEANT)
def test_r25_who_may_be_meant_is_meant(named: str):
    assert may_be_meant(named, "", (SECOND,))


@pytest.mark.parametrize("named", SOMEBODY_ELSE)
def test_r25_who_is_clearly_somebody_else_is_not_meant(named: str):
    assert not may_be_meant(named, "", (SECOND,))
    assert may_be_meant(named, "", ())


def test_r25_one_code_is_not_another():
    assert not may_be_meant("G5", "G4", ())
    assert may_be_meant("g4", "G4", ())
    assert may_be_meant("G5", "G4", (SECOND,), is_as_addressed=False)
    assert not may_be_meant("G5", "G4", (SECOND,))
    assert may_be_meant("Mulkens", "S. Mulkens", ())
    assert not may_be_meant("Wiarda", "S. Mulkens", ())


def test_r25_a_code_or_a_word_for_a_role_may_mean_anybody_with_a_name():
    assert may_be_meant("G5", "S. Mulkens", ())
    assert may_be_meant("S. Mulkens", "G5", ())
    assert may_be_meant("de dokter", "de arts", ())
    assert may_be_meant("Mulkens, kamer 4", "S. Mulkens", ())
    assert may_be_meant("Mulkens, kamer 4", "Mulkens, kamer 5", ())


def test_r25_of_a_name_and_a_number_either_may_be_a_slip():
    assert may_be_meant("Jansen, BIG 99990005101", "", (SECOND,))
    assert may_be_meant("Mulkens, BIG 99990005999", "", (SECOND,))
    assert not may_be_meant("Jansen, BIG 99990005999", "", (SECOND,))


def test_r25_one_letter_in_five_may_be_a_slip():
    assert may_be_meant("Meyer", "dr. Meier", ())
    assert not may_be_meant("Beyer", "dr. Meier", ())


def test_r25_a_text_too_long_for_a_name_may_mean_anybody():
    longest = "Wiarda ".ljust(200, "x")
    assert not may_be_meant(longest, "S. Mulkens", ())
    assert may_be_meant(f"{longest}x", "S. Mulkens", ())


def refused(purpose: Purpose, recipient: str, at=START) -> Consent:
    return consent(purpose, recipient, at=at, choice=Choice.REFUSED)


@pytest.mark.parametrize("purpose", Purpose)
def test_r25_an_objection_to_a_person_restricts_every_purpose_and_a_later_consent_for_the_person_ends_it(
    purpose: Purpose,
):
    later = START + timedelta(hours=1)
    objection = refused(purpose, f"{POOL.party_id}/mulkens")
    known = [objection, consent(purpose, at=later)]
    assert weigh(known, purpose, POOL.party_id, later, receiving=Receiving((SECOND,))).consent == objection
    assert weigh(known, purpose, POOL.party_id, later).consent == objection
    assert weigh(known, purpose, POOL.party_id, later, receiving=Receiving((THIRD,))).is_active
    withdrawn = replace(consent(purpose, f"{POOL.party_id}/mulkens"), withdrawn_at=START)
    assert not weigh([withdrawn, known[1]], purpose, POOL.party_id, later, receiving=Receiving((SECOND,))).is_active
    for_person = consent(purpose, f"{POOL.party_id}/dr. S. Mulkens", at=later)
    assert weigh([*known, for_person], purpose, POOL.party_id, later, receiving=Receiving((SECOND,))).is_active
    for_other = consent(purpose, f"{POOL.party_id}/wiarda", at=later)
    assert not weigh([*known, for_other], purpose, POOL.party_id, later, receiving=Receiving((SECOND,))).is_active
    assert is_same_name("mulkens", "dr. S. Mulkens")
    assert not is_same_name("arts", "dokter")


async def record(world: World, objection: Consent) -> None:
    step = s.ConsentRefused(at=objection.decided_at, by=BACK_OFFICE, consent=objection)
    await record_step(world.ohs, stages.CASE, step)
    await world.settle()


@pytest.mark.parametrize("person", ["dr. S. Mulkens", "Mulkens", "H. Wiarda-Postma"])
async def test_r25_nothing_is_answered_to_a_physician_whom_the_employee_refused(world: World, person: str):
    """An objection to somebody who is not known there counts for all."""
    referral_id = await stages.asked(world)
    objection = refused(Purpose.MEDICAL_TO_SO, f"{POOL.party_id}/{person}", world.clock.now())
    await record(world, objection)
    number = await stages.request_of(world, referral_id)
    kind = m.InformationKind.REASONING
    answered = provide_information(world.ohs, referral_id, number, FIRST_PHYSICIAN, kind, "Redenering.")
    with pytest.raises(RefusedError) as told:
        await answered
    assert told.value.code == "medical-not-permitted"


@pytest.mark.parametrize(
    ("person", "state"), [("Terpstra-Oud", "refused"), ("dr. J.M. Terpstra", "refused"), ("X. Jansen", "processed")]
)
async def test_r25_a_report_to_a_physician_whom_the_employee_refused_is_not_taken(
    world: World, person: str, state: str
):
    referral_id = await stages.drafted(world)
    await record(world, refused(Purpose.OUTCOME_TO_FIRST, f"{OHS.party_id}/{person}", world.clock.now()))
    now = world.clock.now()
    claimed = Consent("O-1", Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, now)
    report = m.Document("5e0e6a46-7d4b-4a8f-9d1c-7c1c65a1a001", m.DocumentRole.REPORT, "Verslag.", now)
    content = m.ReportRelease(report, now - timedelta(minutes=10), (claimed,))
    assert (await insist(world.pool, world.ohs, content, referral_id)).state == state


async def test_r25_a_report_is_not_released_to_a_physician_whom_the_employee_refused_at_the_pool(world: World):
    referral_id = await stages.drafted(world)
    now = world.clock.now()
    objection = refused(Purpose.OUTCOME_TO_FIRST, f"{OHS.party_id}/{FIRST.name}", now)
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, objection)
    await pool.record_consent(
        world.pool, referral_id, EMPLOYEE, consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=now)
    )
    with pytest.raises(RefusedError) as told:
        await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Verslag.")
    assert told.value.code == "outcome-consent-refused"


AHEAD = timedelta(minutes=4, seconds=50)


async def objected_to_all(world: World) -> Consent:
    """A pool brings an objection to everybody, dated as far ahead as its clock may be."""
    referral_id = await stages.started(world)
    objection = Consent("E-1", Purpose.MEDICAL_TO_SO, Choice.REFUSED, EVERYBODY, world.clock.now() + AHEAD)
    content = m.InformationRequest("V-1", m.InformationKind.WORK_CIRCUMSTANCES, None, (objection,))
    assert (await insist(world.pool, world.ohs, content, referral_id)).state == "processed"
    again = replace(content, request_id="V-2")
    world.clock.forward(minutes=10)
    assert (await insist(world.pool, world.ohs, again, referral_id)).state == "processed"
    return objection


async def test_r25_an_objection_to_everybody_that_a_pool_brings_concerns_that_pool(world: World):
    await objected_to_all(world)
    given = consent(Purpose.MEDICAL_TO_SO, OTHER_POOL.party_id)
    await record_step(world.ohs, stages.CASE, s.ConsentGiven(at=given.decided_at, by=BACK_OFFICE, consent=given))
    case, at = await world.case(world.ohs, stages.CASE), world.clock.now()
    assert standing_of(case, Purpose.MEDICAL_TO_SO, OTHER_POOL.party_id, at).is_active
    assert not standing_of(case, Purpose.MEDICAL_TO_SO, POOL.party_id, at).is_active


async def test_r27_an_objection_dated_ahead_counts_from_its_receipt_and_beats_no_later_decision(world: World):
    received_at = world.clock.now()
    objection = await objected_to_all(world)
    case = await world.case(world.ohs, stages.CASE)
    (heard,) = [c for c in case.consents if c.consent_id == objection.consent_id]
    assert received_at < heard.decided_at < objection.decided_at
    anew = consent(Purpose.MEDICAL_TO_SO, at=heard.decided_at + timedelta(minutes=1))
    anew = replace(anew, consent_id="T-anew")
    await record_step(world.ohs, stages.CASE, s.ConsentGiven(at=anew.decided_at, by=BACK_OFFICE, consent=anew))
    case = await world.case(world.ohs, stages.CASE)
    assert standing_of(case, Purpose.MEDICAL_TO_SO, POOL.party_id, world.clock.now()).is_active


async def test_r27_a_withdrawal_dated_ahead_counts_from_its_receipt_and_beats_no_later_decision(world: World):
    referral_id = await stages.started(world)
    now = world.clock.now()
    ahead = replace(
        consent(Purpose.MEDICAL_TO_SO, at=now - timedelta(hours=1)), withdrawn_at=now + timedelta(minutes=4)
    )
    ahead = replace(ahead, consent_id="P-back")
    request = m.InformationRequest("V-1", m.InformationKind.MEDICAL_DATA, now, (ahead,))
    await insist(world.pool, world.ohs, request, referral_id)
    (heard,) = (await world.case(world.ohs, stages.CASE)).referrals[-1].requests[-1].consents
    assert heard.withdrawn_at is not None
    assert now <= heard.withdrawn_at < ahead.withdrawn_at


@pytest.mark.parametrize(("named", "known"), [("Jansen " * 50_000, "dr. S. Mulkens"), ("Jansen", "Mulkens " * 50_000)])
def test_r25_what_is_too_long_for_a_name_may_mean_anybody(named: str, known: str):
    """And is compared with nothing: a partner chooses how long it is."""
    assert may_be_meant(named, "", (Physician(known),))
    assert not is_same_name(named, known)


PRACTICE = ContractOption("opt-1", OptionKind.PHYSICIAN, physician=replace(SECOND, organisation="poli-zuid"))
AT_POLI = {
    "chosen_option": "opt-1",
    "second_preference": None,
    "contract": Contract("BC-1", date(2025, 1, 1), options=(PRACTICE,)),
}


async def served_by_mulkens(world: World) -> None:
    """The pool serves a practice that the employee chose, and objects to the pool itself."""
    async with world.ohs.store.begin() as work:
        [known] = [partner for partner in await work.partners() if partner.party.party_id == POOL.party_id]
        await work.save_partner(replace(known, recipients=("poli-zuid",)))


@pytest.mark.parametrize(("house", "goes"), [(POOL.party_id, False), (OTHER_POOL.party_id, True)])
async def test_r25_nothing_goes_to_who_serves_the_chosen_one_against_an_objection(world: World, house: str, goes: bool):
    await served_by_mulkens(world)
    said = (consent(Purpose.CONTACT_TO_SO, "poli-zuid"), refused(Purpose.CONTACT_TO_SO, house))
    submission = await submit_case(world.ohs, stages.CASE, accepted_case(*said, **AT_POLI))
    assert [refusal.code for refusal in submission.refusals] == ([] if goes else ["contact-consent-refused"])
    if goes:
        return
    with pytest.raises(RefusedError) as told:
        await refer(world.ohs, stages.CASE, FIRST_PHYSICIAN)
    assert told.value.code == "contact-consent-refused"


async def test_r26_feedback_stays_home_where_the_employee_objects_to_who_serves_the_chosen_one(world: World):
    await served_by_mulkens(world)
    said = (*(consent(p, "poli-zuid") for p in (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO)),)
    objection = refused(Purpose.FEEDBACK_TO_SO, POOL.party_id)
    submission = await submit_case(world.ohs, stages.CASE, accepted_case(*said, objection, **AT_POLI))
    assert submission.refusals == ()
    referral = (await world.case(world.ohs, stages.CASE)).referrals[-1]
    assert "contested-feedback" not in referral.contents
