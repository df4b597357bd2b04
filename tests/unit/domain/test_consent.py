"""Weighing consents (R25 to R27): specificity, time, objection, expiry."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.consent import (
    EVERYBODY,
    Choice,
    Purpose,
    Receiving,
    Standing,
    counting_when_recorded,
    decided_anew,
    weigh,
)
from gateway.domain.people import Physician
from tests.support.cases import at, consent

CONTACT = Purpose.CONTACT_TO_SO
HOUSE, PERSON, COLLEAGUE = "arbo-verhagen", "arbo-verhagen/G4", "arbo-verhagen/G3"
NOW = at(20)


def standing(*consents, recipient=PERSON, when=NOW):
    return weigh(consents, CONTACT, recipient, when).standing


def given_to(recipient, day=10, **changes):
    return consent(CONTACT, recipient, at(day), **changes)


def refused_to(recipient, day=10):
    return given_to(recipient, day, choice=Choice.REFUSED, consent_id=f"no-{recipient}-{day}")


def test_silence_is_no_consent():
    assert standing() is Standing.ABSENT


def test_a_consent_for_another_purpose_is_silence():
    assert weigh([consent(Purpose.FEEDBACK_TO_SO, PERSON, at(10))], CONTACT, PERSON, NOW).standing is Standing.ABSENT


def test_a_consent_for_the_house_covers_everybody_in_it():
    assert standing(given_to(HOUSE)) is Standing.ACTIVE


def test_a_consent_for_one_person_is_none_for_a_colleague_nor_for_the_house():
    assert standing(given_to(COLLEAGUE)) is Standing.OTHER_RECIPIENT
    assert standing(given_to(PERSON), recipient=HOUSE) is Standing.OTHER_RECIPIENT


@pytest.mark.parametrize("days", [(10, 12), (12, 10)])
def test_the_more_specific_beats_the_less_specific_whatever_came_first(days):
    assert standing(given_to(HOUSE, days[0]), refused_to(PERSON, days[1])) is Standing.REFUSED
    assert standing(refused_to(HOUSE, days[0]), given_to(PERSON, days[1])) is Standing.ACTIVE


def test_at_equal_specificity_the_later_decision_counts():
    assert standing(refused_to(PERSON, 10), given_to(PERSON, 11)) is Standing.ACTIVE
    assert standing(given_to(PERSON, 10), refused_to(PERSON, 11)) is Standing.REFUSED


def test_at_the_same_instant_an_objection_beats_a_consent():
    assert standing(given_to(PERSON), refused_to(PERSON)) is Standing.REFUSED
    assert standing(refused_to(PERSON), given_to(PERSON)) is Standing.REFUSED


@pytest.mark.parametrize("turn", [1, -1])
def test_at_the_same_instant_a_refusal_beats_a_withdrawal_whatever_is_listed_first(turn):
    decisions = [given_to(PERSON, 10).withdrawn(at(15)), refused_to(PERSON, 15)]
    assert standing(*decisions[::turn]) is Standing.REFUSED


def test_a_withdrawal_counts_from_its_instant_and_not_before():
    taken_back = given_to(PERSON).withdrawn(at(15))
    assert standing(taken_back, when=at(15) - timedelta(seconds=1)) is Standing.ACTIVE
    assert standing(taken_back, when=at(15)) is Standing.WITHDRAWN


def test_an_earlier_withdrawal_stays():
    assert given_to(PERSON).withdrawn(at(15)).withdrawn(at(18)).withdrawn_at == at(15)


NAMED, SPELT_OUT = "arbo-verhagen/Mulkens", "arbo-verhagen/dr. S. Mulkens"


@pytest.mark.parametrize(("day", "expected"), [(10, Standing.REFUSED), (12, Standing.REFUSED), (14, Standing.ACTIVE)])
def test_r27_an_objection_to_a_person_is_ended_by_a_later_consent_for_that_person_and_no_other(day, expected):
    assert standing(refused_to(SPELT_OUT, 12), given_to(NAMED, day), recipient=NAMED) is expected
    assert standing(refused_to(SPELT_OUT, 12), given_to(HOUSE, day), recipient=NAMED) is Standing.REFUSED
    refused_again = refused_to(NAMED, 14)
    assert standing(refused_to(SPELT_OUT, 12), refused_again, recipient=NAMED) is Standing.REFUSED


def test_r25_an_objection_that_names_two_people_is_one_to_each():
    both = refused_to("arbo-verhagen/Mulkens/Wiarda", 12)
    for name in ("Mulkens", "Wiarda"):
        assert standing(both, given_to(HOUSE), recipient=f"arbo-verhagen/{name}") is Standing.REFUSED


def test_r25_an_objection_to_a_colleague_is_none_to_the_person_the_employee_chose():
    assert standing(given_to(HOUSE), refused_to(COLLEAGUE, 12)) is Standing.ACTIVE


OURS = (refused_to(SPELT_OUT, 12), given_to(HOUSE, 10))
THEIRS = given_to("arbo-verhagen/S. Mulkens", 14, recorder="pool")


@pytest.mark.parametrize(
    ("recipient", "ours", "theirs"),
    [
        (NAMED, OURS, THEIRS),
        (PERSON, (refused_to(PERSON, 8), given_to(HOUSE, 14)), given_to(PERSON, 10, recorder="pool")),
        (
            PERSON,
            (refused_to(PERSON, 8), given_to(HOUSE, 14)),
            given_to(PERSON, 10, recorder="pool", expires_at=at(12)),
        ),
    ],
    ids=["it names whom we object to", "it is more specific", "it has ended by now"],
)
def test_r25_r27_a_partners_consent_changes_nothing_where_our_record_ends_in_an_objection(recipient, ours, theirs):
    assert standing(*ours, recipient=recipient) is Standing.REFUSED
    assert standing(*ours, theirs, recipient=recipient) is Standing.REFUSED
    assert standing(*ours, replace(theirs, recorder=None), recipient=recipient) is Standing.ACTIVE


@pytest.mark.parametrize(
    ("known", "stands"),
    [
        ([given_to(EVERYBODY, choice=Choice.REFUSED)], Standing.REFUSED),
        ([given_to(PERSON, expires_at=at(15))], Standing.EXPIRED),
        ([given_to(HOUSE)], Standing.ACTIVE),
        ([refused_to(SPELT_OUT)], Standing.REFUSED),
    ],
    ids=["to everybody", "it ended", "for the house", "to somebody who may be meant"],
)
def test_whatever_is_decided_is_told_with_the_decision_of_the_employee_it_rests_on(known, stands):
    decision = weigh(known, CONTACT, HOUSE if stands is Standing.REFUSED else PERSON, NOW)
    assert (decision.standing, [decision.consent]) == (stands, known)


def test_a_withdrawal_outweighs_an_older_consent_but_not_a_newer_one():
    older, newer = given_to(PERSON, 9, consent_id="older"), given_to(PERSON, 16, consent_id="newer")
    taken_back = given_to(PERSON, 10).withdrawn(at(15))
    assert standing(older, taken_back) is Standing.WITHDRAWN
    assert standing(older, taken_back, newer) is Standing.ACTIVE


def test_a_consent_expires_at_its_first_instant_without_effect():
    short = given_to(PERSON, expires_at=at(15))
    assert standing(short, when=at(15) - timedelta(microseconds=1)) is Standing.ACTIVE
    assert standing(short, when=at(15)) is Standing.EXPIRED


def test_an_expired_consent_for_the_person_leaves_the_one_for_the_house():
    assert standing(given_to(PERSON, expires_at=at(15)), given_to(HOUSE)) is Standing.ACTIVE


def test_an_expired_consent_for_the_person_is_a_later_word_than_an_older_one_for_the_house():
    expired = given_to(PERSON, 12, expires_at=at(15))
    decision = weigh([given_to(HOUSE, 10), expired], CONTACT, PERSON, NOW)
    assert (decision.standing, decision.consent) == (Standing.EXPIRED, expired)


def test_nobody_else_consents_for_the_employee():
    assert standing(given_to(PERSON, given_by_employee=False)) is Standing.ABSENT


def test_a_decision_of_tomorrow_does_not_count_today():
    assert standing(given_to(PERSON, 21)) is Standing.ABSENT


_consents = st.lists(
    st.builds(
        lambda number, recipient, day, choice, withdrawn, expires: replace(
            consent(CONTACT, recipient, at(day), consent_id=str(number), choice=choice),
            withdrawn_at=at(day + withdrawn) if withdrawn else None,
            expires_at=at(day + expires) if expires else None,
        ),
        st.integers(),
        st.sampled_from([HOUSE, PERSON, COLLEAGUE]),
        st.integers(1, 20),
        st.sampled_from(Choice),
        st.integers(0, 8),
        st.integers(0, 8),
    ),
    max_size=6,
)


@given(_consents, st.integers(1, 29))
def test_active_always_rests_on_a_consent_that_is_active_by_itself(consents, day):
    decision = weigh(consents, CONTACT, PERSON, at(day))
    assert not decision.is_active or (decision.consent in consents and decision.consent.recipient in {PERSON, HOUSE})
    assert not decision.is_active or decision.consent.standing(at(day)) is Standing.ACTIVE


@given(_consents, st.integers(1, 29))
def test_the_order_in_which_consents_are_listed_does_not_matter(consents, day):
    assert standing(*consents, when=at(day)) is standing(*reversed(consents), when=at(day))


@given(_consents, st.integers(21, 29))
def test_an_objection_for_the_person_on_the_last_day_always_wins(consents, day):
    assert standing(*consents, refused_to(PERSON, day), when=at(day)) is not Standing.ACTIVE


GIVEN = given_to(PERSON, 10)


@pytest.mark.parametrize(
    ("earlier", "later", "ends"),
    [
        (GIVEN, given_to(PERSON, 12, consent_id=GIVEN.consent_id), at(12)),
        (replace(GIVEN, expires_at=at(11)), given_to(PERSON, 12, consent_id=GIVEN.consent_id), at(11)),
        (replace(GIVEN, expires_at=at(18)), given_to(PERSON, 12, consent_id=GIVEN.consent_id), at(12)),
        (GIVEN, replace(refused_to(PERSON, 12), consent_id=GIVEN.consent_id), None),
        (refused_to(PERSON, 10), replace(GIVEN, consent_id=refused_to(PERSON, 10).consent_id, decided_at=at(12)), None),
    ],
    ids=[
        "a later consent begins",
        "it expired before that",
        "it would have expired after that",
        "a refusal of the same question outweighs it by itself",
        "a refusal does not end",
    ],
)
def test_r27_an_earlier_consent_under_the_same_id_ends_where_the_later_word_begins(earlier, later, ends):
    assert decided_anew((earlier,), later) == (replace(earlier, expires_at=ends), later)


def test_r27_a_later_word_under_one_id_ends_no_consent_under_another():
    other = given_to(PERSON, 11, consent_id="other")
    later = given_to(PERSON, 12, consent_id=GIVEN.consent_id)
    assert decided_anew((GIVEN, other), later) == (replace(GIVEN, expires_at=at(12)), other, later)


def _recorded(*decisions):
    """What stands when these were recorded one after the other."""
    known = ()
    for decision in decisions:
        known = decided_anew(known, counting_when_recorded(known, decision, at(15)))
    return standing(*known)


def test_r27_a_refusal_counts_over_what_was_recorded_before_it_however_it_is_dated():
    assert _recorded(given_to(PERSON, 12), refused_to(PERSON, 10)) is Standing.REFUSED
    assert _recorded(given_to(HOUSE, 12), refused_to(HOUSE, 10)) is Standing.REFUSED


def test_what_was_sent_before_such_a_refusal_was_recorded_was_sent_rightly():
    known = (given_to(PERSON, 12),)
    known = decided_anew(known, counting_when_recorded(known, refused_to(PERSON, 10), at(15)))
    assert standing(*known, when=at(15)) is Standing.ACTIVE
    assert standing(*known, when=at(15) + timedelta(microseconds=1)) is Standing.REFUSED


def test_r27_a_consent_given_after_such_a_refusal_counts():
    again = given_to(PERSON, 16, consent_id="again")
    assert _recorded(given_to(PERSON, 12), refused_to(PERSON, 10), again) is Standing.ACTIVE


def test_an_older_refusal_that_was_recorded_first_is_overtaken_by_a_consent():
    assert _recorded(refused_to(PERSON, 10), given_to(PERSON, 12)) is Standing.ACTIVE


@pytest.mark.parametrize("before", [given_to(PERSON, 9), consent(Purpose.FEEDBACK_TO_SO, PERSON, at(14))])
def test_a_refusal_that_is_recorded_in_its_turn_is_overtaken_by_a_consent_of_a_later_day(before):
    assert _recorded(before, refused_to(PERSON, 12), given_to(PERSON, 13, consent_id="again")) is Standing.ACTIVE


def test_r25_a_refusal_of_a_number_means_whoever_has_it_however_the_recipient_is_written():
    number = refused_to(f"{HOUSE}/99990005301")
    accepted = (Physician("N. Bouchiba", "99990005301"),)
    assert (
        weigh([given_to(PERSON), number], CONTACT, PERSON, NOW, receiving=Receiving(accepted)).standing
        is Standing.REFUSED
    )
    other = (Physician("P. d'Hondt", "99990005302"),)
    assert (
        weigh([given_to(PERSON), number], CONTACT, PERSON, NOW, receiving=Receiving(other)).standing is Standing.ACTIVE
    )


def test_r27_a_refusal_of_another_question_under_the_same_id_takes_the_consent_back():
    later = replace(refused_to(COLLEAGUE, 12), consent_id=GIVEN.consent_id)
    assert decided_anew((GIVEN,), later) == (GIVEN.withdrawn(at(12)), later)
