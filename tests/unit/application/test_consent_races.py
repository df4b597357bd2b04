"""Consent under races: whatever overtakes whatever, nothing has its effect after its consent is known to be gone.

Gateways of an arbodienst and two pools, and a network that reorders, repeats, loses and delays, with withdrawals at
every moment: before a message is sealed, in the outbox, claimed, published, in the inbox, parked, in quarantine, during
replay. After each step the journals are read; at the end, when the network is kind again, everybody must have come to
rest and know what was withdrawn. Set ``RACES`` to try more than the usual number of courses.
"""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import decline_information, provide_information
from gateway.application.correct_contact import tell_contact
from gateway.application.refer_case import refer
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import Case, fold
from gateway.domain.consent import Choice, Consent, Purpose, Standing
from gateway.ports.services import Services
from gateway.ports.transport import PublishOutcome
from tests.support.disclosures import concerning, gone_since, rests_on
from tests.support.races import Races
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OTHER_POOL,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    START,
    THIRD,
    consented,
    request,
)

COURSES = int(os.environ.get("RACES", "40"))
CASE = "SO-2026-0001"
POOLS = (POOL, OTHER_POOL)
PARTIES = (OHS, *POOLS)
PHYSICIANS = {POOL.party_id: SECOND, OTHER_POOL.party_id: THIRD}
RECIPIENTS = [name for p in POOLS for name in (p.party_id, f"{p.party_id}/{PHYSICIANS[p.party_id].name}")]
PURPOSES = (Purpose.CONTACT_TO_SO, Purpose.FEEDBACK_TO_SO, Purpose.MEDICAL_TO_SO)


def decision(
    purpose: Purpose, recipient: str, choice: Choice = Choice.GIVEN, expires_after: timedelta | None = None
) -> Consent:
    expires_at = START + expires_after if expires_after else None
    return Consent(f"T-{purpose.value}-{recipient}", purpose, choice, recipient, START, "digital", expires_at)


BASE = [decision(purpose, party.party_id) for purpose in PURPOSES for party in POOLS]
decisions = st.builds(
    decision,
    st.sampled_from(PURPOSES),
    st.sampled_from(RECIPIENTS),
    st.sampled_from([Choice.GIVEN] * 9 + [Choice.REFUSED]),
    st.sampled_from([None] * 4 + [timedelta(hours=1), timedelta(hours=5)]),
)


def accept(at_pool: Services, referral_id: str):
    return pool.accept_referral(at_pool, referral_id, SECOND_PHYSICIAN, PHYSICIANS[at_pool.party.party_id])


def start(at_pool: Services, referral_id: str):
    return pool.reach_milestone(at_pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED)


def ask(asked: m.InformationKind):
    def verb(at_pool: Services, referral_id: str):
        now = at_pool.clock.now()
        return pool.request_information(at_pool, referral_id, SECOND_PHYSICIAN, asked, employee_decided_at=now)

    return verb


def discuss(at_pool: Services, referral_id: str):
    return pool.discuss_draft(at_pool, referral_id, SECOND_PHYSICIAN)


def consent_to_release(at_pool: Services, referral_id: str):
    at_pool.clock.forward(minutes=1)
    outcome = Consent(
        str(uuid4()), Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, at_pool.clock.now(), "digital"
    )
    return pool.record_consent(at_pool, referral_id, SECOND_PHYSICIAN, outcome)


def release(at_pool: Services, referral_id: str):
    return pool.release_report(at_pool, referral_id, SECOND_PHYSICIAN, "Verslag.")


def withhold(at_pool: Services, referral_id: str):
    return pool.withhold_report(at_pool, referral_id, SECOND_PHYSICIAN)


def decline(at_pool: Services, referral_id: str):
    return pool.decline_referral(at_pool, referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE)


def stop(at_pool: Services, referral_id: str):
    return pool.stop_referral(at_pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW)


COURSE = {
    "accept": accept,
    "start": start,
    "ask-medical": ask(m.InformationKind.MEDICAL_DATA),
    "ask-work": ask(m.InformationKind.WORK_CIRCUMSTANCES),
    "discuss": discuss,
    "consent": consent_to_release,
    "release": release,
}
"""What a pool does, in the order in which it usually does it."""
VERBS = {**COURSE, "withhold": withhold, "decline": decline, "stop": stop}


class ConsentRaces(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.races = Races()
        self.effects: dict[str, set[str | None]] = {party.party_id: set() for party in PARTIES}
        self.overheard: dict[str, list[m.Message]] = {party.party_id: [] for party in PARTIES}

    def teardown(self) -> None:
        try:
            if self.journals(OHS.party_id):
                self.end()
        finally:
            self.races.close()

    # What people do.

    @initialize(
        more=st.lists(decisions, max_size=3),
        without=st.sets(st.integers(0, len(BASE) - 1), max_size=1),
        stage=st.integers(0, len(COURSE)),
    )
    def submit(self, more, without, stage) -> None:
        """A case, brought to some stage while the network is still kind."""
        base = [consent for i, consent in enumerate(BASE) if i not in without]
        consents = {consent.consent_id: consent for consent in [*base, *more]}
        steps = (request(), s.RequestAccepted(at=START, by=FIRST_PHYSICIAN), *map(consented, consents.values()))
        self.races.do(submit_case(self.ohs, CASE, steps, refer=False))
        self.try_to(refer(self.ohs, CASE, FIRST_PHYSICIAN))
        for verb in list(COURSE)[:stage]:
            self.races.come_to_rest()
            self.conduct(verb)

    @rule(recipient=st.sampled_from(RECIPIENTS))
    def refer_again(self, recipient) -> None:
        choice = s.RecipientChosen(at=self.ohs.clock.now(), by=EMPLOYEE, recipient=recipient)
        self.races.do(self.append(choice))
        self.try_to(refer(self.ohs, CASE, FIRST_PHYSICIAN, recipient=recipient))

    @rule(party=st.sampled_from([OHS, *PARTIES]), data=st.data())
    def withdraw_a_consent(self, party, data) -> None:
        for case_id, case in self.cases(party.party_id).items():
            given = [c.consent_id for c in case.consents if c.choice is Choice.GIVEN and c.withdrawn_at is None]
            if given:
                wanted = data.draw(st.sampled_from(given))
                self.try_to(withdraw_consent(self.races.services(party.party_id), case_id, wanted, EMPLOYEE))

    @rule(really=st.sampled_from([False] * 9 + [True]))
    def withdraw_the_request(self, really) -> None:
        if really:
            self.try_to(withdraw_request(self.ohs, CASE, EMPLOYEE))

    @rule(telephone=st.sampled_from(["+31 6 0000 0102", "+31 6 0000 0103", None]), is_protected=st.booleans())
    def correct_the_contact_data(self, telephone, is_protected) -> None:
        self.races.do(self.correct(telephone, is_protected))

    @rule(is_given=st.sampled_from([True, True, True, False]))
    def answer_what_was_asked(self, is_given) -> None:
        code = m.InformationDeclineCode.NOT_AVAILABLE
        for referral in self.cases(OHS.party_id)[CASE].referrals:
            for asked in (r for r in referral.requests if not r.is_answered):
                place = (self.ohs, referral.referral_id, asked.request_id, FIRST_PHYSICIAN)
                yes = provide_information(*place, asked.asked, "Gegevens.") if is_given else None
                self.try_to(yes or decline_information(*place, code))

    @rule(verb=st.sampled_from([*COURSE] * 2 + [*VERBS]))
    def conduct(self, verb) -> None:
        for party in POOLS:
            for case in self.cases(party.party_id).values():
                for referral in case.referrals:
                    self.try_to(VERBS[verb](self.races.services(party.party_id), referral.referral_id))

    # What the network does, and time.

    @rule(party=st.sampled_from(PARTIES))
    def relay(self, party) -> None:
        self.races.start_relay(party.party_id)

    @rule(rounds=st.integers(1, 12))
    def flow(self, rounds) -> None:
        """A while without mishap."""
        for _ in range(rounds):
            for party in PARTIES:
                self.races.start_relay(party.party_id)
            self.nothing_leaves_without_its_consent()
            while self.races.network.attempts:
                self.races.answer(0, PublishOutcome.CONFIRMED, arrives=True)
            if self.races.network.under_way:
                self.races.deliver(0)

    @precondition(lambda self: self.races.network.attempts)
    @rule(
        index=st.integers(0, 20),
        fate=st.sampled_from(
            [(PublishOutcome.CONFIRMED, True)] * 4
            + [(PublishOutcome.UNKNOWN, True), (PublishOutcome.UNKNOWN, False), (PublishOutcome.REFUSED, False)]
        ),
    )
    def answer(self, index, fate) -> None:
        outcome, arrives = fate
        self.races.answer(index, outcome, arrives=arrives)

    @precondition(lambda self: self.races.network.under_way)
    @rule(index=st.integers(0, 20), how=st.sampled_from(["once"] * 5 + ["twice", "blind", "lost"]))
    def arrive(self, index, how) -> None:
        if how == "lost":
            self.races.lose(index)
        else:
            self.races.deliver(index, again=how == "twice", blind=how == "blind")

    @rule(party=st.sampled_from(PARTIES))
    def replay(self, party) -> None:
        self.races.replay_held(party.party_id)

    @rule(minutes=st.sampled_from([1, 7, 90, 300]))
    def wait(self, minutes) -> None:
        self.races.world.clock.forward(minutes=minutes)

    # What holds at every moment.

    @invariant()
    def nothing_has_its_effect_after_its_consent_is_gone(self) -> None:
        for party in PARTIES:
            overheard = [message.content for message in self.overheard[party.party_id]]
            gone = {content.consent_id for content in overheard if isinstance(content, m.ConsentWithdrawal)}
            for case_id, steps in self.journals(party.party_id).items():
                for i, step in enumerate(steps):
                    if not rests_on(step) or step.message_id in self.effects[party.party_id]:
                        continue
                    self.effects[party.party_id].add(step.message_id)
                    for purpose in rests_on(step):
                        decided = concerning(fold(case_id, [*steps[:i], step]), step, purpose)
                        is_gone = all(c.withdrawn_at is not None or c.consent_id in gone for c in decided)
                        assert not decided or not is_gone, (
                            f"{party.party_id}: {step.code} after {purpose} was withdrawn"
                        )
                    assert not self.is_withdrawn(party.party_id, step), f"{party.party_id}: {step.code} of what is over"
            self.overheard[party.party_id] = self.races.waiting(party.party_id)

    def is_withdrawn(self, party_id: str, step: s.Step) -> bool:
        """Whether the withdrawal of the whole referral had been overheard."""
        over = {w.referral_id for w in self.overheard[party_id] if isinstance(w.content, m.ReferralWithdrawal)}
        return isinstance(step, s.ReferralStep) and step.referral_id in over

    @invariant()
    def nothing_has_its_effect_twice(self) -> None:
        for party in PARTIES:
            for steps in self.journals(party.party_id).values():
                own = (step for step in steps if isinstance(step, s.ReferralStep) and step.message_id)
                times = Counter((step.code, step.message_id) for step in own if not isinstance(step, DELIVERY))
                assert set(times.values()) <= {1}, times.most_common(3)

    @invariant()
    def nothing_leaves_without_its_consent(self) -> None:
        """An attempt was claimed in this very step: the journal now is the journal that was weighed."""
        for attempt in self.races.network.new_attempts():
            for case_id, steps in self.journals(attempt.sender).items():
                case = fold(case_id, steps)
                for step in (step for step in steps if step.message_id == attempt.message_id):
                    for purpose in rests_on(step):
                        now = self.races.world.clock.now()
                        stand = {consent.standing(now) for consent in concerning(case, step, purpose)}
                        assert Standing.ACTIVE in stand, f"{attempt.sender}: {step.code} left without {purpose}"

    # What holds at the end, when the network is kind again.

    def end(self) -> None:
        self.races.come_to_rest()
        self.nothing_has_its_effect_after_its_consent_is_gone()
        self.nothing_has_its_effect_twice()
        for party in PARTIES:
            for other in PARTIES:
                self.who_holds_something_was_told(party.party_id, other.party_id)

    def who_holds_something_was_told(self, sender: str, holder: str) -> None:
        """Whoever took in a disclosure that rested on a consent knows when that consent is gone."""
        for sent in self.journals(sender).values():
            disclosures = {step.message_id: step for step in sent if rests_on(step)}
            for held in self.journals(holder).values():
                told = {step.consent_id for step in held if isinstance(step, s.ConsentWithdrawn)}
                for step in held:
                    if isinstance(step, s.ReferralStep) and step.partner == sender and step.message_id in disclosures:
                        gone = gone_since(sent, disclosures[step.message_id])
                        assert gone <= told, f"{holder} was not told by {sender} of {gone - told}"

    # Looking and doing.

    @property
    def ohs(self) -> Services:
        return self.races.services(OHS.party_id)

    def try_to(self, work) -> None:
        self.races.attempted(work)

    async def correct(self, telephone, is_protected) -> None:
        async with self.ohs.store.begin() as work:
            known = await work.steps(CASE)
            dossier = fold(CASE, known).dossier
            employee = replace(dossier.employee, telephone=telephone, is_address_protected=is_protected)
            dossier = replace(dossier, employee=employee)
            step = s.DossierCorrected(at=self.ohs.clock.now(), by=FIRST_PHYSICIAN, dossier=dossier)
            await work.append(CASE, (step,))
            await tell_contact(self.ohs, work, fold(CASE, [*known, step]), FIRST_PHYSICIAN)

    async def append(self, step) -> None:
        async with self.ohs.store.begin() as work:
            await work.append(CASE, (step,))

    def journals(self, party_id: str) -> dict[str, list[s.Step]]:
        return self.races.journals(party_id)

    def cases(self, party_id: str) -> dict[str, Case]:
        return {case_id: fold(case_id, steps) for case_id, steps in self.journals(party_id).items()}


DELIVERY = (s.MessageDelivered, s.MessageDropped)

ConsentRaces.TestCase.settings = settings(
    max_examples=COURSES,
    stateful_step_count=40,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
TestConsentRaces = ConsentRaces.TestCase
