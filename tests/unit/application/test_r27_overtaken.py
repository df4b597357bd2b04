"""R27: a withdrawal counts from the moment it is known, also when it came before its turn or while we could not read."""

from collections.abc import Iterator

import pytest

from gateway.application import conduct_referral as pool
from gateway.application.answer_information import provide_information
from gateway.application.discard_message import discard_message
from gateway.application.submit_case import submit_case
from gateway.application.withdraw_consent import withdraw_consent, withdraw_request
from gateway.domain import messages as m
from gateway.domain import steps as s
from gateway.domain.case import fold
from gateway.domain.consent import Choice, Consent, Purpose
from gateway.domain.errors import RefusedError
from gateway.domain.protocol import BusinessStatus
from gateway.ports.store import OutboxState
from gateway.ports.transport import PublishOutcome
from tests.support.ledger import balanced
from tests.support.races import Races
from tests.support.world import (
    EMPLOYEE,
    FIRST_PHYSICIAN,
    OHS,
    OPERATOR,
    POOL,
    SECOND,
    SECOND_PHYSICIAN,
    accepted_case,
    consent,
)

CASE = "SO-2026-0001"
CONTACT = consent(Purpose.CONTACT_TO_SO)
FEEDBACK = consent(Purpose.FEEDBACK_TO_SO)
MEDICAL = consent(Purpose.MEDICAL_TO_SO)


def submitted(**changes) -> Iterator[Races]:
    races = Races()
    races.do(submit_case(races.world.ohs, CASE, accepted_case(CONTACT, FEEDBACK, MEDICAL, **changes)))
    yield races
    races.close()


@pytest.fixture
def races() -> Iterator[Races]:
    yield from submitted()


@pytest.fixture
def of_one_choice() -> Iterator[Races]:
    yield from submitted(second_preference=None)


def leave(races: Races, party_id: str) -> None:
    """The next message of a party is confirmed by the broker and is under way."""
    races.start_relay(party_id)
    races.answer(0, PublishOutcome.CONFIRMED, arrives=True)


def referral_of(races: Races, party_id: str, case_id: str | None = None):
    (found,) = [fold(name, steps) for name, steps in races.journals(party_id).items() if case_id in {None, name}]
    return found.referrals[-1]


def examined(races: Races) -> str:
    """Bring the referral to the discussed draft; returns its id."""
    races.come_to_rest()
    referral_id = referral_of(races, POOL.party_id).referral_id
    races.do(pool.accept_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, SECOND))
    races.do(pool.reach_milestone(races.world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED))
    races.come_to_rest()
    races.world.clock.forward(hours=1)
    return referral_id


def taken_back(races: Races) -> None:
    """Bring the referral to a report that is on its way, and behind it the word that its consent was taken back."""
    referral_id = examined(races)
    races.do(pool.discuss_draft(races.world.pool, referral_id, SECOND_PHYSICIAN))
    races.come_to_rest()
    races.world.clock.forward(minutes=1)
    outcome = Consent("O-1", Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, races.world.clock.now(), "digital")
    races.do(pool.record_consent(races.world.pool, referral_id, SECOND_PHYSICIAN, outcome))
    races.do(pool.release_report(races.world.pool, referral_id, SECOND_PHYSICIAN, "Verslag."))
    leave(races, POOL.party_id)
    races.do(withdraw_consent(races.world.pool, referral_id, "O-1", EMPLOYEE))
    leave(races, POOL.party_id)


def states(races: Races, party_id: str) -> dict[m.Kind, OutboxState]:
    async def look() -> dict[m.Kind, OutboxState]:
        async with races.services(party_id).store.begin() as work:
            return {item.kind: item.state for item in await work.outbox()}

    return races.do(look())


@pytest.mark.parametrize("withdrawn", [CONTACT, FEEDBACK])
def test_a_referral_that_its_withdrawal_overtook_has_no_effect(races: Races, withdrawn: Consent):
    leave(races, OHS.party_id)
    races.do(withdraw_consent(races.world.ohs, CASE, withdrawn.consent_id, EMPLOYEE))
    leave(races, OHS.party_id)
    races.deliver(1)
    races.deliver(0)
    races.come_to_rest()
    assert races.journals(POOL.party_id) == {}


def test_a_referral_that_is_over_before_it_arrives_has_no_effect(races: Races):
    leave(races, OHS.party_id)
    races.do(withdraw_request(races.world.ohs, CASE, EMPLOYEE))
    leave(races, OHS.party_id)
    races.deliver(1)
    races.deliver(0)
    races.come_to_rest()
    assert races.journals(POOL.party_id) == {}


def test_a_referral_that_could_not_be_read_is_over_whenever_it_is_read_after_all(races: Races):
    leave(races, OHS.party_id)
    races.deliver(0, blind=True)
    leave(races, POOL.party_id)
    races.deliver(0)
    assert referral_of(races, OHS.party_id).state is BusinessStatus.WITHDRAWN
    leave(races, OHS.party_id)
    races.deliver(0)
    races.come_to_rest()
    assert races.journals(POOL.party_id) == {}


def test_information_that_its_withdrawal_overtook_has_no_effect(races: Races):
    referral_id = examined(races)
    now = races.world.clock.now()
    asked = m.InformationKind.MEDICAL_DATA
    races.do(pool.request_information(races.world.pool, referral_id, SECOND_PHYSICIAN, asked, employee_decided_at=now))
    races.come_to_rest()
    (request,) = referral_of(races, OHS.party_id).requests
    races.do(provide_information(races.world.ohs, referral_id, request.request_id, FIRST_PHYSICIAN, asked, "Gegevens."))
    leave(races, OHS.party_id)
    races.do(withdraw_consent(races.world.ohs, CASE, MEDICAL.consent_id, EMPLOYEE))
    leave(races, OHS.party_id)
    races.deliver(1)
    races.deliver(0)
    races.come_to_rest()
    assert referral_of(races, POOL.party_id).documents == ()


def test_a_report_that_its_withdrawal_overtook_has_no_effect(races: Races):
    taken_back(races)
    races.deliver(1)
    races.deliver(0)
    races.come_to_rest()
    assert referral_of(races, OHS.party_id).report is None


def test_a_report_that_was_dropped_after_an_attempt_that_had_arrived_is_released_at_both_sides(races: Races):
    """Nobody can call it back; the receipt proves that it came, so the pool's book says so too."""
    referral_id = examined(races)
    races.do(pool.discuss_draft(races.world.pool, referral_id, SECOND_PHYSICIAN))
    races.come_to_rest()
    races.world.clock.forward(minutes=1)
    outcome = Consent("O-1", Purpose.OUTCOME_TO_FIRST, Choice.GIVEN, OHS.party_id, races.world.clock.now(), "digital")
    races.do(pool.record_consent(races.world.pool, referral_id, SECOND_PHYSICIAN, outcome))
    races.do(pool.release_report(races.world.pool, referral_id, SECOND_PHYSICIAN, "Verslag."))
    races.start_relay(POOL.party_id)
    races.answer(0, PublishOutcome.UNKNOWN, arrives=True)
    races.deliver(0)
    races.do(withdraw_consent(races.world.pool, referral_id, "O-1", EMPLOYEE))
    races.world.clock.forward(minutes=10)
    races.come_to_rest()
    assert states(races, POOL.party_id)[m.Kind.REPORT_WITHHELD] is OutboxState.REFUSED
    assert referral_of(races, OHS.party_id).state is BusinessStatus.RELEASED
    assert referral_of(races, POOL.party_id).state is BusinessStatus.RELEASED
    races.do(balanced(*races.world.parties.values()))


def test_a_withdrawal_counts_at_once_when_the_other_sides_clock_is_ahead(races: Races):
    races.come_to_rest()
    races.world.clock.forward(minutes=10)
    races.do(withdraw_consent(races.world.ohs, CASE, MEDICAL.consent_id, EMPLOYEE))
    leave(races, OHS.party_id)
    races.world.clock.forward(minutes=-5)
    races.deliver(0)
    steps = next(iter(races.journals(POOL.party_id).values()))
    (withdrawal,) = [step for step in steps if isinstance(step, s.ConsentWithdrawn)]
    assert withdrawal.at <= races.world.clock.now()


def test_a_withdrawal_that_waits_for_its_turn_is_not_discarded(races: Races):
    leave(races, OHS.party_id)
    races.do(withdraw_consent(races.world.ohs, CASE, FEEDBACK.consent_id, EMPLOYEE))
    leave(races, OHS.party_id)
    waiting = races.network.under_way[1].message_id
    races.deliver(1)
    with pytest.raises(RefusedError) as refused:
        races.do(discard_message(races.world.pool, waiting, "weg ermee", OPERATOR))
    assert refused.value.code == "message-withdraws"
    assert "R27" in refused.value.rules


def test_what_was_refused_unread_counts_as_delivered_once_it_was_read(races: Races):
    races.come_to_rest()
    referral_id = referral_of(races, POOL.party_id).referral_id
    races.do(pool.accept_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, SECOND))
    leave(races, POOL.party_id)
    races.deliver(0, blind=True)
    leave(races, OHS.party_id)
    races.deliver(0)
    assert states(races, POOL.party_id)[m.Kind.REFERRAL_ACCEPTED] is OutboxState.REFUSED
    races.come_to_rest()
    assert states(races, POOL.party_id)[m.Kind.REFERRAL_ACCEPTED] is OutboxState.DELIVERED
    assert referral_of(races, OHS.party_id).state is BusinessStatus.SO_ACCEPTED


def test_what_takes_the_place_of_a_report_that_had_arrived_and_was_refused_is_said_once_more(races: Races):
    """R41: the first physician hears that it is over, whichever of report, withdrawal and receipts comes when."""
    taken_back(races)
    races.deliver(1)
    races.deliver(0)
    races.world.clock.forward(minutes=10)
    races.start_relay(POOL.party_id)
    races.come_to_rest()
    assert referral_of(races, POOL.party_id).state is BusinessStatus.FINISHED_WITHOUT_REPORT
    assert referral_of(races, OHS.party_id).state is BusinessStatus.FINISHED_WITHOUT_REPORT
    assert referral_of(races, OHS.party_id).report is None
    races.do(balanced(*races.world.parties.values()))


def test_what_takes_the_place_of_information_that_had_arrived_and_was_refused_is_said_once_more(races: Races):
    """R32: the second physician hears that nothing comes, and waits no longer."""
    referral_id = examined(races)
    now, asked = races.world.clock.now(), m.InformationKind.MEDICAL_DATA
    races.do(pool.request_information(races.world.pool, referral_id, SECOND_PHYSICIAN, asked, employee_decided_at=now))
    races.come_to_rest()
    (request,) = referral_of(races, OHS.party_id).requests
    races.do(provide_information(races.world.ohs, referral_id, request.request_id, FIRST_PHYSICIAN, asked, "Gegevens."))
    leave(races, OHS.party_id)
    races.do(withdraw_consent(races.world.ohs, CASE, MEDICAL.consent_id, EMPLOYEE))
    leave(races, OHS.party_id)
    races.deliver(1)
    races.deliver(0)
    races.world.clock.forward(minutes=10)
    races.start_relay(OHS.party_id)
    races.come_to_rest()
    (seen,) = referral_of(races, POOL.party_id).requests
    assert seen.is_answered
    assert referral_of(races, POOL.party_id).documents == ()
    races.do(balanced(*races.world.parties.values()))


def test_a_referral_that_the_pool_stopped_is_not_taken_back_for_want_of_its_receipt(races: Races):
    """Who stopped it has it, also when that word came before its turn: sending it again tells nothing new."""
    leave(races, OHS.party_id)
    races.deliver(0)
    referral_id = referral_of(races, POOL.party_id).referral_id
    races.do(pool.accept_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, SECOND))
    races.do(pool.reach_milestone(races.world.pool, referral_id, SECOND_PHYSICIAN, m.Milestone.SO_STARTED))
    races.do(pool.stop_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, m.StopCode.NO_SHOW))
    for _ in range(4):
        leave(races, POOL.party_id)
    kinds = [kind_of(races, parcel.message_id) for parcel in races.network.under_way]
    races.deliver(kinds.index(m.Kind.REFERRAL_STOPPED))
    races.network.under_way.clear()
    races.world.clock.forward(minutes=10)
    races.start_relay(OHS.party_id)
    races.come_to_rest()
    assert referral_of(races, OHS.party_id).state is BusinessStatus.STOPPED
    assert referral_of(races, POOL.party_id).state is BusinessStatus.STOPPED
    races.do(balanced(*races.world.parties.values()))


def test_r37_a_referral_that_the_pool_declined_stays_declined_when_its_receipt_was_lost(of_one_choice: Races):
    """The employee is to choose again, which is about the next one: nobody took this one back."""
    races = of_one_choice
    leave(races, OHS.party_id)
    races.deliver(0)
    referral_id = referral_of(races, POOL.party_id).referral_id
    races.do(pool.decline_referral(races.world.pool, referral_id, SECOND_PHYSICIAN, m.DeclineCode.NOT_AVAILABLE))
    leave(races, POOL.party_id)
    leave(races, POOL.party_id)
    races.lose([kind_of(races, parcel.message_id) for parcel in races.network.under_way].index(m.Kind.RECEIPT))
    races.deliver(0)
    races.world.clock.forward(minutes=10)
    races.start_relay(OHS.party_id)
    races.come_to_rest()
    assert referral_of(races, OHS.party_id).state is BusinessStatus.SO_DECLINED
    assert states(races, OHS.party_id)[m.Kind.REFERRAL_REQUESTED] is OutboxState.DELIVERED
    assert m.Kind.REFERRAL_WITHDRAWN not in states(races, OHS.party_id)
    races.do(balanced(*races.world.parties.values()))


def kind_of(races: Races, message_id: str) -> m.Kind:
    async def look() -> m.Kind:
        async with races.world.pool.store.begin() as work:
            item = await work.outbox_item(message_id)
            assert item is not None
            return item.kind

    return races.do(look())
