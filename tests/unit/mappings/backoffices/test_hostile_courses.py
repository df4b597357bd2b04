"""A second opinion that took place, or runs, by whatever word of the record, is not had again (R37); no word is lost."""

import json

import pytest

from mappings.backoffices.canonical import write_case
from mappings.backoffices.canonical_reader import CanonicalFormat
from tests.support.careless import FORMATS, checked, hindrances, new_case, read
from tests.support.cases import changed, sample_records, verdict_of

both_formats = pytest.mark.parametrize("written_in", FORMATS)
WHOLE = sample_records()["1"]


def _opinion(**fields):
    return lambda record: record.update(second_opinion=fields)


_TOOK_PLACE = {
    "whole, without its referral": lambda r: r.update(WHOLE, verwijzing=None),
    "whole, with an empty referral": lambda r: r.update(WHOLE, verwijzing={}),
    "whole, not sent": lambda r: r.update(WHOLE, verwijzing={**WHOLE["verwijzing"], "status": "niet-verzonden"}),
    "whole, in the queue": lambda r: r.update(WHOLE, verwijzing={"status": "in-wachtrij"}),
    "completed": _opinion(afgerond_op="2026-09-18"),
    "released": _opinion(afgerond_op="2026-09-18", status_verslag="vrijgegeven"),
    "withheld": _opinion(conceptadvies_besproken_op="2026-09-18", status_verslag="geblokkeerd"),
    "draft discussed": _opinion(conceptadvies_besproken_op="2026-09-18"),
    "held": _opinion(afspraak="2026-09-17T14:00:00+02:00"),
    "question settled there": _opinion(vraagstelling_vastgesteld_op="2026-09-17"),
    "information asked": lambda r: r.update(informatieverzoeken=WHOLE["informatieverzoeken"]),
    "adopted": lambda r: r.update(vervolg={"overname": "geheel", "onderbouwing_voor_werknemer": "Zo."}),
    "not adopted": lambda r: r.update(vervolg={"overname": "niet", "onderbouwing_voor_werknemer": "Zo."}),
    "followed up": lambda r: r.update(vervolg=WHOLE["vervolg"]),
    "invoiced": lambda r: r.update(factuur=WHOLE["factuur"]),
    "status says it is finished": lambda r: r.update(
        verwijzing={"datum": "2026-09-14T13:00:00+02:00", "naar": "praktijk-mulkens", "status": "afgerond"}
    ),
}


@both_formats
@pytest.mark.parametrize("change", _TOOK_PLACE.values(), ids=_TOOK_PLACE.keys())
def test_r37_an_opinion_that_the_record_tells_of_is_not_had_again(change, written_in):
    assert hindrances(new_case(change), written_in) & {"opinion-already-held", "running-elsewhere"}


_UNDATED = {
    "released": _opinion(status_verslag="vrijgegeven"),
    "corrected": _opinion(correcties_werknemer="Jaartal."),
    "a report": _opinion(verslag_tekst="Verslag."),
    "word of the end": _opinion(afronding_gemeld_via="werknemer"),
    "guided": lambda r: r.update(vervolg={"begeleiding": "voortgezet"}),
    "reasons": lambda r: r.update(vervolg={"onderbouwing_voor_werknemer": "Zo."}),
    "answered": lambda r: r.update(verwijzing={"reacties": [{"datum": "2026-09-18", "soort": "geaccepteerd"}]}),
    "to somebody": lambda r: r.update(verwijzing={"naar": "praktijk-mulkens"}),
    "with something": lambda r: r.update(verwijzing={"inhoud": ["contactgegevens"]}),
    "by somebody": lambda r: r.update(verwijzing={"verzonden_door": "M. de Planner"}),
}


@pytest.mark.parametrize("change", _UNDATED.values(), ids=_UNDATED.keys())
def test_r37_what_tells_of_one_without_saying_when_is_not_understood(change):
    assert "not-understood" in hindrances(new_case(change))


@pytest.mark.parametrize("number", ["1", "4", "15", "23", "24", "27"])
@pytest.mark.parametrize(
    ("key", "spelt"),
    [
        ("verwijzing", "Verwijzing"),
        ("verwijzing", "verwijzingen"),
        ("verwijzing", "verwjzing"),
        ("verwijzing", "verwijzing "),
        ("second_opinion", "secondOpinion"),
    ],
)
def test_a_misspelt_section_holds_the_row(number, key, spelt):
    [doubt] = read(changed(number, lambda r: r.update({spelt: r.pop(key)}))).doubts
    assert key in doubt.remedy


_MISSPELT = {
    "tweede_voorkeurr": lambda r: r["verzoek"].update(tweede_voorkeurr="opt-2"),
    "gekozenoptie": lambda r: r["verzoek"].update(gekozenoptie="opt-2"),
    "einddatums": lambda r: r["contract"].update(einddatums="2025-01-01"),
    "klachten": lambda r: r.update(klachten=[]),
    "factuurs": lambda r: r.update(factuurs={}),
    "aantal_werknemer": lambda r: r["werkgever"].update(aantal_werknemer=3),
}


@pytest.mark.parametrize("change", _MISSPELT.values(), ids=_MISSPELT.keys())
def test_a_key_that_is_almost_known_holds_the_row_wherever_it_stands(change):
    assert "not-understood" in hindrances(new_case(change))


def _canonical(change):
    record = json.loads(write_case(read(new_case())))
    change(record)
    [case] = CanonicalFormat().read([json.dumps(record)])
    return case


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["steps"][0].update(secondPreference="opt-2"),
        lambda r: r["steps"][0]["contract"].update(endsOn="2025-01-01"),
        lambda r: r["steps"][0]["employer"].update(kvk_="1"),
        lambda r: r.update(withdrawn=True),
        lambda r: r["steps"][0].update(withdrawn_at="2026-09-15T09:00:00Z"),
        lambda r: r["steps"][0].update(status={"state": "withdrawn"}),
    ],
)
def test_so_it_is_in_the_canonical_format(change):
    assert _canonical(change).doubts


_RESTRICTS = {
    "a section": lambda r: r.update(intrekking={"datum": "2026-09-15"}),
    "a moment": lambda r: r["verzoek"].update(ingetrokken_op="2026-09-15"),
    "a status": lambda r: r["verzoek"].update(status="ingetrokken"),
    "a status in words": lambda r: r["verzoek"].update(stand="Verzoek is Ingetrokken"),
    "no": lambda r: r["verzoek"].update(toestemmingGeweigerd=False),
    "an objection": lambda r: r.update(bezwaren=[{"tegen": "praktijk-mulkens"}]),
    "stopped": lambda r: r["arbodienst"].update(stopgezet="2026-09-15"),
    "blocked": lambda r: r["contract"].update(geblokkeerd=True),
    "within": lambda r: r.update(extra={"dossier": [{"stand": "be\u00ebindigd"}]}),
    "in English": lambda r: r.update(extra={"withdrawn": True}),
    "spaced": lambda r: r["verzoek"].update({"inge-trokken op": "2026-09-15"}),
    "not sent on": lambda r: r.update(opmerking="NIET doorsturen"),
    "taken back": lambda r: r["verzoek"].update(opmerking="trekt in"),
    "after all not": lambda r: r["contract"].update(opmerking="wil toch niet"),
    "a secret address": lambda r: r["beslissing"].update(let_op="geheim adres"),
    "in a sentence": lambda r: r.update(opmerking="Werknemer belde en trekt alle toestemmingen in per vandaag"),
    "in another": lambda r: r.update(opmerking="Werknemer belde: s.v.p. niet doorsturen naar de tweede arts"),
}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("toelichting", "ingetrokken"),
        ("toelichting", "niet akkoord"),
        ("toelichting", "geweigerd, zie brief van 15 september"),
        ("toelichting", "Werknemer heeft gebeld en wil niet meer dat dit gebeurt"),
        ("toelichting", "werknemer trekt toestemming in"),
        ("vorm", "ingetrokken"),
    ],
)
def test_r25_a_consent_whose_own_text_restricts_it_is_not_understood(key, text):
    assert hindrances(new_case(lambda r: r["toestemmingen"][0].update({key: text}))) == {"not-understood"}
    refused = new_case(lambda r: r["toestemmingen"][0].update({"keuze": "geweigerd", "toelichting": text}))
    assert "not-understood" not in hindrances(refused)


@pytest.mark.parametrize(
    "text", ["op verzoek van werknemer", "is tophulp", "Getekend in het gesprek met dr. Stoffers."]
)
def test_a_consent_with_an_explanation_that_says_nothing_else_stands(text):
    assert not hindrances(new_case(lambda r: r["toestemmingen"][0].update(toelichting=text)))


def test_r25_a_note_that_restricts_is_not_understood():
    def noted(record):
        note = {"soort": "notitie", "datum": "2026-09-14T10:00:00+02:00", "onderwerp": "werknemer wil niet meer"}
        record["beoordeling"]["tussenstappen"].append(note)

    assert hindrances(new_case(noted)) == {"not-understood"}


@pytest.mark.parametrize("change", _RESTRICTS.values(), ids=_RESTRICTS.keys())
def test_r25_a_word_that_restricts_holds_the_row_under_whatever_key(change):
    record = new_case(change)
    assert hindrances(record) == {"not-understood"}
    [doubt] = read(record).doubts
    assert doubt.message == "An unknown key that restricts something."


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["verzoek"].update(ingetrokken_op=None),
        lambda r: r.update(intrekkingen=[]),
        lambda r: r["verzoek"].update(opmerking="Werknemer heeft bezwaar tegen het advies van de bedrijfsarts."),
        lambda r: r.update(Titel="x", Tags=["y"]),
        lambda r: r["arbodienst"].update(logo="x"),
    ],
    ids=["nothing in it", "nothing listed", "prose", "what nothing reads", "nothing alike"],
)
def test_elsewhere_an_unknown_key_is_told_and_holds_nothing(change):
    record = new_case(change)
    assert hindrances(record) == set()
    assert read(record).remarks


def test_r37_r41_a_finished_referral_without_answers_is_over_and_runs_no_more():
    finished = {"datum": "2026-09-14T13:00:00+02:00", "naar": "praktijk-mulkens", "status": "afgerond", "reacties": []}
    record = new_case(lambda r: r.update(verwijzing=finished))
    assert verdict_of(record).status == "completed-without-report"
    assert {refusal.code for refusal in checked(record).now} == {"opinion-already-held"}
    waiting = {"conceptadvies_besproken_op": "2026-09-18", "status_verslag": "wacht-op-toestemming"}
    undecided = new_case(lambda r: r.update(verwijzing=finished, second_opinion=waiting))
    assert verdict_of(undecided).status == "waiting-consent"
    told = {"conceptadvies_besproken_op": "2026-09-18", "afgerond_op": "2026-09-18", "status_verslag": "geblokkeerd"}
    assert verdict_of(new_case(lambda r: r.update(verwijzing=finished, second_opinion=told))).status == (
        "completed-without-report"
    )
