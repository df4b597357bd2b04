"""R5 is not lost by a spelling, by a word for nobody, or by an export that leaves out what an earlier one said."""

import pytest

from tests.support.careless import FORMATS, hindrances, new_case, planned

both_formats = pytest.mark.parametrize("written_in", FORMATS)


def _first(**changes):
    return lambda record: record["eerste_bedrijfsarts"].update(changes)


def _second(**changes):
    return lambda record: record["contract"]["opties"][0]["arts"].update(changes)


NO_IDS = [
    *("praktijk_mulkens", "praktijk.mulkens", "Praktijk-Mulkens", "praktijk-mulkens ", "Lindehof", "arbo lindehof"),
    *("onbekend", "Onbekend", "n.v.t.", "nvt", "Ja", "ja", "geen", "2026-13-45", "2026-01-02", "-", "?", "123"),
    *("\uff50raktijk-mulkens", "praktijk\u2011mulkens", "praktijk-mulkens\u200b", "praktijk-mulkens/mulkens"),
]


@both_formats
@pytest.mark.parametrize("place", NO_IDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda place: _first(organisatie=place),
        lambda place: _first(nevenfunctie_bij=[place]),
        lambda place: _second(nevenfunctie_bij=[place]),
        lambda place: _second(organisatie=place),
    ],
    ids=["the first", "a side job of the first", "a side job of the second", "the second"],
)
def test_r05_an_organisation_that_is_no_id_holds(change, place, written_in):
    assert "organisation-not-an-id" in hindrances(new_case(change(place)), written_in)


@pytest.mark.parametrize("place", ["praktijk-mulkens", "praktijkmulkens", "praktijk--mulkens"])
def test_r05_one_place_by_its_letters_is_one_place(place):
    assert "not-independent" in hindrances(new_case(_first(organisatie=place)))
    assert "not-independent" in hindrances(new_case(_first(nevenfunctie_bij=["arbo-lindehof", place])))


@pytest.mark.parametrize("place", ["praktijk-ver", "00000999", "zbc-8", "arbo-lindehof"])
def test_r05_an_id_is_an_id(place):
    assert hindrances(new_case(_first(nevenfunctie_bij=[place]))) == set()


def _both_moved(record):
    """The first is said to work elsewhere in the very record that says the second works at the arbodienst."""
    _first(organisatie="arbo-elders")(record)
    _second(nevenfunctie_bij=["arbo-lindehof"])(record)


_MENDED = {
    "the first works elsewhere now": (_first(organisatie="praktijk-mulkens"), _first()),
    "and elsewhere than before": (_first(organisatie="praktijk-mulkens"), _first(organisatie="arbo-elders")),
    "the first works nowhere now": (_first(organisatie="praktijk-mulkens"), _first(organisatie=None)),
    "a side job of the first is gone": (_first(nevenfunctie_bij=["praktijk-mulkens"]), _first()),
    "the second works elsewhere now": (_second(organisatie="arbo-lindehof"), _second()),
    "a side job of the second is gone": (_second(nevenfunctie_bij=["arbo-lindehof"]), _second()),
    "the second is somebody else now": (_second(big="99990001101"), _second()),
    "the supervisor is gone": (_first(supervisor_big="99990005101"), _first()),
    "the first works elsewhere, and the second where the first did": (_first(), _both_moved),
    "a name that was no id is gone": (_first(organisatie="Praktijk Mulkens"), _first()),
}


@both_formats
@pytest.mark.parametrize(("before", "after"), _MENDED.values(), ids=_MENDED.keys())
def test_r05_what_made_independence_fail_is_not_gone_without_a_persons_word(before, after, written_in):
    plan = planned(new_case(before), new_case(after), written_in=written_in)
    assert "dossier-widened" in {refusal.code for refusal in plan.refusals}


@both_formats
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_first(), _first(nevenfunctie_bij=["praktijk-elders"])),
        (_first(organisatie=None), _first()),
        (_second(organisatie="praktijk-mulkens"), _second(regio="Zuid")),
    ],
    ids=["a side job more", "the house by name", "another region"],
)
def test_r05_more_is_no_less(before, after, written_in):
    assert planned(new_case(before), new_case(after), written_in=written_in).refusals == ()
