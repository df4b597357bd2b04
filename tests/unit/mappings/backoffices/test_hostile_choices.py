"""R8: the employee chooses, the gateway never picks; what a careless export says beside the choice does not change it."""

import pytest

from tests.support.careless import FORMATS, consents_for, hindrances, new_case, recipient

MULKENS, WIARDA = "praktijk-mulkens", "praktijk-wiarda"
LATER = "2026-09-14T11:01:00+02:00"
POOL = {"optie_id": "opt-3", "type": "pool", "naam": "Landelijke pool (test)"}
STEP = {"soort": "keuze-gemaakt", "datum": "2026-09-14T12:00:00+02:00"}

both_formats = pytest.mark.parametrize("written_in", FORMATS)


def _more(*consents):
    return lambda record: record["toestemmingen"].extend(consents)


def _asked(**changes):
    return lambda record: record["verzoek"].update(changes)


def _all(*changes):
    return lambda record: [change(record) for change in changes]


def _only(*consents):
    return lambda record: record.update(toestemmingen=list(consents))


def _steps(*steps):
    return lambda record: record["beoordeling"].update(tussenstappen=[{**STEP, **step} for step in steps])


_FIRST_CHOICE = {
    "as it is": _all(),
    "later consents for the second preference": _more(*consents_for(WIARDA, datum=LATER)),
    "one later consent for the second preference": _more(*consents_for(WIARDA, datum=LATER)[:1]),
    "consents of one instant, the second preference first": lambda r: r.update(
        toestemmingen=[*consents_for(WIARDA), *r["toestemmingen"]]
    ),
    "a later refusal for the second preference": _more(*consents_for(WIARDA, datum=LATER, keuze="geweigerd")[:1]),
    "a later withdrawal for the second preference": _more(*consents_for(WIARDA, datum=LATER, keuze="ingetrokken")[:1]),
    "an expired consent for the second preference": _more(*consents_for(WIARDA, datum=LATER, keuze="verlopen")),
    "a pool beside the physicians": _all(
        lambda r: r["contract"]["opties"].append(POOL), _more(*consents_for(WIARDA, datum=LATER))
    ),
}


@both_formats
@pytest.mark.parametrize("change", _FIRST_CHOICE.values(), ids=_FIRST_CHOICE.keys())
def test_r08_the_first_choice_goes_whatever_is_said_of_the_second(change, written_in):
    record = new_case(change)
    assert (hindrances(record, written_in), recipient(record, written_in)) == (set(), MULKENS)


@both_formats
def test_r08_the_mirror_goes_to_the_other(written_in):
    mirrored = _all(
        _asked(gekozen_optie="opt-2", tweede_voorkeur="opt-1"), _more(*consents_for(WIARDA, datum="2026-09-14"))
    )
    assert recipient(new_case(mirrored), written_in) == WIARDA
    assert hindrances(new_case(mirrored), written_in) == set()


_NO_CHOICE = {
    "consents for the second preference only": _all(_asked(gekozen_optie=None), _only(*consents_for(WIARDA))),
    "consents for both": _all(_asked(gekozen_optie=None), _more(*consents_for(WIARDA, datum=LATER))),
    "consents for one, and no preference": _asked(gekozen_optie=None, tweede_voorkeur=None),
    "consents for one, who is no preference": _asked(gekozen_optie=None),
    "an option that is not there": _asked(gekozen_optie="opt-9"),
    "asked to choose again": _steps({"soort": "nieuwe-keuze-gevraagd"}),
}


@both_formats
@pytest.mark.parametrize("change", _NO_CHOICE.values(), ids=_NO_CHOICE.keys())
def test_r08_no_consent_stands_in_for_the_choice(change, written_in):
    assert hindrances(new_case(change), written_in) & {"not-chosen-by-employee", "chosen-option-unknown"}


@both_formats
@pytest.mark.parametrize(
    "change",
    [
        _only(*consents_for(WIARDA)),
        _all(_only(*consents_for(WIARDA)), _asked(tweede_voorkeur=None)),
        _all(_asked(gekozen_optie="opt-2", tweede_voorkeur=None)),
        _all(_steps({"optie": "opt-2", "naar": WIARDA})),
        _all(lambda r: r["contract"]["opties"].append(POOL), _only(*consents_for(WIARDA))),
    ],
    ids=["chosen one", "no second", "chosen two", "chosen later", "a pool beside"],
)
def test_r08_r25_a_consent_for_somebody_else_does_not_redirect(change, written_in):
    assert "contact-consent-other-recipient" in hindrances(new_case(change), written_in)


_SEVERAL = {
    "a pool": _all(lambda r: r["contract"].update(opties=[POOL]), _asked(gekozen_optie="opt-3", tweede_voorkeur=None)),
    "a pool beside the physicians": _all(lambda r: r["contract"]["opties"].append(POOL), _asked(gekozen_optie="opt-3")),
    "the only option is a pool": _all(
        lambda r: r["contract"].update(opties=[POOL]), _asked(gekozen_optie=None, tweede_voorkeur=None)
    ),
}


@both_formats
@pytest.mark.parametrize("change", _SEVERAL.values(), ids=_SEVERAL.keys())
def test_r08_several_whom_the_choice_may_mean_wait_for_the_employees_word(change, written_in):
    one = new_case(change)
    assert (hindrances(one, written_in), recipient(one, written_in)) == (set(), MULKENS)
    several = new_case(_all(change, _more(*consents_for(WIARDA, datum=LATER))))
    assert hindrances(several, written_in) == {"consents-name-several"}
    named = new_case(_all(change, _more(*consents_for(WIARDA)), _steps({"optie": "opt-3", "naar": WIARDA})))
    assert (hindrances(named, written_in), recipient(named, written_in)) == (set(), WIARDA)
    taken_back = consents_for(WIARDA, datum=LATER, keuze="ingetrokken")
    left = new_case(_all(change, _more(*taken_back)))
    assert (hindrances(left, written_in), recipient(left, written_in)) == (set(), MULKENS)


@both_formats
def test_r08_two_physicians_of_one_house_are_told_apart_by_name_or_not_at_all(written_in):
    def one_house(record):
        record["contract"]["opties"][1]["arts"]["organisatie"] = MULKENS

    named = _all(one_house, _only(*consents_for(f"{MULKENS}/mulkens"), *consents_for(f"{MULKENS}/wiarda-postma")))
    assert recipient(new_case(named), written_in) == f"{MULKENS}/mulkens"
    other = _all(one_house, _only(*consents_for(f"{MULKENS}/wiarda-postma")))
    assert "contact-consent-other-recipient" in hindrances(new_case(other), written_in)
    keys = _all(one_house, _only(*consents_for(f"{MULKENS}/g3"), *consents_for(f"{MULKENS}/g4")))
    assert hindrances(new_case(keys), written_in) == {"consents-name-several"}


@both_formats
@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([{"optie": "opt-2", "naar": MULKENS}], "choice-contradicts"),
        ([{"optie": "opt-1", "naar": WIARDA}], "choice-contradicts"),
        ([{"optie": "opt-1", "naar": "praktijk-elders"}], "choice-contradicts"),
        ([{"optie": "opt-9", "naar": MULKENS}], "chosen-option-unknown"),
        ([{"optie": "opt-1"}, {"optie": "opt-2"}], "not-understood"),
        ([{"optie": "opt-2"}, {"naar": MULKENS}], "not-understood"),
        ([{"naar": MULKENS}, {"naar": f"{WIARDA}/wiarda"}], "not-understood"),
    ],
)
@pytest.mark.parametrize("chosen", ["opt-1", "opt-2", None])
def test_r08_a_choice_that_contradicts_itself_holds(chosen, steps, code, written_in):
    change = _all(_asked(gekozen_optie=chosen), _steps(*steps), _more(*consents_for(WIARDA)))
    assert code in hindrances(new_case(change), written_in)


@both_formats
def test_r08_a_choice_that_agrees_goes_where_it_says(written_in):
    change = _all(_steps({"optie": "opt-2", "naar": "Praktijk-Wiarda "}), _more(*consents_for(WIARDA)))
    assert (hindrances(new_case(change), written_in), recipient(new_case(change), written_in)) == (set(), WIARDA)


def _first_option(**changes):
    return lambda record: record["contract"]["opties"].__setitem__(0, {"optie_id": "opt-1", **changes})


def _without(key):
    return lambda record: record["contract"]["opties"][0]["arts"].update({key: None})


_NOBODY = {
    "no physician": lambda r: r["contract"]["opties"][0].update(arts=None),
    "a name in place of a physician": _first_option(type="bedrijfsarts", naam=WIARDA),
    "the name of the consent in place of a physician": _first_option(type="bedrijfsarts", naam=MULKENS, arts=None),
    "a physician without a place of work": _without("organisatie"),
    "a service without a name": _first_option(type="arbodienst"),
    "a service that nobody knows": _first_option(type="arbodienst", naam="Arbodienst Onbekend B.V."),
    "a physician without a place of work beside a pool": _all(
        _without("organisatie"), lambda r: r["contract"]["opties"].append(POOL)
    ),
    "no physician as the only option": lambda r: r["contract"].update(
        opties=[{"optie_id": "opt-1", "type": "bedrijfsarts"}]
    ),
    "no physician in the option chosen later": _all(
        lambda r: r["contract"]["opties"][0].update(arts=None), _steps({"optie": "opt-1", "naar": MULKENS})
    ),
}


@both_formats
@pytest.mark.parametrize("change", _NOBODY.values(), ids=_NOBODY.keys())
def test_r05_r06_an_option_that_leaves_out_who_it_is_is_nobody(change, written_in):
    assert {"option-names-nobody"} <= hindrances(new_case(change), written_in)


@both_formats
@pytest.mark.parametrize("key", ["big", "rol"])
def test_r06_a_physician_without_a_number_is_not_registered(key, written_in):
    change = _without("big") if key == "big" else lambda r: r["contract"]["opties"][0]["arts"].update(rol="arboarts")
    assert "not-registered" in hindrances(new_case(change), written_in)


@both_formats
@pytest.mark.parametrize(
    ("name", "code"),
    [
        (WIARDA, "contact-consent-other-recipient"),
        ("Praktijk-Wiarda", "contact-consent-other-recipient"),
        ("H. (Hidde) Wiarda-Postma", "contact-consent-other-recipient"),
        ("arbo-lindehof", "not-independent"),
        ("Arbodienst Lindehof B.V.", "not-independent"),
        ("arbo-elders", "contact-consent-other-recipient"),
    ],
)
def test_r08_a_service_that_was_chosen_is_that_service_and_nobody_else(name, code, written_in):
    assert code in hindrances(new_case(_first_option(type="arbodienst", naam=name)), written_in)


@both_formats
@pytest.mark.parametrize("name", ["arbo-elders", "Arbo-Elders"])
def test_r08_a_service_is_gone_to_with_a_consent_of_its_own(name, written_in):
    change = _all(_first_option(type="arbodienst", naam=name), _only(*consents_for("arbo-elders")))
    assert (hindrances(new_case(change), written_in), recipient(new_case(change), written_in)) == (set(), "arbo-elders")
