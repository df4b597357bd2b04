"""R8, R25: one recipient text leads to one party, however it is spelt."""

import pytest

from gateway.domain.party import LONGEST_NAME, is_name, is_number
from gateway.domain.routing import (
    LONGEST_RECIPIENT,
    RouteConflict,
    RouteEntry,
    conflicts,
    conflicts_among,
    fault_of_recipient,
    is_recipient,
    reached,
)

MULKENS = RouteEntry("praktijk-mulkens", "Praktijk Mulkens", ("poli/G4", "poli-zuid"))
NOORD = RouteEntry("pool-noord", "Pool Noord")


def noord(*recipients: str, name: str = "Pool Noord") -> RouteEntry:
    return RouteEntry("pool-noord", name, recipients)


@pytest.mark.parametrize(
    ("recipient", "to"),
    [
        ("praktijk-mulkens", ["praktijk-mulkens"]),
        ("Praktijk-Mulkens/G1", ["praktijk-mulkens"]),
        ("poli/g4", ["praktijk-mulkens"]),
        ("poli-zuid/G9", ["praktijk-mulkens"]),
        ("poli", []),
        ("poli/G5", []),
        ("Pool Noord", []),
        ("pool-noord", ["pool-noord"]),
    ],
)
def test_a_text_leads_to_whom_it_names(recipient, to):
    assert [entry.party_id for entry in reached([MULKENS, NOORD], recipient)] == to


@pytest.mark.parametrize(
    "text",
    [
        "praktijk-mulkens",
        "PRAKTIJK-mulkens",
        "praktijk-mulkens/G4",
        "poli/g4",
        "poli",
        "poli-zuid",
        "poli-zuid/G1",
    ],
)
def test_what_leads_to_one_leads_to_no_other(text):
    assert conflicts(noord(text), [MULKENS]) == [RouteConflict(text, "praktijk-mulkens")]
    assert [found.party_id for found in conflicts_among([MULKENS, noord(text)])] == ["praktijk-mulkens"]


def test_whoever_came_first_is_told_of_the_other():
    assert conflicts(MULKENS, [noord("poli-zuid")]) == [RouteConflict("poli-zuid", "pool-noord")]


@pytest.mark.parametrize("name", ["Praktijk Mulkens", "PRAKTIJK  mulkens", "praktijk\u2011mulkens", "poli-zuid"])
def test_no_name_is_anothers_name_or_recipient_text(name):
    assert conflicts(noord(name=name), [MULKENS]) == [RouteConflict(name, "praktijk-mulkens")]


def test_no_recipient_text_is_anothers_name():
    assert conflicts(noord("mulkens"), [RouteEntry("praktijk", "Mulkens")]) == [RouteConflict("mulkens", "praktijk")]


def test_two_persons_of_one_organisation_may_be_served_by_two():
    assert conflicts_among([MULKENS, noord("poli/G5")]) == []


@pytest.mark.parametrize("text", ["poli", "poli/G4", "arbo-verhagen/g.4", "p" * LONGEST_RECIPIENT])
def test_a_recipient_text_is_an_organisation_or_a_person_of_it(text):
    assert is_recipient(text)


@pytest.mark.parametrize(
    "text",
    [
        *("*", "", " ", "Pool Noord", "poli/", "/G4", "poli/a/b", "poli ", "poli\n", "Poli / g4", "poli/ G4", "a,b"),
        *("p\u043eli", "\uff50oli", "po\u200bli", "p" * (LONGEST_RECIPIENT + 1)),
    ],
)
def test_nothing_else_is_a_recipient_text(text):
    assert not is_recipient(text)


@pytest.mark.parametrize("text", ["A", "Arbodienst Lindehof B.V.", "Coöperatief U.A.", "N" * LONGEST_NAME])
def test_a_name_is_one_line(text):
    assert is_name(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", " A", "A\nB", "A\u2028B", "A\tB", "A\x1b", "A\u202eB", "A\u200bB", "\ue000", "N" * (LONGEST_NAME + 1)],
)
def test_what_does_not_show_whole_on_one_line_is_no_name(text):
    assert not is_name(text)


def test_a_number_is_a_short_word():
    assert is_number("00000101")
    assert not any(map(is_number, ["", "0 1", "0\n", "0" * 33, "\u0661"]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "nothing"),
        ("poli zuid", "blanks"),
        ("poli,zuid", "comma"),
        ("poli/Müller", "accents"),
        ("p" * (LONGEST_RECIPIENT + 1), f"more than {LONGEST_RECIPIENT} characters"),
        ("poli/zuid/G4", "more than one slash"),
        ("poli/", "does not belong there"),
        ("poli!", "does not belong there"),
    ],
)
def test_of_a_text_that_is_no_recipient_it_is_said_what_is_wrong_and_never_the_text(text, fault):
    said = fault_of_recipient(text)
    assert said is not None
    assert fault in said
    assert not text or text not in said
    assert fault_of_recipient("poli/G4") is None
