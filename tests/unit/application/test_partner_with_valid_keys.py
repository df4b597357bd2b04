"""What a partner with valid keys may not do: touch what did not come from it and was not given to it.

Each test plays a partner that skips its own rules. The first five carry over attacks that had an effect once; the
others were thought of beside them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.apply_retention import apply_retention
from gateway.application.request_erasure import request_erasure
from gateway.application.watch_alerts import OVERREACH, facts_of, watch
from gateway.application.withdraw_consent import withdraw_consent
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case
from gateway.domain.consent import Choice, Consent, Purpose, Standing, weigh
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.ports.services import Services
from tests.support import stages
from tests.support.skipping import insist
from tests.support.stages import CASE
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OPERATOR,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    World,
    consent,
    consented,
)

NO_MEDICAL = consent(Purpose.MEDICAL_TO_SO, choice=Choice.REFUSED)
REFUSES_MEDICAL = (stages.CONTACT, stages.FEEDBACK, stages.OTHER_CONTACT, NO_MEDICAL)
REASONING = m.InformationKind.REASONING


def standing(case: Case, purpose: Purpose, recipient: str = POOL.party_id, at: datetime | None = None) -> Standing:
    return weigh(case.consents, purpose, recipient, at or datetime(2026, 12, 31, tzinfo=UTC)).standing


async def at_ohs(world: World) -> Case:
    return await world.case(world.ohs, CASE)


async def alerts(services: Services) -> set[tuple[str, str]]:
    async with services.store.look() as work:
        return set(await facts_of(work, services.clock.now()))


async def words_of(services: Services) -> list[m.Kind]:
    """Kinds of what a party has said so far, receipts left out."""
    async with services.store.look() as work:
        return [item.kind for item in await work.outbox() if item.kind is not m.Kind.RECEIPT]


def forged(consent_id: str, purpose: Purpose, recipient: str, at: datetime, choice: Choice = Choice.GIVEN) -> Consent:
    return Consent(consent_id, purpose, choice, recipient, at)


# Erasure: only the arbodienst asks, and its pool weighs


async def test_a_pool_that_declined_does_not_erase_the_arbodienst(world: World):
    first, second = await stages.declined_and_elsewhere(world)
    before = await world.steps(world.ohs, CASE)
    told = await insist(world.pool, world.ohs, m.ErasureRequest(), first)
    assert (told.state, told.code) == ("refused", "wrong-role")
    assert await world.steps(world.ohs, CASE) == before
    referral = (await at_ohs(world)).referral(second)
    assert referral is not None
    assert referral.state is BusinessStatus.REFERRED
    assert ("partner-overreach", POOL.party_id) in await alerts(world.ohs)


async def test_a_pool_that_gave_its_report_does_not_erase_a_case_with_an_open_complaint(world: World):
    referral_id = await stages.released(world)
    async with world.ohs.store.begin() as work:
        complaint = s.ComplaintFiled(at=world.clock.now(), by=EMPLOYEE, about=s.ComplaintSubject.OTHER)
        await work.append(CASE, (complaint,))
    with pytest.raises(RefusedError):
        await request_erasure(world.pool, referral_id, SECOND_PHYSICIAN)
    told = await insist(world.pool, world.ohs, m.ErasureRequest(), referral_id)
    assert told.code == "wrong-role"
    case = await at_ohs(world)
    assert case.complaints
    assert case.referrals[-1].report is not None


async def test_an_erasure_that_nobody_asked_for_is_not_confirmed(world: World):
    referral_id = await stages.released(world)
    told = await insist(world.pool, world.ohs, m.ErasureConfirmation(world.clock.now()), referral_id)
    assert told.code == "erasure-not-asked"
    assert "erasure-confirmed" not in [step.code for step in await world.steps(world.ohs, CASE)]


# Consents: known by who recorded them


async def test_a_pool_writes_no_consents_of_the_employee_into_the_arbodiensts_record(world: World):
    referral_id = await stages.started(world, *REFUSES_MEDICAL)
    before, now = await at_ohs(world), world.clock.now()
    attempts = (
        forged("X1", Purpose.EMPLOYER_AWARE, OHS.party_id, now),
        forged("X2", Purpose.CONTACT_TO_SO, OTHER_POOL.party_id, now, Choice.REFUSED),
        forged("X3", Purpose.DOSSIER_TO_COLLEAGUE, OHS.party_id, now),
        forged("X4", Purpose.SO_CONTACT_EMPLOYER, POOL.party_id, now),
        forged("T-TREATING-INFO-praktijk-mulkens", Purpose.TREATING_INFO, POOL.party_id, START - timedelta(days=1)),
    )
    mixed = (forged("X5", Purpose.MEDICAL_TO_SO, POOL.party_id, now), attempts[0])
    for number, consents in enumerate([*((one,) for one in attempts), attempts, mixed]):
        request = m.InformationRequest(f"V-{number}", REASONING, now, consents)
        told = await insist(world.pool, world.ohs, request, referral_id)
        assert told.code == "consent-out-of-place"
    after = await at_ohs(world)
    assert after.consents == before.consents
    assert after.referrals[-1].requests == ()


async def test_r25_a_refusal_on_our_own_record_is_not_overruled_and_a_person_sees_both(world: World):
    referral_id = await stages.started(world, *REFUSES_MEDICAL)
    now = world.clock.now()
    said = forged("X1", Purpose.MEDICAL_TO_SO, POOL.party_id, now)
    told = await insist(world.pool, world.ohs, m.InformationRequest("V-1", REASONING, now, (said,)), referral_id)
    assert told.state == "processed"
    before = await words_of(world.ohs)
    await world.settle()
    case = await at_ohs(world)
    (asked,) = case.referrals[-1].requests
    assert not asked.is_answered
    assert [c.consent_id for c in asked.consents] == ["X1"]
    assert standing(case, Purpose.MEDICAL_TO_SO) is Standing.REFUSED
    with pytest.raises(RefusedError) as refused:
        await provide_information(world.ohs, referral_id, "V-1", FIRST_PHYSICIAN, REASONING, "MEDISCH: geheim")
    assert refused.value.code == "medical-not-permitted"
    await world.settle()
    assert await words_of(world.ohs) == before


async def test_r25_the_employees_later_word_on_our_own_record_opens_what_a_partner_could_not(world: World):
    referral_id = await stages.started(world, *REFUSES_MEDICAL)
    now = world.clock.now()
    said = forged("X1", Purpose.MEDICAL_TO_SO, POOL.party_id, now)
    await insist(world.pool, world.ohs, m.InformationRequest("V-1", REASONING, now, (said,)), referral_id)
    world.clock.forward(hours=1)
    again = replace(NO_MEDICAL, consent_id="T-yes", choice=Choice.GIVEN, decided_at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(again),))
    message = await provide_information(world.ohs, referral_id, "V-1", FIRST_PHYSICIAN, REASONING, "Mijn onderbouwing.")
    assert message.kind is m.Kind.INFORMATION_PROVIDED


async def test_a_partners_id_does_not_shadow_what_we_record_under_it_later(world: World):
    referral_id = await stages.started(world, stages.CONTACT)
    late = replace(stages.MEDICAL, choice=Choice.REFUSED)
    squat = forged(late.consent_id, Purpose.MEDICAL_TO_SO, POOL.party_id, world.clock.now())
    request = m.InformationRequest("V-1", REASONING, world.clock.now(), (squat,))
    assert (await insist(world.pool, world.ohs, request, referral_id)).state == "processed"
    world.clock.forward(hours=1)
    late = replace(late, decided_at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(late),))
    case = await at_ohs(world)
    assert {c.key for c in case.consents} >= {(None, late.consent_id), (POOL.party_id, late.consent_id)}
    assert standing(case, Purpose.MEDICAL_TO_SO) is Standing.REFUSED


async def test_under_an_id_of_ours_our_own_record_speaks(world: World):
    """A pool that sends our refusal back as a consent, or our expired consent without its end."""
    ended = replace(stages.MEDICAL, expires_at=START + timedelta(hours=1))
    referral_id = await stages.started(world, stages.CONTACT, ended)
    echo = replace(ended, expires_at=None, decided_at=world.clock.now())
    request = m.InformationRequest("V-1", REASONING, world.clock.now(), (echo,))
    assert (await insist(world.pool, world.ohs, request, referral_id)).state == "processed"
    case = await at_ohs(world)
    assert [c.recorder for c in case.consents if c.consent_id == ended.consent_id] == [None]
    assert standing(case, Purpose.MEDICAL_TO_SO) is Standing.EXPIRED
    with pytest.raises(RefusedError):
        await provide_information(world.ohs, referral_id, "V-1", FIRST_PHYSICIAN, REASONING, "MEDISCH: geheim")


async def test_r27_what_we_took_back_of_a_partners_consents_is_not_given_again_by_the_partner(world: World):
    referral_id = await stages.started(world, stages.CONTACT)
    now = world.clock.now()
    first, second = (forged(name, Purpose.MEDICAL_TO_SO, POOL.party_id, now) for name in ("X1", "X2"))
    await insist(world.pool, world.ohs, m.InformationRequest("V-1", REASONING, now, (first,)), referral_id)
    assert standing(await at_ohs(world), Purpose.MEDICAL_TO_SO) is Standing.ACTIVE
    world.clock.forward(hours=1)
    await withdraw_consent(world.ohs, CASE, "X1", EMPLOYEE)
    world.clock.forward(hours=1)
    for number, said in enumerate((first, replace(first, decided_at=world.clock.now()), second)):
        anew = replace(said, decided_at=max(said.decided_at, world.clock.now() - timedelta(minutes=1)))
        request = m.InformationRequest(f"V-2{number}", REASONING, world.clock.now(), (anew,))
        assert (await insist(world.pool, world.ohs, request, referral_id)).state == "processed"
        assert standing(await at_ohs(world), Purpose.MEDICAL_TO_SO) is Standing.WITHDRAWN


async def test_r27_an_objection_that_a_partner_tells_counts_under_whatever_id(world: World):
    referral_id = await stages.started(world)
    no = replace(stages.MEDICAL, choice=Choice.REFUSED, decided_at=world.clock.now())
    request = m.InformationRequest("V-1", m.InformationKind.WORK_CIRCUMSTANCES, None, (no,))
    assert (await insist(world.pool, world.ohs, request, referral_id)).state == "processed"
    assert standing(await at_ohs(world), Purpose.MEDICAL_TO_SO) is Standing.REFUSED


async def test_r40_a_report_does_not_come_in_over_a_refusal_on_our_own_record(world: World):
    referral_id = await stages.drafted(world)
    no = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now(), choice=Choice.REFUSED)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(no),))
    world.clock.forward(minutes=5)
    now = world.clock.now()
    report = m.Document("5f2b6c0e-1111-5222-8333-444455556666", m.DocumentRole.REPORT, "Verslag.", now)
    said = forged("X1", Purpose.OUTCOME_TO_FIRST, OHS.party_id, now)
    told = await insist(world.pool, world.ohs, m.ReportRelease(report, now, (said,)), referral_id)
    assert told.code == "outcome-consent-absent"
    assert (await at_ohs(world)).referrals[-1].report is None


@pytest.mark.parametrize("is_late", [False, True], ids=["after the draft", "after a withholding"])
async def test_r40_a_report_that_was_refused_may_be_released_once_the_employee_agrees_here_too(
    world: World, is_late: bool
):
    referral_id = await stages.drafted(world)
    if is_late:
        await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
        await world.settle()
    no = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now(), choice=Choice.REFUSED)
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(no),))
    world.clock.forward(minutes=5)
    given = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, given)
    before = (await world.case(world.pool, referral_id)).referrals[-1].state
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Verslag.")
    await world.settle()
    assert (await world.case(world.pool, referral_id)).referrals[-1].state is before
    world.clock.forward(minutes=5)
    yes = replace(no, consent_id="T-yes", choice=Choice.GIVEN, decided_at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(yes),))
    await pool.release_report(world.pool, referral_id, SECOND_PHYSICIAN, "Verslag.")
    await world.settle()
    for case in (await at_ohs(world), await world.case(world.pool, referral_id)):
        assert case.referrals[-1].state is BusinessStatus.RELEASED
        assert case.referrals[-1].report is not None


async def test_r39_a_report_after_a_withholding_needs_a_draft_that_was_told_before(world: World):
    referral_id = await stages.started(world)
    await pool.withhold_report(world.pool, referral_id, SECOND_PHYSICIAN)
    await world.settle()
    world.clock.forward(days=1)
    now = world.clock.now()
    report = m.Document("5f2b6c0e-1111-5222-8333-444455556666", m.DocumentRole.REPORT, "Verslag.", now)
    said = forged("X1", Purpose.OUTCOME_TO_FIRST, OHS.party_id, now)
    content = m.ReportRelease(report, now - timedelta(hours=2), (said,))
    assert (await insist(world.pool, world.ohs, content, referral_id)).code == "draft-not-discussed"


# Taking back: only what came from it or was given to it


async def test_a_pool_that_declined_does_not_end_the_referral_at_another(world: World):
    first, second = await stages.declined_and_elsewhere(world)
    before, words = await at_ohs(world), await words_of(world.ohs)
    content = m.ConsentWithdrawal(stages.OTHER_CONTACT.consent_id, Purpose.CONTACT_TO_SO, world.clock.now())
    told = await insist(world.pool, world.ohs, content, first)
    assert (told.state, told.code) == ("refused", "referral-erased")
    await world.settle()
    after = await at_ohs(world)
    assert after.consents == before.consents
    referral = after.referral(second)
    assert referral is not None
    assert referral.state is BusinessStatus.REFERRED
    assert await words_of(world.ohs) == words
    assert ("partner-overreach", POOL.party_id) in await alerts(world.ohs)


async def test_a_pool_that_declined_does_not_take_back_the_outcome_consent_of_another(world: World):
    first, _ = await stages.declined_and_elsewhere(world)
    mine = consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(mine),))
    content = m.ConsentWithdrawal(mine.consent_id, Purpose.OUTCOME_TO_FIRST, world.clock.now())
    assert (await insist(world.pool, world.ohs, content, first)).code == "referral-erased"


async def test_an_arbodienst_takes_nothing_back_that_the_pool_did_not_tell_it(world: World):
    referral_id = await stages.started(world)
    own = replace(consent(Purpose.SO_CONTACT_EMPLOYER, at=world.clock.now()), consent_id="P-1")
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, own)
    content = m.ConsentWithdrawal("P-1", Purpose.SO_CONTACT_EMPLOYER, world.clock.now())
    assert (await insist(world.ohs, world.pool, content, referral_id)).code == "consent-not-in-reach"
    case = await world.case(world.pool, referral_id)
    assert case.consent("P-1") == own


async def test_r27_what_the_employee_takes_back_at_the_other_side_is_taken_back(world: World):
    """Of a consent that the pool recorded the arbodienst tells, and of one that the arbodienst recorded the pool."""
    referral_id = await stages.started(world, stages.CONTACT, stages.FEEDBACK)
    own = replace(consent(Purpose.MEDICAL_TO_SO, at=world.clock.now()), consent_id="P-1")
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, own)
    await pool.request_information(
        world.pool, referral_id, SECOND_PHYSICIAN, REASONING, employee_decided_at=world.clock.now()
    )
    await world.settle()
    world.clock.forward(hours=1)
    await withdraw_consent(world.ohs, CASE, "P-1", EMPLOYEE)
    await withdraw_consent(world.pool, referral_id, stages.FEEDBACK.consent_id, EMPLOYEE)
    await world.settle()
    for case in (await at_ohs(world), await world.case(world.pool, referral_id)):
        assert standing(case, Purpose.MEDICAL_TO_SO) is Standing.WITHDRAWN
        assert standing(case, Purpose.FEEDBACK_TO_SO) is Standing.WITHDRAWN
    assert await alerts(world.ohs) == await alerts(world.pool) == set()


async def test_r27_what_the_arbodienst_takes_back_unheard_of_restricts_at_the_pool_all_the_same(world: World):
    """A consent recorded after the referral: the pool never heard its id, and works under the earlier one."""
    referral_id = await stages.started(world)
    assert standing(await world.case(world.pool, referral_id), Purpose.MEDICAL_TO_SO) is Standing.ACTIVE
    later = replace(stages.MEDICAL, consent_id="T-later", decided_at=world.clock.now())
    async with world.ohs.store.begin() as work:
        await work.append(CASE, (consented(later),))
    world.clock.forward(minutes=1)
    await withdraw_consent(world.ohs, CASE, "T-later", EMPLOYEE)
    await world.settle()
    assert standing(await world.case(world.pool, referral_id), Purpose.MEDICAL_TO_SO) is Standing.WITHDRAWN
    assert await alerts(world.ohs) == await alerts(world.pool) == set()


async def test_r41_an_outcome_consent_from_after_the_report_is_not_told_by_taking_it_back(world: World):
    referral_id = await stages.released(world)
    world.clock.forward(minutes=1)
    anew = replace(consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id, at=world.clock.now()), consent_id="P-2")
    await pool.record_consent(world.pool, referral_id, EMPLOYEE, anew)
    seen = world.seen()
    await withdraw_consent(world.pool, referral_id, "P-2", EMPLOYEE)
    await world.settle()
    assert world.seen() == seen
    await withdraw_consent(
        world.pool, referral_id, consent(Purpose.OUTCOME_TO_FIRST, OHS.party_id).consent_id, EMPLOYEE
    )
    await world.settle()
    assert standing(await at_ohs(world), Purpose.OUTCOME_TO_FIRST, OHS.party_id) is Standing.WITHDRAWN


async def test_r41_what_the_pool_never_told_it_does_not_tell_by_taking_it_back(world: World):
    referral_id = await stages.started(world, stages.CONTACT)
    for purpose in (Purpose.MEDICAL_TO_SO, Purpose.SO_CONTACT_EMPLOYER):
        await pool.record_consent(world.pool, referral_id, EMPLOYEE, consent(purpose, at=world.clock.now()))
    seen = world.seen()
    world.clock.forward(minutes=1)
    for purpose in (Purpose.MEDICAL_TO_SO, Purpose.SO_CONTACT_EMPLOYER):
        await withdraw_consent(world.pool, referral_id, consent(purpose).consent_id, EMPLOYEE)
    await world.settle()
    assert world.seen() == seen


# Times


@pytest.mark.parametrize("is_lie", [False, True], ids=["honest", "reached in 9998"])
async def test_r57_no_moment_of_a_partners_keeps_a_case_for_ever(world: World, is_lie: bool):
    referral_id = await stages.accepted(world)
    reached = datetime(9998, 1, 1, tzinfo=UTC) if is_lie else world.clock.now()
    told = await insist(world.pool, world.ohs, m.MilestoneNotice(m.Milestone.SO_STARTED, reached), referral_id)
    assert told.code == ("told-in-future" if is_lie else None)
    if is_lie:  # an honest word afterwards
        await insist(world.pool, world.ohs, m.MilestoneNotice(m.Milestone.SO_STARTED, world.clock.now()), referral_id)
    await insist(world.pool, world.ohs, m.ReportWithholding(), referral_id)
    await world.settle()
    async with world.ohs.store.begin() as work:
        weighed = s.AdviceWeighed(at=world.clock.now(), by=FIRST_PHYSICIAN, adoption=s.Adoption.NOT_ASSESSED)
        await work.append(CASE, (weighed,))
    world.clock.forward(days=800)
    deleted = {part.kind.value: part.count for part in await apply_retention(world.ohs, OPERATOR)}
    assert deleted["case-copy"] == 1


async def test_a_pool_cannot_date_its_acceptance_so_that_everything_comes_after_it(world: World):
    """An envelope is a week old at most, and so is the word that the referral was accepted."""
    referral_id = await stages.referred(world)
    pools_clock = world.pool.clock
    liar = replace(
        world.pool, clock=_Fixed(START - timedelta(days=3650)), sealer=_AtAnotherTime(world.pool, pools_clock)
    )
    assert (await insist(liar, world.ohs, m.Acceptance(SECOND), referral_id)).state == "processed"
    long_ago = m.MilestoneNotice(m.Milestone.SO_STARTED, START - timedelta(days=30))
    assert (await insist(world.pool, world.ohs, long_ago, referral_id)).code == "told-before-acceptance"


class _Fixed:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


class _AtAnotherTime:
    """Seals as of now what says that it is of another time."""

    def __init__(self, services: Services, clock) -> None:
        self._services, self._clock = services, clock

    def seal(self, payload, **options):
        return self._services.sealer.seal(payload, **{**options, "issued_at": self._clock.now()})


# What a person hears of it


async def test_an_overreach_is_told_once_and_ends_a_week_after_the_last_time(world: World):
    told: list[tuple[str, bool]] = []

    class Told:
        def tell(self, alert) -> None:
            if alert.code == OVERREACH:
                told.append((alert.code, alert.cleared_at is None))

    async def look() -> None:
        await watch(world.ohs, [], Told(), "here")

    referral_id = await stages.released(world)
    await look()
    for days in (0, 6):
        world.clock.forward(days=days)
        await insist(world.pool, world.ohs, m.ErasureRequest(), referral_id)
        await look()
        await look()
    assert told == [("partner-overreach", True)] * 2
    world.clock.forward(days=6)
    await look()
    assert len(told) == 2
    world.clock.forward(days=2)
    await look()
    await look()
    assert told[2:] == [("partner-overreach", False)]
