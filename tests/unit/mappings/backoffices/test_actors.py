"""Who did it: a role that is stated, or a name that is compared; nothing by a part of a word."""

import pytest

from gateway.domain import steps as s
from gateway.domain.rules.complaint import judged_by_uninvolved
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import changed, fold, read_record

FIRST = "dr. J.M. Terpstra-Oud"
BIG = "99990001101"
REGISTERED = "dr. J.M. (Janneke) Terpstra-Oud"
DECIDES_NOTHING = "back-office"


def acted(who, place="beoordeling", key="door", kind=s.RequestAccepted, number="1"):
    record = changed(number, lambda r: r[place].update({key: who}))
    return next(step.by for step in read_record(record).steps if isinstance(step, kind))


@pytest.mark.parametrize(
    ("who", "role", "behalf"),
    [
        (FIRST, "first-physician", None),
        ("TERPSTRA-OUD, J.M.", "first-physician", None),
        ("J. (Janneke) Terpstra-Oud", "first-physician", None),
        ({"naam": FIRST, "rol": "bedrijfsarts"}, "first-physician", None),
        ({"naam": "J. Vries", "rol": "bedrijfsarts", "big": BIG}, "first-physician", None),
        ({"naam": "K. Ander", "rol": "bedrijfsarts"}, "first-physician", REGISTERED),
        ({"naam": "J. Terpstra-Oud", "rol": "bedrijfsarts", "big": "99990009901"}, "first-physician", REGISTERED),
        ("K. Ander", DECIDES_NOTHING, None),
        ("bedrijfsarts K. Ander", DECIDES_NOTHING, None),
        ("secretariaat", "back-office", None),
        ("secretariaat i.o.m. primaire bedrijfsarts", "back-office", None),
        ("secretariaat(planning)", "back-office", None),
        ("directie", "management", None),
        ("Directie", DECIDES_NOTHING, None),
        ("directielid", DECIDES_NOTHING, None),
        ("klachtenfunctionaris (niet betrokken)", "complaints-officer", None),
        ("klachtencommissie", "complaints-officer", None),
        ("mw. Secretariaatma", DECIDES_NOTHING, None),
        ("werkgever", DECIDES_NOTHING, None),
        ({"naam": FIRST, "rol": "secretariaat"}, "back-office", None),
        ({"naam": FIRST, "rol": "iets anders"}, DECIDES_NOTHING, None),
        ({"naam": "P. Op", "rol": "praktijkondersteuner"}, "practice-assistant", None),
        ({"naam": "W. Gever", "rol": "werkgever"}, "employer", None),
        (None, DECIDES_NOTHING, None),
    ],
)
def test_r10_r14_who_accepted(who, role, behalf):
    by = acted(who)
    assert (by.role, by.on_behalf_of) == (role, behalf)
    assert by.name == (who["naam"] if isinstance(who, dict) else who)
    assert by.big == (who.get("big") if isinstance(who, dict) else None)


def test_an_acceptance_beside_the_assessment_says_who():
    small = {"soort": "aanvaard", "datum": "2026-09-24T10:00:00+02:00"}
    by = []
    for who in ({}, {"door": "K. Ander"}):
        record = changed("1", lambda r, who=who: r["beoordeling"].update(tussenstappen=[{**small, **who}]))
        by.append(next(x.by for x in reversed(read_record(record).steps) if isinstance(x, s.RequestAccepted)))
    assert [actor.role for actor in by] == ["first-physician", DECIDES_NOTHING]


def test_r10_a_practice_assistant_is_one_whoever_writes_it_down():
    record = changed("1", lambda r: r["eerste_bedrijfsarts"].update(rol="praktijkondersteuner-bedrijfsarts"))
    accepted = next(step for step in read_record(record).steps if isinstance(step, s.RequestAccepted))
    assert accepted.by.role == "practice-assistant"


@pytest.mark.parametrize(
    ("who", "is_uninvolved"),
    [
        ("klachtenfunctionaris (niet betrokken)", True),
        ("klachtencommissie", True),
        ("mr. P. Kist", True),
        ({"naam": "mr. P. Kist", "rol": "klachtenfunctionaris"}, True),
        (FIRST, False),
        ("mw. A. Terpstra-Oud", False),
        ({"naam": "A. Terpstra-Oud", "rol": "klachtenfunctionaris"}, False),
        ({"naam": "Iemand anders", "rol": "klachtenfunctionaris", "big": BIG}, False),
        ("klachtenfunctionaris J. Terpstra-Oud", False),
        ("S. Mulkens", False),
        ("directie", False),
        ({"naam": "mr. P. Kist", "rol": "directie"}, False),
        ({"naam": "mr. P. Kist", "rol": "onbekend"}, False),
        (None, False),
    ],
)
def test_r21_whoever_shares_a_name_with_a_physician_of_the_record_is_involved(who, is_uninvolved):
    complaint = {"ingediend_op": "2026-09-29", "over": "bejegening", "uitkomst": "gegrond", "behandeld_door": who}
    case = read_record(changed("1", lambda r: r.update(klacht=complaint)))
    decided = next(step for step in case.steps if isinstance(step, s.ComplaintDecided))
    expected = PERMIT if is_uninvolved else refuse("complaint-judged-by-involved")
    assert judged_by_uninvolved(fold("Z", case.steps), decided) == expected


def test_r43_who_held_the_consultation():
    def held(who):
        record = changed("1", lambda r: r["vervolg"]["spreekuur"].update(gehouden_door=who))
        return next(step.by.role for step in read_record(record).steps if isinstance(step, s.AdviceWeighed))

    assert held(FIRST) == "first-physician"
    assert held({"naam": "P. Op", "rol": "praktijkondersteuner"}) == "practice-assistant"
    assert held("K. Ander") == DECIDES_NOTHING
