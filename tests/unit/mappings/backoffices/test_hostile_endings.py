"""What ended, changed its mind or cannot have been yet does not count (R3, R20, R25, R27)."""

import pytest

from gateway.domain import steps as s
from tests.support.careless import FORMATS, consents_for, hindrances, new_case, read

both_formats = pytest.mark.parametrize("written_in", FORMATS)


def _also(**changes):
    [contact, *_] = consents_for("praktijk-mulkens")
    return lambda record: record["toestemmingen"].append({**contact, "id": "later", **changes})


def _offered(*choices, datum="2026-09-15"):
    def offer(record):
        small = {"soort": "alternatief-aangeboden", "alternatief": "mediation"}
        record["beoordeling"]["tussenstappen"] = [
            {**small, "datum": f"{datum}T{10 + hour}:00:00+02:00", "keuze_werknemer": choice}
            for hour, choice in enumerate(choices)
        ]

    return offer


def _all(*changes):
    return lambda record: [change(record) for change in changes]


@both_formats
@pytest.mark.parametrize(
    "change",
    [
        _also(keuze="verlopen", datum="2026-09-14"),
        _also(keuze="verlopen", datum="2026-09-15"),
        _also(keuze="verlopen", datum="2026-09-14", geldig_tot="2026-09-14"),
        _also(keuze="verlopen", datum="2026-09-14T11:00:00+02:00"),
        _also(keuze="verlopen", datum="2026-09-14T11:30:00+02:00", geldig_tot="2026-09-15"),
        lambda r: r["toestemmingen"][0].update(keuze="verlopen"),
    ],
)
def test_r27_what_expired_on_the_day_of_the_consent_ended_it(change, written_in):
    assert "contact-consent-expired" in hindrances(new_case(change), written_in)


@both_formats
@pytest.mark.parametrize("changes", [{"keuze": "geweigerd"}, {"keuze": "ingetrokken"}])
def test_r27_as_a_refusal_and_a_withdrawal_of_that_day_do(changes, written_in):
    found = hindrances(new_case(_also(datum="2026-09-14", **changes)), written_in)
    assert found & {"contact-consent-refused", "contact-consent-withdrawn"}


@both_formats
@pytest.mark.parametrize("choice", ["alternatief", "uwv", "denkt-na"])
@pytest.mark.parametrize("datum", ["2026-09-14", "2026-09-15"])
def test_r20_who_took_the_alternative_has_not_kept_the_request(choice, datum, written_in):
    assert hindrances(new_case(_offered(choice, datum=datum)), written_in) == {"alternative-chosen"}
    assert hindrances(new_case(_offered("second-opinion", choice, datum=datum)), written_in) == {"alternative-chosen"}


@both_formats
@pytest.mark.parametrize(
    "change",
    [
        _offered("second-opinion"),
        _offered(None),
        _offered("denkt-na", "second-opinion"),
        _offered("alternatief", datum="2026-09-13"),
        _all(
            _offered("denkt-na"),
            lambda r: r["beoordeling"]["tussenstappen"].append(
                {"soort": "keuze-gemaakt", "datum": "2026-09-16", "optie": "opt-1"}
            ),
        ),
        _all(_offered("denkt-na"), _also(datum="2026-09-16")),
    ],
    ids=["insists", "an offer alone", "insists after all", "accepted later", "chose later", "consented later"],
)
def test_r20_the_offer_itself_stands_in_nobodys_way(change, written_in):
    change = _all(lambda r: r["verzoek"].update(datum="2026-09-13T08:00:00+02:00"), change)
    assert hindrances(new_case(change), written_in) == set()


def test_r20_an_offer_without_an_answer_says_none():
    offered = [step for step in read(new_case(_offered(None))).steps if isinstance(step, s.AlternativeOffered)]
    assert [step.employee_insists for step in offered] == [None]


@both_formats
@pytest.mark.parametrize(
    ("contract", "codes"),
    [
        ({"einddatum": "2026-09-19"}, {"contract-ended"}),
        ({"einddatum": "2026-09-13"}, {"contract-ended"}),
        ({"einddatum": "2026-09-20"}, set()),
        ({"einddatum": "2026-09-12"}, {"no-contract-in-force", "contract-ended"}),
        ({"ingangsdatum": "2026-09-14"}, {"no-contract-in-force"}),
        ({"ingangsdatum": None}, {"no-contract-in-force", "contract-ended"}),
    ],
)
def test_r03_the_contract_is_in_force_on_the_day_of_the_request_and_of_the_referral(contract, codes, written_in):
    assert hindrances(new_case(lambda r: r["contract"].update(contract)), written_in) == codes


@both_formats
@pytest.mark.parametrize("datum", ["2025-09-14T11:00:00+02:00", "2001-01-01", "2026-09-06T23:59:59+02:00"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_r25_a_consent_older_than_the_advice_is_about_something_else(datum, which, written_in):
    record = new_case(lambda r: r["toestemmingen"][which].update(datum=datum))
    assert "not-understood" in hindrances(record, written_in)
    [doubt] = read(record).doubts
    assert doubt.message == "The consent was given before the advice that it is about."


@both_formats
@pytest.mark.parametrize("datum", ["2025-01-01", "2026-09-06", "2001-01-01"])
def test_r10_nobody_discussed_the_request_before_the_advice(datum, written_in):
    record = new_case(lambda r: r["verzoek"].update(besproken_met_eerste_bedrijfsarts_op=datum))
    assert "not-understood" in hindrances(record, written_in)
    assert [doubt.where for doubt in read(record).doubts] == ["$.verzoek.besproken_met_eerste_bedrijfsarts_op"]


@pytest.mark.parametrize("datum", ["2026-09-07", "2026-09-07T08:00:00+02:00", "2026-09-13"])
def test_r25_a_consent_of_the_day_of_the_advice_counts(datum):
    assert hindrances(new_case(lambda r: [c.update(datum=datum) for c in r["toestemmingen"]])) == set()


def test_r25_a_refusal_counts_however_old_it_is():
    record = new_case(_also(keuze="geweigerd", datum="2001-01-01", ontvanger="praktijk-wiarda"))
    assert read(record).doubts == ()
