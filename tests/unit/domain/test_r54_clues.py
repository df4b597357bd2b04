"""R54 without knowing whom: what has the shape of a person or a day in an invoice between parties, however it is spelt."""

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain.messages import InvoiceLine, InvoiceNotice
from gateway.domain.people import Organisation
from gateway.domain.rules.billing import notice_without_personal_data, without_clues, without_personal_data
from gateway.domain.rules.refusal import PERMIT, refuse
from tests.support.cases import OHS, POOL, an_invoice, at, completed

NOTICE = InvoiceNotice(
    "F2026-0042",
    Organisation(POOL, "Praktijk Mulkens", kvk="00000301"),
    Organisation(OHS, "Arbodienst Lindehof B.V.", kvk="00000101", agb="99000101"),
    date(2026, 9, 1),
    date(2026, 9, 30),
    (InvoiceLine("Consulten in de periode", 3, 48_000),),
)
IDENTIFIES = refuse("invoice-identifies")


def judged(**changes):
    return notice_without_personal_data(replace(NOTICE, **changes), at(30))


@pytest.mark.parametrize(
    "text",
    [
        *("consult 17-9-2026", "consult 2026-09-17", "consult 17 09 2026", "consult 17.9.26", "consult 20260917"),
        *("consult 17\u20119\u20112026", "consult 17\u22129\u22122026", "consult 17\u20139\u20132026"),
        *("consult \uff11\uff17-\uff19-\uff12\uff10\uff12\uff16", "consult 17\u00a0september", "consult op 17/9"),
        *("consult 17e september", "consult september 17", "consult zeventien september", "zeventiende september"),
        *("consult van 1 okt.", "consult eenentwintigste maart", "consult op donderdag", "consult 14:30", "om 2 uur"),
        *("nr 123456782", "nr 1 2 3 4 5 6 7 8 2", "nr 12.34.56.782", "nr \uff11\uff12\uff13\uff14\uff15", "P10037"),
        *("een twee drie vier vijf", "BIG 9999-0005-101", "tel. 06 1234 5678", "SO-2026-0001"),
        *(
            "dhr. Kolk",
            "Mevrouw Kolk",
            "mw Kolk",
            "dr. Mulkens",
            "J.P. Kolkmeijer",
            "J. van der Kolk",
            "kolk@post.example",
        ),
        "\u041aolk",
        "\U00017000olk",
        "consult 17\x00september",
    ],
)
def test_r54_what_has_the_shape_of_a_person_or_a_day_is_refused(text: str):
    assert judged(lines=(InvoiceLine(text, 1, 48_000),)) == IDENTIFIES
    assert without_clues((text,)) == refuse("text-identifies")


@pytest.mark.parametrize(
    "text", ["nr 12.34.56.78", "nr 1 2 3 4 5 6 7 8", "nr 12345", "nr \u0661\u0662\u0663\u0664\u0665"]
)
def test_r54_a_number_of_five_digits_or_of_eight_in_pieces_may_be_somebodys(text: str):
    assert judged(lines=(InvoiceLine(text, 1, 48_000),)) == IDENTIFIES


@pytest.mark.parametrize(
    "text", ["J.\u00adKolkmeijer", "J.Ko\u200blkmeijer", "J. K\u00f6lkmeijer", "J. \u00c9l\u00e9onore"]
)
def test_r54_initials_before_a_name_are_seen_through_hidden_signs_and_accents(text: str):
    assert judged(lines=(InvoiceLine(text, 1, 48_000),)) == IDENTIFIES


@pytest.mark.parametrize("text", ["nr 123 45 67", "nr 1 2 3 4 5 6 7", "nr 1234"])
def test_r54_shorter_numbers_are_nobodys(text: str):
    assert judged(lines=(InvoiceLine(text, 1, 48_000),)) is PERMIT


@pytest.mark.parametrize(
    "text",
    [
        *("Consulten in de periode", "Second opinion, september 2026", "SO 1 september t/m 30 september"),
        *(
            "Advies periode 01-09-2026 t/m 30-09-2026",
            "2,5 uur advies",
            "Tarief 2026",
            "Reiskosten 19% BTW",
            "Correctie",
        ),
    ],
)
def test_r54_period_quantity_and_price_have_no_such_shape(text: str):
    assert judged(lines=(InvoiceLine(text, 1, 48_000),)) is PERMIT


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "F-123456782"},
        {"number": "99990005101"},
        {"number": "F-2026-09-17"},
        {"number": "F \u041aolk"},
        {"period_end": date(2026, 9, 1)},
        {"period_end": date(2026, 8, 1)},
        {"period_start": date(2025, 1, 1)},
        {"period_start": date(2026, 10, 2), "period_end": date(2026, 10, 31)},
        {"lines": (InvoiceLine("Consult", 123456782, 1),)},
        {"lines": (InvoiceLine("Consult", 0, 48_000),)},
        {"lines": (InvoiceLine("Consult", 1, 12345678200),)},
        {"lines": (InvoiceLine("Consult", 1, 1),) * 201},
        {"issuer": replace(NOTICE.issuer, ura="123456782")},
        {"issuer": replace(NOTICE.issuer, name="Praktijk Mulkens 99990005101")},
        {"recipient": replace(NOTICE.recipient, agb="P10037")},
    ],
)
def test_r54_numbers_prices_dates_and_parties_are_looked_at_too(changes):
    assert judged(**changes) == IDENTIFIES


def test_r54_an_ordinary_invoice_identifies_nobody():
    assert judged() is PERMIT
    assert judged(lines=()) is PERMIT
    assert judged(lines=(InvoiceLine("Consult", 1, 1),) * 200) is PERMIT


@pytest.mark.parametrize(
    ("number", "is_nobodys"),
    [("F-12345-67890", True), ("F-12345-678901", False), ("1234 5678 2", False), ("1234 5678 3", True)],
)
def test_r54_a_reference_has_ten_digits_at_most_and_is_no_citizen_service_number(number, is_nobodys):
    assert judged(number=number) == (PERMIT if is_nobodys else IDENTIFIES)
    assert judged(number="12.34.56.782") == IDENTIFIES


@pytest.mark.parametrize(
    "text",
    [
        *("SO K o l k m e i j e r", "SO Kolk-meijer", "SO kolkmeijer's", "SO \uff30\uff11\uff10\uff10\uff13\uff17"),
        "SO P\u0661\u0660\u0660\u0663\u0667",
        *(
            "SO op zeventien september",
            "SO op 17\u20119\u20112026",
            "SO 17e sept",
            "SO donderdag",
            "SO P\u20091\u20090037",
        ),
    ],
)
def test_r54_the_employers_invoice_is_searched_for_the_same_spellings(text: str):
    case = completed()
    dossier = case.dossier
    assert dossier is not None
    name = replace(dossier.employee.name, family="Kolkmeijer")
    case = replace(case, dossier=replace(dossier, employee=replace(dossier.employee, name=name)))
    assert without_personal_data(case, an_invoice(text)) == IDENTIFIES


@pytest.mark.parametrize(
    ("quantity", "price", "is_plausible"),
    [
        (1, 0, True),
        (9_999, 9_999_999, True),
        (9_999, -9_999_999, True),
        (0, 1, False),
        (10_000, 1, False),
        (1, 10_000_000, False),
        (1, -10_000_000, False),
    ],
)
def test_r54_quantity_and_price_have_too_few_digits_for_a_number_of_a_person(quantity, price, is_plausible):
    ruling = judged(lines=(InvoiceLine("Consulten in de periode", quantity, price),))
    assert ruling == (PERMIT if is_plausible else IDENTIFIES)


@pytest.mark.parametrize(
    ("start", "end", "is_period"),
    [
        (date(2026, 9, 1), date(2026, 9, 2), True),
        (date(2026, 9, 1), date(2026, 9, 1), False),
        (date(2026, 9, 2), date(2026, 9, 1), False),
        (date(2025, 9, 1), date(2026, 9, 2), True),
        (date(2025, 9, 1), date(2026, 9, 3), False),
        (date(2026, 9, 30), date(2026, 10, 31), True),
        (date(2026, 10, 1), date(2026, 10, 31), False),
    ],
)
def test_r54_a_period_is_more_than_a_day_and_a_year_at_most_and_has_begun(start, end, is_period):
    assert judged(period_start=start, period_end=end) == (PERMIT if is_period else IDENTIFIES)


@pytest.mark.parametrize(("minute", "is_period"), [(54, False), (56, True)])
def test_r54_a_period_may_begin_a_little_ahead_of_our_clock(minute, is_period):
    notice = replace(NOTICE, period_start=date(2026, 10, 1), period_end=date(2026, 10, 31))
    ruling = notice_without_personal_data(notice, at(30, 23, minute))
    assert ruling == (PERMIT if is_period else IDENTIFIES)
