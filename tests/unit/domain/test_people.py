"""Names as people write them, and whether two of them are of one person."""

import pytest

from gateway.domain.people import Physician, family_name_of, same_person


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("dr. J.M. Terpstra-Oud", "terpstraoud"),
        ("J. Terpstra \u2013 Oud", "terpstraoud"),
        ("mw. drs. I. van 't Verlaat", "verlaat"),
        ("Verlaat, I. van \u2019t", "verlaat"),
        ("dr. S. (Saskia) Mulkens", "mulkens"),
        ("MULKENS", "mulkens"),
        ("kol-arts M. Overduyn", "overduyn"),
        ("prof. dr. R. el Amrani MSc", "amrani"),
        ("K. Drie\u00ebnhuizen", "drieenhuizen"),
        ("K. Driee\u0308nhuizen", "drieenhuizen"),
        (", Overduyn", "overduyn"),
        ("MSc", "msc"),
        ("(Saskia)", ""),
        ("\u200b", ""),
        ("", ""),
    ],
)
def test_the_surname_without_what_people_write_around_it(written, family):
    assert family_name_of(written) == family


VERLAAT = Physician("mw. drs. I. van 't Verlaat", "99990001201")


@pytest.mark.parametrize(
    ("name", "big", "is_same"),
    [
        ("I. Verlaat", None, True),
        ("A. Verlaat", None, True),
        ("A. Verlaat", "99990001201", True),
        ("I. Verlaat", "99990001299", False),
        ("S. Anders", "99990001201", True),
        ("S. Anders", None, False),
        ("Verlaat-Oud", None, False),
        ("", None, False),
        (None, None, False),
        (None, " 99990001201 ", True),
    ],
)
def test_the_number_decides_where_both_are_known_else_the_surname(name, big, is_same):
    assert same_person(VERLAAT, name, big) is is_same


def test_two_names_without_a_surname_are_of_nobody():
    assert not same_person(Physician("(onbekend)"), "(Saskia)")
